"""The numbers of an answer, by whether a check link claims them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from evidence.page.html_outline import CHECK_SCHEME, sentence_around
from evidence.rules.words.numbers import Number, numbers_in

_LARGEST_SMALL_WORD = 12
_BLOCKS = {"p", "li", "td", "th", "dd", "dt", "div", "figcaption", "summary", "details", "h1", "h2", "h3", "h4"}
_LEFT_OUT = {"pre", "code", "script", "style", "svg"}
_VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_FORMULA = re.compile(r"\A\\\((.*)\\\)\Z", re.DOTALL)


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


def answer_numbers(html: str) -> AnswerNumbers:
    """The numbers in the answers of a page.

    Those of the question are given; displayed formulas, code, citations and other links are left out, and so are
    numbers up to twelve in letters.
    """
    walker = _Walker()
    walker.feed(html)
    walker.close()
    walker.end_block()
    return walker.found


def _counts(number: Number) -> bool:
    return not (number.spelled and number.value <= _LARGEST_SMALL_WORD)


class _Walker(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found = AnswerNumbers()
        self.section = ""
        self.open: list[tuple[str, str]] = []  # each open tag, and what its text counts as
        self.details: list[bool] = []  # of each open details block, whether it is an answer
        self.question: list[str] = []
        self.text = ""
        self.summary = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in _BLOCKS:
            self.end_block()
        if re.fullmatch(r"h[1-6]", tag):
            self.section, self.question = given.get("id", ""), []
        if tag == "details":
            self.details.append(False)
        elif tag == "summary":
            self.summary = ""
        displayed = tag == "div" and "arithmatex" in given.get("class", "")
        if tag not in _VOID:
            self.open.append((tag, self._role(tag, given, displayed)))

    def _role(self, tag: str, given: dict[str, str], displayed: bool) -> str:
        if tag in _LEFT_OUT or displayed:
            return "left out"
        if tag == "a":
            return "claimed" if given.get("href", "").startswith(CHECK_SCHEME) else "left out"
        return ""

    def handle_data(self, data: str) -> None:
        roles = {role for _, role in self.open}
        data = _FORMULA.sub(r"$\1$", data)
        if self.open and self.open[-1][0] == "summary":
            self.summary += data
        elif "left out" in roles:
            self.text += " … "
        elif "claimed" in roles and any(self.details):
            self.found.claimed += len(list(filter(_counts, numbers_in(data))))
            self.text += " … "
        else:
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.end_block()
        if tag == "summary" and self.details:
            self.details[-1] = self.summary.strip() == "Answer"
        elif tag == "details" and self.details:
            self.details.pop()
        while any(name == tag for name, _ in self.open):
            if self.open.pop()[0] == tag:
                break

    def end_block(self) -> None:
        """Read what the block that ends has said."""
        text, self.text = self.text, ""
        if not any(self.details):
            self.question.append(text)
            return
        given = {number.value for number in numbers_in(" ".join(self.question))}
        at = 0
        for number in filter(_counts, numbers_in(text)):
            at = max(text.find(number.written, at), at)
            if number.value not in given:
                self.found.unclaimed.append(Unclaimed(number, self.section, sentence_around(text, at)))
