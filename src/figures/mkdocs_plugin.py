"""MkDocs plugin: draws the figures of a site ahead of its pages, and keeps an eye on the modules that draw them."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any, Literal

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import Files

from evidence.files.import_graph import at_work
from figures.kept_figures import draw_ahead, drawn_mark, figures_named, imported_by_figures

# Figures that are drawn within this time are in the page at once.
PATIENCE_SECONDS = 1.0


class FiguresPlugin(BasePlugin):  # type: ignore[type-arg, no-untyped-call]
    """MkDocs plugin `figures`, without settings. The Markdown extension does what is about a single page."""

    def __init__(self) -> None:
        self.serving = False
        self.served = False

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Whoever serves the site wants to read now; whoever builds it wants it whole."""
        self.serving = command == "serve"

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Tell the figures how long to keep a page waiting: not at all, before there is a site to be read."""
        if self.serving:
            wait = PATIENCE_SECONDS if self.served else 0
            config.mdx_configs.setdefault("figures", {})["wait"] = wait
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

    def on_serve(self, server: LiveReloadServer, *, config: MkDocsConfig, builder: Any) -> None:
        """Build again when a module changes that figures are drawn with; `docs/` is watched already."""
        mark = drawn_mark(Path(config.docs_dir))
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()
        server.watch(str(mark))
        with contextlib.suppress(SyntaxError):  # whoever draws tells that
            for folder in at_work(imported_by_figures(Path(config.docs_dir))).values():
                server.watch(str(folder))
        self.served = True
        self._draw_ahead(config, late=True)
