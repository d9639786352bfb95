"""What is known once the forward has run: the answers about every unit."""

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property

import numpy as np
import torch

from dlchecked.receptive_field.endless import Endless
from dlchecked.receptive_field.errors import InvalidArgument
from dlchecked.receptive_field.layout import Layout
from dlchecked.receptive_field.support import Support
from dlchecked.receptive_field.terms import Factor, Term, aligned, mix

Stride = int | Fraction | None
Interval = tuple[int, int]


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

    def factors(self, unit: tuple[int, ...]) -> list[list[list[int]]]:
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

    def bounds(self, axis: int) -> tuple[np.ndarray, np.ndarray]:
        """Both ends of all fields along an input axis, over the atoms of the output's spatial dimensions."""
        start = sum(self.layout.groups[:2])
        dims = tuple(range(start, len(self.layout.sizes)))
        length = self.lengths[axis]
        lo, hi = np.array(length), np.array(-1)
        for term in self.layout.terms:
            reached, (low, high) = _reached(term, dims), _arrays(term[axis], dims)
            lo = np.minimum(lo, np.where(reached, low, length))
            hi = np.maximum(hi, np.where(reached, high, -1))
        shape = self.layout.sizes[start:]
        return tuple(np.broadcast_to(a, shape).reshape(self.shape) for a in (lo, hi))  # type: ignore[return-value]


def _arrays(factor: Factor, dims: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    support: Support = aligned([factor], dims)[0]
    return support.lo, support.hi


def _reached(term: Term, dims: tuple[int, ...]) -> np.ndarray:
    reached = np.array(True)
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
