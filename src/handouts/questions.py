"""The questions of a page, with their short answers and common mistakes, as the page shows them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from handouts.elements import Element, children

_HEADING = re.compile(r"h[1-6]")
_HEADER_LINK = re.compile(r'<a class="headerlink".*?</a>', re.S)
_ANSWER, _SHORT, _MISTAKE, _QUIZ = "success", "short-answer", "failure", "quiz"


@dataclass(frozen=True)
class Mistake:
    """A common mistake: its title, and what is wrong with it, without its code."""

    title: str
    text: str


@dataclass
class Question:
    """A question that a page answers; all of it HTML, its addresses as they lead from that page.

    Attributes:
        identity: the place of the question on its page.
        title: its heading.
        asked: what stands between the heading and the first quiz or answer.
        short: the short answer.
        figure: the first picture of the answer, if there is one.
        mistakes: those that end the answer.
    """

    identity: str
    title: str
    asked: str = ""
    short: str = ""
    figure: str = ""
    mistakes: list[Mistake] = field(default_factory=list)


# While a site is served, it is asked of each page again at each edit of one.
@lru_cache(maxsize=256)
def questions(html: str) -> tuple[Question, ...]:
    """The questions of a page: its headings with an answer below."""
    return tuple(_read(html))


def _read(html: str) -> Iterator[Question]:
    found: Question | None = None
    asked: list[str] = []
    for element in children(html):
        if _HEADING.fullmatch(element.name):
            found = Question(element.attribute("id"), _HEADER_LINK.sub("", element.inner))
            asked = []
        elif found is not None and element.name == "details" and element.has(_ANSWER):
            found.asked = "\n".join(asked)
            _take_in(found, element)
            yield found
            found = None
        elif not element.has(_QUIZ):
            asked.append(element.outer)


def _take_in(question: Question, answer: Element) -> None:
    for part in children(answer.inner):
        if part.has(_SHORT):
            question.short = part.inner.strip()
        elif part.name == "figure" and not question.figure:
            question.figure = part.outer
        elif part.name == "details" and part.has(_MISTAKE):
            summary, *rest = children(part.inner)
            question.mistakes.append(Mistake(_without_prefix(summary.inner), "\n".join(_prose(rest))))


def _without_prefix(title: str) -> str:
    """`Common mistake: adding the rates` is `Adding the rates` in a list of nothing but mistakes."""
    words = title.removeprefix("Common mistake: ")
    return words[:1].upper() + words[1:]


def _prose(elements: list[Element]) -> Iterator[str]:
    """What is neither code nor belongs to it."""
    for element in elements:
        if element.name != "details" and not any(map(element.has, ("highlight", "check", "check-note"))):
            yield element.outer
