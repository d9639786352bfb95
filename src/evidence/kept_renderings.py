"""Keeps what the pages of a served site were rendered to: after an edit, only the pages that it touches are rendered.

MkDocs renders all of them at each edit, and an author waits for it.
"""

from __future__ import annotations

import contextlib
import os
import pickle
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.livereload import LiveReloadServer
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page as BuiltPage

from evidence.files.source import in_hand
from evidence.page.directives import COUNTS_MARK, LEDGER_MARK
from evidence.page.model import Page
from evidence.page.site import Site
from evidence.records.records import Records

Render = Callable[[MkDocsConfig, Files], None]
# What `Page.render` leaves in a page, besides the links, which hold files: those are made anew for each build.
_RENDERED = ("content", "toc", "_title_from_render", "present_anchor_ids")


def taken_from(page: BuiltPage) -> bytes:
    """What a page was rendered to, for another build or another process."""
    links = {file.src_uri: anchors for file, anchors in (page.links_to_anchors or {}).items()}
    return pickle.dumps(({name: page.__dict__[name] for name in _RENDERED}, links))


def put_into(page: BuiltPage, rendered: bytes, files: Files) -> None:
    """Leave in a page what `Page.render` would."""
    attributes, links = pickle.loads(rendered)
    page.__dict__.update(attributes)
    found = {files.get_file_from_path(address): anchors for address, anchors in links.items()}
    page.links_to_anchors = {file: anchors for file, anchors in found.items() if file}


class KeptRenderings:
    """The pages of a served site as they were rendered last.

    A page is rendered anew if its text, a verdict that it shows, or a page that it leads into has changed, and all are
    if any other file has that is watched.
    """

    def __init__(self, site: Site, records: Records) -> None:
        self._site = site
        self._records = records
        self._server: LiveReloadServer | None = None
        self._others: dict[str, frozenset[tuple[str, int]]] = {}
        self._kept: dict[str, tuple[list[object], bytes]] = {}

    def watch(self, server: LiveReloadServer) -> None:
        """From now on an edit is noticed by `server`."""
        self._server = server
        self._others = self._other_files()

    def begin(self, files: Files) -> None:
        """Have each page of a build taken from here, if it can be."""
        self._records.fresh()
        others = self._other_files()
        if any(others.get(root) != before for root, before in self._others.items()):
            self._kept.clear()
        self._others = others
        uris = sorted(files.src_uris)
        for file in files.documentation_pages():
            if file.page:
                render = partial(self._take_or_render, file.page, file.page.render, uris)
                file.page.render = render  # type: ignore[method-assign]

    def _take_or_render(
        self, page: BuiltPage, render: Render, uris: list[str], config: MkDocsConfig, files: Files
    ) -> None:
        path, address = in_hand(), page.file.src_uri
        if path is None or any(mark in (page.markdown or "") for mark in (LEDGER_MARK, COUNTS_MARK)):
            render(config, files)
            return
        rests_on = [page.markdown, uris, *self._shown_by(self._site.page(path.absolute()))]
        kept = self._kept.get(address)
        if kept is not None and kept[0] == rests_on:
            put_into(page, kept[1], files)
            return
        render(config, files)
        self._kept[address] = rests_on, taken_from(page)

    def _shown_by(self, page: Page) -> Iterator[object]:
        """What else a page is rendered from: verdicts, the places of checks, and the pages that it leads into."""
        listed, linked = self._site.checks(), self._site.linked()
        here = {link.name for link in page.links}.union(*(quiz.checks for quiz in page.quizzes))
        yield from self._verdicts(page)
        for name in sorted(here):
            yield (check := listed.get(name))
            if check is not None and check.path != page.path:
                yield from self._verdicts(self._site.page(check.path), check.name)
        for block in page.blocks:
            if block.name:
                yield block.name in linked, listed.get(block.name)
        for reference in page.references:
            target = Path(os.path.normpath(page.path.parent / reference.href.partition("#")[0]))
            yield target.exists() and self._site.publishes(target) and self._site.page(target).ids

    def _verdicts(self, page: Page, name: str | None = None) -> Iterator[object]:
        for session in page.sessions():
            yield from (self._records.of(block, session) for block in session if name in (None, block.name))

    def _other_files(self) -> dict[str, frozenset[tuple[str, int]]]:
        """All that is watched besides pages and verdicts, by what the server was told, each file with its time."""
        told = {str(path) for path in self._site.files().pages} | {str(self._records.verified)}
        roots = self._server._watched_paths if self._server else ()
        return {root: frozenset(each for each in _files(Path(root)) if each[0] not in told) for root in roots}


def _files(root: Path) -> Iterator[tuple[str, int]]:
    inside = (Path(at, name) for at, _, names in os.walk(root) if not at.endswith("__pycache__") for name in names)
    for path in (root,) if root.is_file() else inside:
        with contextlib.suppress(FileNotFoundError):
            yield str(path), path.stat().st_mtime_ns
