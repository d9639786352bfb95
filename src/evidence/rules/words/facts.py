"""What the observations of a check bear out: values that were seen, bounds that held, tolerances, and how many."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, lru_cache
from math import isfinite, prod
from typing import Literal

from evidence.run.observation import PAIRS_KEPT, Observation, Pair, Seen

Bound = Literal["<", "<=", ">", ">="]
_TURNED: dict[str, Bound] = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True)
class Value:
    """A number that the computed side was seen to be.

    Attributes:
        value: the number.
        place: the power of ten of its last digit, as far as the check tells; `None` of what is exact.
        target: what it was close to, if that is what the check compares.
        tolerance: how close.
        by_hundred: whether it is a percentage: the code multiplies by a hundred, or the sign stands behind it.
    """

    value: Fraction
    place: int | None
    observation: Observation
    target: Fraction | None = None
    tolerance: Fraction | None = None
    by_hundred: bool = False


@dataclass(frozen=True)
class Limit:
    """A bound that the computed side was seen to keep.

    Attributes:
        relation: how the computed side stands to it.
        value: the bound.
        always: whether all evaluations kept it.
        touched: whether a value was seen that is the bound itself.
        by_hundred: as of a `Value`.
    """

    relation: Bound
    value: Fraction
    observation: Observation
    always: bool = True
    touched: bool = False
    by_hundred: bool = False


@dataclass
class Facts:
    """All that the observations of one check bear out."""

    observations: tuple[Observation, ...]
    values: list[Value] = field(default_factory=list)
    limits: list[Limit] = field(default_factory=list)
    others: list[Value] = field(default_factory=list)
    rows: list[tuple[Fraction, ...]] = field(default_factory=list)

    @cached_property
    def arguments(self) -> set[tuple[str, Fraction]]:
        """The arguments that the observed code passes by name."""
        return {each for seen in self.observations for each in _arguments(seen.code)}

    @cached_property
    def expressions(self) -> set[str]:
        """The expressions of the observed code, as formulas are written: `2r^2+2r+1`."""
        return {each for seen in self.observations for each in _expressions(seen.code)}

    def totals(self, line: int | None = None) -> set[int]:
        """How many evaluations, elements or rows there were: in the assert of `line`, or in any."""
        return {
            each
            for seen in self.observations
            if line is None or seen.asserted == line
            for each in (self.evaluations(seen), *_totals(seen))
        }

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
    facts = Facts(tuple(each for each in observations if each.times))
    for seen in facts.observations:
        if seen.computed == "neither":
            continue
        if seen.operator == "truth" and _is_none_at_all(seen.code) and held_always(seen):
            facts.values.append(Value(Fraction(0), None, seen))
        if seen.operator in ("==", "equal", "printed", "close"):
            if held_always(seen):
                facts.values += _values(seen)
                facts.rows += _rows(seen)
        elif seen.operator == "!=" and held_always(seen):
            facts.others += [Value(each, None, seen) for pair in seen.pairs for each in _numbers(_claimed(seen, pair))]
        if seen.operator in _TURNED or seen.operator == "close":
            facts.limits += _limits(seen)
    return facts


def held_always(seen: Observation) -> bool:
    """Whether the comparison held at every evaluation, and of arrays in every element."""
    return 0 < seen.times == seen.held


# --- Values ---


def _finite(number: str) -> bool:
    return number not in ("nan", "inf", "-inf")


def _numbers(seen: Seen | None) -> list[Fraction]:
    return [Fraction(each) for each in seen.numbers if _finite(each)] if seen and seen.kind != "truth" else []


def _computed(seen: Observation, pair: Pair) -> Seen:
    return pair.right if seen.computed == "right" and pair.right is not None else pair.left


def _claimed(seen: Observation, pair: Pair) -> Seen | None:
    return pair.left if seen.computed == "right" else pair.right


def _values(seen: Observation) -> Iterator[Value]:
    # Two computed sides that agree over many values are a law; none of the values is what the check claims.
    one_number = len(seen.pairs) == 1 and seen.pairs[0].left.kind == "number"
    if seen.computed == "both" and not one_number and not _one_is_literal(seen.code):
        return
    rounded, literals, hundred = _rounding(seen.code), _literal_places(seen.code), _times_hundred(seen.code)
    for pair in seen.pairs:
        computed, claimed = _computed(seen, pair), _claimed(seen, pair)
        target = tolerance = None
        if seen.operator == "close":
            if len(targets := _numbers(claimed)) == 1:
                target = targets[0]
            if len(tolerances := _numbers(pair.tolerance)) == 1:
                tolerance = tolerances[0]
        for text in computed.numbers if computed.kind != "truth" else ():
            if not _finite(text):
                continue
            value = Fraction(text)
            place = _place(text)
            if seen.operator == "close":
                place = None if rounded is None else rounded
            elif place is not None:
                # 1.33060 is written in the assert for its five digits, though it is seen as 1.3306.
                place = min(place, literals.get(value, place))
                place = place if rounded is None else max(place, rounded)
            sign = computed.kind == "text" and re.search(rf"{re.escape(text.lstrip('-'))}\s*%", computed.text)
            yield Value(value, place, seen, target, tolerance, hundred or bool(sign))


def _rows(seen: Observation) -> Iterator[tuple[Fraction, ...]]:
    for pair in seen.pairs:
        computed = _computed(seen, pair)
        if computed.whole and len(computed.numbers) > 1:
            yield tuple(_numbers(computed))
        if computed.shape and len(computed.shape) > 1:
            yield tuple(map(Fraction, computed.shape))


def _place(number: str) -> int | None:
    """The power of ten of the last digit of a number as the run wrote it; `None` of a fraction."""
    if "/" in number:
        return None
    mantissa, _, exponent = number.lower().partition("e")
    return int(exponent or 0) - len(mantissa.partition(".")[2])


# --- Bounds ---


def _limits(seen: Observation) -> Iterator[Limit]:
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
        touched = seen.operator != "close" and any(weakest in _numbers(_computed(seen, pair)) for pair in seen.pairs)
        yield Limit(relation, weakest, seen, held_always(seen), touched, _times_hundred(seen.code))


# --- How many ---


def _totals(seen: Observation) -> Iterator[int]:
    yield from _ranges(seen.code)
    for pair in seen.pairs:
        for side in (pair.left, pair.right):
            if side is not None:
                if side.length is not None and side.kind != "text":
                    yield side.length
                yield from side.shape or ()
                if side.shape:
                    yield prod(side.shape)


# --- The code of a comparison ---


@lru_cache(maxsize=4096)
def _parsed(code: str) -> tuple[ast.AST, ...]:
    try:
        return tuple(ast.walk(ast.parse(code.strip(), mode="eval")))
    except SyntaxError:
        return ()


def _constant(node: ast.AST) -> Fraction | None:
    """The number that a node of literals stands for."""
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return Fraction(repr(node.value)) if isfinite(node.value) else None
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = _constant(node.operand)
        return None if value is None else -value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        top, bottom = _constant(node.left), _constant(node.right)
        return top / bottom if top is not None and bottom else None
    return None


@lru_cache(maxsize=4096)
def _one_is_literal(code: str) -> bool:
    """Whether one side of a comparison is written down: it holds no name, and calls nothing."""
    for node in _parsed(code):
        if isinstance(node, ast.Compare):
            sides = (node.left, *node.comparators)
            return any(not any(isinstance(each, ast.Name | ast.Call) for each in ast.walk(side)) for side in sides)
    return False


def _is_none_at_all(code: str) -> bool:
    """Whether it is `not x.any()`: all of `x` is 0."""
    tree = _parsed(code)[1:2]
    if not tree or not isinstance(tree[0], ast.UnaryOp) or not isinstance(tree[0].op, ast.Not):
        return False
    call = tree[0].operand
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "any"


def _arguments(code: str) -> Iterator[tuple[str, Fraction]]:
    for node in _parsed(code):
        if isinstance(node, ast.keyword) and node.arg:
            values = node.value.elts if isinstance(node.value, ast.Tuple | ast.List) else [node.value]
            yield from ((node.arg.lower(), value) for each in values if (value := _constant(each)) is not None)


def _ranges(code: str) -> Iterator[int]:
    """How many things an expression runs over, where it says so: `for seed in range(20)`."""
    for node in _parsed(code):
        if isinstance(node, ast.comprehension) and not node.ifs and isinstance(node.iter, ast.Call):
            call, count = node.iter, [_constant(each) for each in node.iter.args]
            if isinstance(call.func, ast.Name) and call.func.id == "range" and len(count) == 1 and count[0]:
                yield count[0].numerator


@lru_cache(maxsize=4096)
def _rounding(code: str) -> int | None:
    """The place that the code rounds to, where it does so for all to see."""
    for node in _parsed(code):
        if isinstance(node, ast.Call):
            function = node.func
            name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
            if name == "round":
                digits = node.args[1 if isinstance(function, ast.Name) else 0 :][:1]
                digits += [each.value for each in node.keywords if each.arg in ("ndigits", "decimals")]
                places = _constant(digits[0]) if digits else Fraction(0)
                return None if places is None else -places.numerator
    return None


@lru_cache(maxsize=4096)
def _literal_places(code: str) -> dict[Fraction, int]:
    """Of each literal the place of its last digit, as the author wrote it."""
    found: dict[Fraction, int] = {}
    for text in re.findall(r"(?<![\w.])\d[\d_]*(?:\.\d+)?(?:[eE][-+]?\d+)?(?!\w)", code):
        value, place = Fraction(text.replace("_", "")), _place(text.replace("_", ""))
        if place is not None:
            for each in (value, -value):
                found[each] = min(place, found.get(each, place))
    return found


@lru_cache(maxsize=4096)
def _times_hundred(code: str) -> bool:
    return any(
        isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Mult)
        and Fraction(100) in (_constant(node.left), _constant(node.right))
        for node in _parsed(code)
    )


def _expressions(code: str) -> Iterator[str]:
    for node in _parsed(code):
        if isinstance(node, ast.expr):
            yield as_formula(ast.unparse(node))


def as_formula(text: str) -> str:
    """An expression as a formula is written, whether it comes from code or from TeX: `2 * r**2` as `2r^2`."""
    text = text.replace("**", "^").replace("−", "-").replace("\\", "").replace("varepsilon", "epsilon")
    text = re.sub(r"(?<=\d)\s*[*·×]\s*(?=\d)", "#", text)
    text = re.sub(r"[\s*·×_]", "", text)
    while (simpler := re.sub(r"(?<![a-zA-Z])\((\w+)\)", r"\1", text)) != text:
        text = simpler
    return text.removeprefix("(").removesuffix(")") if _wrapped(text) else text


def _wrapped(text: str) -> bool:
    depth = 0
    for at, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if not depth:
            return text.startswith("(") and at == len(text) - 1
    return False
