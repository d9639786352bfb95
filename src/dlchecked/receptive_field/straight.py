"""The fields of any chain without dilation, for which six integers stand in for two arrays."""

from functools import lru_cache
from typing import Any

from dlchecked.receptive_field.lines import Line
from dlchecked.receptive_field.support import Support
from dlchecked.receptive_field.windows import Window


class Straight(Support):
    """Sets that are a line cut off at the borders.

    The arrays are computed when somebody asks for them; what is then no line any more is an ordinary support.
    """

    __slots__ = ("line",)

    bits = phases = None
    ordered = True

    def __init__(self, length: int, line: Line) -> None:
        """Immutable by convention, as every support."""
        self.length = length
        self.line: Line = line

    def __getattr__(self, name: str) -> Any:
        """What the line knows but nobody has asked for yet."""
        if name in ("lo", "hi"):
            self.lo, self.hi = self.line.ends()
        elif name == "endless":
            self.endless = self.line.endless()
        elif name == "seamless":
            self.seamless = self.line.seamless()
        else:
            raise AttributeError(name)
        return getattr(self, name)

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


@lru_cache(maxsize=64)
def identity(length: int) -> Support:
    """Every position depends on itself."""
    return Straight(length, Line(length, 1, 0, 0, 0, length - 1))
