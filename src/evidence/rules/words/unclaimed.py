"""The numbers of an answer, by whether a check link claims them, or something else gives them."""

from __future__ import annotations

import ast
import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from html.parser import HTMLParser

from evidence.page.html_outline import CHECK_SCHEME, sentence_around
from evidence.page.layers import OPTION, QUIZ
from evidence.page.model import Block
from evidence.rules.words.numbers import Number, numbers_in

_LARGEST_SMALL_WORD = 12
_BLOCKS = {"p", "li", "td", "th", "dd", "dt", "div", "figcaption", "summary", "details", "h1", "h2", "h3", "h4"}
_LEFT_OUT = {"pre", "code", "script", "style", "svg"}
_VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_FORMULA = re.compile(r"\A\\\((.*)\\\)\Z", re.DOTALL)
# How a heading is numbered.
_NUMBERED = re.compile(r"^\s*\d+(?:\.\d+)*\.?\s")
# Numbers that name a place, as in "questions 1.1 and 2".
_NAMES = "question|section|chapter|part|figure|table|equation|theorem|algorithm|appendix|version|page|example|footnote"
_PLACE = re.compile(rf"\b(?:{_NAMES})s?\s+(?:[\d.]+(?:,\s*|\s+(?:and|or|to)\s+|\s*–\s*))*\Z", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d\Z")


@dataclass(frozen=True)
class Unclaimed:
    """A number of an answer that no check link claims, and the sentence that it stands in."""

    number: Number
    section: str
    sentence: str


@dataclass
class AnswerNumbers:
    """How many numbers the check links of a page's answers claim, and the numbers there that nothing claims."""

    claimed: int = 0
    unclaimed: list[Unclaimed] = field(default_factory=list)


def answer_numbers(html: str, blocks: Sequence[Block] = (), answer: str = "Answer") -> AnswerNumbers:
    """The numbers in the answers of a page, and in the reasons of its quizzes.

    Not counted is what is given: the numbers of the question, and those that code under the same heading sets, outside
    of asserts. Left out are displayed formulas, code, citations and other links; numbers of questions, sections and
    the like, years, and the numbers of items; and what is hardly a number, 0 and 1, and those up to twelve in letters.

    Args:
        html: the page.
        blocks: its code.
        answer: the title of a block that holds an answer.
    """
    walker = _Walker(_set_up(blocks), answer)
    walker.feed(html)
    walker.close()
    walker.end_block()
    return walker.found


def _set_up(blocks: Sequence[Block]) -> dict[str, set[Fraction]]:
    """By section, the numbers that its code sets. What an assert compares with is what is claimed."""
    found: dict[str, set[Fraction]] = defaultdict(set)
    for block in blocks:
        try:
            tree = ast.parse(block.code)
        except SyntaxError:
            continue
        found[block.section].update(_literals(tree))
    return found


def _literals(node: ast.AST) -> Iterator[Fraction]:
    match node:
        case ast.Assert() | ast.Subscript() | ast.Compare():
            return
        case ast.Constant(value=bool()):
            return
        case ast.Constant(value=int() | float() | str() as value):
            try:
                yield Fraction(str(value))
            except (ValueError, ZeroDivisionError):
                return
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            yield from (-value for value in _literals(operand))
        case ast.BinOp(left=ast.Constant(value=int() as left), op=ast.Div(), right=ast.Constant(value=int() as right)):
            yield from (Fraction(left, right),) if right else ()
        case ast.BinOp(left=left, right=right):
            # What a formula is made of is no setting.
            for side in (left, right):
                if not isinstance(side, ast.Constant):
                    yield from _literals(side)
        case _:
            for child in ast.iter_child_nodes(node):
                yield from _literals(child)


def _counted(text: str) -> Iterator[tuple[Number, int]]:
    """The numbers of a text that say something, each with its place."""
    at = 0
    for number in numbers_in(text):
        found = _as_it_stands(number, text, at)
        at, end = (found.start(), found.end()) if found else (at, at)
        if _says_something(number) and not _names_a_place(number, text[:at], text[end:]):
            yield number, at
        at = end


def _as_it_stands(number: Number, text: str, at: int) -> re.Match[str] | None:
    """Where a number stands: as it is told, or as a fraction in one character or in TeX."""
    top, _, bottom = number.written.partition("/")
    forms = [re.escape(number.written)]
    if bottom:
        single = [each for each in set(text) if unicodedata.normalize("NFKC", each) == f"{top}⁄{bottom}"]
        forms += [*single, rf"\\[dt]?frac\s*\{{?{re.escape(top)}\}}?\s*\{{?{re.escape(bottom)}"]
    return re.compile("|".join(forms)).search(text, at)


def _says_something(number: Number) -> bool:
    if number.spelled:
        return number.value > _LARGEST_SMALL_WORD
    return bool(number.unit) or abs(number.value) not in (0, 1)


def _names_a_place(number: Number, before: str, after: str) -> bool:
    item = not before.strip() and re.match(r"[.)](?:\s|\Z)", after)
    return bool(item or _PLACE.search(before) or _YEAR.match(number.written))


def _is_given(number: Number, given: Collection[Fraction]) -> bool:
    return number.value in given or (bool(number.factors) and all(factor in given for factor in number.factors))


class _Walker(HTMLParser):
    def __init__(self, set_up: Mapping[str, set[Fraction]], answer: str) -> None:
        super().__init__(convert_charrefs=True)
        self.answer = answer
        self.found = AnswerNumbers()
        self.set_up = set_up
        self.section = ""
        self.open: list[tuple[str, str]] = []  # each open tag, and what its text counts as
        self.details: list[bool] = []  # of each open details block, whether it is an answer
        self.question: list[str] = []
        self.options: list[str] = []
        self.text = ""
        self.summary = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in _BLOCKS:
            self.end_block()
        if re.fullmatch(r"h[1-6]", tag):
            self.section = given.get("id", "")
            if not any(self.details):
                self.question, self.options = [], []
        if tag == "details":
            self.details.append(self._in("quiz"))
        elif tag == "summary":
            self.summary = ""
        if tag not in _VOID:
            self.open.append((tag, self._role(tag, given)))

    def _in(self, role: str) -> bool:
        return any(each == role for _, each in self.open)

    def _role(self, tag: str, given: dict[str, str]) -> str:
        classes = given.get("class", "").split()
        if tag in _LEFT_OUT or (tag == "div" and "arithmatex" in classes):
            return "left out"
        if tag == "a":
            return "claimed" if given.get("href", "").startswith(CHECK_SCHEME) else "left out"
        # An option is what its reason is about.
        return "quiz" if QUIZ in classes else "left out" if OPTION in classes else ""

    def handle_data(self, data: str) -> None:
        data = _FORMULA.sub(r"$\1$", data)
        if self.open and self.open[-1][0] == "summary":
            self.summary += data
            self.text += data if any(self.details[:-1]) else ""
        elif self._in("left out"):
            self.text += " … "
        elif self._in("claimed") and any(self.details):
            self.found.claimed += sum(map(_says_something, numbers_in(data)))
            self.text += " … "
        else:
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.end_block()
        if tag == "summary" and self.details:
            self.details[-1] |= self.summary.strip() == self.answer
        elif tag == "details" and self.details:
            self.details.pop()
        while any(name == tag for name, _ in self.open):
            if self.open.pop()[0] == tag:
                break

    def end_block(self) -> None:
        """Read what the block that ends has said."""
        text, self.text = self.text, ""
        if not any(self.details):
            heading = any(re.fullmatch(r"h[1-6]", tag) for tag, _ in self.open)
            said = _NUMBERED.sub("", text) if heading else text
            (self.options if self._in("quiz") else self.question).append(said)
            return
        question = " ".join(self.question + (self.options if self._in("quiz") else []))
        given = {value for number in numbers_in(question) for value in (number.value, *number.factors)}
        given |= self.set_up.get(self.section, set())
        for number, at in _counted(text):
            if not _is_given(number, given):
                self.found.unclaimed.append(Unclaimed(number, self.section, sentence_around(text, at)))
