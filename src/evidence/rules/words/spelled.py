"""Numbers that are spelled: `three hundred and eighty-six`, `two thirds`, `a dozen`, `half`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

_UNITS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SMALL = {word: at for at, word in enumerate(_UNITS)} | {word: 10 * at for at, word in enumerate(_TENS, 2)}
SCALES = {"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_MULTIPLES = {"dozen": 12, "twice": 2, "thrice": 3}
_PARTS = {
    "half": 2, "halves": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
    "ninth": 9, "tenth": 10, "hundredth": 100, "thousandth": 1000, "millionth": 10**6,
}  # fmt: skip


_BEGIN = {*_SMALL, *_MULTIPLES, "half", "a", "an"}


def may_begin_a_number(word: str) -> bool:
    """Whether `spelled` need be asked of a text that begins with `word`."""
    first = re.split(r"\W|_", word, maxsplit=1)[0].lower()
    return first in _BEGIN or first.endswith("fold")


def spelled(words: Sequence[str]) -> tuple[Fraction, int] | None:
    """The number that `words` begin with, and how many of them it takes.

    `one` alone is none, as a pronoun and an article are written so; nor is an ordinal, `the third`. `a` belongs to a
    number before a part or a scale, as in `a third` and `a hundred`.
    """
    words = [word.lower() for word in words]
    if not words:
        return None
    first = words[0]
    if first == "half":
        return Fraction(1, 2), 1
    if first in ("twice", "thrice", "dozen"):
        return Fraction(_MULTIPLES[first]), 1
    if first.endswith("fold") and first[:-4] in _SMALL:
        return Fraction(_SMALL[first[:-4]]), 1
    if first in ("a", "an"):
        rest = words[1:2]
        if rest and rest[0] in _PARTS:
            return Fraction(1, _PARTS[rest[0]]), 2
        if rest and rest[0] in _MULTIPLES:
            return Fraction(_MULTIPLES[rest[0]]), 2
        if not rest or rest[0] not in SCALES:
            return None
        cardinal = _cardinal(["one", *words[1:]])
    else:
        cardinal = _cardinal(words)
    if cardinal is None:
        return None
    value, taken = cardinal
    after = words[taken] if taken < len(words) else ""
    part = _PARTS.get(after) or _PARTS.get(after.removesuffix("s"))
    if part and (value == 1 or after.endswith("s")):
        return Fraction(value, part), taken + 1
    if after == "dozen":
        return Fraction(12 * value), taken + 1
    if value == 1 and taken == 1:
        return None
    return Fraction(value), taken


def _cardinal(words: Sequence[str]) -> tuple[int, int] | None:
    """The whole number that `words` begin with, and how many of them it takes."""
    total, group, taken, last = 0, 0, 0, 0
    for at, word in enumerate(words):
        if word in _SMALL:
            value = _SMALL[word]
            # `twenty five` and `hundred five` go on, `five six` are two numbers.
            if last and not ((last >= 20 and value < 10) or last == 100):
                break
            group += value
            last = value or 1
        elif word == "hundred" and 0 < group < 100:
            group *= 100
            last = 100
        elif word in SCALES and word != "hundred" and group:
            total += group * SCALES[word]
            group, last = 0, 100
        elif word == "and" and last == 100 and at + 1 < len(words) and words[at + 1] in _SMALL:
            continue
        else:
            break
        taken = at + 1
    return (total + group, taken) if taken else None
