"""The elements of a page's HTML, as far as it takes to find questions and answers among them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import urljoin

from mkdocs.utils import get_relative_url

_TAG = re.compile(
    r"""<!--.*?-->|<(?P<end>/?)(?P<name>[a-zA-Z][\w-]*)(?P<attributes>(?:[^>"']|"[^"]*"|'[^']*')*)>""", re.S
)
_LINK = re.compile(r"</?a\b[^>]*>")
_SCHEME = re.compile(r"[a-z]+:")
_ROOT = "https://site.invalid/"
_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)
_ADDRESS = re.compile(r'(?<=\s)(href|src)="([^"]*)"')
_ID = re.compile(r'(?<=\s)id="([^"]+)"')
_REFERENCE = re.compile(r'(?P<before>\s(?:id|for|aria-labelledby|aria-describedby)="|="#|url\(#)(?P<id>[^")\s]+)')


@dataclass(frozen=True)
class Element:
    """An element: the name of its tag, its attributes as written, what it holds, and all of it."""

    name: str
    attributes: str
    inner: str
    outer: str

    def has(self, class_: str) -> bool:
        """Whether it has the class."""
        return class_ in self.attribute("class").split()

    def attribute(self, name: str) -> str:
        """The value of an attribute; nothing if it has none."""
        found = re.search(rf'(?:^|\s){name}="([^"]*)"', self.attributes)
        return found[1] if found else ""


def children(html: str) -> Iterator[Element]:
    """The elements that stand in no other of `html`."""
    depth = 0
    opening: re.Match[str] | None = None
    for tag in _TAG.finditer(html):
        if tag["name"] is None:
            continue
        alone = tag["name"].lower() in _VOID or tag["attributes"].endswith("/")
        if depth == 0 and not tag["end"]:
            opening = tag
        depth += 0 if alone else -1 if tag["end"] else 1
        if depth == 0 and opening is not None:
            inner = html[opening.end() : tag.start()] if tag["end"] else ""
            yield Element(opening["name"].lower(), opening["attributes"], inner, html[opening.start() : tag.end()])


def with_addresses(html: str, moved: Callable[[str], str]) -> str:
    """The same HTML with each address that it leads to replaced by another, but for places of its own.

    A part of a picture that is used in another place of it must not be looked for on another page.
    """
    own = {f"#{place}" for place in _ID.findall(html)}
    return _ADDRESS.sub(lambda found: found[0] if found[2] in own else f'{found[1]}="{moved(found[2])}"', html)


def moved(html: str, page: str, other: str) -> str:
    """HTML of the page at the address `page` as it can stand on the page at `other`: its links lead where they led."""
    return with_addresses(
        html, lambda href: href if _SCHEME.match(href) else get_relative_url(on_site(page, href), other)
    )


def on_site(page: str, href: str) -> str:
    """Where a link on the page at the address `page` leads to, seen from the site's root."""
    return urljoin(_ROOT + page, href).removeprefix(_ROOT)


def for_elsewhere(html: str, address: str = "") -> str:
    """HTML for where the site is not: its links lead where they do on the page at `address`; without one, none does."""
    if address:
        return with_addresses(html, lambda href: urljoin(address, href))
    return _LINK.sub("", html)


def with_places(html: str, named: Callable[[str], str]) -> str:
    """The same HTML with each place of its own under another name, and what refers to it."""
    own = set(_ID.findall(html))

    def renamed(reference: re.Match[str]) -> str:
        return reference["before"] + (named(reference["id"]) if reference["id"] in own else reference["id"])

    return _REFERENCE.sub(renamed, html)


def text_of(html: str) -> str:
    """Its words, formulas left as MathML writes them."""
    return " ".join(unescape(_TAG.sub("", html)).split())
