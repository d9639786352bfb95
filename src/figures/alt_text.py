"""Whether the description of an image tells anything to who cannot see it."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

SHORTEST = 20
REMEDY = "Say what the image shows in a sentence: ![description](source)"
_EMPTY_WORDS = re.compile(
    r"\W*(no (description|alt|text)|description|todo|tbd|(alt|alternative) text|placeholder|untitled)\b",
    re.IGNORECASE,
)


def problem_with(alt: str | None, src: str) -> str:
    """What is wrong with an image's description; empty where nothing is.

    Args:
        alt: the description, None where the attribute is missing.
        src: the image's address, whose file name is no description.
    """
    text = (alt or "").strip()
    if not text:
        return f"The image {src} has no description"
    if "\\(" in text:
        return f"The description of {src} holds a formula, which would be read out as TeX"
    name = PurePosixPath(src.split("?")[0])
    if _letters(text) in (_letters(name.name), _letters(name.stem), _letters(str(name))):
        return f"The image {src} is described by its file name"
    if _EMPTY_WORDS.match(text):
        return f"The image {src} is described by “{text}”, which tells nothing"
    if len(text) < SHORTEST:
        return f"The image {src} is described by “{text}”: fewer than {SHORTEST} characters"
    return ""


def _letters(text: str) -> str:
    return re.sub(r"\W|_", "", text).lower()
