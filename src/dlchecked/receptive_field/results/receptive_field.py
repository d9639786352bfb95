"""The receptive fields of a module, as its users see them."""

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from html import escape
from typing import Any, NamedTuple

import numpy as np
import torch

from dlchecked.receptive_field.axis.unbounded import Unbounded
from dlchecked.receptive_field.axis.windows import Index
from dlchecked.receptive_field.results.fields import AnyFields, Interval, Stride
from dlchecked.receptive_field.results.indices import check_axis, check_unit
from dlchecked.receptive_field.results.layer_table import Layers, layer_table
from dlchecked.receptive_field.tracing.trace import Trace


class Misalignment(NamedTuple):
    """A place where branches meet whose fields have different centres or strides.

    Attributes:
        layer: where they meet.
        axis: the input axis along which they disagree.
        branches: where each branch comes from.
    """

    layer: str
    axis: int
    branches: tuple[str, ...]


class ReceptiveField:
    """The receptive fields of all units of a module's output, for one input shape.

    The field of a unit is the set of input positions that can influence it for some input and some weights:
    the theoretical receptive field. It is a union over channels, and over the batch.

    All tuples have one entry for each spatial axis of the input, in pixels (positions) of the input.
    """

    def __init__(self, trace: Trace | None, fields: AnyFields, input_shape: Sequence[int]) -> None:
        """Made by :func:`receptive_field`."""
        self._trace = trace
        self._fields = fields
        self.input_shape = tuple(input_shape)
        self.output_shape = fields.output_shape

    @property
    def size(self) -> tuple[int, ...]:
        """Extent of the field, holes included, on an unbounded input: larger than the image if need be.

        Where units see different extents it is the largest. Where the fields follow no rule that could go on
        beyond the image (global pooling, attention, a concatenation along space), it is the largest extent
        of any unit inside the image.
        """
        return tuple(self._size(axis) for axis in range(len(self.input_shape) - 2))

    def _size(self, axis: int) -> int:
        rule = self._fields.rules[axis]
        if rule is not None:
            return rule.size
        extent = self.extent(axis)
        return int(extent.max()) if extent.numel() else 0

    @property
    def stride(self) -> tuple[Stride, ...]:
        """Input positions between the fields of neighbouring units.

        A fraction after upsampling beyond the input's resolution; 0 where all units see the same; None where
        the fields are not evenly spaced.
        """
        return tuple(self._stride(axis) for axis in range(len(self.input_shape) - 2))

    def _stride(self, axis: int) -> Stride:
        rule = self._fields.rules[axis]
        if rule is not None:
            return rule.stride
        lo, hi = self._fields.bounds(axis)
        constant = lo.size > 0 and bool((lo == lo.flat[0]).all() and (hi == hi.flat[0]).all())
        return 0 if constant else None

    @property
    def start(self) -> tuple[int | None, ...]:
        """First position of the field of unit 0 on an unbounded input; negative if it begins in the padding.

        None where unit 0 sees nothing.
        """
        return tuple(None if span is None else span[0] for span in self._first)

    @property
    def center(self) -> tuple[float | None, ...]:
        """Centre of the field of unit 0 on an unbounded input: a half after a field of even extent."""
        return tuple(None if span is None else (span[0] + span[1]) / 2 for span in self._first)

    @cached_property
    def _first(self) -> tuple[Interval | None, ...]:
        return tuple(self._span_of_first(axis) for axis in range(len(self.input_shape) - 2))

    def _span_of_first(self, axis: int) -> Interval | None:
        rule = self._fields.rules[axis]
        if rule is not None:
            return rule.span(0)
        lo, hi = self._fields.bounds(axis)
        if lo.size == 0 or lo.flat[0] > hi.flat[0]:
            return None
        return int(lo.flat[0]), int(hi.flat[0])

    def interval(self, unit: int | Sequence[int]) -> tuple[Interval, ...] | None:
        """The first and last position, both inclusive and inside the image, that a unit sees along each axis.

        Args:
            unit: spatial indices of the unit, one for each spatial dimension of the output.

        Returns:
            One (first, last) for each input axis, or None where the unit sees no input at all.

        Raises:
            InvalidArgument: if there is no such unit.
        """
        products = self._fields.factors(check_unit(unit, self._fields.shape))
        if not products:
            return None
        return tuple(
            (min(sets[axis][0] for sets in products), max(sets[axis][-1] for sets in products))
            for axis in range(len(self.input_shape) - 2)
        )

    def mask(self, unit: int | Sequence[int]) -> torch.Tensor:
        """Exactly which positions a unit sees; dilation and branches can leave holes.

        Args:
            unit: spatial indices of the unit, one for each spatial dimension of the output.

        Returns:
            Booleans of the input's spatial shape.

        Raises:
            InvalidArgument: if there is no such unit.
        """
        lengths = self.input_shape[2:]
        mask = torch.zeros(lengths, dtype=torch.bool)
        for sets in self._fields.factors(check_unit(unit, self._fields.shape)):
            mask[torch.meshgrid(*map(torch.tensor, sets), indexing="ij")] = True
        return mask

    def count(self, unit: int | Sequence[int]) -> int:
        """How many positions a unit sees: ``mask(unit).sum()``."""
        products = self._fields.factors(check_unit(unit, self._fields.shape))
        if len(products) == 1:
            return int(torch.tensor([len(positions) for positions in products[0]]).prod())
        return int(self.mask(unit).sum()) if products else 0

    def bounds(self, axis: int) -> tuple[torch.Tensor, torch.Tensor]:
        """First and last position that each unit sees along an axis: ``interval`` for all units at once.

        Args:
            axis: the spatial axis of the input.

        Returns:
            Two tensors of integers, of the output's spatial shape; first > last for a unit that sees nothing.
            Where all units of a line agree, they share memory: clone before writing.

        Raises:
            InvalidArgument: if there is no such axis.
        """
        axis = check_axis(axis, len(self.input_shape) - 2)
        first, last = (_spread(ends, self._fields.shape) for ends in self._fields.bounds(axis))
        return torch.from_numpy(first), torch.from_numpy(last)

    def extent(self, axis: int) -> torch.Tensor:
        """How many positions lie between the first and the last that each unit sees, both included.

        Args:
            axis: the spatial axis of the input.

        Returns:
            Integers of the output's spatial shape; 0 for a unit that sees nothing.

        Raises:
            InvalidArgument: if there is no such axis.
        """
        first, last = self.bounds(axis)
        return (last - first + 1).clamp(min=0)

    @property
    def halo(self) -> tuple[tuple[int, int] | None, ...]:
        """Input positions needed before and after a tile, to compute the tile's units as in the whole image.

        A tile of n units from unit a on, a multiple of the period, is the stretch of n · stride positions from
        a · stride on. None along an axis where the fields follow no rule: no tile is enough.
        """
        return tuple(None if rule is None else _halo(rule) for rule in self._fields.rules)

    @property
    def minimum_input(self) -> tuple[int | None, ...]:
        """The smallest input on which some unit has its whole field inside the image.

        None along an axis where the fields follow no rule: there, a larger image has larger fields.
        """
        return tuple(None if rule is None else _smallest(rule) for rule in self._fields.rules)

    @cached_property
    def misaligned(self) -> tuple[Misalignment, ...]:
        """Where branches met that do not see the same centre, so that size alone does not describe the field."""
        labels = self.layers.labels
        return tuple(
            Misalignment(labels[meeting.step], meeting.axis, tuple(labels[s] for s in meeting.sources))
            for meeting in (self._trace.meetings if self._trace is not None else ())
        )

    @property
    def aligned(self) -> bool | None:
        """Whether wherever branches meet they see the same centre (Distill 2019, section "Alignment").

        None for fields that were measured: a measurement sees no branches.
        """
        return None if self._trace is None else not self._trace.meetings

    @cached_property
    def layers(self) -> Layers:
        """One row for each step of the forward; print it. Empty for fields that were measured."""
        return layer_table(self._trace, self.input_shape[2:])

    def draw(self, unit: int | Sequence[int] | None = None, axes: Any = None) -> Any:
        """Draw what a unit sees, with matplotlib.

        Args:
            unit: the unit; by default the middle one.
            axes: matplotlib axes to draw on; by default new ones.

        Returns:
            The axes.

        Raises:
            InvalidArgument: if the input has more than two spatial axes, or there is no such unit.
            MissingPackage: without matplotlib.
        """
        from dlchecked.receptive_field.results.drawing import draw_field

        middle = tuple(n // 2 for n in self.output_shape[2:])
        chosen = check_unit(middle if unit is None else unit, self._fields.shape)
        return draw_field(self.mask(chosen), chosen, self.interval(chosen), axes)

    def _repr_html_(self) -> str:
        return f"{self.layers._repr_html_()}<p>{escape(repr(self))}</p>"

    def __repr__(self) -> str:
        stride = "(" + ", ".join(str(s) for s in self.stride) + ")"
        return (
            f"ReceptiveField(size={self.size}, stride={stride}, start={self.start}, output_shape={self.output_shape})"
        )

    def __str__(self) -> str:
        return f"{self.layers}\n{self!r}"


def _spread(ends: Index, shape: tuple[int, ...]) -> Index:
    """A copy that looks as if it had the whole shape."""
    own = np.array(ends, order="C")
    strides = tuple(step if n > 1 else 0 for n, step in zip(own.shape, own.strides, strict=True))
    return np.ndarray(shape, own.dtype, own, 0, strides)


def _halo(rule: Unbounded) -> tuple[int, int]:
    before, after = 0, 0
    for phase, span in enumerate(rule.spans):
        if span is not None:
            begin = Fraction(phase * rule.shift, rule.period)
            before = max(before, int(-((span[0] - begin) // 1)))
            after = max(after, int(-((begin + Fraction(rule.shift, rule.period) - 1 - span[1]) // 1)))
    return max(before, 0), max(after, 0)


def _smallest(rule: Unbounded) -> int | None:
    """The end of the first field that does not begin before the image."""
    if rule.shift <= 0:
        return None
    ends = []
    for _phase, span in enumerate(rule.spans):
        if span is not None and span[1] - span[0] + 1 == rule.size:
            turns = max(0, -(span[0] // rule.shift))
            ends.append(span[1] + turns * rule.shift + 1)
    return min(ends, default=None)
