"""Branches side by side, of which it is written down who fills which channels only when somebody looks.

The layer after a concatenation mostly mixes the channels, perhaps after a pooling. All that matters then is the
union of the branches, and mostly one of them holds all others.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import torch

from dlchecked.receptive_field.endless import EndlessTaps
from dlchecked.receptive_field.layout import Layout
from dlchecked.receptive_field.propagation import slide_together
from dlchecked.receptive_field.terms import EVERYWHERE, Factor, Terms, everywhere_if_full, presence
from dlchecked.receptive_field.unions import simplify
from dlchecked.receptive_field.windows import Window, picking

# Beyond so many terms and steps, all is written down at once: a forward may go on and on adding to a concatenation.
MOST_UNWRITTEN = 64


class Stretch(NamedTuple):
    """The positions of a longer dimension that one part of a concatenation fills."""

    offset: int
    size: int
    total: int


class Unmixed:
    """A layout of which every dimension is one atom, made when somebody asks for more than its sizes.

    Attributes:
        sizes, groups: as those of the layout.
        dim: the dimension with the stretches, such as that of the channels; no field varies along it.
        weight: the number of terms, and of the steps that it takes to write them down.
    """

    __slots__ = ("_layout", "_mixed", "dim", "groups", "sizes", "weight")

    def __init__(self, shape: torch.Size, dim: int, weight: int) -> None:
        """Nothing is computed yet."""
        self.sizes = shape
        self.groups = (1,) * len(shape)
        self.dim = dim
        self.weight = weight
        self._layout: Layout | None = None
        self._mixed: Layout | None = None

    def __getattr__(self, name: str) -> Any:
        """Whatever else the layout has."""
        if self._layout is None:
            self._layout = Layout(self.sizes, self.groups, self._written_out())
        return getattr(self._layout, name)

    @property
    def mixed(self) -> Layout:
        """The layout once all positions along the dimension depend on all of them."""
        if self._mixed is None:
            self._mixed = Layout(self.sizes, self.groups, self._united())
        return self._mixed

    def windowed(self, windows: Mapping[int, Window], shape: torch.Size) -> "Layout | Windowed":
        """The layout after a layer that reads windows along other dimensions, as a pooling does."""
        found = Windowed(self, windows, shape)
        return found if found.weight <= MOST_UNWRITTEN else Layout(shape, self.groups, found.terms)

    def _written_out(self) -> Terms:
        raise NotImplementedError

    def _united(self) -> Terms:
        raise NotImplementedError


class SideBySide(Unmixed):
    """A concatenation."""

    __slots__ = ("_parts", "_stretches", "_unions")

    def __init__(
        self,
        shape: torch.Size,
        dim: int,
        parts: Sequence[Layout | Unmixed],
        unions: Sequence[Terms],
        stretches: Sequence[Stretch],
    ) -> None:
        """``unions`` are what the channels of every part together depend on."""
        super().__init__(shape, dim, 1 + sum([_weight(part) for part in parts]))
        self._parts = parts
        self._unions = unions
        self._stretches = stretches

    def _written_out(self) -> Terms:
        return tuple(
            (*term[:-1], _filled(term[-1], self.dim, stretch))
            for part, stretch in zip(self._parts, self._stretches, strict=True)
            for term in part.terms
        )

    def _united(self) -> Terms:
        return simplify([term for terms in self._unions for term in terms])


class Windowed(Unmixed):
    """What a layer makes of such a layout when it reads windows along other dimensions."""

    __slots__ = ("_source", "_windows")

    def __init__(self, source: Unmixed, windows: Mapping[int, Window], shape: torch.Size) -> None:
        """``shape`` is that of the output."""
        super().__init__(shape, source.dim, source.weight + 1)
        self._source = source
        self._windows = windows

    def _written_out(self) -> Terms:
        return slide_together(self._source.terms, self._windows)

    def _united(self) -> Terms:
        # What is read of a union is the union of what is read of its parts.
        return slide_together(self._source.mixed.terms, self._windows)


def _weight(part: Any) -> int:
    return len(part.terms) if type(part) is Layout else part.weight


def united_along(layout: Layout | Unmixed, dim: int) -> Terms | None:
    """What all positions of a dimension together depend on.

    None where a field varies along it, as none does along channels, or where the dimension is not one atom.
    """
    if not isinstance(layout, Layout) and layout.dim == dim:
        return layout.mixed.terms
    if len(layout.sizes) != len(layout.groups):
        return None
    terms: Terms = layout.terms
    partly = False
    for term in terms:
        last = term[-1]
        for factor in term:
            if dim in factor[0] and factor is not last:
                return None
        if last is not EVERYWHERE:
            if last.dims not in ((), (dim,)):
                return None
            partly = True
    if not partly:
        return terms
    # A term is present somewhere, and what varies along nothing else is then present everywhere.
    return simplify([(*term[:-1], EVERYWHERE) for term in terms])


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
    endless = EndlessTaps(1, 1, (range(-offset, 1 - offset),)) if alone else None
    return picking(positions, endless)
