"""MkDocs plugin: makes of the pages what readers find, print and take away besides them. It only wires."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mkdocs.config import config_options as option
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

from handouts.glossary import Term, abbreviations, as_sections, explained, terms
from handouts.lists import Chapter, fill_in
from handouts.questions import questions
from handouts.search import BOOST_OF_CHAPTERS, tag_with_terms


class HandoutsConfig(Config):  # type: ignore[no-untyped-call]
    """Settings of the plugin.

    Attributes:
        glossary: the page that defines terms, seen from the folder of the pages.
    """

    glossary = option.Optional(option.Type(str))


class HandoutsPlugin(BasePlugin[HandoutsConfig]):  # type: ignore[no-untyped-call]
    """MkDocs plugin `handouts`."""

    def __init__(self) -> None:
        self._terms: list[Term] = []
        self._meanings: dict[str, str] = {}
        self._addresses: dict[str, str] = {}
        self._pages: list[Page] = []
        self._chapters: list[Chapter] = []

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Read what abbreviations mean, and where terms are taught."""
        if self.config.glossary:
            text = Path(config.docs_dir, self.config.glossary).read_text(encoding="utf-8")
            self._terms = list(terms(text))
            self._meanings = abbreviations(self._terms)
        return config

    def on_page_content(self, html: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
        """Explain each abbreviation once, and have search prefer what teaches."""
        self._addresses[page.file.src_uri] = page.url
        if 'class="quiz"' in html:
            page.meta.setdefault("search", {}).setdefault("boost", BOOST_OF_CHAPTERS)
        return as_sections(html) if page.file.src_uri == self.config.glossary else explained(html, self._meanings)

    def on_nav(self, nav: Navigation, *, config: MkDocsConfig, files: Files) -> None:
        """Note the order that a reader sees."""
        self._pages = nav.pages

    def on_env(self, env: Any, *, config: MkDocsConfig, files: Files) -> None:
        """Fill in what is listed, now that all pages are rendered and none is written."""
        self._chapters = [
            Chapter(page.url, str(page.title), found)
            for page in self._pages
            if (found := list(questions(page.content or "")))
        ]
        for page in self._pages:
            fill_in(page, self._chapters)

    # After the search has written its index.
    @event_priority(-50)
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Tell the search where terms are taught."""
        index = Path(config.site_dir, "search", "search_index.json")
        if self._terms and index.is_file():
            tag_with_terms(index, self._terms, self._addresses)
