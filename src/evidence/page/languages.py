"""What a fence's language is to us: Python that runs, something that only looks like it, or neither."""

from __future__ import annotations

import re
from difflib import get_close_matches
from enum import Enum
from functools import cache

from pygments.lexers import get_lexer_by_name
from pygments.lexers.python import PythonLexer
from pygments.util import ClassNotFound


class Language(Enum):
    """How a fence is treated."""

    PYTHON = "python"  # shown as Python: it is run, or waived in sight of the reader
    LOOKALIKE = "lookalike"  # shown as Python or a Python prompt, yet cannot be run as it stands
    OTHER = "other"


# Dialects: a reader takes them for Python that was run.
_DIALECTS = {"Cython", "Mojo"}
_MISSPELT = ("python", "python3", "ipython", "pycon")


@cache
def classify(name: str) -> Language:
    """The kind of the language that a fence names, as the site's highlighter understands the name."""
    try:
        lexer = get_lexer_by_name(name.strip().lower())
    except ClassNotFound:
        return Language.OTHER
    if lexer.name == "Python":
        return Language.PYTHON
    # Tracebacks (pytb) are output; prompts, IPython, NumPy and Python 2 would look checked without being so.
    if "python" in lexer.name.lower() and "traceback" not in lexer.name.lower():
        return Language.LOOKALIKE
    return Language.LOOKALIKE if isinstance(lexer, PythonLexer) or lexer.name in _DIALECTS else Language.OTHER


def problem_with_fence(opening: str, language: str) -> str:
    """What is wrong with the line that opens a fence, if its reader would take the block for Python; else empty.

    Args:
        opening: the line.
        language: what the highlighter takes for the language; it is none of Python's.
    """
    info = re.sub(r"\"[^\"]*\"|'[^']*'", "", re.split(r"`{3,}|~{3,}", opening, maxsplit=1)[-1])
    words = re.findall(r"[^\s{}=.,:;#\"']+", info)
    python = next((word for word in words if classify(word) is not Language.OTHER), "")
    if python:
        return f"the fence names {python!r}, but not in the place of its language, so that nothing runs it"
    odd = next((word for word in words if not word.isascii()), "")
    if odd:
        return f"the fence's {odd!r} has letters that are not Latin"
    close = get_close_matches(language.lower(), _MISSPELT, 1, 0.7)
    if (close or language.lower().startswith("py")) and not _is_known(language):
        return f"{language!r} is no language that the highlighter knows, and close to {(close or _MISSPELT)[0]!r}"
    return ""


def _is_known(language: str) -> bool:
    try:
        get_lexer_by_name(language.lower())
    except ClassNotFound:
        return False
    return True
