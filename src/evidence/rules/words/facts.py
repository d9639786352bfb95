"""What the observations of a check bear out: values that were seen, bounds that held, tolerances, and how many."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from math import prod
from typing import Literal, NamedTuple

from evidence.rules.words.comparison_code import (
    Given,
    arguments,
    expressions,
    is_none_at_all,
    literal_places,
    multiples,
    names_of_table,
    one_is_literal,
    passed,
    place_of_last_digit,
    ranges,
    rounding,
    times_hundred,
)
from evidence.run.observation import PAIRS_KEPT, Observation, Pair, Seen

Bound = Literal["<", "<=", ">", ">="]
_TURNED: dict[str, Bound] = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


Kind = Literal["value", "square", "printed", "bound", "key", "given", "row", "count"]


class Place(NamedTuple):
    """Where a check has a number.

    Attributes:
        line: that of its assert.
        kind: `value`; `square`, of several that are all equal, as the sides of a field; `printed`, in a loop; `bound`;
            `key`, of a table; `given`, of what the compared code is given, of dimensions, and of other numbers without
            an order; `row`, of several that it is given together; `count`, of how many there were, and how close.
        number: which of the values, or of the bounds, of that assert it is, from 0.
    """

    line: int
    kind: Kind = "count"
    number: int = 0


@dataclass(frozen=True)
class Value:
    """A number that the computed side was seen to be.

    Attributes:
        value: the number.
        place: the power of ten of its last digit, as far as the check tells; `None` of what is exact.
        at: where the check has it.
        target: what it was close to, if that is what the check compares.
        tolerance: how close.
        by_hundred: whether it is a percentage: the code multiplies by a hundred, or the sign stands behind it.
        in_row: whether it is one of a list or a tuple, in its order.
        key: of a table, what it is the value of.
    """

    value: Fraction
    place: int | None
    observation: Observation
    at: Place
    target: Fraction | None = None
    tolerance: Fraction | None = None
    by_hundred: bool = False
    in_row: bool = False
    key: Given | None = None

    @property
    def of_each(self) -> bool:
        """Whether it is what several were compared with, as the 0 in `sum(x == 0 for x in xs) == 18`."""
        return not self.observation.decides and self.observation.operator != "printed"

    @property
    def given(self) -> frozenset[Given]:
        """What it is the value for: the key in its table, and what the code of its comparison passes."""
        return passed(self.observation.code) | ({self.key} if self.key else set())


@dataclass(frozen=True)
class Limit:
    """A bound that the computed side was seen to keep.

    Attributes:
        relation: how the computed side stands to it.
        value: the bound.
        at: where the check has it.
        always: whether all evaluations kept it.
        by_hundred: as of a `Value`.
        target: of a tolerance, what the values came close to.
    """

    relation: Bound
    value: Fraction
    observation: Observation
    at: Place
    always: bool = True
    by_hundred: bool = False
    target: Fraction | None = None

    @property
    def given(self) -> frozenset[Given]:
        """What it is the bound for."""
        return passed(self.observation.code)


@dataclass(eq=False)
class Facts:
    """All that the observations of one check bear out; what follows from them is kept by which they are."""

    observations: tuple[Observation, ...]
    values: list[Value] = field(default_factory=list)
    limits: list[Limit] = field(default_factory=list)
    others: list[Value] = field(default_factory=list)
    rows: list[tuple[tuple[Fraction, ...], Place]] = field(default_factory=list)
    multiples: list[tuple[Fraction, Place]] = field(default_factory=list)

    @cached_property
    def arguments(self) -> dict[tuple[str, tuple[Fraction, ...]], set[Place]]:
        """The arguments that the observed code passes by name, one number or a row of them, and where."""
        found: dict[tuple[str, tuple[Fraction, ...]], set[Place]] = {}
        for seen in self.observations:
            for name, row in arguments(seen.code):
                found.setdefault((name, row), set()).add(place_of(seen, "given" if len(row) == 1 else "row"))
        return found

    @cached_property
    def given(self) -> frozenset[Given]:
        """All that any of its values is for."""
        all_of_them: list[Value | Limit] = [*self.values, *self.limits]
        return frozenset(each for seen in all_of_them for each in seen.given)

    @cached_property
    def expressions(self) -> set[str]:
        """The expressions of the observed code, as formulas are written: `2r^2+2r+1`."""
        return {each for seen in self.observations for each in expressions(seen.code)}

    @cached_property
    def totals(self) -> dict[int, set[Place]]:
        """How many evaluations, elements or rows there were, and where."""
        found: dict[int, set[Place]] = {}
        for seen in self.observations:
            for each in (self.evaluations(seen), *_totals(seen)):
                found.setdefault(each, set()).add(place_of(seen))
        return found

    @cached_property
    def own_totals(self) -> dict[int, set[int]]:
        """By the line of an assert, of how many things it counts, where the run saw that."""
        found: dict[int, set[int]] = {}
        for seen in self.observations:
            if seen.asserted:
                deeper = (self.evaluations(seen), *_totals(seen)) if not seen.decides else ranges(seen.code)
                found.setdefault(seen.asserted, set()).update(each for each in deeper if each > 1)
        return found

    @cached_property
    def broken(self) -> set[tuple[int, int]]:
        """The asserts, by line, in which a comparison held for some only, with how many there were in all."""
        deeper = (seen for seen in self.observations if not seen.decides and seen.held < seen.times)
        return {(place_of(seen).line, self.evaluations(seen)) for seen in deeper}

    @cached_property
    def held_in_part(self) -> Observation | None:
        """A comparison that held for some only, in a check whose asserts all count such."""
        asserts = {seen.asserted for seen in self.observations if seen.decides and seen.asserted}
        counted = [seen for seen in self.observations if not seen.decides and 0 < seen.held < seen.times]
        return counted[0] if asserts and asserts <= {seen.asserted for seen in counted} else None

    def evaluations(self, seen: Observation) -> int:
        """How often a comparison was evaluated; of one deeper in an assert, each time that the assert was."""
        return seen.times // self._rounds_of(seen)

    def successes(self, seen: Observation) -> int:
        """How often it held, likewise."""
        return seen.held // self._rounds_of(seen)

    def _rounds_of(self, seen: Observation) -> int:
        rounds = self._rounds.get(seen.asserted, 1)
        return 1 if seen.decides or seen.times % rounds or seen.held % rounds else rounds

    @cached_property
    def _rounds(self) -> dict[int, int]:
        return {seen.asserted: seen.times for seen in self.observations if seen.decides}


def facts_of(observations: Iterable[Observation]) -> Facts:
    """What `observations` bear out. A comparison of constants alone, and one that never held, bears nothing out."""
    in_order = sorted((each for each in observations if each.times), key=lambda seen: (seen.line, seen.column))
    facts = Facts(tuple(in_order))
    for seen in facts.observations:
        if seen.computed == "neither":
            continue
        if seen.operator == "truth" and is_none_at_all(seen.code) and held_always(seen):
            facts.values.append(Value(Fraction(0), None, seen, place_of(seen, "value")))
        if seen.operator in ("==", "equal", "printed", "close"):
            if held_always(seen):
                before = _on_line(facts.values, seen)
                facts.values += _values(seen, before)
                facts.rows += _rows(seen, before)
                facts.multiples += [(each, place_of(seen)) for each in multiples(seen.code, seen.operator)]
        elif seen.operator == "!=" and held_always(seen):
            at = place_of(seen)
            facts.others += [
                Value(each, None, seen, at) for pair in seen.pairs for each in _numbers(_claimed(seen, pair))
            ]
        if seen.operator in _TURNED or seen.operator == "close":
            facts.limits += _limits(seen, _on_line(facts.limits, seen))
    return facts


def _on_line(found: Iterable[Value | Limit], seen: Observation) -> int:
    return sum(each.at.line == place_of(seen).line for each in found)


def place_of(seen: Observation, kind: Kind = "count", number: int = 0) -> Place:
    """Where an observation was made."""
    return Place(seen.asserted or seen.line, kind, number)


def held_always(seen: Observation) -> bool:
    """Whether the comparison held at every evaluation, and of arrays in every element."""
    return 0 < seen.times == seen.held


def never_negative(seen: Observation) -> bool:
    """Whether the computed side was never seen below 0, so that a bound from above says how far from 0 it is."""
    return all(number >= 0 for pair in seen.pairs for number in _numbers(_computed(seen, pair)))


def goes_beyond(limit: Limit) -> bool:
    """Whether what keeps a bound was seen further from 0 than that, on the other side of it."""
    seen = limit.observation
    numbers = (number for pair in seen.pairs for number in _numbers(_computed(seen, pair)))
    return any(number * limit.value < 0 and abs(number) > abs(limit.value) for number in numbers)


# --- Values ---


def _finite(number: str) -> bool:
    return number not in ("nan", "inf", "-inf")


def _numbers(seen: Seen | None) -> list[Fraction]:
    return [Fraction(each) for each in seen.numbers if _finite(each)] if seen and seen.kind != "truth" else []


def _computed(seen: Observation, pair: Pair) -> Seen:
    return pair.right if seen.computed == "right" and pair.right is not None else pair.left


def _claimed(seen: Observation, pair: Pair) -> Seen | None:
    return pair.left if seen.computed == "right" else pair.right


def _values(seen: Observation, before: int) -> Iterator[Value]:
    """The values of an observation; as many as `before` stand before them in the same assert."""
    # Two computed sides that agree over many values are a law; none of the values is what the check claims.
    one_number = len(seen.pairs) == 1 and seen.pairs[0].left.kind == "number"
    if seen.computed == "both" and not one_number and not one_is_literal(seen.code, seen.operator):
        return
    number = itertools.count(before)
    rounded, literals, hundred = rounding(seen.code), literal_places(seen.code), times_hundred(seen.code)
    for pair in seen.pairs:
        computed, claimed = _computed(seen, pair), _claimed(seen, pair)
        target = tolerance = None
        if seen.operator == "close":
            if len(targets := _numbers(claimed)) == 1:
                target = targets[0]
            if len(tolerances := _numbers(pair.tolerance)) == 1:
                tolerance = tolerances[0]
        keys = _keys(seen, computed, claimed)
        for (text, at), key in zip(_placed(seen, computed, number), keys, strict=False):
            if not _finite(text):
                continue
            value = Fraction(text)
            place = place_of_last_digit(text)
            if seen.operator == "close":
                place = None if rounded is None else rounded
            elif place is not None:
                # 1.33060 is written in the assert for its five digits, though it is seen as 1.3306.
                place = min(place, literals.get(value, place))
                place = place if rounded is None else max(place, rounded)
            sign = computed.kind == "text" and re.search(rf"{re.escape(text.lstrip('-'))}\s*%", computed.text)
            in_row = computed.kind == "container" and at.kind not in ("key", "given")
            yield Value(value, place, seen, at, target, tolerance, hundred or bool(sign), in_row, key)


def _placed(seen: Observation, computed: Seen, number: Iterator[int]) -> Iterator[tuple[str, Place]]:
    """The numbers of a computed side, each with its place."""
    # The keys of a table say what its values are of, and a set has no order.
    keyed = _by_number(computed)
    # Of a square, 112 and 112, the two sides are one number, and so are all that are equal.
    numbers = len(computed.numbers) == computed.length and "'" not in computed.text
    alike = len(computed.numbers) > 1 == len(set(computed.numbers))
    square = computed.kind in ("container", "array") and numbers and alike
    first = next(number) if square else 0
    # Of two intervals, ((3, 82), (3, 82)), likewise.
    half = len(computed.numbers) // 2
    twice = half > 1 and computed.numbers[:half] * 2 == computed.numbers
    for at, text in enumerate(computed.numbers if computed.kind != "truth" else ()):
        if keyed and not at % 2:
            yield text, place_of(seen, "key")
        elif computed.type in ("set", "frozenset"):
            yield text, place_of(seen, "given")
        elif seen.times > len(seen.pairs):
            # What a loop comes back to has no order of its own.
            yield text, place_of(seen, "count" if seen.operator == "printed" else "given")
        elif seen.operator == "printed" and seen.times > 1:
            yield text, place_of(seen, "printed", next(number))  # nor has a table, but each number is there but once
        elif square:
            yield text, place_of(seen, "square", first)
        else:
            here = next(number)
            yield text, place_of(seen, "value", here - half if twice and at >= half else here)


def _by_number(computed: Seen) -> bool:
    """Whether it is a table whose keys are numbers, so that every other one is a key."""
    return computed.type == "dict" and computed.whole and len(computed.numbers) == 2 * (computed.length or 0)


def _keys(seen: Observation, computed: Seen, claimed: Seen | None) -> list[Given | None]:
    """Of each number of a computed side what it is the value of, if it is a table; a key stands for itself."""
    if _by_number(computed):
        keys = [Fraction(each) if _finite(each) else None for each in computed.numbers[::2]]
        return [None if key is None else ("", key) for key in keys for _ in range(2)]
    # The order of two equal tables may differ, and what is equal has no name of its own.
    names, told = names_of_table(seen.code), _numbers(claimed)
    if computed.type == "dict" and len(names) == len(told) == len(set(told)) == len(computed.numbers):
        by_number = dict(zip(told, names, strict=True))
        return [("", by_number[number]) if number in by_number else None for number in _numbers(computed)]
    return [None] * len(computed.numbers)


def _rows(seen: Observation, before: int) -> Iterator[tuple[tuple[Fraction, ...], Place]]:
    for pair in seen.pairs:
        computed = _computed(seen, pair)
        # What a row of rows holds side by side, no factor joins.
        if computed.whole and 1 < len(computed.numbers) == computed.length:
            yield tuple(_numbers(computed)), place_of(seen, "given", before)
        if computed.shape and len(computed.shape) > 1:
            yield tuple(map(Fraction, computed.shape)), place_of(seen, "given")


# --- Bounds ---


def _limits(seen: Observation, before: int) -> Iterator[Limit]:
    """The bound of an observation; as many as `before` stand before it in the same assert."""
    if seen.operator == "close":
        bounds = {each for pair in seen.pairs for each in _numbers(pair.tolerance)}
        relation: Bound = "<"
    else:
        if seen.computed == "both":
            return
        bounds = {each for pair in seen.pairs for each in _numbers(_claimed(seen, pair))}
        relation = _TURNED[seen.operator] if seen.computed == "right" else seen.operator  # type: ignore[assignment]
    # Where the bounds differ, and not all are kept, the weakest is not known.
    known = len(bounds) == 1 or len(seen.pairs) < PAIRS_KEPT
    if bounds and known and seen.held:
        weakest = max(bounds) if relation in ("<", "<=") else min(bounds)
        at = place_of(seen, "bound", before)
        targets = {each for pair in seen.pairs for each in _numbers(_claimed(seen, pair))}
        target = targets.pop() if seen.operator == "close" and len(targets) == 1 else None
        yield Limit(relation, weakest, seen, at, held_always(seen), times_hundred(seen.code), target)


# --- How many ---


def _totals(seen: Observation) -> Iterator[int]:
    yield from ranges(seen.code)
    for pair in seen.pairs:
        for side in (pair.left, pair.right):
            if side is not None:
                # A tuple holds different things, and nobody says how many.
                if side.length is not None and side.kind != "text" and side.type not in ("tuple", "Size"):
                    yield side.length
                yield from side.shape or ()
                if side.shape:
                    yield prod(side.shape)
