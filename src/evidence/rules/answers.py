"""An answer rests on a check or on a cited source, and begins with a short answer, of so many words at most.

It is laid in layers: the short answer, which stands alone, the argument, and then, folded, what bears it out. A page in
which one answer has a short answer is held to that in all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from evidence.files.errors import PageError
from evidence.page.html_outline import sentence_around
from evidence.page.model import Answer, Page

MOST_WORDS = 60
MOST_FORMULAS = 2
MOST_WORDS_OF_FIRST_SENTENCE = 25

# The order of an answer's folds. What is none of these may stand anywhere.
_ORDER = {"evidence": "evidence", "failure": "common mistake", "info": "remark"}
_FORMULA = re.compile(r"\$[^$]+\$|\\\[.*?\\\]", re.DOTALL)


def answer_errors(page: Page) -> Iterator[PageError]:
    """What is wrong with the page's answers."""
    for answer in page.answers:
        if not answer.supported:
            yield PageError(
                page.path,
                answer.line,
                f"the answer to {answer.section!r} links to no check and cites no source",
                "Link its first sentence to a check, [words](check:name), or to references.md#…",
            )
    yield from _of_layers(page)


def _of_layers(page: Page) -> Iterator[PageError]:
    if not any(answer.shorts for answer in page.answers):
        return
    asked = {quiz.section for quiz in page.quizzes if not quiz.late}
    for answer in page.answers:
        yield from _of_short(page, answer)
        for line in answer.open_code:
            yield PageError(
                page.path,
                line,
                f"code stands open in the answer to {answer.section!r}, in the middle of the argument",
                "Fold it: /// evidence | What it shows, in plain words",
            )
        yield from _of_order(page, answer)
        if answer.section not in asked:
            yield PageError(
                page.path,
                answer.line,
                f"no quiz stands before the answer to {answer.section!r}",
                "Write one between question and answer: /// quiz | What it asks",
            )


def _of_short(page: Page, answer: Answer) -> Iterator[PageError]:
    if len(answer.shorts) != 1:
        yield PageError(
            page.path,
            answer.line,
            f"the answer to {answer.section!r} has {len(answer.shorts) or 'no'} short answers",
            f"Begin it with one, of at most {MOST_WORDS} words: /// short",
        )
    for short in answer.shorts:
        formulas = len(_FORMULA.findall(short))
        text = _FORMULA.sub("x", short)
        words, first = _words(text), _words(sentence_around(text, 0))
        for what, count, most in (
            ("words", words, MOST_WORDS),
            ("formulas", formulas, MOST_FORMULAS),
            ("words in its first sentence", first, MOST_WORDS_OF_FIRST_SENTENCE),
        ):
            if count > most:
                yield PageError(
                    page.path,
                    answer.line,
                    f"the short answer to {answer.section!r} has {count} {what}, and may have {most}",
                    "Leave the rest to what follows it",
                )


def _words(text: str) -> int:
    return sum(any(character.isalnum() for character in word) for word in text.split())


def _of_order(page: Page, answer: Answer) -> Iterator[PageError]:
    kinds = [kind for fold in answer.folds for kind in fold.split() if kind in _ORDER]
    order = list(_ORDER)
    for before, after in pairwise(kinds):
        if order.index(after) < order.index(before):
            yield PageError(
                page.path,
                answer.line,
                f"in the answer to {answer.section!r} a fold of {_ORDER[after]} stands after one of {_ORDER[before]}",
                "Let evidence come first, then common mistakes (type: failure), then remarks (type: info)",
            )
            return
