"""The ground truth: what really changes, measured on a copy, without a rule about any layer.

A gradient is zero wherever a ReLU is off, a maximum is elsewhere, a sigmoid is saturated or a weight happens to
be zero; none of that is structure. So the copy is in double precision, its weights are positive, its
activations pass everything through and its maxima become means: then nothing can cancel, switch off or
underflow, and the gradient of a unit is non-zero exactly where the unit depends on its input.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, cached_property
from itertools import product
from math import prod
from typing import Any

import numpy as np
import torch
from torch import nn

from dlchecked.receptive_field.axis.unbounded import Unbounded
from dlchecked.receptive_field.axis.windows import Index
from dlchecked.receptive_field.errors import InvalidArgument
from dlchecked.receptive_field.measured.linearized import Linearized
from dlchecked.receptive_field.tracing.copying import copied
from dlchecked.receptive_field.tracing.surroundings import as_before

Unit = tuple[int, ...]
# For every input axis, the positions along it.
Product = list[list[int]]

_NO_GRADIENT = (
    "the output to be measured is of dtype {dtype}, and a gradient is taken of real numbers only; let output= pick "
    'a real one, such as output=torch.view_as_real for complex numbers or the scores behind an argmax; method="exact" '
    "needs no gradient"
)


def _at(values: torch.Tensor, position: Unit) -> torch.Tensor:
    index: tuple[Any, ...] = (..., *position)
    return values[index]


def positive_copy(module: nn.Module, input_shape: Sequence[int], seed: int = 0) -> nn.Module:
    """A copy in double precision in which nothing can cancel; lazy layers learn their shapes from the input's."""
    copy = copied(module).double()
    if any(isinstance(parameter, nn.UninitializedParameter) for parameter in copy.parameters()):
        with as_before(), torch.no_grad():
            copy(torch.zeros(tuple(input_shape), dtype=torch.float64))
    generator = torch.Generator().manual_seed(seed)
    for parameter in copy.parameters():
        values = (torch.rand(parameter.shape, generator=generator, dtype=torch.float64) + 0.5) / prod(
            parameter.shape[1:]
        )
        parameter.data = values.to(torch.complex128) if parameter.is_complex() else values
    for part in copy.modules():
        if isinstance(part, nn.modules.batchnorm._NormBase) and part.running_mean is not None:
            part.reset_running_stats()
    return copy


