"""What a sentence says that cannot be, whatever a run saw: `4 × 5 = 25`, `falls from 4 to 9`, `4, not 4`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from evidence.rules.words.numbers import Number, Token

_DOWN = {"fall", "falls", "falling", "fell", "drop", "drops", "dropped", "shrink", "shrinks", "shrank", "sink", "sinks"}
_DOWN |= {"sank", "decrease", "decreases", "decreased", "decline", "declines", "declined"}
_UP = {"rise", "rises", "rising", "rose", "grow", "grows", "growing", "grew", "increase", "increases", "increased"}
_UP |= {"climb", "climbs", "climbed"}

# What stands between a number and one that it is not.
_NOT = [["instead", "of"], ["in", "place", "of"], ["rather", "than"], [",", "not"], ["and", "not"], ["but", "not"]]


def contradictions(tokens: Sequence[Token]) -> Iterator[str]:
    """Each equation that does not hold, change that goes the other way, range that ends before it begins, `4, not 4`.

    Args:
        tokens: those of a sentence.
    """
    lower = [token.text.lower() for token in tokens]
    for at, token in enumerate(tokens[:-2]):
        one, other = token.number, tokens[at + 2].number
        if one is None or other is None:
            continue
        told = " ".join(each.text for each in tokens[at : at + 3])
        # Of `5 of 20 = 25 %`, not the 20 is meant.
        if lower[at + 1] == "=" and lower[at - 1 : at] not in (["of"], ["in"], ["="]) and _differ(one, other):
            yield told
        if lower[at + 1] == "and" and lower[at - 1 : at] == ["between"] and one.value > other.value:
            yield f"between {told}"
        if lower[at + 1] == "to" and lower[at - 1 : at] == ["from"] and one.value > 0 and other.value > 0:
            verb = next((word for word in reversed(lower[: at - 1]) if word in _DOWN | _UP), "")
            if (verb in _DOWN and one.value < other.value) or (verb in _UP and one.value > other.value):
                yield f"{verb} from {told}"
    for at, token in enumerate(tokens):
        length = next((len(words) for words in _NOT if lower[max(at - len(words), 0) : at] == words), 0)
        # Perhaps with a word between: `4 pixels, not 4`.
        for start in range(max(at - length - 2, 0), at - length) if length and token.number else ():
            number = tokens[start].number
            if number is not None and token.number is not None and number.value == token.number.value:
                yield " ".join(each.text for each in tokens[start : at + 1])


def _differ(one: Number, other: Number) -> bool:
    """Whether two numbers are not equal, and neither is the other rounded."""
    places = [Fraction(10) ** number.place / 2 for number in (one, other) if number.place is not None]
    return abs(one.value - other.value) > max(places, default=Fraction(0))
