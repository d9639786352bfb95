"""MkDocs plugin: makes the built pages light. Whoever serves the site at work gets it as it is, and at once."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.pages import Page

from slim.blanks import without_blanks
from slim.code import unwrap
from slim.joined import join_style_sheets
from slim.outside import move_outside


class SlimPlugin(BasePlugin):  # type: ignore[type-arg, no-untyped-call]
    """MkDocs plugin `slim`, without settings."""

    def __init__(self) -> None:
        self.serving = False

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Joining style sheets takes a second, which nobody who writes a page should wait for."""
        self.serving = command == "serve"

    def on_post_page(self, output: str, *, page: Page, config: MkDocsConfig) -> str:
        """Take out what nobody sees."""
        return without_blanks(unwrap(output))

    @event_priority(-100)
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Now that all pages are written: leave nothing inline, and join the style sheets, with the rules in use."""
        if not self.serving:
            move_outside(Path(config.site_dir))
            join_style_sheets(Path(config.site_dir))
