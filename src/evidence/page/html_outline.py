"""Walks a page's HTML once and notes, in order, what stands where: headings, fences, links, answers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from evidence.page.fences import MARK
from evidence.page.languages import Language, classify

CHECK_SCHEME = "check:"
# A stop, and then a new beginning: not the stop of "al." or of a number.
_SENTENCE_END = re.compile(r"[.!?](?=\s+[A-Z\d“(])\s+")
# What wraps a block of code and names its language: a class of the block itself, or of the code within.
_SHOWN_CODE = re.compile(
    r"""<(?:div|pre)\b[^>]*\bclass=["']([^"'>]*\blanguage-[^"'>]*)|"""
    r"""<pre\b[^>]*>\s*<code\b[^>]*\bclass=["']([^"'>]*\blanguage-[^"'>]*)"""
)
# As arithmatex leaves a formula within a line, in a span of its own.
_FORMULA = re.compile(r"\A\\\((.*)\\\)\Z", re.DOTALL)
_FETCHED = {"src", "srcset", "data", "poster"}
_BLOCKS = {"p", "li", "td", "th", "dd", "dt", "div", "figcaption", "summary", "h1", "h2", "h3", "h4", "h5", "h6"}
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@dataclass
class LinkSeen:
    """A check link: its words as read, its target, the section that it stands in, and the sentence around it.

    In a table the cell is the sentence, after the row and the column that it belongs to.
    """

    name: str
    section: str
    words: str = ""
    sentence: str = ""
    start: int = 0


@dataclass
class AnswerSeen:
    """A details block titled "Answer"."""

    section: str
    supported: bool = False


@dataclass
class Outline:
    """What the HTML shows.

    `fences` maps the number of each fence on show to its section; `hidden` are those within comments; `raw_python`
    counts the blocks that call themselves Python in HTML of their own; `title` is the first heading; `hrefs` are where
    the page's links lead, `fetched` the addresses that a browser asks for unasked, and `ids` where links may lead.
    """

    fences: dict[int, str] = field(default_factory=dict)
    links: list[LinkSeen] = field(default_factory=list)
    answers: list[AnswerSeen] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    raw_python: int = 0
    title: str = ""
    hrefs: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)


class _Walker(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.outline = Outline()
        self.section = ""
        self.open: list[str] = []
        self.link: LinkSeen | None = None
        self.summary: list[str] | None = None
        self.details: list[AnswerSeen | None] = []
        self.text = ""
        self.links_in_text: list[LinkSeen] = []
        self.heads: list[str] = []
        self.row: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in _BLOCKS:
            self._end_text()
        self._note_addresses(tag, given)
        if tag[0] == "h" and tag[1:].isdigit():
            self.section = given.get("id") or ""
        if MARK in given:
            self.outline.fences[int(given[MARK] or 0)] = self.section
        elif _names_python(given.get("class")) and (tag in ("div", "pre") or (tag == "code" and "pre" in self.open)):
            self.outline.raw_python += 1
        if tag == "table":
            self.heads = []
        elif tag == "tr":
            self.row = []
        elif tag == "details":
            self.details.append(None)
        elif tag == "summary":
            self.summary = []
        elif tag == "a":
            self._open_link(given.get("href") or "")
        if tag not in _VOID:
            self.open.append(tag)

    def _note_addresses(self, tag: str, given: dict[str, str | None]) -> None:
        self.outline.ids.update(value for name in ("id", "name") if (value := given.get(name)))
        self.outline.fetched += [value for name in _FETCHED if (value := given.get(name))]
        href = given.get("href")
        if href:
            (self.outline.hrefs if tag == "a" else self.outline.fetched).append(href)

    def _open_link(self, href: str) -> None:
        if href.startswith(CHECK_SCHEME):
            self.link = LinkSeen(href.removeprefix(CHECK_SCHEME), self.section, start=len(self.text))
            self.outline.links.append(self.link)
            self.links_in_text.append(self.link)
        if href.startswith(CHECK_SCHEME) or "references.md#" in href:
            for answer in self.details:
                if answer is not None:
                    answer.supported = True

    def handle_comment(self, data: str) -> None:
        self.outline.hidden.update(int(number) for number in re.findall(rf'{MARK}="(\d+)"', data))

    def _end_text(self) -> None:
        if "h1" in self.open and not self.outline.title:
            self.outline.title = " ".join(self.text.replace("¶", "").split())
        for link in self.links_in_text:
            link.sentence = sentence_around(self.text, link.start)
        self.text, self.links_in_text = "", []

    def _end_cell(self, tag: str) -> None:
        """A cell claims what it says, of what begins its row, in its column."""
        cell = " ".join(self.text.split())
        if tag == "th":
            self.heads.append(cell)
            return
        column = "".join(self.heads[len(self.row) : len(self.row) + 1])
        row = " ".join(filter(None, [*self.heads[:1], *self.row[:1]])) if self.row else ""
        for link in self.links_in_text:
            link.sentence = "; ".join(filter(None, [row, f"{column}: {cell}" if column else cell]))
        self.row.append(cell)
        self.links_in_text = []

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "span":
            data = _FORMULA.sub(r"$\1$", data)
        self.text += data
        if self.link is not None:
            self.link.words += data
        if self.summary is not None:
            self.summary.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("th", "td"):
            self._end_cell(tag)
        if tag in _BLOCKS:
            self._end_text()
        if tag == "a":
            self.link = None
        elif tag == "summary" and self.summary is not None:
            if "".join(self.summary).strip() == "Answer" and self.details:
                answer = self.details[-1] = AnswerSeen(self.section)
                self.outline.answers.append(answer)
            self.summary = None
        elif tag == "details" and self.details:
            self.details.pop()
        if tag in self.open:
            while self.open.pop() != tag:
                pass


def sentence_around(text: str, at: int) -> str:
    """The sentence of `text` that position `at` lies in, on one line."""
    begin = max((match.end() for match in _SENTENCE_END.finditer(text, 0, at + 1)), default=0)
    end = _SENTENCE_END.search(text, at)
    return " ".join(text[begin : end.start() + 1 if end else len(text)].split())


def _names_python(classes: str | None) -> bool:
    names = [name.removeprefix("language-") for name in (classes or "").split() if name.startswith("language-")]
    return any(classify(name) is not Language.OTHER for name in names)


def outline(html: str) -> Outline:
    """What `html`, as converted with the fence recorder, shows."""
    walker = _Walker()
    walker.feed(html)
    walker.close()
    return walker.outline


def count_python(html: str) -> int:
    """How many blocks of the finished page `html` are shown as Python."""
    return sum(_names_python(match[1] or match[2]) for match in _SHOWN_CODE.finditer(html))
