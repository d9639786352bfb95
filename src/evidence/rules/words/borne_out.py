"""Whether the facts that a run observed bear out what words claim of a number."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from fractions import Fraction

from evidence.rules.words.claims import BOUNDS, LARGEST_SMALL_WORD, Claim, Relation
from evidence.rules.words.facts import Facts, Limit, Value
from evidence.rules.words.numbers import Number
from evidence.run.observation import Observation

# Between 8/27 and the double that comes nearest to it.
_ROUNDING_ERROR = Fraction(1, 10**12)
# Within such a part of its size, a comparison within a tolerance says as much as an equality.
_TIGHT = Fraction(1, 10**6)
# `about 100`.
_ABOUT = Fraction(1, 20)
# How much looser than the assert's a bound in words may be: a tolerance of 1e-15 bears out no "less than 386".
_LOOSER = 10


# Units of measurement, and what a check may call a value that is in one.
_UNITS = {
    "kb": ("kb", "kilobyte"),
    "mb": ("mb", "megabyte"),
    "gb": ("gb", "gigabyte"),
    "tb": ("tb", "terabyte"),
    "kib": ("kib",),
    "mib": ("mib",),
    "gib": ("gib",),
    "ms": ("ms", "milli"),
    "µs": ("us", "micro"),
    "ns": ("ns", "nano"),
    "db": ("db", "decibel"),
    "hz": ("hz", "hertz"),
}


class Judge:
    """Holds the claims of one link to the facts of its check.

    Args:
        claims: all that the words claim; `18 of 20` and `within 0.01` also say how another number is meant.
        facts: what the run observed.
    """

    def __init__(self, claims: Sequence[Claim], facts: Facts) -> None:
        self.facts = facts
        self.counts_said = [claim for claim in claims if claim.total and "total" not in claim.relations]
        self.tolerances_said = [claim.number.value for claim in claims if "tolerance" in claim.relations]

    def bears_out(self, claim: Claim) -> bool:
        """Whether the facts bear out `claim`, in any of its readings."""
        return self._has_its_unit(claim) and any(self._bears_out(claim, relation) for relation in claim.relations)

    def _has_its_unit(self, claim: Claim) -> bool:
        """Whether what the check calls its values, or prints, has the unit of the words: 576 is not yet 576 MB."""
        known = _UNITS.get(claim.near[-1]) if claim.near else None
        if known is None:
            return True
        said = " ".join(
            [seen.code.lower() for seen in self.facts.observations]
            + [pair.left.text.lower() for seen in self.facts.observations for pair in seen.pairs]
        )
        return any(name in said for name in known)

    def _bears_out(self, claim: Claim, relation: Relation) -> bool:
        if relation == "total":
            return self._counted(claim.number)
        if relation == "tolerance":
            return self._came_near(claim)
        if relation == "≈":
            return any(_is_about(claim.number, value) for value in self.facts.values)
        if relation == "≠":
            return any(claim.number.value == value.value for value in self.facts.others)
        bearing = [value.observation for value in self.facts.values if self._is(claim.number, value)]
        if relation in BOUNDS:
            bearing = bearing if relation in ("<=", ">=") else []
            limits = self._of_that_side(relation, claim.number)
            bearing += [limit.observation for limit in limits if self._keeps(relation, claim.number, limit)]
        elif claim.total is None and self._is_set_up(claim):
            return True
        if claim.total is None:
            return bool(bearing)
        if claim.total.value < 1 or claim.total.value < claim.number.value:
            return False  # nothing is `20 of 2`, or `0 of 0`
        return self._is_total(claim.number, claim.total, bearing) or self._never_failed(claim.number, claim.total)

    # --- Values ---

    def _is(self, number: Number, value: Value) -> bool:
        """Whether `number` is `value`, to the digits written and to no more than the check has."""
        for face, place in _faces(number, value.by_hundred):
            if _agrees(face, place, number.digits, value):
                return True
            if value.target is not None and value.tolerance is not None and _same(face, value.target):
                tight = value.tolerance <= max(abs(value.target), Fraction(1)) * _TIGHT
                if tight or any(_as_near(value.tolerance, said) for said in self.tolerances_said):
                    return True
        return False

    def _is_set_up(self, claim: Claim) -> bool:
        """Whether a number is of the set-up, and the run saw that: dimensions, arguments by name, small counts."""
        number = claim.number
        if number.factors and not number.unit and any(_in_order(number.factors, row) for row in self.facts.rows):
            return True
        named = {(name.rstrip("s"), value) for name, value in self.facts.arguments}
        if any((name.rstrip("s"), number.value) in named for name in claim.near):
            return True
        small = number.spelled and claim.before_noun and 1 < number.value <= LARGEST_SMALL_WORD
        return small and number.value in self.facts.totals()

    # --- How many ---

    def _is_total(self, count: Number, total: Number, bearing: list[Observation]) -> bool:
        """Of `18 of 20`, whether there were 20: where the 18 were counted, or as another value of the check."""
        counted = {each for seen in bearing for each in self.facts.totals(seen.asserted)}
        if bearing and total.value in counted:
            return True
        totals = [value.observation for value in self.facts.values if self._is(total, value)]
        # One 20 alone is not both a count and its total.
        return any(total.value != count.value or one is not other for one in bearing for other in totals)

    def _never_failed(self, count: Number, total: Number) -> bool:
        """Of `20 of 20`, whether an assert was evaluated 20 times."""
        every = (seen.times for seen in self.facts.observations if seen.decides and seen.held == seen.times > 1)
        return count.value == total.value and any(times == total.value for times in every)

    def _counted(self, number: Number) -> bool:
        whole = number.unit not in ("%", "‰")  # nobody counts `each of the 300 %`
        return (whole and number.value in self.facts.totals()) or any(
            self._is(number, value) for value in self.facts.values
        )

    # --- Bounds ---

    def _of_that_side(self, relation: Relation, number: Number) -> list[Limit]:
        """The limits that may bear out a bound. Where the check has that very number on the other side, it is meant."""
        very = [
            limit
            for limit in self.facts.limits
            if any(_same(limit.value, face) for face, _ in _faces(number, limit.by_hundred))
        ]
        return very if any(limit.relation[0] != relation[0] for limit in very) else self.facts.limits

    def _keeps(self, relation: str, number: Number, limit: Limit) -> bool:
        """Whether `limit` is the bound in words, or a stricter one of its size."""
        if relation[0] != limit.relation[0] or not (limit.always or self._said_how_often(limit)):
            return False
        for face, _ in _faces(number, limit.by_hundred):
            if _same(limit.value, face):
                return not (limit.touched and relation in ("<", ">"))
            stricter = limit.value < face if relation[0] == "<" else limit.value > face
            if stricter and limit.value * face > 0 and 1 / _LOOSER <= limit.value / face <= _LOOSER:
                return True
        return False

    def _said_how_often(self, limit: Limit) -> bool:
        """Whether a bound that some broke is one of `… in at least 18 of 20`, and held so often."""
        held, times = self.facts.successes(limit.observation), self.facts.evaluations(limit.observation)
        return any(
            claim.total is not None and claim.total.value == times and _counts(relation, held, claim.number.value)
            for claim in self.counts_said
            for relation in claim.relations
        )

    # --- Tolerances ---

    def _came_near(self, claim: Claim) -> bool:
        """`within 0.01 of 3`, and `within 0.01` of whatever the check compares."""
        number = claim.number
        if claim.target is not None:
            return any(
                value.target is not None
                and value.tolerance is not None
                and _same(claim.target.value, value.target)
                and any(_as_near(value.tolerance, face) for face, _ in _faces(number, value.by_hundred))
                for value in self.facts.values
            )
        return any(
            limit.always and limit.relation in ("<", "<=") and _as_near(limit.value, number.value)
            for limit in self.facts.limits
        )


def _counts(relation: Relation, held: int, said: Fraction) -> bool:
    compare = {"=": operator.eq, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
    return relation in compare and bool(compare[relation](held, said))


def _faces(number: Number, by_hundred: bool) -> Iterator[tuple[Fraction, int | None]]:
    """The values that a check may have for a number, with the place of their last digit.

    28 % is 0.28, and 28 where the check counts in hundredths.
    """
    yield number.value, number.place
    if number.unit == "%" and by_hundred:
        yield number.face, None if number.place is None else number.place + 2


def _agrees(face: Fraction, place: int | None, digits: int, value: Value) -> bool:
    if place is None:
        return _same(face, value.value)
    if value.place is not None and place < min(value.place, 0) and face:
        return False
    if face == value.value:
        return True
    may_round = place < 0 or digits > 1
    return may_round and abs(face - value.value) <= Fraction(10) ** place / 2


def _is_about(number: Number, value: Value) -> bool:
    return any(abs(face - value.value) <= abs(value.value) * _ABOUT for face, _ in _faces(number, value.by_hundred))


def _same(one: Fraction, other: Fraction) -> bool:
    return abs(one - other) <= abs(other) * _ROUNDING_ERROR


def _as_near(bound: Fraction, said: Fraction) -> bool:
    return _same(bound, said) or 0 < bound < said <= bound * _LOOSER


def _in_order(factors: tuple[Fraction, ...], row: tuple[Fraction, ...]) -> bool:
    return any(row[at : at + len(factors)] == factors for at in range(len(row)))
