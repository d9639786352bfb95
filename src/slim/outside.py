"""What stands inline in the pages of a built site, in files of its own, so that a host can forbid inline code.

Scripts and style sheets are moved out of what the theme puts around the content. In the content itself they are an
author's, or smuggled in by some output: they stay, and such a host has the browser refuse them.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

_INLINE = re.compile(
    r"""<script(?P<kind>(?:\s+type="module")?)>(?P<script>.*?)</script>
    |<style>(?P<css>.*?)</style>
    |<(?:script|style)\b.*?</(?:script|style)>
    |(?P<tag><[a-zA-Z](?:[^>"']|"[^"]*"|'[^']*')*?)\sstyle="(?P<style>[^"]*)"(?P<rest>(?:[^>"']|"[^"]*"|'[^']*')*>)""",
    re.DOTALL | re.VERBOSE,
)
_CONTENT = re.compile(r"(<article\b.*</article>)", re.DOTALL)
_CLASS = re.compile(r'(\sclass=")')
# The way from a page to the site's root, as its links to style sheets go.
_TO_ROOT = re.compile(r'<link rel="stylesheet" href="([^":]*?)assets/')
_STYLES = "assets/stylesheets/styles.css"


def move_outside(site: Path) -> None:
    """Give each inline script and style sheet of the theme a file, and all inline styles one, and link to those.

    What is no script by its type (data for one) stays, as do attributes such as `onclick`.

    Args:
        site: the folder of the built site.
    """
    outside = _Outside(site)
    for file in sorted(site.rglob("*.html")):
        page = file.read_text(encoding="utf-8")
        if root := _TO_ROOT.search(page):
            file.write_text(outside.without_inline(page, root[1]), encoding="utf-8")
    outside.write_styles()


class _Outside:
    def __init__(self, site: Path) -> None:
        self._site = site
        self._styles: dict[str, str] = {}

    def without_inline(self, page: str, root: str) -> str:
        def styled(inline: re.Match[str]) -> str:
            return inline[0] if inline["style"] is None else self._classed(inline)

        def moved(inline: re.Match[str]) -> str:
            if inline["script"] is not None:
                address = self._write("javascripts", "js", inline["script"])
                return f'<script{inline["kind"]} src="{root}{address}"></script>'
            if inline["css"] is not None:
                return f'<link rel="stylesheet" href="{root}{self._write("stylesheets", "css", inline["css"])}">'
            return styled(inline)

        parts = enumerate(_CONTENT.split(page))
        whole = "".join(_INLINE.sub(styled if at % 2 else moved, part) for at, part in parts)
        return whole.replace("</head>", f'<link rel="stylesheet" href="{root}{_STYLES}">\n</head>', 1)

    def write_styles(self) -> None:
        """An inline style wins over each rule of a style sheet, and so do these."""
        rules = sorted(f".{name}{{{_important(style)}}}" for style, name in self._styles.items())
        file = self._site / _STYLES
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join(rules), encoding="utf-8")

    def _write(self, folder: str, ending: str, text: str) -> str:
        address = f"assets/{folder}/{_digest(text)}.{ending}"
        file = self._site / address
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return address

    def _classed(self, inline: re.Match[str]) -> str:
        name = self._styles.setdefault(inline["style"], f"s-{_digest(inline['style'])}")
        before, after = inline["tag"], inline["rest"]
        for part in (before, after):
            if _CLASS.search(part):
                classed = _CLASS.sub(rf"\1{name} ", part)
                return classed + after if part is before else before + classed
        return f'{before} class="{name}"{after}'


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _important(style: str) -> str:
    declarations = (each.strip() for each in style.replace("&quot;", '"').split(";"))
    return ";".join(each if each.endswith("!important") else f"{each}!important" for each in declarations if each)
