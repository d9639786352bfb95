"""Where in a page's text each of its check links stands. The HTML tells of links in its own order, footnotes last."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape

from evidence.page.html_outline import CHECK_SCHEME, LinkSeen

_WRITTEN = re.compile(rf"\]\(\s*<?{CHECK_SCHEME}(?P<name>[^)>\"']*?)\s*(?=[)>\"']|\s\")")


# As one may write it who has not the brackets in mind.
_MEANT = re.compile(
    rf"(?<!\])[(<\[{{]{CHECK_SCHEME}(?P<name>[a-z0-9][a-z0-9-]*)|\][\[{{]{CHECK_SCHEME}(?P<other>[a-z0-9-]+)"
)


@dataclass(frozen=True)
class _Place:
    name: str
    at: int
    words: str


def link_lines(text: str, links: Sequence[LinkSeen], literal: str) -> tuple[list[int], list[tuple[int, str]]]:
    """The line of each of `links`, from 0, and the lines and names of those that are written and became no link.

    Args:
        text: the page's, without its fences.
        links: as the HTML shows them.
        literal: what the HTML shows as code or holds as comments: there, nothing is meant to be a link.
    """
    free = [_place(text, match) for match in _WRITTEN.finditer(text)]
    lines: list[int] = []
    for link in links:
        same = [place for place in free if place.name == link.name.strip()]
        place = next((place for place in same if place.words == _letters(link.words)), same[0] if same else None)
        if place is not None:
            free.remove(place)
        at = place.at if place else max(_elsewhere(text, link), 0)
        lines.append(text.count("\n", 0, at))
    lost = [(place.at, place.name) for place in free if not _is_literal(place, free, literal)]
    quoted = Counter(_named(match) for match in _MEANT.finditer(literal))
    for match in _MEANT.finditer(text):
        if quoted[_named(match)]:
            quoted[_named(match)] -= 1
        elif text[match.start() - 2 : match.start()] != "](":
            lost.append((match.start(), _named(match)))
    return lines, [(text.count("\n", 0, at), name) for at, name in lost]


def _named(match: re.Match[str]) -> str:
    return match["name"] or match["other"]


def _place(text: str, match: re.Match[str]) -> _Place:
    start = max(text.rfind("[", 0, match.start()), 0)
    return _Place(match["name"].strip(), start, _letters(text[start : match.start()]))


def _letters(words: str) -> str:
    """What is left of words when all that Markdown may have changed is taken away."""
    return "".join(filter(str.isalnum, unescape(words)))


def _elsewhere(text: str, link: LinkSeen) -> int:
    """A link by reference, or in HTML: where its check is named, before its words; or where text is taken in."""
    named = list(re.finditer(rf"(?<!\]\(){CHECK_SCHEME}\s*{re.escape(link.name.strip())}(?![\w-])", text))
    same = [match for match in named if _letters(text[match.end() :]).startswith(_letters(link.words))]
    if found := same or named:
        return found[0].start()
    taken_in = text.find("--8<--")
    return taken_in if taken_in >= 0 else text.find(f"{CHECK_SCHEME}{link.name}")


def _is_literal(place: _Place, free: Sequence[_Place], literal: str) -> bool:
    """Whether the last so many places of this name are all shown as code, or held as comments."""
    same = [each for each in free if each.name == place.name]
    shown = [match for match in _WRITTEN.finditer(literal) if match["name"].strip() == place.name]
    return len(same) <= len(shown)
