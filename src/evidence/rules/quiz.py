"""A quiz has a right option and a wrong one, and each of them leads to the run that proves or refutes it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from evidence.files.errors import PageError
from evidence.page.model import CheckLink, Option, Page, Quiz
from evidence.rules.words.numbers import numbers_in, tokens_in

_NUMBER = re.compile(r"[-−+]?\d[\d,.]*\d(?:\s?[%‰])?|[-−+]?\d(?:\s?[%‰])?")

LinkErrors = Callable[[CheckLink], Iterator[PageError]]


def quiz_errors(page: Page, link_errors: LinkErrors) -> Iterator[PageError]:
    """What is wrong with the page's quizzes.

    Args:
        page: the page.
        link_errors: what is wrong with a check link.
    """
    for quiz in page.quizzes:
        yield from _of_form(page, quiz)
        for option in quiz.options:
            if not option.checks:
                yield PageError(
                    page.path,
                    quiz.line,
                    f"the option {option.said!r} links to no check that {'proves' if option.right else 'refutes'} it",
                    "Write - [ ] option: why, in [words](check:name)",
                )
            yield from _of_numbers(page, quiz, option, link_errors)
        yield from _of_answer(page, quiz)


def _of_form(page: Page, quiz: Quiz) -> Iterator[PageError]:
    if quiz.listed != len(quiz.options) or not quiz.listed:
        problem = f"the quiz {quiz.question!r} has an option that is told to be neither right nor wrong"
        if not quiz.listed:
            problem = f"the quiz {quiz.question!r} has no options"
        yield PageError(page.path, quiz.line, problem, "Begin each with - [ ], the right one with - [x]")
        return
    right = sum(option.right for option in quiz.options)
    if right != 1:
        problem = f"{right or 'no'} options of the quiz {quiz.question!r} are marked as right"
        yield PageError(page.path, quiz.line, problem, "Mark the one that is right with - [x]")
    elif len(quiz.options) == 1:
        problem = f"the quiz {quiz.question!r} has no wrong option"
        yield PageError(page.path, quiz.line, problem, "Write what people take for right: - [ ] option: why not")
    said = [option.said for option in quiz.options]
    if len(set(said)) < len(said):
        yield PageError(page.path, quiz.line, f"two options of the quiz {quiz.question!r} are the same", "Change one")


def _of_answer(page: Page, quiz: Quiz) -> Iterator[PageError]:
    """The numbers of the right option are said by the answer, too: so a wrong one is not marked as right."""
    answers = [answer for answer in page.answers if answer.section == quiz.section]
    claimed = [(option, number) for option in quiz.options if option.right for number in numbers_in(option.said)]
    if not answers or not claimed:
        return
    texts = [short for answer in answers for short in answer.shorts]
    texts += [link.words for link in page.links if link.section == quiz.section]
    said = {number.value for text in texts for number in numbers_in(text)}
    for option, number in claimed:
        if number.value not in said:
            yield PageError(
                page.path,
                quiz.line,
                f"the option {option.said!r} is marked as right, and the answer to {quiz.section!r} nowhere says "
                f"{number.written}",
                "Mark the right one, or say it in the short answer or in a link's words",
            )


def _of_numbers(page: Page, quiz: Quiz, option: Option, link_errors: LinkErrors) -> Iterator[PageError]:
    """Each number of an option is one that a check of its reason observed; the right one in the relation it states."""
    for words in [option.said] if option.right else _numbers(option.said):
        problems = [
            [*link_errors(CheckLink(page.path, quiz.line, words, check, quiz.section))] for check in option.checks
        ]
        if problems and all(problems):
            yield problems[0][0]


def _numbers(said: str) -> Iterator[str]:
    """The numbers in digits of a wrong option; the 2 of L2 is none, and of `3 × 3` and a formula each is one."""
    for token in tokens_in(said):
        if token.kind == "formula" or (token.number and token.number.factors):
            yield from _NUMBER.findall(token.text)
        elif token.kind == "unread" or (token.number and not token.number.spelled):
            yield token.text
