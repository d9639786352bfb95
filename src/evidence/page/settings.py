"""The Markdown extensions that the site renders its pages with, read from `mkdocs.yml`.

A page is parsed with the very extensions that render it: what counts as a code block is theirs to say.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mkdocs.utils.yaml import yaml_load

from mathml.formula_syntax import ARITHMATEX

# MkDocs adds these three to every site. Ours need no parsing of their own: they draw on the parsed page.
BUILT_IN = ("toc", "tables", "fenced_code")
OURS = ("evidence", "figures", "mathml", "notebooks")

# For pages that no site configuration stands above, such as those that a test plants.
BASELINE = (
    "admonition",
    "attr_list",
    "md_in_html",
    "pymdownx.blocks.admonition",
    "pymdownx.blocks.details",
    "pymdownx.blocks.tab",
    "pymdownx.details",
    "pymdownx.highlight",
    "pymdownx.superfences",
    "pymdownx.tabbed",
    "tables",
    "toc",
)
BASELINE_CONFIGS: dict[str, dict[str, Any]] = {"pymdownx.tabbed": {"alternate_style": True}}


@dataclass(frozen=True)
class MarkdownSettings:
    """Names of Python-Markdown extensions, and the options of those that have any."""

    extensions: tuple[str, ...] = BASELINE
    configs: dict[str, dict[str, Any]] = field(default_factory=lambda: dict(BASELINE_CONFIGS))


def load_settings(config_file: Path) -> MarkdownSettings:
    """The extensions that `config_file` (a `mkdocs.yml`) lists, without ours; the baseline where there is no file.

    Raises:
        ValueError: the file lists no `pymdownx.superfences`, without which no fence is found.
    """
    if not config_file.is_file():
        return MarkdownSettings()
    with config_file.open("rb") as stream:
        entries = (yaml_load(stream) or {}).get("markdown_extensions") or []
    configs: dict[str, dict[str, Any]] = {}
    for entry in entries:
        name, options = (entry, None) if isinstance(entry, str) else next(iter(entry.items()))
        if name == "mathml":
            configs["pymdownx.arithmatex"] = ARITHMATEX  # what stands in a formula is no Markdown
        elif name.partition(".")[0] not in OURS:
            configs[name] = options or {}
    if "pymdownx.superfences" not in configs:
        raise ValueError(
            f"{config_file} must list pymdownx.superfences under markdown_extensions: it finds the code blocks"
        )
    names = dict.fromkeys((*BUILT_IN, *configs))
    return MarkdownSettings(tuple(names), {name: options for name, options in configs.items() if options})
