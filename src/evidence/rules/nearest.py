"""What an author may have meant by a name that is none."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, known: Iterable[str]) -> str:
    """The three names that are nearest to `name`, or as many as there are."""
    return ", ".join(get_close_matches(name, sorted(known), 3, 0)) or "none"
