"""The glossary of a site: what its pages mean by an abbreviation, and which question teaches a term.

An entry is a paragraph that begins with the place of the term, its name, and its other names:

    <span id="elbo"></span>
    **ELBO**, evidence lower bound. A lower bound of … ([the question](unsupervised-learning/vae.md#vae-2-3)).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from itertools import groupby

_ENTRY = re.compile(
    r'^<span id="(?P<id>[\w-]+)"></span>\n\*\*(?P<name>.+?)\*\*(?P<rest>.*?)(?=\n\n|\s*\Z)', re.M | re.S
)
_OTHER_NAMES = re.compile(r"(?: \((?P<short>[^)]+)\))?(?:, (?:(?:or|and) )?(?P<other>[^.]+))?(?: of [^.]*)?\.")
_TAUGHT = re.compile(r"\[the questions?\]\((?P<target>[^)\s]+)\)")
_ABBREVIATION = re.compile(r"\w*[A-Z]\w*[A-Z][\w-]*")
_SHOWN = re.compile(r'<p><span id="(?P<id>[\w-]+)"></span>\s*<strong>(?P<name>.*?)</strong>(?P<rest>.*?)</p>\n?', re.S)
# In a heading or a link, an abbreviation would be a second thing to point at; in a formula or in code it is a name.
_APART = re.compile(r"(<(h[1-6]|summary|a|math|svg|pre|code|abbr|script|style)\b.*?</\2>|<[^>]*>)", re.S)


@dataclass(frozen=True)
class Term:
    """An entry of the glossary.

    Attributes:
        identity: its place on the page.
        names: the term and its other names, abbreviations among them.
        taught: the question that teaches it, as the glossary links to it: `cnns.md#cnn-1`; empty if it names none.
    """

    identity: str
    names: tuple[str, ...]
    taught: str = ""


def terms(text: str) -> Iterator[Term]:
    """The entries of a glossary's Markdown."""
    for entry in _ENTRY.finditer(text):
        other = _OTHER_NAMES.match(entry["rest"].replace("\n", " "))
        names = [entry["name"], *(name for name in (other.groups() if other else ()) if name)]
        taught = _TAUGHT.search(entry["rest"])
        yield Term(entry["id"], tuple(names), taught["target"] if taught else "")


def abbreviations(found: Iterable[Term]) -> dict[str, str]:
    """What each abbreviation stands for, in the singular and in the plural."""
    meanings = {}
    for term in found:
        words = [name for name in term.names if not _ABBREVIATION.fullmatch(name)]
        for name in term.names if words else ():
            if _ABBREVIATION.fullmatch(name):
                meanings[name], meanings[f"{name}s"] = words[0], f"{words[0]}s"
    return meanings


def as_sections(html: str) -> str:
    """The glossary as it is shown: under letters, with each term as a heading, which search finds and links lead to."""
    entries = list(_SHOWN.finditer(html))
    if not entries:
        return html
    parts = [
        html[: entries[0].start()],
        "",
    ]
    letters = []
    for letter, group in groupby(entries, lambda entry: re.sub("<.*?>", "", entry["name"])[0].upper()):
        letters.append(f'<a href="#letter-{letter.lower()}">{letter}</a>')
        parts.append(f'<h2 id="letter-{letter.lower()}">{letter}</h2>\n')
        parts += [
            f'<div class="term"><h3 id="{entry["id"]}">{entry["name"]}</h3><p>{entry["rest"]}</p></div>\n'
            for entry in group
        ]
    parts[1] = f'<p class="letters">{" ".join(letters)}</p>\n'
    return "".join([*parts, html[entries[-1].end() :]])


def explained(html: str, meanings: Mapping[str, str]) -> str:
    """The page with each abbreviation explained where it first stands in a section."""
    if not meanings:
        return html
    any_of_them = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(meanings, key=len, reverse=True)))})\b")
    told: set[str] = set()

    def first(found: re.Match[str]) -> str:
        if (short := found[0]) in told:
            return short
        told.update((short, short.removesuffix("s"), f"{short}s"))
        return f'<abbr title="{escape(meanings[short])}">{short}</abbr>'

    parts = []
    # Of each three parts, the second stands apart, and the third names its element.
    for at, part in enumerate(_APART.split(html)):
        if at % 3 == 1:
            parts.append(part)
            if part.startswith(("<h2", "<h3")):
                told.clear()
        elif at % 3 == 0:
            parts.append(any_of_them.sub(first, part))
    return "".join(parts)
