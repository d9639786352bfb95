"""What observed code calls while it runs: each call does what the plain code would, and notes what it saw."""

from __future__ import annotations

import ast
import itertools
import math
import operator
import pprint
import threading
from collections.abc import Callable, Hashable, Iterable, Mapping, Sized
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from evidence.run.observation import PAIRS_KEPT, Observation, Pair, Seen, Side
from evidence.run.seen import has_nan, is_array, is_truth, same_view, seen, spread

COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": lambda a, b: a in b,
    "not in": lambda a, b: a not in b,
    "is": operator.is_,
    "is not": operator.is_not,
}
_DIFFERENCE = {"-": operator.sub, "==": operator.eq, "!=": operator.ne}
# Of a place that is evaluated very often, the later values are counted and not summed up.
_SUMMED_UP = 1000


@dataclass
class Place:
    """A place of observed code, and what was seen there so far.

    `kind` is `assert`, `compare`, `counted`, `difference`, `loop`, `zip`, `extreme`, `raises` or `printed`; the other
    attributes up to `asserted` are those of an `Observation`.
    """

    kind: str
    line: int
    column: int
    code: str
    operator: str
    symbol: str = ""
    computed: Side = "both"
    decides: bool = True
    asserted: int = 0
    times: int = 0
    held: int = 0
    pairs: list[Pair] = field(default_factory=list)
    keys: set[Hashable] = field(default_factory=set)
    # What speaks against it: by a word for each cause, what was seen.
    against: dict[str, str] = field(default_factory=dict)
    evaluations: int = 0
    elsewhere: int = 0
    failed: int = 0

    def observation(self) -> Observation:
        """What is kept of it."""
        return Observation(
            self.line,
            self.column,
            self.code,
            self.operator,
            self.computed,
            self.decides,
            self.asserted,
            self.times,
            self.held,
            tuple(self.pairs),
        )


