"""Whether the facts that a run observed bear out what words claim of a number."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cached_property
from itertools import pairwise

from evidence.rules.words.claims import BOUNDS, LARGEST_SMALL_WORD, Claim, Relation, claims_in
from evidence.rules.words.comparison_code import Given, bounded, signs
from evidence.rules.words.facts import Facts, Limit, Place, Value, goes_beyond, never_negative, place_of
from evidence.rules.words.numbers import Number
from evidence.rules.words.units import counts_another, has_its_unit

# Between 8/27 and the double that comes nearest to it.
_ROUNDING_ERROR = Fraction(1, 10**12)
# Within such a part of its size, a comparison within a tolerance says as much as an equality.
_TIGHT = Fraction(1, 10**6)
# `about 100`.
_ABOUT = Fraction(1, 20)


class Judge:
    """Holds the claims of one link to the facts of its check.

    Args:
        claims: all that the words claim; `18 of 20` and `within 0.01` also say how another number is meant.
        facts: what the run observed.
        sentence: the one that the words stand in, after the row and the column of a cell.
    """

    def __init__(self, claims: Sequence[Claim], facts: Facts, sentence: str = "") -> None:
        self.facts = facts
        self.sentence = sentence
        self.around = claims_in(sentence).numbers
        self.said = [claim.number.value for claim in self.around]
        self.numbers_said = [claim.number.value for claim in claims if claim.relations[:1] == ("=",)]
        self.counts_said = [claim for claim in claims if claim.total and "total" not in claim.relations]
        self.tolerances_said = [claim.number.value for claim in claims if "tolerance" in claim.relations]

    def bears_out(self, claim: Claim) -> set[Place]:
        """Where the facts bear out `claim`, in any of its readings; nowhere, if they do not."""
        if _is_odd(claim) or not has_its_unit("".join(claim.near[-1:]), self.facts.observations):
            return set()
        if any(_alike(name, [claim.named]) for name, _ in self.facts.arguments):
            return self._set_up(claim)
        return {place for relation in claim.relations for place in self._places(claim, relation)}

    def _places(self, claim: Claim, relation: Relation) -> set[Place]:
        number = claim.number
        if relation == "total":
            return self._counted(number, all_held=claim.total is None)
        if relation == "tolerance":
            return self._came_near(claim)
        if relation == "≈":
            values = (value for value in self.facts.values if _is_about(number, value))
            return {value.at for value in values if not self._is_for_another(claim, value)}
        if relation == "≠":
            return {value.at for value in self.facts.others if number.value == value.value}
        found: set[Place] = set()
        if relation not in BOUNDS or relation in ("<=", ">="):
            found |= {
                value.at
                for value in self.facts.values
                if self._is(number, value)
                and not self._is_for_another(claim, value)
                and not counts_another("".join(claim.near[-1:]), value.observation.code)
                and self._ends(claim, value)
                # What is counted is a number of its own: nothing came close to it, and it is not that nothing was.
                and not (claim.total and (value.observation.operator == "close" or value.of_each))
                and not (value.observation.operator == "truth" and (claim.total or relation in BOUNDS))
                and not (relation in BOUNDS and value.in_row)
            }
        if relation in BOUNDS:
            limits = (each for each in self._limits_at(number) if not self._is_for_another(claim, each))
            found |= {
                limit.at for limit in limits if self._keeps(relation, limit) and self._has_other_end(claim, limit)
            }
        elif claim.total is None:
            found |= self._set_up(claim) | self._near_at_times(number)
            if _is_multiple(claim):
                found |= {at for multiple, at in self.facts.multiples if multiple == number.value}
        if claim.total is None:
            return found
        if claim.total.value < 1 or claim.total.value < number.value:
            return set()  # nothing is `20 of 2`, or `0 of 0`
        return self._with_total(number, claim.total, found) | self._never_failed(number, claim.total)

    # --- What for ---

    def for_another(self, claim: Claim) -> tuple[set[Given], set[Given]] | None:
        """Of a number that is there for something else: what it is there for, and what the sentence names instead."""
        there: list[Value | Limit] = [each for each in self.facts.values if self._is(claim.number, each)]
        there += self._limits_at(claim.number)
        named = {each for group in self._named.values() for each in group}
        return next(((set(each.given), named) for each in there if self._is_for_another(claim, each)), None)

    def _is_for_another(self, claim: Claim, seen: Value | Limit) -> bool:
        """Whether the sentence names what another value of the check is for, and not what this one is for."""
        number, keys = claim.number.value, self._named.get(("", Fraction), set())
        again = self.said.count(number) > 1
        if isinstance(seen, Value) and seen.at.kind == "key":
            # A key is said once, and beside another with its value.
            values = {each.value for each in self.facts.values if each.key == seen.key} - {number}
            beside = {each for each in self.said if ("", each) not in keys or self.said.count(each) > 1}
            return not values & beside and (again or bool(keys - {seen.key}))
        # No number names what it is for itself.
        itself = set() if again else {("", number)}
        groups = (self._named.get(_group(each), set()) - itself for each in seen.given)
        return any(named and not seen.given & named for named in groups)

    @cached_property
    def _named(self) -> dict[tuple[str, type], set[Given]]:
        """What of all that the check is given the sentence names, by what may stand in place of one another."""
        found: dict[tuple[str, type], set[Given]] = {}
        for given in self.facts.given:
            if self._names(*given):
                found.setdefault(_group(given), set()).add(given)
        return found

    def _names(self, name: str, given: Fraction | str) -> bool:
        if isinstance(given, str):
            return _is_said(given, self.sentence)
        return any(each.number.value == given and (not name or _alike(name, each.near)) for each in self.around)

    # --- Values ---

    def _near_at_times(self, number: Number) -> set[Place]:
        """Of `within 0.1 of 2 in 9 of 10`, where the 9 of 10 came near to 2."""
        near = (each for each in self.facts.limits if each.target is not None and _same(each.target, number.value))
        often = (each for each in near if not each.always and self._said_how_often(each))
        return {limit.at for limit in often if any(_same(limit.value, said) for said in self.tolerances_said)}

    def _ends(self, claim: Claim, value: Value) -> bool:
        """Of a range, whether the value is an end: `nodes 4 to 7` are not the nodes 3, 4, 5, 6, 7, but `4 to 7`."""
        if claim.other_end is None:
            return True
        row = [each for each in self.facts.values if each.observation is value.observation]
        if any(later.value - each.value != 1 for each, later in pairwise(row)):
            return claim.other_end.value != claim.number.value
        return len(row) < 3 or (
            value in (row[0], row[-1]) and any(self._is(claim.other_end, row[at]) for at in (0, -1))
        )

    def _is(self, number: Number, value: Value) -> bool:
        """Whether `number` is `value`, to the digits written and to no more than the check has."""
        if number.factors and min(map(abs, number.factors)) < 2:
            return False  # 5 × 1 is no way to write 5
        if not number.value and number.written.startswith(("−", "-")):
            return False
        for face, place in _faces(number, value.by_hundred):
            share = number.unit == "%" and abs(number.value) <= 1
            if (share and face == value.value) or _agrees(face, place, number.digits, value):  # 90 % is 0.9
                return True
            if value.target is not None and value.tolerance is not None and _same(face, value.target):
                tight = value.tolerance <= max(abs(value.target), Fraction(1)) * _TIGHT
                if tight or any(_same(value.tolerance, said) for said in self.tolerances_said):
                    return True
        return False

    def _set_up(self, claim: Claim) -> set[Place]:
        """Where a number is of the set-up, and the run saw that: dimensions, arguments by name, small counts."""
        number, found = claim.number, set[Place]()
        if number.factors and not number.unit:
            found |= {at for row, at in self.facts.rows if _in_order(number.factors, row)}
        for (name, row), places in self.facts.arguments.items():
            # A row is said as a row, `rates 2, 4 and 8`; single arguments may be listed too, `strides 2 and 4`.
            given = claim.row == row if len(row) > 1 else number.value == row[0]
            if given and _alike(name, claim.near):
                found |= places
        if number.spelled and claim.before_noun and 1 < number.value <= LARGEST_SMALL_WORD:
            found |= self._totalled(number.value)
        return found

    # --- How many ---

    def _totalled(self, value: Fraction) -> set[Place]:
        return self.facts.totals.get(int(value), set()) if value.denominator == 1 and value > 1 else set()

    def _with_total(self, count: Number, total: Number, counted: set[Place]) -> set[Place]:
        """Of `18 of 20`, where the 18 were counted, and the same assert says that of 20.

        Where no assert counts of 20, so many may be the one value of another.
        """
        lines = {at.line for at in self._totalled(total.value)}
        known = self.facts.own_totals
        counted = {at for at in counted if not known.get(at.line) or total.value in known[at.line]}
        totals = [value.at for value in self.facts.values if self._is(total, value)]
        of_own = {
            at
            for at in counted
            # One 20 alone is not both a count and its total, but two in `fine == len(runs) == 20` are.
            if at.line in lines or totals.count(at) > 1 or any(at != each and at.line == each.line for each in totals)
        }
        rows = {id(value.observation) for value in self.facts.values if not self._is(total, value)}
        alone = {value.at for value in self.facts.values if value.at in totals and id(value.observation) not in rows}
        printed = {value.at.line for value in self.facts.values if value.observation.operator == "printed"}
        counts = any(total.value in each for each in known.values())
        return of_own | {at for at in counted if not counts and at.line not in printed and alone - {at}}

    def _never_failed(self, count: Number, total: Number) -> set[Place]:
        """Of `20 of 20`, where an assert was evaluated 20 times."""
        every = (seen for seen in self.facts.observations if seen.decides and seen.held == seen.times > 1)
        return {place_of(seen) for seen in every if count.value == total.value == seen.times}

    def _counted(self, number: Number, *, all_held: bool) -> set[Place]:
        found = {value.at for value in self.facts.values if self._is(number, value)}
        whole = number.unit not in ("%", "‰")  # nobody counts `each of the 300 %`
        totalled = self._totalled(number.value)
        if all_held:  # of 20 of which 18 were counted, nobody says `all 20`
            broken = {line for line, many in self.facts.broken if many == number.value}
            totalled = {at for at in totalled if at.line not in broken}
        return found | (totalled if whole else set())

    # --- Bounds ---

    def _limits_at(self, number: Number) -> list[Limit]:
        """The limits that lie at a number."""
        limits = self.facts.limits
        found = [limit for limit in limits if any(_same(limit.value, at) for at, _ in _faces(number, limit.by_hundred))]
        # `9 of 11 are larger than 224` is said of the bound that 9 of 11 kept.
        return [each for each in found if not each.always and self._said_how_often(each)] or found

    def _keeps(self, relation: Relation, limit: Limit) -> bool:
        """Whether what was seen stands to a limit as the words say; `more than 1` needs more than `>= 1`."""
        return (
            relation[0] == limit.relation[0]
            and len(relation) >= len(limit.relation)
            and (limit.always or self._said_how_often(limit))
            # What lies further below 0 differs by more than that.
            and not (ast.Sub in signs(limit.observation.code) and goes_beyond(limit))
        )

    def _has_other_end(self, claim: Claim, limit: Limit) -> bool:
        """Of a range, whether what keeps a bound at one end keeps one at the other, too, or has a value there."""
        if claim.other_end is None:
            return True
        ends: list[Value | Limit] = [each for each in self.facts.values if self._is(claim.other_end, each)]
        ends += self._limits_at(claim.other_end)
        code = bounded(limit.observation.code)
        return any(each.at.line == limit.at.line or bounded(each.observation.code) == code for each in ends)

    def _said_how_often(self, limit: Limit) -> bool:
        """Whether a bound that some broke is one of `… in at least 18 of 20`, and held so often."""
        held, times = self.facts.successes(limit.observation), self.facts.evaluations(limit.observation)
        counted = any(value.value == held and value.at.line == limit.at.line for value in self.facts.values)
        if counted and held in self.numbers_said:
            return True  # `3 are larger than 224`
        return any(
            claim.total is not None and claim.total.value == times and _counts(relation, held, claim.number.value)
            for claim in self.counts_said
            for relation in claim.relations
        )

    # --- Tolerances ---

    def _came_near(self, claim: Claim) -> set[Place]:
        """`within 0.01 of 3`, and `within 0.01` of whatever the check compares."""
        number = claim.number
        if claim.target is not None:
            return {each._replace(kind="count") for each in self._near_at_times(claim.target)} | {
                Place(value.at.line)  # beside the target, which has the value's own
                for value in self.facts.values
                if value.target is not None
                and value.tolerance is not None
                and _same(claim.target.value, value.target)
                and any(_same(value.tolerance, face) for face, _ in _faces(number, value.by_hundred))
            }
        return {
            limit.at
            for limit in self.facts.limits
            if limit.always
            and limit.relation in ("<", "<=")
            and _same(limit.value, number.value)
            and (limit.observation.operator == "close" or never_negative(limit.observation))
            and ast.Pow not in signs(limit.observation.code)
        }


def _is_multiple(claim: Claim) -> bool:
    """Whether it says how many times something else: `twice`, `a third`, `4 times`."""
    number, after = claim.number, claim.near[-1:]
    times = number.written.lower() in ("twice", "thrice") or number.written.lower().endswith("fold")
    return after == ("times",) or (number.spelled and (times or number.value.denominator > 1))


def _is_odd(claim: Claim) -> bool:
    """Whether nobody says so: `at least 20 of 20`; of one thing, or of none, that it is all of them; `0.3 steps`."""
    number = claim.number.value
    if claim.total is None:
        return ("total" in claim.relations and number <= 1) or _miscounts(claim)
    return ">=" in claim.relations and number >= claim.total.value


def _miscounts(claim: Claim) -> bool:
    """Whether it says of things, in the plural, that they are one, none, or a broken or a negative number."""
    after, number = "".join(claim.near[-1:]), claim.number
    counts = set(claim.relations) <= {"=", "total"} and not number.spelled and not number.unit
    if not counts or not re.fullmatch(r"[a-z]{3,}[^ius]s", after):
        return False
    broken = number.place is not None and number.place < 0
    return number.value == 1 if after == "times" else number.value <= 1 or number.value.denominator > 1 or broken


def _counts(relation: Relation, held: int, said: Fraction) -> bool:
    compare = {"=": operator.eq, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
    return relation in compare and bool(compare[relation](held, said))


def _alike(name: str, words: Sequence[str]) -> bool:
    """Whether one of `words` is the name of an argument, perhaps in the plural."""
    return any(word and (name in (word, f"{word}s") or word == f"{name}s") for word in words)


def _faces(number: Number, by_hundred: bool) -> Iterator[tuple[Fraction, int | None]]:
    """The values that a check may have for a number, with the place of their last digit.

    28 % is 0.28, and 28 where the check counts in hundredths.
    """
    if number.unit or not by_hundred:
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
    """Whether a value rounds to `number`, zeros at its end left out, and is no further off than one may call it so."""
    for face, place in _faces(number, value.by_hundred):
        distance = abs(face - value.value)
        rounds = place is None or distance <= Fraction(10) ** (place + number.zeros) / 2
        if rounds and distance <= abs(value.value) * _ABOUT:
            return True
    return False


def _group(given: Given) -> tuple[str, type]:
    """What may stand in place of one another: the texts, the keys, and each argument's values."""
    return given[0], type(given[1])


def _is_said(name: str, sentence: str) -> bool:
    """Whether a sentence holds a name of the code, however it is written: `inception_v3` is Inception v3."""
    pattern = r"[\W_]*".join(re.escape(part) for part in re.findall(r"[^\W\d_]+|\d+", name))
    return re.search(rf"(?<![^\W_]){pattern}s?(?![^\W_])", sentence, re.IGNORECASE) is not None


def _same(one: Fraction, other: Fraction) -> bool:
    return abs(one - other) <= abs(other) * _ROUNDING_ERROR


def _in_order(factors: tuple[Fraction, ...], row: tuple[Fraction, ...]) -> bool:
    return any(row[at : at + len(factors)] == factors for at in range(len(row)))
