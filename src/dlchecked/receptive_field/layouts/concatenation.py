"""Branches side by side, of which it is written down who fills which channels only when somebody looks.

The layer after a concatenation mostly mixes the channels, perhaps after a pooling. All that matters then is the
union of the branches, and mostly one of them holds all others.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from dlchecked.receptive_field.axis.unbounded import UnboundedTaps
from dlchecked.receptive_field.axis.windows import Window, picking
from dlchecked.receptive_field.layouts.box import AnyLayout, BoxLayout, LazyLayout, boxed, layout_of, widest
from dlchecked.receptive_field.layouts.layout import Layout
from dlchecked.receptive_field.layouts.terms import EVERYWHERE, Factor, Terms, everywhere_if_full, presence
from dlchecked.receptive_field.layouts.unions import simplify

# Beyond so many terms and steps, all is written down at once: a forward may go on and on adding to a concatenation.
MOST_UNWRITTEN = 4096


class Stretch(NamedTuple):
    """The positions of a longer dimension that one part of a concatenation fills."""

    offset: int
    size: int
    total: int


class Concatenated(LazyLayout):
    """Stretches along a dimension along which no field varies.

    Attributes:
        dim: the dimension, such as that of the channels.
        weight: the number of terms, and of the steps that it takes to write them down.
    """

    __slots__ = ("_mixed", "dim", "weight")

    def __init__(self, sizes: Sequence[int], dim: int, weight: int) -> None:
        """Nothing is computed yet."""
        self.sizes = sizes
        self.dim = dim
        self.weight = weight
        self._layout = None
        self._mixed: AnyLayout | None = None

    @property
    def mixed(self) -> AnyLayout:
        """The same once all positions along the dimension depend on all of them."""
        if self._mixed is None:
            self._mixed = self._united()
        return self._mixed

    def _united(self) -> AnyLayout:
        raise NotImplementedError


class Concatenation(Concatenated):
    """A concatenation.

    Attributes:
        parts: what is side by side, of which each stretch is filled by one.
    """

    __slots__ = ("_unions", "parts", "stretches")

    def __init__(
        self,
        sizes: Sequence[int],
        dim: int,
        parts: Sequence[AnyLayout],
        unions: Sequence[AnyLayout],
        stretches: Sequence[Stretch],
    ) -> None:
        """``unions`` are the parts once all their positions along the dimension depend on all of them."""
        weight = 1
        for part in parts:
            weight += 1 if type(part) is BoxLayout else _weight(part)
        super().__init__(sizes, dim, weight)
        self.parts = parts
        self._unions = unions
        self.stretches = stretches

    def leaves(self) -> Iterator[tuple[AnyLayout, Stretch]]:
        """The parts, and in place of those that are concatenations along the same dimension their parts."""
        total = self.sizes[self.dim]
        pending: list[tuple[AnyLayout, Stretch]] = [(self, Stretch(0, total, total))]
        while pending:
            part, (start, size, _) = pending.pop()
            if not isinstance(part, Concatenation) or part.dim != self.dim:
                yield part, Stretch(start, size, total)
                continue
            inner = zip(part.parts, part.stretches, strict=True)
            pending += reversed([(x, Stretch(start + offset, n, total)) for x, (offset, n, _) in inner])

    def _terms(self) -> Terms:
        return tuple(
            (*term[:-1], _filled(term[-1], self.dim, stretch))
            for part, stretch in self.leaves()
            for term in layout_of(part).terms
        )

    def _united(self) -> AnyLayout:
        return union_of(self._unions, self.sizes)


def union_of(unions: Sequence[AnyLayout], sizes: Sequence[int]) -> AnyLayout:
    """What several depend on together."""
    boxes = [union for union in unions if type(union) is BoxLayout]
    if boxes and len(boxes) == len(unions):
        found = widest(boxes)
        if found is not None:
            return BoxLayout(sizes, found.dims, found.sides)
    terms = simplify([term for union in unions for term in layout_of(union).terms])
    return boxed(Layout(tuple(sizes), (1,) * len(sizes), terms))


def _weight(part: AnyLayout) -> int:
    return part.weight if isinstance(part, Concatenated) else len(layout_of(part).terms)


def united_along(kept: AnyLayout, dim: int) -> AnyLayout | None:
    """What all positions along a dimension together depend on.

    None where a field varies along it, as none does along channels, or where the dimension is not one atom.
    """
    if type(kept) is BoxLayout:
        return None if dim in kept.dims else kept
    if isinstance(kept, Concatenated) and kept.dim == dim:
        return kept.mixed
    layout = layout_of(kept)
    if not layout.simple:
        return None
    for term in layout.terms:
        if any(dim in dims for dims, _ in term[:-1]) or term[-1].dims not in ((), (dim,)):
            return None
    # A term is present somewhere, and what varies along nothing else is then present everywhere.
    terms = simplify((*term[:-1], EVERYWHERE) for term in layout.terms)
    return boxed(layout._replace(terms=terms))


@lru_cache(maxsize=1024)
def _filled(last: Factor, dim: int, stretch: Stretch) -> Factor:
    """The presence of what fills one stretch of a dimension, where it did not lack some of the stretch before."""
    before = last.support if last.dims else presence(0, np.ones(stretch.size, dtype=bool)).support
    return everywhere_if_full(Factor((dim,), before.through(reading(stretch, False))))


@lru_cache(maxsize=1024)
def reading(stretch: Stretch, alone: bool) -> Window:
    """What the positions of a concatenation read of a part of it, which is ``alone`` if all others are constants."""
    offset, size, total = stretch
    positions = tuple(j - offset if 0 <= j - offset < size else -1 for j in range(total))
    # Beside constants it is padding; beside another branch no one rule describes all positions.
    unbounded = UnboundedTaps(1, 1, (range(-offset, 1 - offset),)) if alone else None
    return picking(positions, unbounded)
