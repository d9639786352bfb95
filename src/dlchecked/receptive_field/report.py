"""What is known once the forward has run: the answers about every unit."""

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch

from dlchecked.receptive_field.endless import Endless
from dlchecked.receptive_field.errors import InvalidArgument
from dlchecked.receptive_field.layout import Layout
from dlchecked.receptive_field.support import Support
from dlchecked.receptive_field.terms import Factor, Term, aligned, mix
from dlchecked.receptive_field.windows import Index

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
    def rules(self) -> list[Endless | None]: ...

    def factors(self, unit: tuple[int, ...]) -> list[Product]:
        """Products of positions whose union is the field of a unit."""
        ...

    def bounds(self, axis: int) -> tuple[Index, Index]:
        """Both ends of all fields along an input axis, over the output's spatial shape."""
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
        terms = layout.terms
        for start, stop in layout.ranges()[:2]:
            for atom in range(start, stop):
                terms = mix(terms, atom)
        self.layout = layout._replace(terms=terms)
        self.lengths = tuple(lengths)
        self.output_shape = layout.shape
        self.shape = layout.shape[2:]

    @cached_property
    def rules(self) -> list[Endless | None]:
        """For each input axis the fields without borders, or None where they follow no rule."""
        return [self._rule(axis) for axis in range(len(self.lengths))]

    def _rule(self, axis: int) -> Endless | None:
        found: Endless | None = None
        for term in self.layout.terms:
            endless = term[axis].support.endless
            if endless is None or term[axis].dims != self.layout.terms[0][axis].dims:
                return None
            found = endless if found is None else found.union(endless)
            if found is None:
                return None
        return found

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
        """Both ends of all fields along an input axis, over the atoms of the output's spatial dimensions."""
        start = sum(self.layout.groups[:2])
        dims = tuple(range(start, len(self.layout.sizes)))
        length = self.lengths[axis]
        lo, hi = np.full((1,) * len(dims), length), np.full((1,) * len(dims), -1)
        for term in self.layout.terms:
            reached, (low, high) = _reached(term, dims), _arrays(term[axis], dims)
            lo = np.minimum(lo, np.where(reached, low, length))
            hi = np.maximum(hi, np.where(reached, high, -1))
        shape = self.layout.sizes[start:]
        return np.broadcast_to(lo, shape).reshape(self.shape), np.broadcast_to(hi, shape).reshape(self.shape)


def _arrays(factor: Factor, dims: tuple[int, ...]) -> tuple[Index, Index]:
    support: Support = aligned([factor], dims)[0]
    return support.lo, support.hi


def _reached(term: Term, dims: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    reached = np.ones((1,) * len(dims), dtype=np.bool_)
    for factor in term:
        low, high = _arrays(factor, dims)
        reached = reached & (low <= high)
    return reached


def check_unit(unit: object, shape: Sequence[int]) -> tuple[int, ...]:
    """The unit as a tuple of indices from the front.

    Raises:
        InvalidArgument: if it does not have one index for each spatial dimension, or one is out of range.
    """
    indices = (unit,) if isinstance(unit, int) else unit
    if not isinstance(indices, tuple | list | torch.Size) or not all(isinstance(i, int) for i in indices):
        raise InvalidArgument(f"a unit is a tuple of integers, one for each spatial dimension; got {unit!r}")
    if len(indices) != len(shape):
        raise InvalidArgument(
            f"unit {tuple(indices)} has {len(indices)} indices; the output has {len(shape)} spatial dimensions, "
            f"of shape {tuple(shape)}"
        )
    for index, size in zip(indices, shape, strict=True):
        if not -size <= index < size:
            raise InvalidArgument(
                f"unit {tuple(indices)} is out of range: the spatial shape of the output is {tuple(shape)}"
            )
    return tuple(index % size for index, size in zip(indices, shape, strict=True))
