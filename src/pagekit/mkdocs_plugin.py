"""Adds to a MkDocs site what its formulas and figures need: the font, the style sheet, and eyes on the
figures' files.
"""

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

from pagekit.figures import draw_ahead, drawn_mark, figures_named
from pagekit.math_font import characters, kept_font, math_font
from pagekit.reach import our_packages
from pagekit.search_text import as_formulas, as_text
from pagekit.stylesheet import stylesheet

# Figures that are drawn within this time are in the page at once.
PATIENCE_SECONDS = 1.0


class PagekitPlugin(BasePlugin):  # type: ignore[type-arg, no-untyped-call]
    """MkDocs plugin `pagekit`, without settings. The Markdown extensions do what is about a single page."""

    def __init__(self) -> None:
        self.serving = False
        self.served = False
        self._characters: frozenset[str] = frozenset()

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Whoever serves the site wants to read now; whoever builds it wants it whole."""
        self.serving = command == "serve"

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Tell the figures how long to keep a page waiting: not at all, before there is a site to be read."""
        if self.serving:
            wait = PATIENCE_SECONDS if self.served else 0
            config.mdx_configs.setdefault("pagekit.figures", {})["wait"] = wait
        return config

    # After the checks, which may forbid the build, and before the notebooks, which take long.
    @event_priority(-40)
    def on_pre_build(self, *, config: MkDocsConfig) -> None:
        """Begin to draw, all figures in one go."""
        if self.served or not self.serving:
            self._draw_ahead(config)

    def _draw_ahead(self, config: MkDocsConfig, *, late: bool = False) -> None:
        docs_dir = Path(config.docs_dir)
        draw_ahead(figures_named(docs_dir), docs_dir, late=late)

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Keep the figures' modules out of the site."""
        for file in list(files):
            if file.src_uri.startswith("figures/") and file.src_uri.endswith((".py", ".pyc")):
                files.remove(file)
        return files

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
        uri = f"assets/stylesheets/pagekit.{hashlib.sha256(style.encode()).hexdigest()[:8]}.css"
        files.append(File.generated(config, uri, content=style))
        # First, so that the site's own style sheets have the last word.
        config.extra_css.insert(0, uri)

    def on_serve(self, server: LiveReloadServer, *, config: MkDocsConfig, builder: Any) -> None:
        """Build again when a module changes that figures are drawn with; `docs/` is watched already."""
        mark = drawn_mark(Path(config.docs_dir))
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()
        for watched in (mark, *our_packages().values()):
            server.watch(str(watched))
        self.served = True
        self._draw_ahead(config, late=True)
        threading.Thread(target=self._catch_up, args=(Path(config.docs_dir),), daemon=True).start()

    def _catch_up(self, docs_dir: Path) -> None:
        """Make the font, if the first pages are shown without it."""
        if self._characters and not kept_font(self._characters, docs_dir).is_file():
            math_font(self._characters, docs_dir)
            drawn_mark(docs_dir).touch()
