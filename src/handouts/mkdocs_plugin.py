"""MkDocs plugin: makes of the pages what readers find, print and take away besides them. It only wires."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urljoin

from mkdocs.config import config_options as option
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import AnchorLink, TableOfContents
from mkdocs.utils import get_build_datetime, get_build_timestamp, get_relative_url

from evidence.files.errors import display_path
from evidence.markdown_extension import shared_site
from evidence.page.model import anchor
from evidence.page.settings import settings_error
from evidence.show.ledger import commit, versions
from handouts.cards import write_decks
from handouts.citation import CITATION, citation, read_citation
from handouts.glossary import Term, abbreviations, as_sections, explained, terms
from handouts.helpers import MARK, Module, as_html, breakable, linked, modules
from handouts.lists import FOLDER, Chapter, fill_in
from handouts.overview import fill_in_cards
from handouts.questions import Question, questions
from handouts.search import BOOST_OF_CHAPTERS, list_checks, tag_with_terms
from handouts.share import description, list_for_programs, picture, report_address
from notebooks.addresses import page_uri


class HandoutsConfig(Config):  # type: ignore[no-untyped-call]
    """Settings of the plugin.

    Attributes:
        glossary: the page that defines terms, seen from the folder of the pages.
        helpers: the page that shows what checks import from the project's own package, likewise.
        package: the folder of that package, seen from `mkdocs.yml`.
        citation: a `CITATION.cff`, seen from `mkdocs.yml`.
    """

    glossary = option.Optional(option.Type(str))
    helpers = option.Optional(option.Type(str))
    package = option.Optional(option.Dir(exists=True))
    citation = option.Optional(option.File(exists=True))


class HandoutsPlugin(BasePlugin[HandoutsConfig]):  # type: ignore[no-untyped-call]
    """MkDocs plugin `handouts`."""

    def __init__(self) -> None:
        self.serving = False
        self._terms: list[Term] = []
        self._meanings: dict[str, str] = {}
        self._addresses: dict[str, str] = {}
        self._nav: Navigation
        self._questions: dict[str, list[Question]] = {}
        self._chapters: list[Chapter] = []

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Whoever writes a page needs neither cards nor pictures of it."""
        self.serving = command == "serve"

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Read what abbreviations mean, and where terms are taught.

        Raises:
            SettingsError: there is no such glossary, or no package whose helpers a page could show.
        """
        config_file = Path(config.config_file_path)
        if self.config.glossary:
            file = Path(config.docs_dir, self.config.glossary)
            if not file.is_file():
                problem = f"there is no page {self.config.glossary} in {display_path(Path(config.docs_dir))}"
                raise settings_error(config_file, "glossary", problem, "Name the page with the glossary")
            self._terms = list(terms(file.read_text(encoding="utf-8")))
            self._meanings = abbreviations(self._terms)
        if self.config.helpers and not self.config.package:
            problem = f"{self.config.helpers} shows the helpers of a package, and none is set"
            raise settings_error(config_file, "helpers", problem, "Set `package` to its folder")
        return config

    # After the formulas, which give a link that is nothing else its name.
    @event_priority(-50)
    def on_page_content(self, html: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
        """Explain each abbreviation once, and have search prefer what teaches."""
        self._addresses[page.file.src_uri] = page.url
        found = self._questions[page.file.src_uri] = list(questions(html))
        page.meta.setdefault("description", description(html, found))
        if config.repo_url:
            page.meta["report"] = report_address(config.repo_url, page.url, *self._built_with(config.config_file_path))
        if found:
            page.meta.setdefault("search", {}).setdefault("boost", BOOST_OF_CHAPTERS)
        if page.file.src_uri == self.config.glossary:
            return as_sections(html)
        return explained(self._leading_to_helpers(html, page, files), self._meanings)

    def _leading_to_helpers(self, html: str, page: Page, files: Files) -> str:
        there = files.get_file_from_path(self.config.helpers) if self.config.helpers else None
        if there is None:
            return html
        names = {name for module in self._helpers() for name in (module.name, *(each.name for each in module.helpers))}
        return linked(html, names, get_relative_url(there.url, page.url))

    @cache  # noqa: B019 - there is one plugin of this kind
    def _helpers(self) -> list[Module]:
        return list(modules(Path(self.config.package or "")))

    @cache  # noqa: B019 - there is one plugin of this kind
    def _built_with(self, config_file: str) -> tuple[dict[str, str], str]:
        """The versions of the packages that a reader is told, and the commit."""
        return versions(shared_site(Path(config_file).absolute()).settings.versions), commit()

    def on_nav(self, nav: Navigation, *, config: MkDocsConfig, files: Files) -> None:
        """Note the order that a reader sees."""
        self._nav = nav

    def on_env(self, env: Any, *, config: MkDocsConfig, files: Files) -> None:
        """Fill in what is listed, now that all pages are rendered and none is written."""
        self._chapters = [
            Chapter(page.url, str(page.title), found)
            for page in self._nav.pages
            if (found := self._questions.get(page.file.src_uri))
        ]
        by_address = {chapter.url: chapter for chapter in self._chapters}
        for page in self._nav.pages:
            fill_in(page, self._chapters, decks=not self.serving)
            fill_in_cards(page, self._nav, by_address)
            if MARK in (page.content or "") and self.config.package:
                self._show_helpers(page, config)
            if CITATION in (page.content or "") and self.config.citation:
                work, built = read_citation(Path(self.config.citation)), get_build_datetime().date()
                cited = citation(work, config.site_url or "", built, commit())
                page.content = (page.content or "").replace(CITATION, cited)
        if config.site_url and not self.serving:
            self._draw_pictures(config, files)

    def _show_helpers(self, page: Page, config: MkDocsConfig) -> None:
        site = shared_site(Path(config.config_file_path).absolute())
        uses: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for each in site.pages():
            url = self._addresses.get(page_uri(each.path, site.settings) or "")
            for block in each.blocks:
                if url is not None and block.name:
                    address = get_relative_url(f"{url}#{anchor(block.name)}", page.url)
                    for name in block.imports or ():
                        uses[name].append((block.name, address))
        page.content = (page.content or "").replace(MARK, as_html(self._helpers(), uses))
        page.toc = TableOfContents([AnchorLink(breakable(module.name), module.name, 2) for module in self._helpers()])

    def _draw_pictures(self, config: MkDocsConfig, files: Files) -> None:
        """A preview of a link names its picture with the whole address."""
        for page in self._nav.pages:
            if png := picture(page.content or "", str(page.title), Path(config.docs_dir)):
                uri = f"assets/pictures/{page.url.strip('/').replace('/', '-') or 'home'}.png"
                files.append(File.generated(config, uri, content=png))
                page.meta["picture"] = urljoin(config.site_url or "", uri)

    def _checks(self, config: MkDocsConfig) -> Iterator[tuple[str, str, str]]:
        """The address of each check, its name, and the first sentence that claims what it shows."""
        site = shared_site(Path(config.config_file_path).absolute())
        claims = {link.name: link.sentence for page in reversed(site.pages()) for link in reversed(page.links)}
        for page in site.pages():
            url = self._addresses.get(page_uri(page.path, site.settings) or "")
            for block in page.blocks:
                if url is not None and block.name:
                    yield f"{url}#{anchor(block.name)}", block.name, claims.get(block.name, "")

    # After the search has written its index.
    @event_priority(-50)
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Tell the search of terms and checks, and write the decks and the list of all pages."""
        index = Path(config.site_dir, "search", "search_index.json")
        if index.is_file():
            tag_with_terms(index, self._terms, self._addresses)
            list_checks(index, self._checks(config))
        if self.serving:
            return
        site, site_url = Path(config.site_dir), config.site_url or ""
        write_decks(site / FOLDER, config.site_name, site_url, self._chapters, get_build_timestamp())
        about = " ".join((config.site_description or "").split())
        listed = list_for_programs(config.site_name, about, site_url, self._nav.pages)
        (site / "llms.txt").write_text(listed, encoding="utf-8")