class GroundTruth:
    """What every unit of a module depends on, by the gradients of a positive copy."""

    def __init__(
        self,
        module: nn.Module,
        input_shape: Iterable[int],
        output: Callable[[Any], Any] | None = None,
        seed: int = 0,
    ) -> None:
        """Runs the copy's forward once."""
        generator = torch.Generator().manual_seed(seed)
        self._input = torch.rand(tuple(input_shape), generator=generator, dtype=torch.float64) + 0.5
        self._input.requires_grad_(True)
        self._copy = positive_copy(module, self._input.shape, seed)
        self._choose = output
        self._scales: list[torch.Tensor] = []
        self._output = self._run(self._input)
        self.lengths = tuple(self._input.shape[2:])
        self.output_shape = tuple(self._output.shape)
        # Channels get different weights: behind a normalization their plain sum is constant.
        self._weights = torch.rand(self.output_shape[:2], generator=generator, dtype=torch.float64) + 0.5
        # And get different changes: a normalization over channels would take out what all have in common.
        self._change = torch.rand(self._input.shape[:2], generator=generator, dtype=torch.float64) + 0.5

    def _run(self, x: torch.Tensor) -> torch.Tensor:
        with as_before(), torch.enable_grad(), Linearized(self._scales):
            # Of every run anew: the one before may have left something in what it ran on.
            found = self._forward(copied(self._copy), x)
        chosen = found if self._choose is None else self._choose(found)
        if not isinstance(chosen, torch.Tensor):
            raise InvalidArgument(
                f"the output to be measured is a {type(chosen).__name__}; say which tensor of it is meant, "
                "for example output=lambda out: out[0]"
            )
        if not chosen.is_floating_point():
            raise InvalidArgument(_NO_GRADIENT.format(dtype=chosen.dtype))
        return chosen

    def _forward(self, copy: nn.Module, x: torch.Tensor) -> Any:
        try:
            return copy(x)
        except RuntimeError as error:
            if "dtype" not in str(error) and "scalar type" not in str(error):
                raise
            raise InvalidArgument(
                f"a copy is measured in double precision, and its forward has a tensor of another dtype: {error}; a "
                "buffer of the module, or .to(x), would be right"
            ) from None

    def units(self) -> Iterator[Unit]:
        """Every unit, in row-major order."""
        return product(*map(range, self.output_shape[2:]))

    def gradient(self, unit: Unit) -> torch.Tensor:
        """Magnitude of the unit's gradient, over the input's spatial shape."""
        value = (_at(self._output, unit) * self._weights).sum()
        if not value.requires_grad:
            return torch.zeros(self._input.shape[2:], dtype=torch.float64)
        (gradient,) = torch.autograd.grad(value, self._input, retain_graph=True)
        return gradient.abs().sum((0, 1))

    def mask(self, unit: Unit, tolerance: float = 0.0) -> torch.Tensor:
        """Which positions the unit depends on.

        Args:
            unit: spatial indices.
            tolerance: magnitudes up to this fraction of the largest are rounding. Only resampling needs it,
                whose weights are computed: 1e-12 is far above its rounding. Deep networks need 0, since their
                corner weights are tiny.
        """
        gradient = self.gradient(unit)
        return gradient > tolerance * gradient.max()

    def reached(self, position: Unit, by: float = 1.0) -> torch.Tensor:
        """Which units change when the input changes at one position: a second witness, without gradients.

        Args:
            position: spatial indices into the input.
            by: how much is added there, times 0.5 to 1.5: differently to every channel of every image.

        Returns:
            Booleans of the output's spatial shape: changes above 1e-13 of the output's magnitude.
        """
        moved = self._input.detach().clone()
        _at(moved, position).add_(by * self._change)
        found = self._run(moved.requires_grad_(True)).detach()
        change = (found - self._output.detach()).abs()
        return (change > 1e-13 * self._output.detach().abs().max()).flatten(0, 1).any(0)


class MeasuredFields:
    """The fields of all units, from gradients."""

    def __init__(self, truth: GroundTruth) -> None:
        """Nothing is measured before it is asked for."""
        self._truth = truth
        self.output_shape = truth.output_shape
        self.shape = truth.output_shape[2:]

    def factors(self, unit: Unit) -> list[Product]:
        """The field of a unit, line by line."""
        found: dict[Unit, list[int]] = {}
        for *line, place in self._truth.mask(unit).nonzero().tolist():
            found.setdefault(tuple(line), []).append(place)
        return [[*([index] for index in line), places] for line, places in found.items()]

    @cache  # noqa: B019
    def _box(self, unit: Unit) -> tuple[list[int], list[int]] | None:
        places = self._truth.mask(unit).nonzero()
        return (places.amin(0).tolist(), places.amax(0).tolist()) if len(places) else None

    def bounds(self, axis: int) -> tuple[Index, Index]:
        """Both ends of all fields along an input axis: one backward pass for every unit."""
        boxes = [self._box(unit) for unit in self._truth.units()]
        lo = np.array([self._truth.lengths[axis] if box is None else box[0][axis] for box in boxes])
        hi = np.array([-1 if box is None else box[1][axis] for box in boxes])
        return lo.reshape(self.shape), hi.reshape(self.shape)

    @cached_property
    def rules(self) -> list[Unbounded | None]:
        """What the whole fields on a line through the middle agree on, if they do."""
        count = len(self._truth.lengths)
        return [self._rule(axis) if len(self.shape) == count else None for axis in range(count)]

    def _rule(self, axis: int) -> Unbounded | None:
        middle = [n // 2 for n in self.shape]
        spans = {}
        for index in range(self.shape[axis]):
            box = self._box((*middle[:axis], index, *middle[axis + 1 :]))
            if box is not None and box[0][axis] > 0 and box[1][axis] < self._truth.lengths[axis] - 1:
                spans[index] = (box[0][axis], box[1][axis])
        if len(spans) < 3:
            return None
        first, second = sorted(spans)[:2]
        stride = (spans[second][0] - spans[first][0]) // (second - first)
        lo, hi = (end - first * stride for end in spans[first])
        rule = Unbounded(1, stride, ((lo, hi),))
        return rule if all(rule.span(index) == span for index, span in spans.items()) else None
