"""A copy of the site with one whole chapter, and of its other pages only what that chapter leads to.

A mistake in the chapter meets all that would refuse it in the site, and the other pages need not be built to see it.
"""

from __future__ import annotations

import re
import shutil
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
CHAPTER = "docs/cnns.md"

_LINK = re.compile(r"\]\((?P<file>[^)#:\s]+\.md)(?:#(?P<place>[^)\s]+))?")
# A notebook would have to be executed; in its place stands a page that takes no time.
_NOTEBOOK = re.compile(r"\]\(\.\./examples/[^)\s]+")
_PROJECT = "      project: .\n"
_PACKAGE = "      package: src/dlchecked\n"
_CITATION = "      citation: CITATION.cff\n"
_NAV = re.compile(r"^nav:\n(?:[ ].*\n)+", re.M)
# Each grade leads to what it promises.
_ALWAYS = {
    ROOT / "docs/index.md": {},
    ROOT / "docs/how-claims-are-checked.md": dict.fromkeys(("exact", "numeric", "statistical", "experiment")),
}


def write_small_site(folder: Path) -> None:
    """Write the copy, with the records, figures and fonts that are kept."""
    _copy_chapter(folder)
    for file, places in _led_to().items():
        target = folder / file.relative_to(ROOT)
        target.parent.mkdir(exist_ok=True)
        target.write_text(_stub(list(places)), encoding="utf-8")
    write_small_config(folder)


def write_small_config(folder: Path) -> None:
    """Write the site's configuration, but for its pages' order."""
    config = _config()
    assert _NAV.search(config), "the configuration no longer names its pages as it did"
    (folder / "examples").mkdir(exist_ok=True)
    if not (folder / "docs" / "ledger.md").exists():
        config = config.replace("      ledger: ledger.md\n", "")
    (folder / "mkdocs.yml").write_text(_NAV.sub("", config), encoding="utf-8")


def copy_whole_site(folder: Path) -> None:
    """Copy all pages, with what is kept of them."""
    for part in ("docs", "examples", "overrides"):
        shutil.copytree(ROOT / part, folder / part)
    (folder / "mkdocs.yml").write_text(_config(), encoding="utf-8")
    _copy_kept(folder)


def _config() -> str:
    """The site's configuration, for a copy without the project's sources, whose wheel is that of the original."""
    config = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    elsewhere = {
        _PROJECT: f"      project: {ROOT}\n",
        _PACKAGE: f"      package: {ROOT / 'src/dlchecked'}\n",
        _CITATION: f"      citation: {ROOT / 'CITATION.cff'}\n",
    }
    for named, there in elsewhere.items():
        assert named in config, f"the configuration no longer says {named.strip()}"
        config = config.replace(named, there)
    return config


def _copy_chapter(folder: Path) -> None:
    for part in ("docs/assets", "docs/figures", "overrides"):
        shutil.copytree(ROOT / part, folder / part)
    chapter = (ROOT / CHAPTER).read_text(encoding="utf-8")
    (folder / CHAPTER).write_text(_NOTEBOOK.sub("](index.md", chapter), encoding="utf-8")
    shutil.copy(ROOT / "pyproject.toml", folder)
    _copy_kept(folder)


def _copy_kept(folder: Path) -> None:
    # Other tests may be at work beside this one: their unfinished files are left out, and the marks of axe.
    shutil.copytree(ROOT / ".cache", folder / ".cache", ignore=shutil.ignore_patterns(".*", "axe"))


def _led_to() -> dict[Path, dict[str, None]]:
    """The files that the chapter links to, each with the places in it."""
    found: dict[Path, dict[str, None]] = defaultdict(dict, {file: dict(places) for file, places in _ALWAYS.items()})
    for link in _LINK.finditer((ROOT / CHAPTER).read_text(encoding="utf-8")):
        file = (ROOT / "docs" / link["file"]).resolve()
        found[file].update({link["place"]: None} if link["place"] else {})
    return found


def _stub(places: list[str]) -> str:
    return "\n\n".join(["# A page", *(f"## {place} {{ #{place} }}" for place in places)]) + "\n"
