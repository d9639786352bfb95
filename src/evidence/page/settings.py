"""All that the author of a site sets, read once for the builder, the Markdown extension, pytest and the commands.

It stands in `mkdocs.yml`, where the builder reads most of it: the folder of the pages, what is not published, and the
Markdown extensions, with which a page is parsed too: what counts as a code block is theirs to say. What is ours stands
there under the plugin `evidence`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, entry_points, version
from pathlib import Path
from typing import Any

from evidence.files.errors import Refusal, display_path
from evidence.page.languages import Language, classify
from evidence.page.layers import REASONS

# MkDocs adds these three to every site.
BUILT_IN = ("toc", "tables", "fenced_code")

# For pages that no site is made of, such as a README.
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


# What an entry point of the group `evidence.parsed_as` names for an extension that draws on the parsed page.
NOTHING = None


@dataclass(frozen=True)
class Settings:
    """What is set for a site; paths are absolute.

    Attributes:
        config_file: the site's `mkdocs.yml`, which need not be there.
        docs_dir: the folder of the pages.
        examples: the folder of the notebooks that are pages too, if there is one.
        grades: the page that says what the four grades promise, with a place named after each, if there is one.
        ledger: the page that lists all checks, if there is one.
        answer: the title of a block that holds an answer.
        reasons: the title of the fold of a quiz that says of each option why it is right or wrong.
        versions: the packages whose versions a reader is told, besides Python's.
        extensions: the names of the Markdown extensions.
        configs: the options of those that have any.
        left_out: what is not published, as `exclude_docs` and `draft_docs` say it.
        texts: the configuration as it is written, in as many files as it stands in.
    """

    config_file: Path
    docs_dir: Path
    examples: Path | None = None
    grades: Path | None = None
    ledger: Path | None = None
    answer: str = "Answer"
    reasons: str = REASONS
    versions: tuple[str, ...] = ()
    extensions: tuple[str, ...] = BASELINE
    configs: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: BASELINE_CONFIGS)
    left_out: Mapping[str, str] = field(default_factory=dict)
    texts: tuple[str, ...] = ()

    @property
    def is_site(self) -> bool:
        """Whether a site is made of the pages."""
        return bool(self.texts)


class SettingsError(Refusal, ValueError):
    """A configuration that cannot be meant so; the message names the file and the line."""


def load_settings(config_file: Path) -> Settings:
    """What `config_file` sets; where there is no such file, what pages are read with that no site is made of.

    Raises:
        SettingsError: it sets something unknown, something that contradicts something else or what is there, or
            something under which Python would be shown that nobody finds.
    """
    config_file = config_file.absolute()
    if not config_file.is_file():
        return Settings(config_file, config_file.parent / "docs")
    texts = tuple(_texts(config_file))
    content = _read(config_file)
    docs_dir = _docs_dir(config_file, content)
    return Settings(
        config_file,
        docs_dir,
        **_own(config_file, docs_dir, content),
        **_markdown(config_file, content),
        left_out={name: lines for name in ("exclude_docs", "draft_docs") if (lines := content.get(name))},
        texts=texts,
    )


def _read(config_file: Path) -> Mapping[str, Any]:
    try:
        from mkdocs.exceptions import ConfigurationError
        from mkdocs.utils.yaml import yaml_load
    except ImportError as error:
        problem = f"only MkDocs can read it, and {error.name} is not installed"
        raise settings_error(config_file, "", problem, "Install mkdocs") from error
    try:
        with config_file.open("rb") as stream:
            content = yaml_load(stream)
    except ConfigurationError as error:
        raise settings_error(config_file, "", f"it is no YAML: {error}", "Mend it") from error
    if not isinstance(content, dict):
        raise settings_error(config_file, "", "it holds no settings", "Begin with site_name: and the site's name")
    return content


def _texts(config_file: Path) -> Iterator[str]:
    """The text of a configuration, and of those that it inherits from."""
    text = config_file.read_text(encoding="utf-8-sig")
    yield text
    inherits = re.search(r"^INHERIT:\s*[\"']?([^\"'#\n]+)", text, re.M)
    if inherits and (parent := config_file.parent / inherits[1].strip()).is_file():
        yield from _texts(parent)


def _docs_dir(config_file: Path, content: Mapping[str, Any]) -> Path:
    docs_dir = config_file.parent / (content.get("docs_dir") or "docs")
    if not docs_dir.is_dir():
        problem = f"there is no folder {display_path(docs_dir)} with the pages"
        raise settings_error(config_file, "docs_dir", problem, "Name the folder of the pages as docs_dir")
    return docs_dir


def _entries(config_file: Path, content: Mapping[str, Any], key: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The plugins or extensions that are listed, each with its options; MkDocs takes a list or a mapping."""
    listed = content.get(key) or []
    for entry in listed.items() if isinstance(listed, dict) else listed:
        name, options = (entry, None) if isinstance(entry, str) else entry if isinstance(entry, tuple) else (None, None)
        if isinstance(entry, dict) and len(entry) == 1:
            name, options = next(iter(entry.items()))
        if not isinstance(name, str) or not isinstance(options or {}, dict):
            problem = f"{entry!r} under {key} is neither a name nor a name with options"
            raise settings_error(config_file, key, problem, "Write `- name`, or `- name:` and its options below")
        yield name, options or {}


