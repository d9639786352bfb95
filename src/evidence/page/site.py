"""All pages together, and what their checks are called."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from evidence.files.source import SiteFiles, markdown_files, read_page, site_files
from evidence.page.model import Block, Page
from evidence.page.parse import PageParser
from evidence.page.parse_cache import KeptPages
from evidence.page.settings import load_settings


@dataclass(frozen=True)
class _Overview:
    """What the pages hold together, and when each file was as it is told here."""

    modified: Mapping[Path, int]
    pages: tuple[Page, ...]
    checks: dict[str, Block]
    linked: frozenset[str]


class Site:
    """The pages of a folder, parsed on first use and again when their files change.

    Which files there are, and what they hold together, is looked at once. `begin` has it looked at anew, and so does a
    page that has changed when it is asked for.

    Args:
        config_file: the site's `mkdocs.yml`. Where there is none, the pages are the Markdown in `docs` beside it.

    Attributes:
        settings: what it sets.
        docs_dir: the folder of the pages.

    Raises:
        SettingsError: it cannot be meant so.
    """

    def __init__(self, config_file: Path = Path("mkdocs.yml")) -> None:
        self.settings = settings = load_settings(config_file)
        self.docs_dir = settings.docs_dir
        self._parser = PageParser(settings)
        # What is no site has no place to keep things in, and a page that takes in others' text changes with them.
        keeps = settings.is_site and "pymdownx.snippets" not in settings.extensions
        self._kept = KeptPages(settings) if keeps else None
        self._pages: dict[Path, tuple[int, Page]] = {}
        self._files: SiteFiles | None = None
        self._overview: _Overview | None = None
        self._looked = False
        self._reading = threading.Lock()

    def begin(self) -> None:
        """Look at the files anew when next asked: a build begins, or nobody says when one does."""
        self._files, self._looked = None, False

    def files(self) -> SiteFiles:
        """The files that the site is made from."""
        if self._files is None:
            settings = self.settings
            if settings.is_site:
                self._files = site_files(settings.docs_dir, settings.examples, settings.left_out)
            else:
                self._files = SiteFiles(markdown_files(settings.docs_dir), ())
        return self._files

    def page(self, path: Path) -> Page:
        """The page in `path`, which need not be one of the site's."""
        # Notebooks are executed in a thread beside the builder's, and a Markdown parser serves one at a time.
        with self._reading:
            modified = path.stat().st_mtime_ns
            cached = self._pages.get(path)
            if cached is None or cached[0] != modified:
                cached = self._pages[path] = (modified, self._read(path))
            if self._overview and self._overview.modified.get(path, modified) != modified:
                self._looked = False
            return cached[1]

    def _read(self, path: Path) -> Page:
        text = read_page(path)
        page = self._kept.read(path, text) if self._kept else None
        if page is None:
            page = self._parser.parse_text(text, path)
            if self._kept:
                self._kept.write(page)
        return page

    def read(self, text: str, path: Path) -> Page:
        """What `text` would be as a page, were it the content of `path`."""
        with self._reading:
            return self._parser.parse_text(text, path)

    def pages(self) -> list[Page]:
        """All pages of the site: those of its folder in the order of their paths, then the notebooks."""
        return list(self._look().pages)

    def checks(self) -> dict[str, Block]:
        """The checks of the site by name; of two with one name, the first."""
        return self._look().checks

    def linked(self) -> frozenset[str]:
        """The names of the checks that some sentence of the site links to."""
        return self._look().linked

    def publishes(self, path: Path) -> bool:
        """Whether `path` is a page of the site."""
        return path in self._look().modified

    def _look(self) -> _Overview:
        if self._overview is None or not self._looked:
            modified = {path: path.stat().st_mtime_ns for path in self.files().pages}
            if self._overview is None or modified != self._overview.modified:
                self._overview = self._take_in(modified)
            self._looked = True
        return self._overview

    def _take_in(self, modified: Mapping[Path, int]) -> _Overview:
        pages = tuple(self.page(path) for path in modified)
        checks: dict[str, Block] = {}
        for page in pages:
            for block in page.blocks:
                if block.name:
                    checks.setdefault(block.name, block)
        return _Overview(modified, pages, checks, frozenset(link.name for page in pages for link in page.links))
