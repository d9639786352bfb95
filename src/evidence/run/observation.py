"""What a run was seen to compare: the ground on which words, mutants, quizzes and reports of failures stand."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, Literal

Side = Literal["left", "right", "both", "neither"]

# Of a place that is evaluated more often, so many different pairs of values are kept, the first ones.
PAIRS_KEPT = 64
# Of a container or an array that holds no more numbers than this, all are kept; of a larger one the extremes.
NUMBERS_KEPT = 64


@dataclass(frozen=True)
class Seen:
    """A value as a comparison saw it.

    Attributes:
        kind: `number`, `truth` (a bool), `text`, `container` (list, tuple, set, dict), `array` (a tensor or an array of
            one element or more), `other`.
        type: the name of its type, `int`, `float`, `Tensor`.
        numbers: the numbers in it, in order, as text that `fractions.Fraction` reads, or `nan`, `inf`, `-inf`: of a
            number itself; of a container or an array with at most `NUMBERS_KEPT` of them, all; of a text, those that it
            spells. Of larger ones, the smallest and the largest.
        whole: whether `numbers` are all that it holds.
        length: how many elements, of a container, a text or an array; `None` of others.
        shape: of an array.
        dtype: of an array, as `float32`; empty of others.
        text: how it is written, cut after 80 characters.
    """

    kind: Literal["number", "truth", "text", "container", "array", "other"]
    type: str
    numbers: tuple[str, ...] = ()
    whole: bool = True
    length: int | None = None
    shape: tuple[int, ...] | None = None
    dtype: str = ""
    text: str = ""


@dataclass(frozen=True)
class Pair:
    """The values of one evaluation, or of several that saw the same.

    Attributes:
        left: the value on the left, or the only one.
        right: the value on the right; `None` of what has but one, a truth value or what was printed.
        tolerance: of `close`, how far apart the sides may be, absolutely, if it is one number.
        held: whether the comparison held.
    """

    left: Seen
    right: Seen | None
    tolerance: Seen | None = None
    held: bool = True


@dataclass(frozen=True)
class Observation:
    """What one place of a block's code was seen to do, over all its evaluations in the run of its block.

    Attributes:
        line: its line in the page's file.
        column: where it begins on that line, from 0 in the block's code.
        code: its source, as `worst < 1e-8`.
        operator: `==`, `!=`, `<`, `<=`, `>`, `>=`, `in`, `not in`, `is`, `is not`; `close`, for
            `abs(a - b) < tolerance`, `isclose`, `allclose` and `approx`; `equal`, for `torch.equal` and the like;
            `truth`, of an assert's condition that is none of these; `raises`, whose left is the error's type and
            message, and right the type and pattern that were expected; `printed`, of a part of what `print` writes, as
            it was written.
        computed: the sides that the run computed. A side of literals alone, or of names that stand for such, is not.
        decides: whether an assert fails unless it holds: it is the assert's condition, or all of several that must
            hold. Otherwise it stands deeper, as in `sum(x < 1 for x in xs) == 18`.
        asserted: the line of the assert that it belongs to; 0 of what is printed.
        times: how often it was evaluated.
        held: how often it held.
        pairs: the different values seen, the first `PAIRS_KEPT` of them.
    """

    line: int
    column: int
    code: str
    operator: str
    computed: Side
    decides: bool = True
    asserted: int = 0
    times: int = 0
    held: int = 0
    pairs: tuple[Pair, ...] = field(default=())


def as_data(observation: Observation) -> list[Any]:
    """An observation as JSON holds it, in few bytes."""
    pairs = [
        [*(each and _seen_data(each) for each in (pair.left, pair.right, pair.tolerance)), pair.held]
        for pair in observation.pairs
    ]
    return [*(getattr(observation, name) for name in _PLAIN), pairs]


def from_data(data: list[Any]) -> Observation:
    """The observation that `as_data` wrote down."""
    *plain, pairs = data
    return Observation(**dict(zip(_PLAIN, plain, strict=True)), pairs=tuple(map(_as_pair, pairs)))


_PLAIN = tuple(each.name for each in fields(Observation) if each.name != "pairs")


def _as_pair(data: list[Any]) -> Pair:
    left, right, tolerance, held = data
    return Pair(_as_seen(left), right and _as_seen(right), tolerance and _as_seen(tolerance), held)


def _seen_data(seen: Seen) -> list[Any]:
    if seen.kind == "number" and seen.numbers == (seen.text,):
        return [seen.type, seen.text]
    return [getattr(seen, each.name) for each in fields(Seen)]


def _as_seen(data: list[Any]) -> Seen:
    if len(data) == 2:
        return Seen("number", data[0], (data[1],), text=data[1])
    kind, type_, numbers, whole, length, shape, dtype, text = data
    return Seen(kind, type_, tuple(numbers), whole, length, None if shape is None else tuple(shape), dtype, text)
