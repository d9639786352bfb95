"""HTML without the blanks that no reader sees."""

from __future__ import annotations

import re

_AS_WRITTEN = re.compile(r"(<(pre|textarea|script|style)\b.*?</\2>)", re.DOTALL)
_BLANKS = re.compile(r"\n\s+")


def without_blanks(html: str) -> str:
    """The same page without empty lines and indentation, but where they are shown or belong to a script."""
    parts = _AS_WRITTEN.split(html)
    # Of each three parts, the second is as written, and the third names its element.
    return "".join(part if at % 3 else _BLANKS.sub("\n", part) for at, part in enumerate(parts) if at % 3 < 2)
