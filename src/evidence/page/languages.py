"""What a fence's language is to us: Python that runs, something that only looks like it, or neither."""

from __future__ import annotations

from enum import Enum
from functools import cache

from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound


class Language(Enum):
    """How a fence is treated."""

    PYTHON = "python"  # shown as Python: it is run, or waived in sight of the reader
    LOOKALIKE = "lookalike"  # shown as Python or a Python prompt, yet cannot be run as it stands
    OTHER = "other"


@cache
def classify(name: str) -> Language:
    """The kind of the language that a fence names, as the site's highlighter understands the name."""
    try:
        lexer = get_lexer_by_name(name.strip().lower())
    except ClassNotFound:
        return Language.OTHER
    if lexer.name == "Python":
        return Language.PYTHON
    # Tracebacks (pytb) are output; prompts, IPython and Python 2 would look checked without being so.
    if "python" in lexer.name.lower() and "traceback" not in lexer.name.lower():
        return Language.LOOKALIKE
    return Language.OTHER
