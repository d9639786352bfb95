"""Intervals that move on evenly and are cut off at both ends: the fields of any chain without dilation.

Where unit j sees ``lo + j * shift`` to ``hi + j * shift`` but for what the borders of the image cut off, six
integers say what two arrays would, and a layer costs a few additions, however many units there are. What is
not even (a dilated tap that falls into the padding, an upsampling, a flip) is kept as arrays.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dlchecked.receptive_field.axis.unbounded import Unbounded


class EvenReads(NamedTuple):
    """What a layer reads: output j reads ``first + j * shift`` to ``last + j * shift``, as far as there is such.

    Every output reads something, and of that every ``gap``-th position; ``gap`` is 0 where it reads only one.
    """

    outputs: int
    shift: int
    first: int
    last: int
    gap: int


class EvenIntervals(NamedTuple):
    """Non-empty sets: unit j sees max(least, lo + j · shift) to min(most, hi + j · shift).

    Attributes:
        units: how many.
        shift: input positions from one unit to the next, positive.
        lo, hi: first and last position that unit 0 would see without borders.
        least, most: the first position that unit 0 sees, the last that the last unit sees.
    """

    units: int
    shift: int
    lo: int
    hi: int
    least: int
    most: int

    def through(self, step: EvenReads) -> "EvenIntervals | None":
        """What the outputs of a layer see when it reads these units; None where that may have holes."""
        outputs, stride, first, last, gap = step
        _, shift, lo, hi, least, most = self
        if gap and shift * gap > hi - lo + 1 and self.units > gap:
            return None
        lo += shift * first
        hi += shift * last
        shift *= stride
        end = hi + shift * (outputs - 1)
        # Past the constructor of the named tuple: this is done for every layer.
        return tuple.__new__(
            EvenIntervals, (outputs, shift, lo, hi, lo if lo > least else least, end if end < most else most)
        )

    def seamless(self) -> bool:
        """Whether neighbouring units leave no gap between what they see."""
        return self.shift <= self.hi - self.lo + 1 or self.units == 1

    def nested(self, other: "EvenIntervals") -> bool:
        """Whether every set lies inside the other's, also without borders."""
        return (
            self.shift == other.shift
            and self.lo >= other.lo
            and self.hi <= other.hi
            and self.least >= other.least
            and self.most <= other.most
        )

    def within(self, other: "EvenIntervals") -> bool:
        """Whether every set lies inside the other's, for those of the same shift.

        Where it does so at the first and at the last unit, it does in between: two ends that move in step, each
        cut off once, do not cross twice.
        """
        if self.least < other.least or self.most > other.most:
            return False
        end = self.shift * (self.units - 1)
        return max(self.least, self.lo + end) >= max(other.least, other.lo + end) and min(self.hi, self.most) <= min(
            other.hi, other.most
        )

    def concentric(self, other: "EvenIntervals") -> bool:
        """Whether the two sets of every unit have the same centre, but for the borders."""
        _, shift, lo, hi, _, _ = self
        _, other_shift, other_lo, other_hi, _, _ = other
        return shift == other_shift and lo + hi == other_lo + other_hi

    def union(self, other: "EvenIntervals") -> "EvenIntervals | None":
        """Both unit by unit; None where that is not even, or does not obviously leave no gap."""
        if other.nested(self):
            return self
        if self.nested(other):
            return other
        if (self.shift, self.least, self.most) != (other.shift, other.least, other.most):
            return None
        if max(self.lo, other.lo) > min(self.hi, other.hi) + 1:
            return None
        return EvenIntervals(
            self.units, self.shift, min(self.lo, other.lo), max(self.hi, other.hi), self.least, self.most
        )

    def swallowing(self, other: "EvenIntervals") -> "EvenIntervals | None":
        """The same sets, which without borders are those of the union with others that lie inside them.

        None where that is not even: an end that reaches further must be cut off for every unit.
        """
        lo, hi = min(self.lo, other.lo), max(self.hi, other.hi)
        moves = self.lo + self.shift * (self.units - 1) > self.least if lo < self.lo else False
        if self.shift != other.shift or moves or (hi > self.hi and self.hi < self.most):
            return None
        return EvenIntervals(self.units, self.shift, lo, hi, self.least, self.most)

    def ends(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """The first and the last position that every unit sees."""
        moved = np.arange(0, self.units * self.shift, self.shift)
        return np.maximum(moved + self.lo, self.least), np.minimum(moved + self.hi, self.most)

    def unbounded(self) -> Unbounded:
        """The same without borders."""
        return Unbounded(1, self.shift, ((self.lo, self.hi),))
