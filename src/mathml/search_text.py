"""What a search index sees of formulas and of blocks of code.

The characters of a formula, read off one after the other, make no sense: `x_i^2` would be found as “xi2”. So
formulas are marked as nothing to search. Where the site builder allows it, they are found as a line of text.

Blocks of code are left out: among the results they would be cut off in the middle, and a reader looks for words.
"""

from __future__ import annotations

import html
import re

from mathml.text import plain_text

MARK = ' data-search-exclude="math"'
"""The attribute of a `<math>` element that search leaves out; Material's search removes it after reading."""

_MARKED = re.compile(rf"<math{MARK}.*?</math>|<pre\b.*?</pre>", re.S)
_STANDS_FOR = re.compile(r'<span data-formula="(\d+)">[^<]*</span>')


def as_text(content: str) -> tuple[str, list[str]]:
    """Replace marked formulas by text, and blocks of code by none.

    Args:
        content: HTML of a page.

    Returns:
        The HTML with lines of text in the place of formulas, and what was taken out, for `as_formulas`.
    """
    taken: list[str] = []

    def text(match: re.Match[str]) -> str:
        found = match[0].replace(MARK, "", 1)
        taken.append(found)
        words = "" if found.startswith("<pre") else html.escape(plain_text(found), quote=False)
        return f'<span data-formula="{len(taken) - 1}">{words}</span>'

    return _MARKED.sub(text, content), taken


def as_formulas(content: str, taken: list[str]) -> str:
    """Put back the formulas and the code that `as_text` took out."""
    return _STANDS_FOR.sub(lambda match: taken[int(match[1])], content)
