"""Walks a page's HTML once and notes headings, fences, links and answers, and what each stands in: folded, hidden."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser

from evidence.page.fences import MARK
from evidence.page.languages import Language, classify
from evidence.page.layers import LISTED, OPTION, QUESTION, QUIZ, RIGHT, SHORT, WRONG
from evidence.page.made_links import MADE
from evidence.page.stray_syntax import SLASHES

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
_IS_FORMULA = re.compile(r"\s*\\[\[(]")
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_TAG = re.compile(r"<[^>]*>")
_FETCHED = {"src", "srcset", "data", "poster"}
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_BLOCKS = {"p", "li", "td", "th", "dd", "dt", "div", "figcaption", "summary", *_HEADINGS}
# What is read as one, part after part.
_LISTS = {"table", "ul", "ol", "dl"}
# What of an element's attributes is text that belongs to it.
_SAID = ("alt", "title", "aria-label")
_UNSEEN_TAGS = {"s", "strike", "del", "template", "noscript"}
_UNSEEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:|opacity\s*:|(font-size|width|height)\s*:\s*0|clip")
# In these, what looks like HTML is none.
_RAW_TEXT = {"script", "style"}
_LANGUAGE_PREFIX = re.compile(r"^(?:language|lang|highlight|source|brush)[-:]")
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@dataclass
class LinkSeen:
    """A check link: its words as read, its target, the section that it stands in, and the sentence around it.

    In a table the cell is the sentence, after the row and the column that it belongs to.

    `before` is what its block says before the link, and `block` numbers that: a paragraph, or a whole list or
    table, whose columns are counted from 0. `problem` says why it must not be there; empty if it may.
    """

    name: str
    section: str
    words: str = ""
    sentence: str = ""
    before: str = ""
    block: int = 0
    column: int = -1
    start: int = 0
    problem: str = ""


@dataclass
class FigureSeen:
    """A picture: its address, its description for those who do not see it, its caption, the section it stands in."""

    src: str
    alt: str
    caption: str
    section: str


@dataclass
class AnswerSeen:
    """A details block with the title of an answer.

    `shorts` are the texts of its short answers, `open_fences` the numbers of the fences that stand in it unfolded, and
    `folds` the classes of the details that stand in it, in their order.
    """

    section: str
    supported: bool = False
    shorts: list[str] = field(default_factory=list)
    open_fences: list[int] = field(default_factory=list)
    folds: list[str] = field(default_factory=list)


@dataclass
class OptionSeen:
    """One option of a quiz that is told to be right or wrong: what it says, and the checks that its reason names."""

    right: bool
    said: str = ""
    checks: list[str] = field(default_factory=list)


@dataclass
class QuizSeen:
    """A quiz: `listed` is how many options a reader sees, `late` whether the answer stands before it."""

    section: str
    late: bool
    question: str = ""
    listed: int = 0
    options: list[OptionSeen] = field(default_factory=list)


@dataclass
class Outline:
    """What the HTML shows.

    `fences` maps the number of each fence on show to its section; `hidden` are those that no reader sees;
    `raw_python` holds the classes of the blocks that call themselves Python in HTML of their own; `title` is the first
    heading; `hrefs` are where the page's links lead, `fetched` the addresses that a browser asks for unasked, and `ids`
    where links may lead, of which those in `repeated` are ambiguous; `classes` are those that the page gives to
    anything; `literal` is the text of code and comments, where nothing is a link; `slashes` are the lines of text that
    look as if they began or ended a block; `figures` are its pictures, and `asked` maps each section to what it says
    outside of blocks that open, which is its question; `headings` maps each section to what its heading says.
    """

    fences: dict[int, str] = field(default_factory=dict)
    links: list[LinkSeen] = field(default_factory=list)
    answers: list[AnswerSeen] = field(default_factory=list)
    quizzes: list[QuizSeen] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    raw_python: list[str] = field(default_factory=list)
    title: str = ""
    hrefs: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    repeated: set[str] = field(default_factory=set)
    classes: set[str] = field(default_factory=set)
    literal: str = ""
    slashes: list[str] = field(default_factory=list)
    figures: list[FigureSeen] = field(default_factory=list)
    asked: dict[str, str] = field(default_factory=dict)
    headings: dict[str, str] = field(default_factory=dict)


class _Layers:
    """Notes what stands in short answers and in quizzes, each from where it begins, at some depth, to where it ends."""

    def __init__(self, outline: Outline) -> None:
        self.outline = outline
        self.begun: list[tuple[int, str]] = []
        self.said: list[str] = []
        self.answer: AnswerSeen | None = None

    def begin(self, classes: str, depth: int, section: str, details: list[AnswerSeen | None]) -> None:
        """An element of these classes begins."""
        if classes == SHORT and details and details[-1] is not None:
            self.answer = details[-1]
        elif classes == QUIZ:
            late = any(answer.section == section for answer in self.outline.answers)
            self.outline.quizzes.append(QuizSeen(section, late))
        elif classes in (RIGHT, WRONG) and self.outline.quizzes:
            self.outline.quizzes[-1].options.append(OptionSeen(classes == RIGHT))
        elif classes not in (QUESTION, OPTION):
            if self.begun and self.begun[-1][1] == LISTED and depth == self.begun[-1][0] + 1:
                self.outline.quizzes[-1].listed += 1
            if classes != LISTED:
                return
        self.begun.append((depth, classes))
        self.said.append("")

    def say(self, data: str) -> None:
        """Text is read."""
        self.said = [text + data for text in self.said]

    def link(self, check: str) -> None:
        """A link to a check is read."""
        if any(kind in (RIGHT, WRONG) for _, kind in self.begun):
            self.outline.quizzes[-1].options[-1].checks.append(check)

    def end(self, depth: int) -> None:
        """All that began at this depth or deeper ends."""
        while self.begun and self.begun[-1][0] >= depth:
            kind, text = self.begun.pop()[1], " ".join(self.said.pop().split())
            if kind == SHORT and self.answer is not None:
                self.answer.shorts.append(text)
            elif kind == QUESTION:
                self.outline.quizzes[-1].question = text
            elif kind == OPTION:
                self.outline.quizzes[-1].options[-1].said = text


class _Walker(HTMLParser):
    def __init__(self, answer: str) -> None:
        super().__init__(convert_charrefs=True)
        self.outline = Outline()
        self.answer = answer
        self.section = ""
        self.open: list[str] = []
        self.unseen: list[int] = []
        self.link: LinkSeen | None = None
        self.summary: list[str] | None = None
        self.details: list[AnswerSeen | None] = []
        self.layers = _Layers(self.outline)
        self.text = ""
        self.links_in_text: list[LinkSeen] = []
        self.heads: list[str] = []
        self.row: list[str] = []
        self.block = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in _BLOCKS:
            self._end_text()
        # Each option of a quiz speaks for itself, though they stand in one list.
        self.block += given.get("class") in (RIGHT, WRONG)
        self._note_addresses(tag, given)
        if tag in _HEADINGS:
            self.section = given.get("id") or ""
        if MARK in given:
            number = int(given[MARK] or 0)
            if self.unseen:
                self.outline.hidden.add(number)
            else:
                self.outline.fences[number] = self.section
                if self.details and (answer := self.details[-1]) is not None:
                    answer.open_fences.append(number)
        elif self._is_python_block(tag, given.get("class")):
            self.outline.raw_python.append(given.get("class") or "")
        self.outline.classes.update((given.get("class") or "").split())
        hidden = tag in _UNSEEN_TAGS or "hidden" in given or _UNSEEN_STYLE.search(given.get("style") or "")
        if hidden and tag not in _VOID:
            self.unseen.append(len(self.open))
        if tag == "table":
            self.heads = []
        elif tag == "tr":
            self.row = []
        elif tag == "details":
            if self.details and (answer := self.details[-1]) is not None:
                answer.folds.append(given.get("class") or "")
            self.details.append(None)
        elif tag == "summary":
            self.summary = []
        elif tag == "a":
            self._open_link(given)
        elif self.link is not None:
            self._say(given)
        elif tag == "img" and given.get("src"):
            alt, caption = given.get("alt") or "", given.get("title") or ""
            self.outline.figures.append(FigureSeen(given["src"] or "", alt, caption, self.section))
        if tag not in _VOID:
            self.layers.begin(given.get("class") or "", len(self.open), self.section, self.details)
            self.open.append(tag)

    def _note_addresses(self, tag: str, given: dict[str, str | None]) -> None:
        if given.get("id") in self.outline.ids:
            self.outline.repeated.add(given.get("id") or "")
        self.outline.ids.update(value for name in ("id", "name") if (value := given.get(name)))
        self.outline.fetched += [value for name in _FETCHED if (value := given.get(name))]
        href = given.get("href") or given.get("xlink:href")
        if href and href.startswith(CHECK_SCHEME) and (tag != "a" or "xlink:href" in given):
            name, problem = href.removeprefix(CHECK_SCHEME), "it is written in HTML, and leads nowhere on the site"
            self.outline.links.append(LinkSeen(name, self.section, problem=problem))
        elif href:
            (self.outline.hrefs if tag in ("a", "area") else self.outline.fetched).append(href)

    def _is_python_block(self, tag: str, classes: str | None) -> bool:
        if tag == "div":
            return _is_called_python(" ".join(filter(_LANGUAGE_PREFIX.match, (classes or "").split())))
        return (tag == "pre" or (tag == "code" and "pre" in self.open)) and _is_called_python(classes)

    def _open_link(self, given: dict[str, str | None]) -> None:
        href = given.get("href") or ""
        if self.link is not None:
            self.link.problem = "another link stands within it, where a browser ends it"
        elif href.startswith(CHECK_SCHEME):
            self.link = LinkSeen(
                href.removeprefix(CHECK_SCHEME),
                self.section,
                before=self.text,
                block=self.block,
                start=len(self.text),
            )
            if MADE not in given:
                self.link.problem = "it is written in HTML, and leads nowhere on the site"
            elif self.unseen:
                self.link.problem = "it stands where no reader sees it, or is struck through"
            self.outline.links.append(self.link)
            self.links_in_text.append(self.link)
            self.layers.link(self.link.name)
            self._say(given)
        if href.startswith(CHECK_SCHEME) or "references.md#" in href:
            for answer in self.details:
                if answer is not None:
                    answer.supported = True

    def _say(self, given: dict[str, str | None]) -> None:
        """What a reader is told of an element in a check link besides its text is part of the claim."""
        if self.link is not None:
            self.link.words += "".join(f" {said} " for name in _SAID if (said := given.get(name)))

    def handle_comment(self, data: str) -> None:
        self.outline.literal += f"{data}\n"
        self._note_hidden(data)

    def _note_hidden(self, data: str) -> None:
        self.outline.hidden.update(int(number) for number in re.findall(rf'{MARK}="(\d+)"', data))

    def _end_text(self) -> None:
        if _HEADINGS.intersection(self.open):
            heading = " ".join(self.text.replace("¶", "").split())
            self.outline.headings.setdefault(self.section, heading)
            if "h1" in self.open and not self.outline.title:
                self.outline.title = heading
        for link in self.links_in_text:
            link.sentence = sentence_around(self.text, link.start)
        if not self.details:
            self.outline.asked[self.section] = f"{self.outline.asked.get(self.section, '')} {self.text}"
        self.text, self.links_in_text = "", []
        self.block += not _LISTS.intersection(self.open)

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
            link.column = len(self.row)
        self.row.append(cell)
        self.links_in_text = []

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "span":
            data = _FORMULA.sub(r"$\1$", data)
        if _RAW_TEXT.intersection(self.open[-1:]):
            self._note_hidden(data)
        elif "code" in self.open or "pre" in self.open:
            self.outline.literal += data
        elif not _IS_FORMULA.match(data):
            self.outline.slashes += [line.strip() for line in data.split("\n") if SLASHES.match(line)]
        self.text += data
        self.layers.say(data)
        if self.link is not None:
            raised = self.open[-1:] == ["sup"] and data.isdecimal()
            self.link.words += data.translate(_RAISED) if raised else data
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
            if "".join(self.summary).strip() == self.answer and self.details:
                answer = self.details[-1] = AnswerSeen(self.section)
                self.outline.answers.append(answer)
            self.summary = None
        elif tag == "details" and self.details:
            self.details.pop()
        # What a template holds ends within it: the end of a paragraph around it does not close it.
        begun = len(self.open) - self.open[::-1].index("template") if "template" in self.open else 0
        if tag in self.open[begun:] or (tag == "template" and begun):
            while self.open.pop() != tag:
                pass
            self.layers.end(len(self.open))
            self.unseen = [depth for depth in self.unseen if depth < len(self.open)]


def sentence_around(text: str, at: int) -> str:
    """The sentence of `text` that position `at` lies in, on one line."""
    begin = max((match.end() for match in _SENTENCE_END.finditer(text, 0, at + 1)), default=0)
    end = _SENTENCE_END.search(text, at)
    return " ".join(text[begin : end.start() + 1 if end else len(text)].split())


def _names_python(classes: str | None) -> bool:
    names = [name.removeprefix("language-") for name in (classes or "").split() if name.startswith("language-")]
    return any(classify(name) is not Language.OTHER for name in names)


def _is_called_python(classes: str | None) -> bool:
    """Whether the classes of a block of code name Python in any of the ways that are in use."""
    return any(classify(_LANGUAGE_PREFIX.sub("", name)) is not Language.OTHER for name in (classes or "").split())


def outline(html: str, answer: str = "Answer") -> Outline:
    """What `html`, as converted with the fence recorder, shows; `answer` is the title of a block that holds one."""
    walker = _Walker(answer)
    walker.feed(html)
    walker.close()
    return walker.outline


def python_shown(html: str) -> list[str]:
    """The text of each block of the finished page `html` that is shown as Python."""
    shown = [match for match in _SHOWN_CODE.finditer(html) if _names_python(match[1] or match[2])]
    return [unescape(_TAG.sub("", html[match.start() : html.find("</pre>", match.start())])) for match in shown]
