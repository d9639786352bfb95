"""MkDocs plugin: gives a site the font and the style sheet of its formulas, and its search their text."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path
from typing import Any, Literal

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin, CombinedEvent, event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from mathml.font import characters, font_mark, kept_font, math_font
from mathml.search_text import as_formulas, as_text
from mathml.stylesheet import stylesheet


class MathPlugin(BasePlugin):  # type: ignore[type-arg, no-untyped-call]
    """MkDocs plugin `mathml`, without settings. The Markdown extension does what is about a single page."""

    def __init__(self) -> None:
        self.serving = False
        self.served = False
        self._characters: frozenset[str] = frozenset()

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Whoever serves the site wants to read now; whoever builds it wants it whole."""
        self.serving = command == "serve"

    @event_priority(90)
    def _show_text(self, /, context: Any, *, page: Page, **_: Any) -> Any:
        page.content, self._formulas = as_text(page.content or "")
        return context

    @event_priority(-90)
    def _show_formulas(self, /, context: Any, *, page: Page, **_: Any) -> Any:
        page.content = as_formulas(page.content or "", self._formulas)
        return context

    # Search reads a page when its template is about to be filled in: before that, and after.
    on_page_context = CombinedEvent(_show_text, _show_formulas)

    def on_env(self, env: Any, *, config: MkDocsConfig, files: Files) -> None:
        """Add font and style sheet, now that every page's formulas are known, and no page is written yet."""
        pages = [file.page.content or "" for file in files.documentation_pages() if file.page]
        self._characters = chars = characters(pages)
        address = ""
        if chars and (self.served or not self.serving or kept_font(chars, Path(config.docs_dir)).is_file()):
            font = math_font(chars, Path(config.docs_dir))
            name = f"stix-two-math.{hashlib.sha256(font).hexdigest()[:8]}.woff2"
            files.append(File.generated(config, f"assets/fonts/{name}", content=font))
            address = f"../fonts/{name}"
        style = stylesheet(address)
        uri = f"assets/stylesheets/mathml.{hashlib.sha256(style.encode()).hexdigest()[:8]}.css"
        files.append(File.generated(config, uri, content=style))
        # First, so that the site's own style sheets have the last word.
        config.extra_css.insert(0, uri)

    def on_serve(self, server: LiveReloadServer, *, config: MkDocsConfig, builder: Any) -> None:
        """Build again when the font is there, if the first pages are shown without it."""
        mark = font_mark(Path(config.docs_dir))
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()
        server.watch(str(mark))
        self.served = True
        threading.Thread(target=self._catch_up, args=(Path(config.docs_dir),), daemon=True).start()

    def _catch_up(self, docs_dir: Path) -> None:
        if self._characters and not kept_font(self._characters, docs_dir).is_file():
            math_font(self._characters, docs_dir)
            font_mark(docs_dir).touch()