def _own(config_file: Path, docs_dir: Path, content: Mapping[str, Any]) -> dict[str, Any]:
    """What is set under the plugin `evidence`."""
    listed = [options for name, options in _entries(config_file, content, "plugins") if name == "evidence"]
    if len(listed) > 1:
        raise settings_error(config_file, "evidence", "the plugin evidence is listed twice", "List it once")
    given = {name: value for name, value in (listed[0] if listed else {}).items() if name != "enabled"}
    unknown = next((name for name in given if name not in _OURS), None)
    if unknown is not None:
        problem = f"the plugin evidence has no setting {unknown!r}"
        raise settings_error(config_file, str(unknown), problem, f"It has {', '.join(_OURS)}")
    found = {}
    for name, value in given.items():
        try:
            found[name] = _OURS[name](docs_dir, config_file.parent, value)
        except _Wrong as wrong:
            raise settings_error(config_file, name, f"{name} is {value!r}, and {wrong}", wrong.remedy) from wrong
    return found


class _Wrong(Exception):
    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.remedy = remedy


def _folder(docs_dir: Path, root: Path, value: object) -> Path:
    folder = root / str(value)
    if not isinstance(value, str) or not folder.is_dir():
        raise _Wrong("there is no such folder", "Name the folder of the notebooks, seen from the configuration")
    if folder.resolve().is_relative_to(docs_dir.resolve()):
        raise _Wrong("the builder takes what lies there for pages already", "Let it lie beside the folder of the pages")
    return folder


def _page(docs_dir: Path, root: Path, value: object) -> Path:
    if not isinstance(value, str) or not (docs_dir / value).is_file():
        raise _Wrong(f"there is no such page in {display_path(docs_dir)}", "Name a page, seen from the pages' folder")
    return docs_dir / value


def _words(docs_dir: Path, root: Path, value: object) -> str:
    if not isinstance(value, str) or value != " ".join(value.split()) or not value:
        raise _Wrong("that is no title", "Write the words as the pages do, on one line")
    return value


def _packages(docs_dir: Path, root: Path, value: object) -> tuple[str, ...]:
    names = value if isinstance(value, list) else [None]
    for name in names:
        try:
            version(str(name or ""))
        except (PackageNotFoundError, ValueError):
            remedy = "Write a list of packages as pip names them, such as [numpy], and install them"
            raise _Wrong(f"{name!r} is no package that is installed", remedy) from None
    return tuple(names)


_OURS: dict[str, Callable[[Path, Path, object], Any]] = {
    "examples": _folder,
    "grades": _page,
    "ledger": _page,
    "answer": _words,
    "reasons": _words,
    "versions": _packages,
}


def _markdown(config_file: Path, content: Mapping[str, Any]) -> dict[str, Any]:
    """The Markdown extensions that say what a page holds."""
    configs: dict[str, dict[str, Any]] = {}
    # An extension that costs much to show may name a plain one that finds the same: what stands in a formula, say.
    # One that draws on the parsed page names none.
    stand_ins = {found.name: found for found in entry_points(group="evidence.parsed_as")}
    for name, options in _entries(config_file, content, "markdown_extensions"):
        stand_in = stand_ins.get(name.partition(":")[0]) or stand_ins.get(name.partition(".")[0])
        if stand_in is None:
            configs[name] = options
        elif (its := stand_in.load()) is not NOTHING:
            configs[its[0]] = its[1]
    if "pymdownx.superfences" not in configs:
        raise settings_error(
            config_file,
            "markdown_extensions",
            "pymdownx.superfences is not listed, which finds the code blocks",
            "List it under markdown_extensions",
        )
    _require_that_python_is_found(config_file, configs)
    names = dict.fromkeys((*BUILT_IN, *configs))
    return {"extensions": tuple(names), "configs": {name: options for name, options in configs.items() if options}}


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
    """The error to raise for what `config_file` gets wrong where it first names `option`, or as a whole."""
    named = re.compile(rf"^[^#]*(?<![\w.-]){re.escape(option)}(?![\w-])")
    lines = config_file.read_text(encoding="utf-8-sig").split("\n") if option else []
    line = next((number for number, line in enumerate(lines, 1) if named.search(line)), 1)
    return SettingsError(f"{display_path(config_file)}:{line}: {problem}. {remedy}")
