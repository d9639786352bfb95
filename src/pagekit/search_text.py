"""What a search index sees of a formula.

The characters of a formula, read off one after the other, make no sense: `x_i^2` would be found as “xi2”. So
formulas are marked as nothing to search. Where the site builder allows it, they are found as a line of text.
"""

from __future__ import annotations

import html
import re

from pagekit.math_text import plain_text

MARK = ' data-search-exclude="math"'
"""The attribute of a `<math>` element that search leaves out; Material's search removes it after reading."""

_MARKED = re.compile(rf"<math{MARK}.*?</math>", re.S)
_STANDS_FOR = re.compile(r'<span data-formula="(\d+)">[^<]*</span>')


def as_text(content: str) -> tuple[str, list[str]]:
    """Replace marked formulas by text.

    Args:
        content: HTML of a page.

    Returns:
        The HTML with lines of text in the place of formulas, and the formulas, for `as_formulas`.
    """
    formulas: list[str] = []

    def text(match: re.Match[str]) -> str:
        formula = match[0].replace(MARK, "", 1)
        formulas.append(formula)
        return f'<span data-formula="{len(formulas) - 1}">{html.escape(plain_text(formula), quote=False)}</span>'

    return _MARKED.sub(text, content), formulas


def as_formulas(content: str, formulas: list[str]) -> str:
    """Put the formulas back that `as_text` took."""
    return _STANDS_FOR.sub(lambda match: formulas[int(match[1])], content)
