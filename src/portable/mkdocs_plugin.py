"""MkDocs plugin: takes the built site to where there is no network. Whoever serves it at work is shown no old page."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from mkdocs.config import config_options as option
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import BasePlugin, event_priority

from portable.icon import SIZE, icon
from portable.written import FROM_DISK, MANIFEST, OFFLINE_PAGE, write_from_disk, write_manifest, write_worker

_ICON = "assets/images/icon.png"


class PortableConfig(Config):  # type: ignore[no-untyped-call]
    """Settings of the plugin.

    Attributes:
        short_name: what stands below the sign on a home screen; without it, the site's name.
        colour: that of the page, around the sign and while the site starts.
    """

    short_name = option.Optional(option.Type(str))
    colour = option.Type(str, default="#ffffff")


class PortablePlugin(BasePlugin[PortableConfig]):  # type: ignore[no-untyped-call]
    """MkDocs plugin `portable`."""

    def __init__(self) -> None:
        self.serving = False

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Whoever writes a page wants the one that was just built."""
        self.serving = command == "serve"

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Tell the templates that there will be a manifest, by which the scripts know, and of the page without one."""
        if not self.serving:
            config.extra["manifest"] = MANIFEST
            config.extra["from_disk"] = FROM_DISK
            config.theme.dirs.append(str(Path(__file__).parent / "templates"))
            config.theme.static_templates.add(OFFLINE_PAGE)
        return config

    # After all that is written, of which it keeps a digest.
    @event_priority(-200)
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Write what a browser installs, what it keeps, and what it needs from a disk."""
        if self.serving:
            return
        site = Path(config.site_dir)
        about = " ".join((config.site_description or "").split())
        short_name = self.config.short_name or config.site_name
        write_manifest(site, config.site_name, short_name, about, self.config.colour, self._icons(site, config))
        write_from_disk(site)
        write_worker(site)

    def _icons(self, site: Path, config: MkDocsConfig) -> dict[str, str]:
        sign = str(config.theme.get("favicon") or "")
        if not sign.endswith(".svg"):
            return {}
        svg = (site / sign).read_text(encoding="utf-8")
        (site / _ICON).write_bytes(icon(svg, self.config.colour))
        return {sign: "any", _ICON: f"{SIZE}x{SIZE}"}
