"""The fields of any chain without dilation, for which six integers stand in for two arrays."""

from functools import lru_cache

import numpy as np

from dlchecked.receptive_field.axis.even_intervals import EvenIntervals
from dlchecked.receptive_field.axis.support import Support
from dlchecked.receptive_field.axis.unbounded import Unbounded
from dlchecked.receptive_field.axis.windows import Index, Window


class EvenSupport(Support):
    """Intervals that move on evenly, cut off at the borders.

    The arrays are computed when somebody asks for them; what is then even no more is an ordinary support.
    """

    __slots__ = ("_ends", "_unbounded", "even")

    bits = phases = None
    ordered = True

    def __init__(self, length: int, even: EvenIntervals) -> None:
        """Immutable by convention, as every support."""
        self.length = length
        self.even: EvenIntervals = even
        self._ends: tuple[Index, Index] | None = None
        self._unbounded: Unbounded | None = None

    # By properties, and not by __getattr__: with that, also what is there takes several times as long to look up.
    @property
    def lo(self) -> Index:  # type: ignore[override]
        """The first position of every set."""
        if self._ends is None:
            self._ends = self.even.ends()
        return self._ends[0]

    @property
    def hi(self) -> Index:  # type: ignore[override]
        """The last position of every set."""
        if self._ends is None:
            self._ends = self.even.ends()
        return self._ends[1]

    @property
    def unbounded(self) -> Unbounded:  # type: ignore[override]
        """The rule without borders."""
        if self._unbounded is None:
            self._unbounded = self.even.unbounded()
        return self._unbounded

    @property
    def seamless(self) -> bool:  # type: ignore[override]
        """Whether neighbours leave no gap."""
        return self.even.seamless()

    def through(self, window: Window, axis: int = 0) -> Support:
        """What the output positions of a layer depend on, when it reads these positions."""
        moved = None if window.even is None else self.even.through(window.even)
        return super().through(window, axis) if moved is None else EvenSupport(self.length, moved)

    def merged(self, axis: int) -> Support:
        """The union of all sets."""
        if not self.seamless:
            return super().merged(axis)
        even = self.even
        first, last = max(even.lo, even.least), min(even.hi + even.shift * (even.units - 1), even.most)
        return interval(self.length, first, last)

    def union(self, other: Support) -> Support:
        """The union position by position."""
        both = None if other.even is None else self.even.union(other.even)
        return super().union(other) if both is None else EvenSupport(self.length, both)

    def within(self, other: Support) -> bool:
        """Whether every set lies inside the other's set for the same position."""
        theirs = other.even
        if theirs is not None and theirs.shift == self.even.shift:
            return self.even.within(theirs)
        return super().within(other)

    def speaks_for(self, other: Support) -> bool:
        """Whether these sets, without borders, are also those of the union with others that lie inside them."""
        return (other.even is not None and other.even.nested(self.even)) or super().speaks_for(other)

    def swallowing(self, other: Support) -> Support:
        """The same sets as those of the union with others that lie inside them, also without borders."""
        both = None if other.even is None else self.even.swallowing(other.even)
        return super().swallowing(other) if both is None else EvenSupport(self.length, both)


@lru_cache(maxsize=64)
def identity(length: int) -> Support:
    """Every position depends on itself."""
    return EvenSupport(length, EvenIntervals(length, 1, 0, 0, 0, length - 1))


@lru_cache(maxsize=256)
def interval(length: int, first: int, last: int) -> Support:
    """Positions that everything depends on."""
    return Support(length, np.array(first), np.array(last))
