"""The fields of any chain without dilation, for which six integers stand in for two arrays."""

from functools import lru_cache

from dlchecked.receptive_field.endless import Endless
from dlchecked.receptive_field.lines import Line
from dlchecked.receptive_field.support import Support
from dlchecked.receptive_field.windows import Index, Window


class Straight(Support):
    """Sets that are a line cut off at the borders.

    The arrays are computed when somebody asks for them; what is then no line any more is an ordinary support.
    """

    __slots__ = ("_endless", "_ends", "line")

    bits = phases = None
    ordered = True

    def __init__(self, length: int, line: Line) -> None:
        """Immutable by convention, as every support."""
        self.length = length
        self.line: Line = line
        self._ends: tuple[Index, Index] | None = None
        self._endless: Endless | None = None

    # By properties, and not by __getattr__: with that, also what is there takes several times as long to look up.
    @property
    def lo(self) -> Index:  # type: ignore[override]
        """The first position of every set."""
        if self._ends is None:
            self._ends = self.line.ends()
        return self._ends[0]

    @property
    def hi(self) -> Index:  # type: ignore[override]
        """The last position of every set."""
        if self._ends is None:
            self._ends = self.line.ends()
        return self._ends[1]

    @property
    def endless(self) -> Endless:  # type: ignore[override]
        """The rule without borders."""
        if self._endless is None:
            self._endless = self.line.endless()
        return self._endless

    @property
    def seamless(self) -> bool:  # type: ignore[override]
        """Whether neighbours leave no gap."""
        return self.line.seamless()

    def through(self, window: Window, axis: int = 0) -> Support:
        """What the output positions of a layer depend on, when it reads these positions."""
        moved = None if window.line is None else self.line.through(window.line)
        return super().through(window, axis) if moved is None else Straight(self.length, moved)

    def union(self, other: Support) -> Support:
        """The union position by position."""
        both = None if other.line is None else self.line.union(other.line)
        return super().union(other) if both is None else Straight(self.length, both)

    def within(self, other: Support) -> bool:
        """Whether every set lies inside the other's set for the same position."""
        line = other.line
        if line is not None and line.shift == self.line.shift:
            return self.line.within(line)
        return super().within(other)

    def speaks_for(self, other: Support) -> bool:
        """Whether these sets, without borders, are also those of the union with others that lie inside them."""
        return (other.line is not None and other.line.nested(self.line)) or super().speaks_for(other)

    def swallowing(self, other: Support) -> Support:
        """The same sets as those of the union with others that lie inside them, also without borders."""
        both = None if other.line is None else self.line.swallowing(other.line)
        return super().swallowing(other) if both is None else Straight(self.length, both)


@lru_cache(maxsize=64)
def identity(length: int) -> Support:
    """Every position depends on itself."""
    return Straight(length, Line(length, 1, 0, 0, 0, length - 1))
