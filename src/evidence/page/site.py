"""All pages together, and what their checks are called."""

from __future__ import annotations

import threading
from pathlib import Path

from evidence.files.source import page_files, read_page
from evidence.page.model import Block, Page
from evidence.page.parse import PageParser
from evidence.page.parse_cache import KeptPages
from evidence.page.settings import load_settings


class Site:
    """The pages below a folder, parsed on first use and again when their files change.

    Args:
        docs_dir: the folder of the pages.
        config_file: the site's `mkdocs.yml`, which names the Markdown extensions; by default beside `docs_dir`.
    """

    def __init__(self, docs_dir: Path, config_file: Path | None = None) -> None:
        config_file = config_file or docs_dir.parent / "mkdocs.yml"
        settings = load_settings(config_file)
        self.docs_dir = docs_dir
        self._parser = PageParser(settings)
        # What is no site has no place to keep things in, and a page that takes in others' text changes with them.
        keeps = config_file.is_file() and "pymdownx.snippets" not in settings.extensions
        self._kept = KeptPages(docs_dir, config_file) if keeps else None
        self._pages: dict[Path, tuple[int, Page]] = {}
        self._reading = threading.Lock()

    def page(self, path: Path) -> Page:
        """The page in `path`, which need not lie below the site's folder."""
        # Notebooks are executed in a thread beside the builder's, and a Markdown parser serves one at a time.
        with self._reading:
            modified = path.stat().st_mtime_ns
            cached = self._pages.get(path)
            if cached is None or cached[0] != modified:
                cached = self._pages[path] = (modified, self._read(path))
            return cached[1]

    def _read(self, path: Path) -> Page:
        text = read_page(path)
        page = self._kept.read(path, text) if self._kept else None
        if page is None:
            page = self._parser.parse_text(text, path)
            if self._kept:
                self._kept.write(page)
        return page

    def pages(self) -> list[Page]:
        """All pages of the site: those of its folder in the order of their paths, then the notebooks."""
        return [self.page(path) for path in page_files(self.docs_dir)]

    def checks(self) -> dict[str, Block]:
        """The checks of the site by name; of two with one name, the first."""
        checks: dict[str, Block] = {}
        for page in self.pages():
            for block in page.blocks:
                if block.name:
                    checks.setdefault(block.name, block)
        return checks
