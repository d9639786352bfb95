"""Renders the pages of a site from the last, in a process of its own, while the builder renders them from the first.

Rendering is most of what a reader waits for when a site is served for the first time, and MkDocs does it on one core.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection, Pipe
from typing import NoReturn

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

from evidence.kept_renderings import put_into, taken_from
from evidence.run.fork import end, fork


class RenderedAhead:
    """The pages of a site as they come in; each is taken instead of being rendered, if it is there by then.

    Args:
        files: of the site, their pages not yet read.
        config: of the site.
        before: called in the other process before it renders.
    """

    def __init__(self, files: Files, config: MkDocsConfig, before: Callable[[], None]) -> None:
        self._found: dict[str, bytes] = {}
        pages = [file.page for file in files.documentation_pages() if file.page]
        receiver, sender = Pipe(duplex=False)
        self._process: int | None = fork()
        if self._process == 0:
            receiver.close()
            _render(pages, files, config, before, sender)
        sender.close()
        threading.Thread(target=self._receive, args=(receiver,), daemon=True).start()
        for page in pages:
            page.render = partial(self._take_or_render, page)  # type: ignore[method-assign]

    def stop(self) -> None:
        """Let go of what was not needed."""
        if self._process is not None:
            end(self._process)
            self._process = None

    def _receive(self, receiver: Connection) -> None:
        with contextlib.suppress(EOFError, OSError):
            while True:
                address, rendered = receiver.recv()
                self._found[address] = rendered

    def _take_or_render(self, page: Page, config: MkDocsConfig, files: Files) -> None:
        rendered = self._found.get(page.file.src_uri)
        if rendered is None:
            Page.render(page, config, files)
            return
        put_into(page, rendered, files)


def _render(
    pages: list[Page], files: Files, config: MkDocsConfig, before: Callable[[], None], sender: Connection
) -> NoReturn:
    with contextlib.suppress(OSError):  # The builder has ended.
        before()
        for page in reversed(pages):
            try:
                rendered = _rendered(page, files, config)
            except Exception:  # The builder meets it too, and tells it.
                continue
            sender.send((page.file.src_uri, rendered))
    os._exit(0)


def _rendered(page: Page, files: Files, config: MkDocsConfig) -> bytes:
    page = config.plugins.on_pre_page(page, config=config, files=files)
    page.read_source(config)
    page.markdown = config.plugins.on_page_markdown(page.markdown or "", page=page, config=config, files=files)
    page.render(config, files)
    return taken_from(page)
