"""All pages together: what their checks are called, and whether links and checks agree."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from evidence.kept_pages import KeptPages
from evidence.numbers import has_assertion, numbers_asserted, numbers_in_text
from evidence.page import Block, CheckLink, Page
from evidence.parse import PageParser
from evidence.render import anchor
from evidence.settings import load_settings
from pagekit.errors import PageError, display_path
from pagekit.source import page_files, read_page


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

    def errors(self, page: Page) -> list[PageError]:
        """Everything that forbids to publish `page`, in the order of its lines."""
        checks = self.checks()
        for block in page.blocks:
            if block.name:
                checks.setdefault(block.name, block)
        linked = {link.name for each in (page, *self.pages()) for link in each.links}
        found = [
            *page.errors,
            *(error for link in page.links for error in _link_errors(link, checks)),
            *(error for block in page.blocks for error in _block_errors(block, checks, linked)),
            *_answer_errors(page),
            *self._reference_errors(page),
        ]
        return sorted(found, key=lambda error: error.line)

    def _reference_errors(self, page: Page) -> Iterator[PageError]:
        """Links within the site that lead nowhere. Builders only warn of them, and not at all when told to be quiet."""
        for reference in page.references:
            path, _, fragment = reference.href.partition("#")
            target = (page.path.parent / unquote(path)) if path else page.path
            if not target.exists():
                yield PageError(
                    page.path,
                    reference.line,
                    f"the link to {reference.href} leads to no file",
                    "Name it from this page",
                )
            elif fragment and target.suffix in (".md", ".py"):
                there = page if target == page.path else self.page(target.resolve())
                if unquote(fragment) not in there.ids | {anchor(block.name) for block in there.blocks if block.name}:
                    yield PageError(
                        page.path,
                        reference.line,
                        f"the link to {reference.href} names a place that is not there",
                        f"{display_path(there.path)} has: {', '.join(sorted(there.ids)) or 'no ids'}",
                    )


def _link_errors(link: CheckLink, checks: dict[str, Block]) -> Iterator[PageError]:
    check = checks.get(link.name)
    if check is None:
        yield link.error(
            f"the link [{link.words}] names the check {link.name!r}, which is on no page",
            f"The checks are: {', '.join(sorted(checks)) or 'none yet'}",
        )
        return
    if check.waived:
        yield link.error(
            f"the link [{link.words}] rests on the check {link.name!r}, which is not run",
            "Let it run, or do not claim it",
        )
    asserted = numbers_asserted(check)
    for written, values in numbers_in_text(link.words):
        if not values & asserted:
            yield link.error(
                f"the link [{link.words}] claims {written}, which {link.name!r} ({check.where}) does not assert",
                "Assert it there as a literal, print it in the expected output, or take it out of the link's words",
            )


def _block_errors(block: Block, checks: dict[str, Block], linked: set[str]) -> Iterator[PageError]:
    if block.name is None:
        return
    first = checks[block.name]
    if (first.path, first.line) != (block.path, block.line):
        yield block.error(
            f"a second check is named {block.name!r}; the first is at {first.where}",
            "Give it a name of its own",
        )
    if not has_assertion(block):
        yield block.error(
            f"the check {block.name!r} has no assert and no expected output, so it cannot fail",
            "Assert what it shows, or remove its marker: set-up claims nothing",
        )
    if block.name not in linked:
        yield block.error(
            f"no sentence links to the check {block.name!r}",
            f"Link the words that claim it: [words](check:{block.name})",
        )


def _answer_errors(page: Page) -> Iterator[PageError]:
    for answer in page.answers:
        if not answer.supported:
            yield PageError(
                page.path,
                answer.line,
                f"the answer to {answer.section!r} links to no check and cites no source",
                "Link its first sentence to a check, [words](check:name), or to references.md#…",
            )
