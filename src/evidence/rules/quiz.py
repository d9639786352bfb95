"""A quiz has a right option and a wrong one, and each of them leads to the run that proves or refutes it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from evidence.files.errors import PageError
from evidence.page.model import CheckLink, Option, Page, Quiz

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


def _of_numbers(page: Page, quiz: Quiz, option: Option, link_errors: LinkErrors) -> Iterator[PageError]:
    """Each number of an option is one that a check of its reason observed; the right one in the relation it states."""
    for words in [option.said] if option.right else _NUMBER.findall(option.said):
        problems = [
            [*link_errors(CheckLink(page.path, quiz.line, words, check, quiz.section))] for check in option.checks
        ]
        if problems and all(problems):
            yield problems[0][0]
