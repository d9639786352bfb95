"""The ground truth: what really changes, measured on a copy, without a rule about any layer.

A gradient is zero wherever a ReLU is off, a maximum is elsewhere, a sigmoid is saturated or a weight happens to
be zero; none of that is structure. So the copy is in double precision, its weights are positive, its
activations pass everything through and its maxima become means: then nothing can cancel, switch off or
underflow, and the gradient of a unit is non-zero exactly where the unit depends on its input.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from functools import cache, cached_property
from itertools import product
from math import prod
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.overrides import TorchFunctionMode

from dlchecked.receptive_field.endless import Endless
from dlchecked.receptive_field.report import Product
from dlchecked.receptive_field.windows import Index

Unit = tuple[int, ...]

_ACTIVATIONS = (
    "relu relu_ relu6 leaky_relu leaky_relu_ elu elu_ selu selu_ celu celu_ gelu silu mish hardswish hardsigmoid "
    "hardtanh hardtanh_ sigmoid sigmoid_ tanh tanh_ softplus softsign logsigmoid tanhshrink softshrink hardshrink "
    "threshold rrelu dropout dropout1d dropout2d dropout3d alpha_dropout feature_alpha_dropout "
    "clamp clamp_ clip clamp_min clamp_max abs sqrt exp log square prelu"
)
_HOMES = (torch, F, torch.Tensor, torch._C._nn)


def _all_named(names: str) -> set[Any]:
    return {getattr(home, name) for name in names.split() for home in _HOMES if hasattr(home, name)}


_PASSED_THROUGH = _all_named(_ACTIVATIONS)
_MAX_POOLS = {
    **dict.fromkeys(_all_named("max_pool1d max_pool1d_with_indices"), 1),
    **dict.fromkeys(_all_named("max_pool2d max_pool2d_with_indices"), 2),
    **dict.fromkeys(_all_named("max_pool3d max_pool3d_with_indices"), 3),
}
_MAX_TO_MEAN: dict[Any, Callable[..., Any]] = {
    **dict.fromkeys(_all_named("adaptive_max_pool1d"), F.adaptive_avg_pool1d),
    **dict.fromkeys(_all_named("adaptive_max_pool2d"), F.adaptive_avg_pool2d),
    **dict.fromkeys(_all_named("adaptive_max_pool3d"), F.adaptive_avg_pool3d),
    **dict.fromkeys(_all_named("amax amin"), torch.mean),
}


# These saturate where their input is large, and the gradient underflows: they are fed what is at most 1.
_SATURATING = {
    **dict.fromkeys(_all_named("softmax log_softmax lstm gru rnn_tanh rnn_relu"), 1),
    **dict.fromkeys(_all_named("scaled_dot_product_attention multi_head_attention_forward"), 2),
}


class _Linearized(TorchFunctionMode):
    """Activations pass everything through, maxima become sums over the same window.

    Attributes:
        scales: what the saturating functions' inputs were divided by in the first run; used again in later
            runs, in which a changed input must not change them.
    """

    def __init__(self, scales: list[torch.Tensor]) -> None:
        super().__init__()
        self.scales = scales
        self._known = iter(list(scales))

    def _at_most_one(self, x: torch.Tensor) -> torch.Tensor:
        """The tensor divided by its largest magnitude; −∞, the mark of a mask, stays."""
        scale = next(self._known, None)
        if scale is None:
            scale = x.detach()[x.detach().isfinite()].abs().max()
            self.scales.append(scale)
        return x / scale

    def __torch_function__(
        self,
        function: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        kwargs = dict(kwargs or {})
        if not args or not isinstance(args[0], torch.Tensor) or not args[0].requires_grad:
            # A mask may well be made by abs or clamp; only what depends on the input is changed.
            return function(*args, **kwargs)
        if function in _PASSED_THROUGH or (function is F.batch_norm and not _uses_batch(*args, **kwargs)):
            return args[0]
        if function in _MAX_POOLS:
            return _sum_pool(function, _MAX_POOLS[function], *args, **kwargs)
        if function in _SATURATING:
            count = _SATURATING[function]
            args = (*(self._at_most_one(x) for x in args[:count]), *args[count:])
        if function in _MAX_TO_MEAN:
            kwargs.pop("return_indices", None)
            return _MAX_TO_MEAN[function](*args, **kwargs)
        return function(*args, **kwargs)


def _uses_batch(
    x: Any, mean: Any, var: Any, weight: Any = None, bias: Any = None, training: bool = False, *_: Any, **__: Any
) -> bool:
    """Whether a batch norm takes its statistics from the batch; with stored ones it is an identity."""
    return training


def _sum_pool(function: Callable[..., Any], count: int, x: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
    """The sum over every window of a max pooling, whose own output says how many windows there are."""
    names = ("kernel_size", "stride", "padding", "dilation", "ceil_mode", "return_indices")
    given = {**dict(zip(names, args, strict=False)), **kwargs}
    pooled = function(x.detach(), **given)
    pooled = pooled[0] if isinstance(pooled, tuple) else pooled
    windows = pooled.shape[-count:]
    kernel = _tuple(given["kernel_size"], count)
    padding, dilation = _tuple(given.get("padding", 0), count), _tuple(given.get("dilation", 1), count)
    stride = _tuple(given.get("stride") or kernel, count)
    for axis in range(count):
        dim = x.ndim - count + axis
        taps = [
            _shifted(x, dim, k * dilation[axis] - padding[axis], stride[axis], windows[axis])
            for k in range(kernel[axis])
        ]
        x = torch.stack(taps).sum(0) / len(taps)
    return x


def _shifted(x: torch.Tensor, dim: int, first: int, stride: int, count: int) -> torch.Tensor:
    """Positions first, first + stride, … along one dimension, zero where there is none."""
    positions = first + stride * torch.arange(count)
    inside = (positions >= 0) & (positions < x.shape[dim])
    shape = [1] * x.ndim
    shape[dim] = count
    return x.index_select(dim, positions.clamp(0, x.shape[dim] - 1)) * inside.view(shape).to(x.dtype)


def _tuple(value: Any, count: int) -> tuple[int, ...]:
    found = tuple(value) if isinstance(value, tuple | list) else (value,)
    return found * count if len(found) == 1 else found


def _at(values: torch.Tensor, position: Unit) -> torch.Tensor:
    index: tuple[Any, ...] = (..., *position)
    return values[index]


def positive_copy(module: nn.Module, seed: int = 0) -> nn.Module:
    """A copy in double precision in which nothing can cancel."""
    copy = deepcopy(module).double()
    generator = torch.Generator().manual_seed(seed)
    for parameter in copy.parameters():
        values = torch.rand(parameter.shape, generator=generator, dtype=torch.float64) + 0.5
        parameter.data = values / prod(parameter.shape[1:])
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
        self._copy = positive_copy(module, seed)
        self._choose = output
        self._scales: list[torch.Tensor] = []
        self._output = self._run(self._input)
        self.lengths = tuple(self._input.shape[2:])
        self.output_shape = tuple(self._output.shape)
        # Channels get different weights: behind a normalization their plain sum is constant.
        self._weights = torch.rand(self.output_shape[:2], generator=generator, dtype=torch.float64) + 0.5

    def _run(self, x: torch.Tensor) -> torch.Tensor:
        with torch.enable_grad(), _Linearized(self._scales):
            found = self._copy(x)
        chosen = found if self._choose is None else self._choose(found)
        assert isinstance(chosen, torch.Tensor)
        return chosen

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
            by: how much is added there, to every channel of every image.

        Returns:
            Booleans of the output's spatial shape: changes above 1e-13 of the output's magnitude.
        """
        moved = self._input.detach().clone()
        _at(moved, position).add_(by)
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
    def rules(self) -> list[Endless | None]:
        """What the whole fields on a line through the middle agree on, if they do."""
        count = len(self._truth.lengths)
        return [self._rule(axis) if len(self.shape) == count else None for axis in range(count)]

    def _rule(self, axis: int) -> Endless | None:
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
        rule = Endless(1, stride, ((lo, hi),))
        return rule if all(rule.span(index) == span for index, span in spans.items()) else None