class Recorder:
    """The places of a session's code, in the order in which its blocks were read; code names them by number."""

    def __init__(self) -> None:
        self.places: list[Place] = []
        self._thread = threading.get_ident()
        self._sides: dict[int, dict[int, Any]] = {}  # of a distance, what it lies between
        self._middle: dict[int, Any] = {}
        self._last: dict[int, tuple[Any, ...]] = {}  # the values of the assert at hand, for its report

    # An assert's condition.

    def asserted(self, at: int, value: Any) -> Any:
        """The condition of an assert came out as `value`."""
        place = self.places[at]
        if threading.get_ident() == self._thread:
            place.times += 1
        else:
            place.elsewhere += 1
        if value is not True and not is_truth(value):
            place.against.setdefault("truth", type(value).__name__)
        if value:
            place.held += 1
            self._last.clear()
        else:
            place.failed += 1
        return value

    def told(self, at: int, message: str | None = None) -> str:
        """What the assert that just failed says, with the values that it saw."""
        assertion = self.places[at]
        lines = [str(message)] if message is not None else []
        places = [(self.places[number], values) for number, values in self._last.items()]
        of_it = [each for each in places if each[0].asserted == assertion.line]
        compared = [each for each in of_it if each[0].operator != "truth"]
        failed = [each for each in compared if each[0].held < each[0].times]
        if not failed:
            lines.append(f"assert {assertion.code}")
        for each in (failed or compared or of_it)[-1:]:
            lines += _report(*each)[0 if failed else 1 :]
        self._last.clear()
        return "\n".join(lines)

    # Comparisons.

    def compare(self, at: int, left: Any, right: Any) -> Any:
        """Compare, and note both sides."""
        place = self.places[at]
        result = COMPARE[place.symbol](left, right)
        sides = self._sides.pop(at, None)
        if sides is not None:
            self._note(at, result, sides[0], sides[1], right)
        elif type(right).__name__.startswith("Approx") and hasattr(right, "expected"):
            self._note(at, result, left, right.expected, getattr(right, "abs", None))
        else:
            self._note(at, result, left, right)
        return result

    def twins(self, at: int, value: Any, *pairs: tuple[Any, Any]) -> Any:
        """One side of a comparison that differs from the other in the names alone: `pairs` of what they stand for."""
        if all(same_view(left, right) for left, right in pairs):
            self.places[at].against.setdefault("same", "one and the same object on both sides")
        return value

    def keep(self, at: int, value: Any) -> Any:
        """What is in the middle of `a < b < c`."""
        self._middle[at] = value
        return value

    def kept(self, at: int) -> Any:
        """The same, for the next comparison."""
        return self._middle.pop(at)

    def difference(self, at: int, left: Any, right: Any) -> Any:
        """Subtract or compare, and note whether both are names of one thing."""
        place = self.places[at]
        place.times += 1
        place.held += same_view(left, right)
        if place.symbol != "-" and spread(left, right):  # of a difference that is how each is moved by its own
            place.against.setdefault("spread", f"shapes {tuple(left.shape)} and {tuple(right.shape)}")
        return _DIFFERENCE[place.symbol](left, right)

    def side(self, at: int, number: int, value: Any) -> Any:
        """One of the two that a distance lies between."""
        self._sides.setdefault(at, {})[number] = value
        return value

    def alike(self, at: int, function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        """A function, or a method, that says whether two things are alike."""
        result = function(*arguments, **options)
        receiver = getattr(function, "__self__", None)
        if len(arguments) == 1 and receiver is not None:
            arguments = (receiver, *arguments)
        if len(arguments) >= 2:
            left, right = arguments[:2]
            wide = [each for each in (options.get("rtol"), options.get("rel_tol")) if each is not None and not each < 1]
            if wide:
                self.places[at].against.setdefault("tolerance", f"a relative tolerance of {wide[0]}")
            absolute = [_allowed(options, right, function)] if {"atol", "abs_tol"} & options.keys() else []
            empty = is_array(left) and not math.prod(left.shape)
            self._note(at, left == left if empty else result is None or result, left, right, *absolute)
        return result

    def _note(self, at: int, result: Any, left: Any, right: Any, tolerance: Any = None) -> None:
        place = self.places[at]
        times, held = _counted(result)
        place.times += times
        place.held += held
        if not times:
            place.against.setdefault("empty", "no element")
        self._last[at] = (left, right) if tolerance is None else (left, right, tolerance)
        if place.operator not in ("is", "is not", "!=") and (has_nan(left) or has_nan(right)):
            place.against.setdefault("nan", "a value that is not a number")
        if place.operator in ("==", "equal", "close") and same_view(left, right):
            place.against.setdefault("same", "one and the same object on both sides")
        said = "None" in place.code or "unsqueeze" in place.code
        if place.operator in ("==", "equal", "close") and not said and spread(left, right):
            place.against.setdefault("spread", f"shapes {tuple(left.shape)} and {tuple(right.shape)}")
        place.evaluations += 1
        keeps = place.evaluations <= _SUMMED_UP and len(place.pairs) < PAIRS_KEPT
        weighs = tolerance is not None and "tolerance" not in place.against
        if keeps or weighs:
            sides, allowed = (seen(left), seen(right)), None if tolerance is None else seen(tolerance)
            if weighs and allowed is not None:
                _weigh(place, sides, allowed)
            if keeps:
                _keep(place, Pair(*sides, allowed, held == times))

    def truth(self, at: int, value: Any) -> Any:
        """A condition that compares nothing."""
        place = self.places[at]
        place.times += 1
        place.held += bool(value)
        self._last[at] = (value,)
        _keep(place, Pair(seen(value), None, held=bool(value)))
        return value

    def counted(self, at: int, values: Any) -> Any:
        """What is summed; if that are truth values, it is a count of those that are true."""
        place = self.places[at]
        truths = isinstance(values, list | tuple) and all(map(is_truth, values))
        if truths or (is_array(values) and "bool" in str(values.dtype)):
            times, held = (len(values), sum(map(bool, values))) if truths else _counted(values)
            place.times += times
            place.held += held
        return values

    # Loops, extremes, expected errors, what is printed.

    def some(self, at: int, values: Iterable[Any]) -> Iterable[Any]:
        """What a loop runs over; note whether there is anything."""
        place = self.places[at]
        place.times += 1
        try:  # cheaper than `suppress`, and inner loops begin often
            place.held += len(values) > 0  # type: ignore[arg-type]
        except TypeError:  # of what has a length only at times, as a loader of data
            pass
        else:
            return values
        iterator = iter(values)
        for first in iterator:
            place.held += 1
            return itertools.chain([first], iterator)
        return ()

    def zipped(self, at: int, *values: Any, **options: Any) -> Any:
        """`zip`, which ends with the shortest."""
        lengths = {len(each) for each in values if isinstance(each, Sized)}
        if len(lengths) > 1 and not options.get("strict"):
            self.places[at].against.setdefault("zip", " and ".join(map(str, sorted(lengths))))
        self.places[at].times += 1
        self.places[at].held += 1
        return zip(*values, **options)  # noqa: B905 - it is the author's to say

    def extreme(self, at: int, function: Callable[..., Any], *values: Any, **options: Any) -> Any:
        """`max` or `min`, which pass over what is not a number."""
        place = self.places[at]
        place.times += 1
        place.held += 1
        if any(map(has_nan, values)):
            place.against.setdefault("nan", "a value that is not a number")
        return function(*values, **options)

    def raising(self, at: int, expected: Any, **options: Any) -> AbstractContextManager[Any]:
        """`pytest.raises`, as a context."""
        import pytest

        place = self.places[at]
        kinds = expected if isinstance(expected, tuple) else (expected,)
        if any(kind in (Exception, BaseException) for kind in kinds):
            place.against.setdefault("wide", f"any {kinds[0].__name__}")
        named = " or ".join(kind.__name__ for kind in kinds)
        return _Raising(place, pytest.raises(expected, **options), f"{named}: {options.get('match', '')}")

    def printed(self, at: int, value: Any) -> Any:
        """A part of what is printed, as it will be written."""
        place = self.places[at]
        place.times += 1
        place.held += 1
        if len(place.pairs) < PAIRS_KEPT:  # also what was printed before: a table may hold it twice
            place.pairs.append(Pair(seen(str(value)), None))
        return value

    def formatted(self, at: int, value: Any, conversion: int, spec: str) -> str:
        """A part of a formatted text."""
        convert: dict[int, Callable[[Any], Any]] = {115: str, 114: repr, 97: ascii}
        text = format(convert.get(conversion, lambda each: each)(value), spec)
        self.printed(at, text)
        return text


class _Raising(AbstractContextManager[Any]):
    def __init__(self, place: Place, context: AbstractContextManager[Any], expected: str) -> None:
        self.place, self.context, self.expected = place, context, expected

    def __enter__(self) -> Any:
        return self.context.__enter__()

    def __exit__(self, *raised: Any) -> Any:
        held = self.context.__exit__(*raised)  # raises where nothing was raised, or with another message
        self.place.times += 1
        self.place.held += bool(held)
        if held:
            _keep(self.place, Pair(seen(f"{raised[0].__name__}: {raised[1]}"), seen(self.expected)))
        return held


def _keep(place: Place, pair: Pair) -> None:
    key = (pair.left.text, pair.left.numbers, pair.right and (pair.right.text, pair.right.numbers), pair.held)
    if len(place.pairs) < PAIRS_KEPT and key not in place.keys:
        place.keys.add(key)
        place.pairs.append(pair)


def _counted(result: Any) -> tuple[int, int]:
    """How many comparisons a result stands for, and how many of them held."""
    if result is True or result is False:
        return 1, int(result)
    if is_array(result):
        return math.prod(result.shape), int((result != 0).sum())
    return 1, int(bool(result))


def _allowed(options: Mapping[str, Any], right: Any, function: Callable[..., Any]) -> Any:
    """How far apart things may be, with what is relative to their size: there is such by default, which few know."""
    absolute = options.get("atol", options.get("abs_tol"))
    relative = options.get("rtol", options.get("rel_tol", _RELATIVE.get(getattr(function, "__name__", ""), 0)))
    more = relative * _largest(seen(right)) if isinstance(relative, int | float) else 0
    return absolute + more if isinstance(absolute, int | float) and more > absolute / 100 else absolute


# What is taken where none is given; where there is `abs_tol` it is math's own, 10⁻⁹, which nobody will notice.
_RELATIVE = {"allclose": 1e-5, "isclose": 1e-5, "assert_allclose": 1e-7}


def _weigh(place: Place, sides: tuple[Seen, Seen], tolerance: Seen) -> None:
    """Note a tolerance that is as large as what it is a tolerance of; next to 0 there is no telling."""
    sizes = [_largest(side) for side in sides]
    bound = _largest(tolerance)
    if math.isinf(bound) or (bound >= max(sizes) and min(sizes) > 0):
        place.against["tolerance"] = f"a tolerance of {bound:g}, where the values are at most {max(sizes):g}"


def _largest(value: Seen) -> float:
    """The largest size of a number in a value; 0 if there is none."""
    numbers = [number for number in value.numbers if number[-1].isdigit()]
    sizes = (abs(float(Fraction(number) if "/" in number else number)) for number in numbers)
    return math.inf if "inf" in value.numbers else max(sizes, default=0.0)


def _report(place: Place, values: tuple[Any, ...]) -> list[str]:
    """`assert 386 == 385`, and below it which expression had which value."""
    written = [" ".join(repr(value).split()) for value in values]
    if place.operator == "close":
        within = f" within {written[2]}" if len(values) == 3 else " close"
        return [f"assert {written[0]}{within} of {written[1]}", f"  in {place.code}"]
    first = f"assert {f' {place.symbol or place.operator} '.join(written)}"
    if len(first) > 300:
        first = f"assert {place.code}"
        written = [pprint.pformat(value, width=100, compact=True) for value in values]
    tree = ast.parse(place.code, mode="eval").body
    sides = [tree.left, tree.comparators[-1]] if isinstance(tree, ast.Compare) else [tree]
    lines = [first]
    for side, value in zip(sides, written, strict=False):
        if ast.unparse(side) != value:
            start, *more = value.split("\n")
            lines += [f"  where {ast.unparse(side)} is {start}", *(f"    {line}" for line in more[:40])]
    return lines
