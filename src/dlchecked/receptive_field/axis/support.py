"""The set of input positions that each position depends on, along one input axis.

Almost always every set is an interval, and two arrays hold all of them. Where dilation leaves holes, each set
is also kept as the bits of a Python integer, which is exact, compact and fast to unite.
"""

from collections.abc import Callable
from fractions import Fraction
from math import lcm
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from dlchecked.receptive_field.axis.even_intervals import EvenIntervals
from dlchecked.receptive_field.axis.unbounded import LONGEST_PERIOD, Unbounded, UnboundedTaps, united
from dlchecked.receptive_field.axis.windows import Index, Window

Array = TypeVar("Array", bound=npt.NDArray[Any])
Bits = npt.NDArray[np.object_]
Phases = tuple[int, tuple[Unbounded, ...]]


class Support:
    """For each position (an array of any number of dimensions) the input positions that it depends on.

    Attributes:
        length: number of input positions along this axis.
        lo, hi: both ends of each set, inclusive; an empty set has lo = length and hi = −1.
        bits: each set as an integer whose bit p says whether p belongs to it; None where all are intervals.
        ordered: whether the sets are non-empty intervals in one dimension, at least one, and no end moves backwards.
        seamless: known to be ordered and to leave no gap between neighbouring sets.
        unbounded: the same without borders, along the only dimension; None where there is no such rule.
        phases: after a dimension has been split into (outer, inner), the rule along outer for each inner
            position, preceded by the axis of inner; None where there is no such rule.
        even: the same in six integers, where the sets allow it (see ``even_intervals``).
    """

    __slots__ = ("bits", "hi", "length", "lo", "ordered", "phases", "seamless", "unbounded")

    even: EvenIntervals | None = None

    def __init__(
        self,
        length: int,
        lo: Index,
        hi: Index,
        bits: Bits | None = None,
        ordered: bool = False,
        unbounded: Unbounded | None = None,
        phases: Phases | None = None,
    ) -> None:
        """Immutable by convention: layers share these objects."""
        self.length = length
        self.lo = lo
        self.hi = hi
        self.bits = bits
        self.ordered = ordered
        self.unbounded = unbounded
        self.phases = phases
        self.seamless = False

    def through(self, window: Window, axis: int = 0) -> "Support":
        """What the output positions of a layer depend on, when it reads these positions along ``axis``."""
        unbounded = None
        if self.unbounded is not None and window.unbounded is not None:
            unbounded = self.unbounded.through(window.unbounded)
        if self.ordered and window.full and window.first is not None and self._touching(window.step):
            lo, hi = self.lo[window.first], self.hi[window.last]
            found = Support(self.length, lo, hi, None, window.monotone, unbounded)
            found.seamless = self.seamless and window.seamless
            return found
        found = self._gathered(window.taps, axis, unbounded)
        if self.phases is not None and window.unbounded is not None and axis != self.phases[0]:
            moved = [rule.through(window.unbounded) for rule in self.phases[1]]
            found.phases = (self.phases[0], tuple(moved)) if None not in moved else None  # type: ignore[arg-type]
        return found

    def _touching(self, step: int) -> bool:
        """Whether sets that many positions apart leave no gap between them."""
        if step == 0 or (step == 1 and self.seamless) or len(self.lo) <= step:
            return True
        return int(np.maximum.reduce(self.lo[step:] - self.hi[:-step])) <= 1

    def _gathered(self, taps: Index, axis: int, unbounded: Unbounded | None) -> "Support":
        los = _with_empty(self.lo, self.length, axis).take(taps, axis)
        his = _with_empty(self.hi, -1, axis).take(taps, axis)
        if self.bits is None and _no_gaps(los, his, axis, self.length):
            return _interval(self.length, los.min(axis, initial=self.length), his.max(axis, initial=-1), unbounded)
        bits = _with_empty(self.as_bits(), 0, axis).take(taps, axis)
        return _of_bits(self.length, np.asarray(np.bitwise_or.reduce(bits, axis), dtype=object), unbounded)

    def merged(self, axis: int) -> "Support":
        """The union over all positions along ``axis``, which disappears."""
        if self.bits is None and _no_gaps(self.lo, self.hi, axis, self.length):
            lo, hi = self.lo.min(axis, initial=self.length), self.hi.max(axis, initial=-1)
            found = Support(self.length, np.asarray(lo), np.asarray(hi))
        else:
            bits = np.asarray(np.bitwise_or.reduce(self.as_bits(), axis), dtype=object)
            found = _of_bits(self.length, bits, None)
        if self.phases is not None and self.phases[0] == axis:
            found.unbounded = united(self.phases[1])
        return found

    def selected(self, axis: int, index: int) -> "Support":
        """One position along ``axis``, which disappears."""
        where = tuple(index if i == axis else slice(None) for i in range(self.lo.ndim))
        bits = None if self.bits is None else np.asarray(self.bits[where], dtype=object)
        unbounded = self.phases[1][index] if self.phases is not None and self.phases[0] == axis else None
        return Support(self.length, np.asarray(self.lo[where]), np.asarray(self.hi[where]), bits, False, unbounded)

    def taken(self, axis: int, places: Index) -> "Support":
        """Some positions along ``axis``."""
        bits = None if self.bits is None else self.bits.take(places, axis)
        return Support(self.length, self.lo.take(places, axis), self.hi.take(places, axis), bits)

    def numbered(self, axis: int) -> Index:
        """A number for every position along ``axis``, the same where the sets are."""
        arrays = [self.lo, self.hi] if self.bits is None else [self.bits]
        rows = np.concatenate([np.moveaxis(a, axis, 0).reshape(a.shape[axis], -1) for a in arrays], 1).tolist()
        found: dict[tuple[int, ...], int] = {}
        return np.array([found.setdefault(tuple(row), len(found)) for row in rows], dtype=np.int64)

    def split(self, axis: int, outer: int, inner: int) -> "Support":
        """The same sets with one dimension split into two."""
        shape = self.lo.shape
        found = self.reshaped((*shape[:axis], outer, inner, *shape[axis + 1 :]))
        if self.unbounded is not None:
            parts = [self.unbounded.through(UnboundedTaps(1, inner, (range(i, i + 1),))) for i in range(inner)]
            found.phases = (1, tuple(parts)) if None not in parts else None  # type: ignore[arg-type]
        return found

    def interleaved(self) -> Unbounded | None:
        """The rule along a dimension fused from (outer, inner) again."""
        if self.phases is None or self.phases[0] != 1:
            return None
        rules = self.phases[1]
        period = lcm(*(rule.period for rule in rules)) * len(rules)
        shifts = {Fraction(rule.shift, rule.period) for rule in rules}
        if len(shifts) > 1 or period > LONGEST_PERIOD:
            return None
        spans = tuple(rules[unit % len(rules)].span(unit // len(rules)) for unit in range(period))
        return Unbounded(period, int(shifts.pop() * (period // len(rules))), spans).reduced()

    def union(self, other: "Support") -> "Support":
        """The union position by position; the two broadcast against each other."""
        unbounded = None
        if self.unbounded is not None and other.unbounded is not None:
            unbounded = self.unbounded.union(other.unbounded)
        if self.bits is None and other.bits is None:
            apart = np.maximum(self.lo, other.lo) > np.minimum(self.hi, other.hi) + 1
            if not (apart & (self.hi >= 0) & (other.hi >= 0)).any():
                # Of arrays without dimensions numpy makes plain numbers.
                lo, hi = np.asarray(np.minimum(self.lo, other.lo)), np.asarray(np.maximum(self.hi, other.hi))
                found = Support(self.length, lo, hi, None, self.ordered and other.ordered, unbounded)
                found.seamless = self.seamless and other.seamless
                return found
        bits = np.asarray(self.as_bits() | other.as_bits(), dtype=object)
        return _of_bits(self.length, bits, unbounded)

    def within(self, other: "Support") -> bool:
        """Whether every set lies inside the other's set for the same position."""
        if self.ordered and other.ordered:
            # One position in the middle settles most comparisons.
            middle = len(self.lo) // 2
            if other.lo.item(middle) > self.lo.item(middle) or self.hi.item(middle) > other.hi.item(middle):
                return False
        lo, hi, other_lo, other_hi = self.lo, self.hi, other.lo, other.hi
        if lo.shape != other_lo.shape and lo.ndim == other_lo.ndim:
            # Along what only one of them has, its extremes settle it: one number instead of each with each.
            lo, hi = _extremes(lo, np.min, other_lo), _extremes(hi, np.max, other_lo)
            other_lo, other_hi = _extremes(other_lo, np.max, self.lo), _extremes(other_hi, np.min, self.lo)
        # count_nonzero is several times as quick as all() for the few hundred that there mostly are.
        if np.count_nonzero(other_lo > lo) or np.count_nonzero(hi > other_hi):
            return False
        if other.bits is None:
            return True
        return not np.any(self.as_bits() & ~other.bits)

    def as_bits(self) -> Bits:
        """Every set as an integer, in an array of the same shape."""
        if self.bits is not None:
            return self.bits
        return _objects([((1 << (hi - lo + 1)) - 1) << lo if hi >= lo else 0 for lo, hi in _pairs(self)], self.lo.shape)

    def speaks_for(self, other: "Support") -> bool:
        """Whether these sets, without borders, are also those of the union with others that lie inside them."""
        return self.unbounded == other.unbounded

    def swallowing(self, other: "Support") -> "Support":
        """The same sets as those of the union with others that lie inside them, also without borders."""
        unbounded = None
        if self.unbounded is not None and other.unbounded is not None:
            unbounded = self.unbounded.union(other.unbounded)
        return self.with_unbounded(unbounded)

    def with_unbounded(self, unbounded: Unbounded | None) -> "Support":
        """The same sets, said to follow another rule without borders."""
        if unbounded is self.unbounded or unbounded == self.unbounded:
            return self
        found = Support(self.length, self.lo, self.hi, self.bits, self.ordered, unbounded)
        found.seamless = self.seamless
        return found

    def reshaped(self, shape: tuple[int, ...], unbounded: Unbounded | None = None) -> "Support":
        """The same sets, arranged otherwise."""
        bits = None if self.bits is None else self.bits.reshape(shape)
        ordered = self.ordered and len(shape) == 1
        return Support(self.length, self.lo.reshape(shape), self.hi.reshape(shape), bits, ordered, unbounded)

    def arranged(self, order: tuple[int, ...], shape: tuple[int, ...]) -> "Support":
        """The same sets with dimensions permuted by ``order``, then broadcast to ``shape``.

        A −1 in ``order`` stands for a new dimension.
        """
        bits = None if self.bits is None else _arranged(self.bits, order, shape)
        phases = None
        if self.phases is not None and sorted(order) == [0, 1]:
            phases = (order.index(self.phases[0]), self.phases[1])
        lo, hi = _arranged(self.lo, order, shape), _arranged(self.hi, order, shape)
        return Support(self.length, lo, hi, bits, phases=phases)

    def restricted(self, present: npt.NDArray[np.bool_]) -> "Support":
        """The same sets, emptied where ``present`` (of a shape that broadcasts) is false."""
        lo = np.where(present, self.lo, self.length)
        hi = np.where(present, self.hi, -1)
        bits = None if self.bits is None else np.where(present, self.bits, 0)
        return Support(self.length, lo, hi, bits)

    def positions(self, where: tuple[int, ...]) -> list[int]:
        """The set of one position, as a list."""
        lo, hi = int(self.lo[where]), int(self.hi[where])
        if self.bits is None:
            return list(range(lo, hi + 1))
        bits = self.bits[where]
        return [p for p in range(lo, hi + 1) if bits >> p & 1]


def _interval(length: int, lo: Index, hi: Index, unbounded: Unbounded | None) -> Support:
    ordered = (
        lo.ndim == 1
        and lo.size > 0
        and bool((hi >= lo).all() and (lo[1:] >= lo[:-1]).all() and (hi[1:] >= hi[:-1]).all())
    )
    return Support(length, lo, hi, None, ordered, unbounded)


def _of_bits(length: int, bits: Bits, unbounded: Unbounded | None) -> Support:
    """Sets from their bits, which are forgotten where every set is an interval."""
    flat = bits.ravel().tolist()
    lo = np.array([(b & -b).bit_length() - 1 if b else length for b in flat], dtype=np.int64)
    hi = np.array([b.bit_length() - 1 for b in flat], dtype=np.int64)
    lo, hi = lo.reshape(bits.shape), hi.reshape(bits.shape)
    count = np.array([b.bit_count() for b in flat], dtype=np.int64).reshape(bits.shape)
    if (count == np.maximum(hi - lo + 1, 0)).all():
        return _interval(length, lo, hi, unbounded)
    return Support(length, lo, hi, bits, False, unbounded)


def _extremes(array: Index, of: Callable[..., Index], beside: Index) -> Index:
    """An array without what it has along dimensions that another of as many lacks."""
    alone = tuple(i for i, (n, m) in enumerate(zip(array.shape, beside.shape, strict=True)) if n > m == 1)
    return of(array, axis=alone, keepdims=True) if alone else array


def _no_gaps(los: Index, his: Index, axis: int, length: int) -> bool:
    """Whether the union over ``axis`` of these intervals is an interval, everywhere."""
    if los.shape[axis] < 2:
        return True
    rest = [slice(None)] * los.ndim
    done = list(rest)
    rest[axis], done[axis] = slice(1, None), slice(None, -1)
    # Mostly they are in order.
    if np.count_nonzero(los[tuple(rest)] < los[tuple(done)]):
        order = los.argsort(axis)
        los, his = np.take_along_axis(los, order, axis), np.take_along_axis(his, order, axis)
    after, before = los[tuple(rest)], np.maximum.accumulate(his, axis)[tuple(done)]
    return not ((after > before + 1) & (after < length)).any()


def _arranged(array: Array, order: tuple[int, ...], shape: tuple[int, ...]) -> Array:
    permuted: npt.NDArray[Any] = array.transpose([dim for dim in order if dim >= 0])
    if -1 in order:
        permuted = permuted[tuple(slice(None) if dim >= 0 else None for dim in order)]
    return permuted if permuted.shape == shape else np.broadcast_to(permuted, shape)  # type: ignore[return-value]


def _with_empty(array: Array, empty: int, axis: int) -> Array:
    """The array with one more entry along ``axis``: what a tap of −1 finds there."""
    shape = list(array.shape)
    shape[axis] = 1
    return np.concatenate([array, np.full(shape, empty, dtype=array.dtype)], axis)  # type: ignore[return-value]


def _pairs(support: Support) -> list[tuple[int, int]]:
    return list(zip(support.lo.ravel().tolist(), support.hi.ravel().tolist(), strict=True))


def _objects(values: list[int], shape: tuple[int, ...]) -> Bits:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array.reshape(shape)
