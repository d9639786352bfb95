"""Whether what a check was seen to do proves anything. A check that passed and proves nothing does not hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from evidence.run.recorder import Place

# A false alarm in more than one of a hundred runs would be one in each week.
_SMALL = 0.01


class ProvesNothing(Exception):
    """A block that raised nothing and yet shows nothing; the message is for its author.

    Args:
        line: the line in the page's file.
        problem: what is wrong there; what would be right.
    """

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(problem)
        self.line = line


def swallowed(places: Sequence[Place]) -> ProvesNothing | None:
    """The first assert that failed although its block ended well."""
    return next(
        (
            ProvesNothing(
                place.line,
                f"the assert failed {_times(place.failed)} and its failure was swallowed: `{_short(place.code)}`. "
                "Let it end the block: no try, suppress, finally or thread may stand around it",
            )
            for place in places
            if place.failed
        ),
        None,
    )


def proves_nothing(places: Sequence[Place], grade: str, line: int) -> ProvesNothing | None:
    """The first reason why a check shows less than it says; `None` if there is none.

    Args:
        places: those of the check's own code.
        grade: the check's grade, which promises something of its own.
        line: the check's first.
    """
    if not any(place.kind in ("assert", "raises") or (place.kind == "printed" and place.times) for place in places):
        return ProvesNothing(
            line, "the check asserts nothing, and prints only what its author wrote. Compute what it shows"
        )
    if grade == "statistical" and not any(map(_is_chance, places)):
        return ProvesNothing(
            line,
            "a statistical check says how likely a false alarm is, as `assert 2 * exp(-2 * n * t**2) < 1e-6`, and this "
            "one does not. Assert it, or grade it an experiment",
        )
    if grade == "exact":
        close = next((place for place in places if place.operator == "close"), None)
        if close is not None:
            return ProvesNothing(
                close.line, f"an exact check has no tolerance: `{_short(close.code)}`. Grade it numeric"
            )
    found = [ProvesNothing(place.line, problem) for place in places for problem in _against(place, places)]
    return swallowed(places) or min(found, key=lambda each: each.line, default=None)


def _is_chance(place: Place) -> bool:
    """Whether it says that a probability which was computed is small."""
    if place.operator not in ("<", "<=") or place.computed not in ("left", "both") or not place.pairs:
        return False
    right = place.pairs[0].right
    return right is not None and len(right.numbers) == 1 and 0 < float(Fraction(right.numbers[0])) <= _SMALL


def _against(place: Place, places: Sequence[Place]) -> Iterator[str]:
    yield from _RULES[place.kind](place, places) if place.kind in _RULES else ()


def _of_assert(place: Place, places: Sequence[Place]) -> Iterator[str]:
    if place.elsewhere and not place.times:
        yield "the assert was evaluated in another thread only, where a failure ends nothing. Assert outside of it"
    elif not place.times:
        yield (
            f"the assert was never evaluated: `{_short(place.code)}`. Call the function, enter the branch, or fill the "
            "loop that it stands in"
        )
    elif "truth" in place.against:
        yield (
            f"the assert holds for being a {place.against['truth']}, not for being true: `{_short(place.code)}`. Call "
            "the method, or compare the value with what it should be"
        )


def _of_comparison(place: Place, places: Sequence[Place]) -> Iterator[str]:
    code = f"`{_short(place.code)}`"
    if not _reached(place, places):
        return
    if "empty" in place.against and not place.times:
        yield f"{code} compared nothing: there was no element. Compare something that is there"
    elif not place.times:
        yield f"{code} was never evaluated: what stands before it decides. Assert it by itself, or take it out"
    elif "same" in place.against:
        yield f"{code} saw {place.against['same']}. Clone what is to be compared before it changes, or use `is`"
    elif place.computed == "neither":
        yield (
            f"{code} compares only what the page itself wrote down, or a thing with itself. Compute one side, or link "
            "no words to it"
        )
    elif "nan" in place.against and not _may_be_nan(place, places):
        yield f"{code} saw {place.against['nan']}, of which no comparison says anything. Assert that there is none"
    elif "spread" in place.against:
        yield from _of_spread(place)
    elif "tolerance" in place.against:
        yield f"{code} allows {place.against['tolerance']}. Make it smaller than what it is a tolerance of"


def _of_spread(place: Place) -> Iterator[str]:
    yield (
        f"`{_short(place.code)}` compares {place.against['spread']}, each element of one with many of the other. Give "
        "both one shape, or say [:, None] there where that is meant"
    )


def _reached(place: Place, places: Sequence[Place]) -> bool:
    """Whether the assert around a comparison, or the function that it asks, was evaluated; if not, that is told."""
    around = [each for each in places if each.kind == "assert" and each.asserted == place.asserted]
    return any(each.times for each in around or [place])


def _may_be_nan(place: Place, places: Sequence[Place]) -> bool:
    """Whether that a value is no number is what is claimed, or what a function that an assert asks has to find out."""
    around = [each for each in places if each.kind == "assert" and each.asserted == place.asserted]
    return not around or any("nan" in each.code for each in around)


def _of_difference(place: Place, places: Sequence[Place]) -> Iterator[str]:
    if place.times and place.held == place.times:  # each time, and not only before something changed
        yield (
            f"`{_short(place.code)}` saw one and the same object on both sides. Clone what is to be compared before it "
            "changes"
        )
    elif "spread" in place.against:
        yield from _of_spread(place)


def _of_loop(place: Place, places: Sequence[Place]) -> Iterator[str]:
    if place.times and not place.held:
        yield f"the loop over `{_short(place.code)}` had nothing to run over. Give it something, or take it out"


def _of_zip(place: Place, places: Sequence[Place]) -> Iterator[str]:
    if "zip" in place.against:
        yield f"`{_short(place.code)}` ends with the shortest of {place.against['zip']} elements. Say strict=True"


def _of_extreme(place: Place, places: Sequence[Place]) -> Iterator[str]:
    if "nan" in place.against:
        yield f"`{_short(place.code)}` was given {place.against['nan']}, and passed it over. Assert that there is none"


def _of_raises(place: Place, places: Sequence[Place]) -> Iterator[str]:
    if not place.times:
        yield f"`{_short(place.code)}` was never entered. Call the function, or enter the branch, that it stands in"
    elif "wide" in place.against:
        yield f"`{_short(place.code)}` takes {place.against['wide']}, a misspelt name too. Name the error that is meant"
    elif "match" in place.against:
        yield f"`{_short(place.code)}` takes {place.against['match']}. Say which with match=…"


_RULES = {
    "assert": _of_assert,
    "compare": _of_comparison,
    "difference": _of_difference,
    "loop": _of_loop,
    "zip": _of_zip,
    "extreme": _of_extreme,
    "raises": _of_raises,
}


def _short(code: str) -> str:
    line = " ".join(code.split())
    return line if len(line) <= 70 else line[:69] + "…"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
