"""Where the links of a page may lead, and what its reader's browser may be made to ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from evidence.page.html_outline import CHECK_SCHEME, Outline

# Browsers read these in any case; ours is looked for as it is written.
_WEB = ("http", "https", "mailto")
_SCHEMES = (*_WEB, CHECK_SCHEME.removesuffix(":"))
_SCHEME = re.compile(r"\s*(?P<name>[a-zA-Z][a-zA-Z0-9+.-]*)\s*:")
_ELSEWHERE = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//")
_ANOTHER_HOST = re.compile(r"(https?:)?//", re.IGNORECASE)


def leads_elsewhere(href: str) -> bool:
    """Whether a link leads out of the site, or to a check."""
    return bool(_ELSEWHERE.match(href))


def address_problems(seen: Outline) -> Iterator[tuple[str, str, str]]:
    """Addresses that must not be: as they are written, what is wrong, and what would be right."""
    for href in seen.hrefs:
        scheme = _SCHEME.match(href)
        if scheme and scheme["name"] not in _SCHEMES and scheme["name"].lower() not in _WEB:
            close = get_close_matches(scheme["name"].lower(), _SCHEMES, 1)
            yield (
                href,
                f"the link to {href} leads to no page: {scheme['name']}: is not followed here",
                f"Did you mean {close[0]}:?" if close else "A link leads to a file, https:, mailto: or check:",
            )
    for url in seen.fetched:
        if _ANOTHER_HOST.match(url):
            yield (
                url,
                f"the page makes every reader's browser ask another host for {url}",
                "Link to it, or take it from an installed package while the site is built",
            )
