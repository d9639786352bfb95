"""The style sheets that all pages of a built site share, as one, with the rules that some page needs."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from urllib.parse import urljoin

from slim.style_sheets import names_in_pages, names_in_script, purge

_LINK = re.compile(r'<link rel="stylesheet" href="([^"]*)">\s*')
_AT = "https://site.invalid/"


def join_style_sheets(site: Path) -> None:
    """Write one style sheet for all those that every page links to, and link to it instead.

    Args:
        site: the folder of the built site.
    """
    pages = {file: file.read_text(encoding="utf-8") for file in sorted(site.rglob("*.html"))}
    linked = [
        [sheet for href in _LINK.findall(page) if (sheet := _resolve(site, file, href))] for file, page in pages.items()
    ]
    lists = [sheets for sheets in linked if sheets]
    shared = [sheet for sheet in lists[0] if all(sheet in sheets for sheets in lists)] if lists else []
    if not shared:
        return
    names = names_in_pages(pages.values()) | names_in_script(_scripts(site, " ".join(pages.values())))
    css = purge("\n".join(sheet.read_text(encoding="utf-8") for sheet in shared), names)
    joined = shared[0].with_name(f"site.{hashlib.sha256(css.encode()).hexdigest()[:8]}.css")
    joined.write_text(css, encoding="utf-8")
    for file, page in pages.items():
        file.write_text(_relinked(site, file, page, shared, joined), encoding="utf-8")


def _resolve(site: Path, page: Path, href: str) -> Path | None:
    """The file that a page links to; a link to another host leads to none."""
    address = urljoin(_AT + page.relative_to(site).as_posix(), href)
    return site / address.removeprefix(_AT) if address.startswith(_AT) else None


def _relinked(site: Path, file: Path, page: str, shared: list[Path], joined: Path) -> str:
    def link(match: re.Match[str]) -> str:
        sheet = _resolve(site, file, match[1])
        if sheet == shared[0]:
            return match[0].replace(shared[0].name, joined.name)
        return "" if sheet in shared else match[0]

    return _LINK.sub(link, page)


def _scripts(site: Path, text: str) -> str:
    """The scripts that pages name, and those that these name in turn."""
    waiting = {file.name: file for file in site.rglob("*.js")}
    found: list[str] = []
    while named := [name for name in waiting if name in text]:
        text = "\n".join(waiting.pop(name).read_text(encoding="utf-8") for name in named)
        found.append(text)
    return "\n".join(found)
