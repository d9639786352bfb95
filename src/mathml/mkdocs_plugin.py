"""MkDocs plugin: gives a site the font and the style sheet of its formulas, and its search their text."""

from __future__ import annotations

import hashlib
import re
import threading
from html import escape
from pathlib import Path
from typing import Any, Literal

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin, CombinedEvent, event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url

from mathml.characters import Characters, characters
from mathml.font import font_mark, kept_font, make_fonts
from mathml.search_text import as_formulas, as_text
from mathml.stylesheet import FONT_AT_ONCE, FORMULAS, font_face
from mathml.text import plain_text

_MATH = re.compile(r"<math\b.*?</math>", re.S)
_FORMULA_LINK = re.compile(
    r"<a((?![^>]*\b(?:aria-label|title)=)\b[^>]*)>((?:\s*<math\b(?:(?!</math>).)*</math>)+\s*)</a>", re.S
)


def _named(link: re.Match[str]) -> str:
    name = " ".join(plain_text(formula) for formula in _MATH.findall(link[2]))
    return f'<a title="{escape(name)}"{link[1]}>{link[2]}</a>'


class MathPlugin(BasePlugin):  # type: ignore[type-arg, no-untyped-call]
    """MkDocs plugin `mathml`, without settings. The Markdown extension does what is about a single page."""

    def __init__(self) -> None:
        self.serving = False
        self.served = False
        self._characters: dict[str, Characters] = {}
        self._fonts: dict[str, str] = {}

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

    def on_page_content(self, html: str, /, **_: Any) -> str:
        """Give a link that is nothing but a formula a name that can be read out."""
        return _FORMULA_LINK.sub(_named, html)

    def on_env(self, env: Any, *, config: MkDocsConfig, files: Files) -> None:
        """Add fonts and style sheet, now that every page's formulas are known, and no page is written yet."""
        docs_dir = Path(config.docs_dir)
        pages = [file.page for file in files.documentation_pages() if file.page]
        self._characters = {page.url: chars for page in pages if (chars := characters([page.content or ""])).every}
        if self.served or not self.serving:
            make_fonts(self._characters.values(), docs_dir)
        self._fonts = {
            url: _add_style_sheet("math-font", font_face(font), config, files)
            for url, chars in self._characters.items()
            if (font := kept_font(chars, docs_dir)) is not None
        }
        # First, so that the site's own style sheets have the last word.
        config.extra_css.insert(0, _add_style_sheet("mathml", FORMULAS, config, files))

    def on_post_page(self, output: str, *, page: Page, config: MkDocsConfig) -> str:
        """Have the page load the font with the letters and signs of its own formulas."""
        if page.url not in self._fonts:
            return output
        address = get_relative_url(self._fonts[page.url], page.url)
        font = f'<link rel="stylesheet" href="{address}"><script>{FONT_AT_ONCE}</script>'
        return output.replace("</head>", f"{font}\n</head>", 1)

    def on_serve(self, server: LiveReloadServer, *, config: MkDocsConfig, builder: Any) -> None:
        """Build again when the font is there, if the first pages are shown without it."""
        mark = font_mark(Path(config.docs_dir))
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()
        server.watch(str(mark))
        self.served = True
        threading.Thread(target=self._catch_up, args=(Path(config.docs_dir),), daemon=True).start()

    def _catch_up(self, docs_dir: Path) -> None:
        """Make the fonts, if the first pages are shown without them."""
        if any(kept_font(chars, docs_dir) is None for chars in self._characters.values()):
            make_fonts(self._characters.values(), docs_dir)
            font_mark(docs_dir).touch()


def _add_style_sheet(name: str, content: str, config: MkDocsConfig, files: Files) -> str:
    """Put it into the site under a name that changes with its content, and tell its address from the site's root."""
    uri = f"assets/stylesheets/{name}.{hashlib.sha256(content.encode()).hexdigest()[:8]}.css"
    if uri not in files.src_uris:
        files.append(File.generated(config, uri, content=content))
    return uri
