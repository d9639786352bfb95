"""What is known once the forward has run: the answers about every unit."""

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from typing import Protocol

import numpy as np

from dlchecked.receptive_field.axis.unbounded import Unbounded, united
from dlchecked.receptive_field.axis.windows import Index
from dlchecked.receptive_field.layouts.layout import Layout
from dlchecked.receptive_field.layouts.propagation import mix
from dlchecked.receptive_field.layouts.terms import EVERYWHERE, Factor, Term

Stride = int | Fraction | None
Interval = tuple[int, int]
# One product of sets: for every input axis, the positions along it.
Product = list[list[int]]


class AnyFields(Protocol):
    """The fields of all units, however they were found.

    Attributes:
        shape: spatial shape of the output.
        output_shape: its whole shape.
        rules: for each input axis the fields without borders, or None where they follow no rule.
    """

    shape: tuple[int, ...]
    output_shape: tuple[int, ...]

    @property
    def rules(self) -> list[Unbounded | None]: ...

    def factors(self, unit: tuple[int, ...]) -> list[Product]:
        """Products of positions whose union is the field of a unit."""
        ...

    def bounds(self, axis: int) -> tuple[Index, Index]:
        """Both ends of all fields along an input axis, in arrays that broadcast to the output's spatial shape."""
        ...


class Fields:
    """The fields of all units of one tensor.

    A unit is given by its spatial indices, those after batch and channels; its field is the union over the
    batch and all channels.

    Attributes:
        layout: the tensor, of which batch and channels have been mixed.
        lengths: the spatial shape of the input.
    """

    def __init__(self, layout: Layout, lengths: Sequence[int]) -> None:
        """``layout`` is that of any tensor of the run."""
        terms = mix(layout.terms, range(sum(layout.groups[:2])))
        self.layout = layout if terms is layout.terms else layout._replace(terms=terms)
        self.lengths = tuple(lengths)
        self.output_shape = layout.shape
        self.shape = layout.shape[2:]

    @cached_property
    def rules(self) -> list[Unbounded | None]:
        """For each input axis the fields without borders, or None where they follow no rule."""
        return [self._rule(axis) for axis in range(len(self.lengths))]

    def _rule(self, axis: int) -> Unbounded | None:
        factors = [term[axis] for term in self.layout.terms]
        alike = all(factor.dims == factors[0].dims for factor in factors)
        return united([factor.support.unbounded for factor in factors]) if alike else None

    def factors(self, unit: tuple[int, ...]) -> list[Product]:
        """For every term that reaches the unit, its positions along every input axis."""
        position = self._atoms(unit)
        found = []
        for term in self.layout.terms:
            sets = [f.support.positions(tuple(position[dim] for dim in f.dims)) for f in term]
            if all(sets):
                found.append(sets[:-1])
        return found

    def _atoms(self, unit: tuple[int, ...]) -> dict[int, int]:
        position = {}
        for index, (start, stop) in zip(unit, self.layout.ranges()[2:], strict=True):
            for atom in reversed(range(start, stop)):
                index, position[atom] = divmod(index, self.layout.sizes[atom])
        return position

    def bounds(self, axis: int) -> tuple[Index, Index]:
        """Both ends of all fields along an input axis, in arrays that broadcast to the output's spatial shape."""
        start = sum(self.layout.groups[:2])
        dims = tuple(range(start, len(self.layout.sizes)))
        parts = [_ends(term, axis, dims, self.lengths[axis]) for term in self.layout.terms]
        if not parts:
            return np.full((1,) * len(self.shape), self.lengths[axis]), np.full((1,) * len(self.shape), -1)
        lo, hi = parts[0]
        for low, high in parts[1:]:
            lo, hi = np.asarray(np.minimum(lo, low)), np.asarray(np.maximum(hi, high))
        if len(dims) > len(self.shape):
            sizes = self.layout.sizes[start:]
            lo, hi = (np.broadcast_to(ends, sizes).reshape(self.shape) for ends in (lo, hi))
        return lo, hi


def _ends(term: Term, axis: int, dims: tuple[int, ...], length: int) -> tuple[Index, Index]:
    """Both ends along an axis, empty where the unit sees nothing along another."""
    lo, hi = _arrays(term[axis], dims)
    for i, factor in enumerate(term):
        if i != axis and factor is not EVERYWHERE and not factor.support.ordered:
            low, high = _arrays(factor, dims)
            if (low > high).any():
                lo, hi = np.where(low <= high, lo, length), np.where(low <= high, hi, -1)
    return lo, hi


def _arrays(factor: Factor, dims: tuple[int, ...]) -> tuple[Index, Index]:
    lo, hi = factor.support.lo, factor.support.hi
    shape = tuple(lo.shape[factor.dims.index(dim)] if dim in factor.dims else 1 for dim in dims)
    return lo.reshape(shape), hi.reshape(shape)
