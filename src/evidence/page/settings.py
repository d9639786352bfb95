"""The Markdown extensions that the site renders its pages with, read from `mkdocs.yml`.

A page is parsed with the very extensions that render it: what counts as a code block is theirs to say.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from mkdocs.exceptions import BuildError
from mkdocs.utils.yaml import yaml_load

from evidence.files.errors import display_path
from evidence.page.languages import Language, classify

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


class SettingsError(BuildError, ValueError):
    """The site's configuration would have Python shown that nobody finds; the message names the file and the line."""


def load_settings(config_file: Path) -> MarkdownSettings:
    """The extensions that `config_file` (a `mkdocs.yml`) lists, without ours; the baseline where there is no file.

    Raises:
        SettingsError: the file lists no `pymdownx.superfences`, without which no fence is found, or has other blocks
            than fences of Python shown as Python.
    """
    if not config_file.is_file():
        return MarkdownSettings()
    with config_file.open("rb") as stream:
        entries = (yaml_load(stream) or {}).get("markdown_extensions") or []
    configs: dict[str, dict[str, Any]] = {}
    # An extension that costs much to show may name a plain one that finds the same: what stands in a formula, say.
    stand_ins = {found.name: found for found in entry_points(group="evidence.parsed_as")}
    for entry in entries:
        name, options = (entry, None) if isinstance(entry, str) else next(iter(entry.items()))
        if name in stand_ins:
            stand_in, its_options = stand_ins[name].load()
            configs[stand_in] = its_options
        elif name.partition(".")[0] not in OURS:
            configs[name] = options or {}
    if "pymdownx.superfences" not in configs:
        raise settings_error(
            config_file,
            "markdown_extensions",
            "pymdownx.superfences is not listed, which finds the code blocks",
            "List it under markdown_extensions",
        )
    _require_that_python_is_found(config_file, configs)
    names = dict.fromkeys((*BUILT_IN, *configs))
    return MarkdownSettings(tuple(names), {name: options for name, options in configs.items() if options})


def _require_that_python_is_found(config_file: Path, configs: dict[str, dict[str, Any]]) -> None:
    codehilite = next((name for name in configs if name.split(".")[-1] == "codehilite"), None)
    if codehilite:
        problem = "codehilite shows indented text as Python, which nothing runs"
        raise settings_error(config_file, codehilite, problem, "Take it out: pymdownx.superfences shows the fences")
    highlight = configs.get("pymdownx.highlight", {})
    if "pymdownx.highlight" in configs and not highlight.get("pygments_lang_class"):
        problem = "the blocks of a page do not tell their language, so that nobody can count those of Python"
        raise settings_error(config_file, "pymdownx.highlight", problem, "Set its option pygments_lang_class to true")
    others = [entry.get("lang", "") for entry in highlight.get("extend_pygments_lang") or ()]
    for option, names in (("default_lang", [highlight.get("default_lang") or ""]), ("extend_pygments_lang", others)):
        if any(classify(name) is not Language.OTHER for name in names if name):
            problem = "blocks that are not fences of Python would be shown as Python"
            raise settings_error(config_file, option, problem, f"Leave {option} away: a fence names its language")
    if highlight.get("guess_lang"):
        problem = "a block whose language is guessed may be shown as Python, and nothing runs it"
        raise settings_error(config_file, "guess_lang", problem, "Leave it away: a fence names its language")


def settings_error(config_file: Path, option: str, problem: str, remedy: str) -> SettingsError:
    """The error to raise for what `config_file` gets wrong where it first names `option`."""
    lines = config_file.read_text(encoding="utf-8").split("\n")
    line = next((number for number, line in enumerate(lines, 1) if option in line), 1)
    return SettingsError(f"{display_path(config_file)}:{line}: {problem}. {remedy}")
