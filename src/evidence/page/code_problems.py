"""Why a block that is shown as Python cannot be run as its reader reads it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

from evidence.page.odd_characters import odd_in_code


def code_problems(code: str) -> Iterator[tuple[int, str, str]]:
    """The line, from 0 in the code, what is wrong, and what would be right."""
    for at, problem, remedy in odd_in_code(code):
        yield at, f"the code holds {problem}", remedy
    wrong = _syntax_error(code)
    if wrong is not None:
        yield max(wrong.lineno or 1, 1) - 1, f"this is no Python: {wrong.msg}", ""


def _syntax_error(code: str) -> SyntaxError | None:
    """Why the block is no Python. What Python only warns of is told when it runs."""
    with warnings.catch_warnings(action="ignore"):
        try:
            compile(code, "<block>", "exec", dont_inherit=True)
        except SyntaxError as error:
            return error
        except ValueError:
            return None  # a character that must not be, which is told as such
    return None
