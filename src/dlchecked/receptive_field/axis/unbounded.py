"""The field of a unit on an axis without borders: what size, stride and start are read from.

Clipped to an image, the fields of border units are smaller and no longer evenly spaced, and a field larger
than the image has no unclipped unit at all. On an unbounded axis they follow one rule: after ``period`` units
the pattern repeats, ``shift`` input positions further on. A chain of convolutions has period 1, and its three
numbers are those of Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural Networks",
Distill 2019, equations 2 to 5 (start = −P there). Upsampling by r makes the period r.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import gcd
from typing import NamedTuple

Span = tuple[int, int]

# Beyond this many phases (align_corners=True between two large coprime sizes) a pattern tells a reader nothing.
LONGEST_PERIOD = 4096


class UnboundedTaps(NamedTuple):
    """Which positions a layer reads, without borders.

    Output position ``q * period + phase`` reads ``q * shift + o`` for every ``o`` in ``offsets[phase]``.
    """

    period: int
    shift: int
    offsets: tuple[Sequence[int], ...]


class Unbounded(NamedTuple):
    """The inclusive span seen by every unit of an unbounded axis; None for a phase that sees nothing."""

    period: int
    shift: int
    spans: tuple[Span | None, ...]

    def span(self, unit: int) -> Span | None:
        """The span of one unit, which may be negative."""
        turns, phase = divmod(unit, self.period)
        span = self.spans[phase]
        return None if span is None else (span[0] + turns * self.shift, span[1] + turns * self.shift)

    @property
    def size(self) -> int:
        """The largest extent of any phase."""
        return max((hi - lo + 1 for lo, hi in filter(None, self.spans)), default=0)

    @property
    def stride(self) -> int | Fraction:
        """Input positions per unit; a fraction after upsampling beyond the input's resolution."""
        if self.period == 1:
            return self.shift
        stride = Fraction(self.shift, self.period)
        return stride.numerator if stride.denominator == 1 else stride

    def through(self, taps: UnboundedTaps) -> "Unbounded | None":
        """The fields of the units of a layer that reads these ones."""
        if self.period == 1 and taps.period == 1 and self.spans[0] is not None:
            lo, hi = self.spans[0]
            offsets = taps.offsets[0]
            if not offsets:
                return Unbounded(1, self.shift * taps.shift, (None,))
            first, last = self.shift * offsets[0], self.shift * offsets[-1]
            if first > last:
                first, last = last, first
            return Unbounded(1, self.shift * taps.shift, ((lo + first, hi + last),))
        turns = self.period // gcd(self.period, taps.shift)
        period = taps.period * turns
        if period > LONGEST_PERIOD:
            return None
        spans = []
        for unit in range(period):
            turn, phase = divmod(unit, taps.period)
            seen = [self.span(turn * taps.shift + offset) for offset in taps.offsets[phase]]
            spans.append(hull(seen))
        return Unbounded(period, self.shift * (taps.shift * turns) // self.period, tuple(spans)).reduced()

    def reduced(self) -> "Unbounded":
        """The same pattern with the shortest period."""
        for period in range(1, self.period):
            parts, rest = divmod(self.period, period)
            if rest or self.shift % parts:
                continue
            shorter = Unbounded(period, self.shift // parts, self.spans[:period])
            if all(shorter.span(unit) == self.spans[unit] for unit in range(self.period)):
                return shorter
        return self

    def union(self, other: "Unbounded") -> "Unbounded | None":
        """Both fields together; None where they move at different strides, so that no pattern repeats."""
        if self == other:
            return self
        if self.period == other.period == 1:
            mine, theirs = self.spans[0], other.spans[0]
            if self.shift == other.shift and mine is not None and theirs is not None:
                both = (min(mine[0], theirs[0]), max(mine[1], theirs[1]))
                return self if both == mine else Unbounded(1, self.shift, (both,))
        if self.shift * other.period != other.shift * self.period:
            return None
        period = self.period * other.period // gcd(self.period, other.period)
        if period > LONGEST_PERIOD:
            return None
        spans = tuple(hull([self.span(unit), other.span(unit)]) for unit in range(period))
        return Unbounded(period, self.shift * period // self.period, spans).reduced()

    def concentric(self, other: "Unbounded") -> bool:
        """Whether the two fields of every unit have the same centre (Distill 2019, section "Alignment")."""
        if self.period == other.period == 1 and self.spans[0] is not None and other.spans[0] is not None:
            return self.shift == other.shift and sum(self.spans[0]) == sum(other.spans[0])
        if self.shift * other.period != other.shift * self.period:
            return False
        for unit in range(max(self.period, other.period)):
            mine, theirs = self.span(unit), other.span(unit)
            if mine is not None and theirs is not None and sum(mine) != sum(theirs):
                return False
        return True


def hull(spans: Sequence[Span | None]) -> Span | None:
    """The smallest span that holds all of them."""
    seen = [span for span in spans if span is not None]
    if not seen:
        return None
    return min(lo for lo, _ in seen), max(hi for _, hi in seen)


def united(rules: Sequence[Unbounded | None]) -> Unbounded | None:
    """The fields of all unit by unit; None where some follow no rule, or all together follow none."""
    found = rules[0] if rules else None
    for other in rules[1:]:
        found = None if found is None or other is None else found.union(other)
    return found
