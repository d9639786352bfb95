"""Characters that show a reader another text than the one that is run, or end lines where no reader sees an end."""

from __future__ import annotations

import io
import re
import tokenize
import unicodedata
from collections.abc import Iterator

# Control characters, but for the white space among them.
_NOWHERE = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f]")
# Those that some programs take for the end of a line, and what has no width or turns the direction of writing around.
_NOT_IN_CODE = re.compile(
    "[\x0b\x0c\x1c-\x1e\x80-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]"
    # In an emoji, a joiner is seen; after a letter, it is not.
    "|(?<=[\x00-\x7f])[\u200c\u200d]"
)
# Greek and Cyrillic letters that a reader takes for Latin ones.
_LOOKALIKES = re.compile("[ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοАВЕЅІЈКМНОРСТУХЬаеорсухѕіјһԁԛԝ]")


def odd_in_text(text: str) -> Iterator[tuple[int, str]]:
    """The line, from 0, and what stands there that may stand nowhere on a page."""
    for match in _NOWHERE.finditer(text):
        yield text.count("\n", 0, match.start()), _named(match[0])


def odd_in_code(code: str) -> Iterator[tuple[int, str, str]]:
    """The line, from 0, what stands there that a reader of Python would not see, or would take for another, and how to
    write it.
    """
    for match in _NOT_IN_CODE.finditer(code):
        escape = f"Write it as an escape, \\u{ord(match[0]):04x}, or take it out"
        yield code.count("\n", 0, match.start()), _named(match[0]), escape
    if not code.isascii():
        for at, name in _names(code):
            for letter in _misread(name):
                yield at, f"in the name {name!r} the letter {_named(letter)}", "Spell it as Python and its readers do"


def _names(code: str) -> Iterator[tuple[int, str]]:
    try:
        for token in tokenize.generate_tokens(io.StringIO(code).readline):
            if token.type == tokenize.NAME and not token.string.isascii():
                yield token.start[0] - 1, token.string
    except (tokenize.TokenError, SyntaxError):
        return  # that it is no Python is told by itself


def _misread(name: str) -> set[str]:
    # Python takes ﬁ for fi and ｘ for x: two names on the page are one where it runs.
    folded = {letter for letter in name if unicodedata.normalize("NFKC", letter) not in (letter, "μ")}
    return folded | set(_LOOKALIKES.findall(name))


def _named(character: str) -> str:
    name = unicodedata.name(character, "a control character")
    return f"U+{ord(character):04X} ({name})"
