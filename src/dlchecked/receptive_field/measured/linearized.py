"""Functions made linear: what passes a gradient to a winner, or to nobody, passes it to all that it looks at."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch.overrides import TorchFunctionMode

from dlchecked.receptive_field.errors import UnknownOperation
from dlchecked.receptive_field.tracing.values import MARK

_ACTIVATIONS = (
    "relu relu_ relu6 leaky_relu leaky_relu_ elu elu_ selu selu_ celu celu_ gelu silu mish hardswish hardsigmoid "
    "hardtanh hardtanh_ sigmoid_ tanh tanh_ softplus softsign logsigmoid tanhshrink softshrink hardshrink "
    "threshold rrelu dropout dropout1d dropout2d dropout3d alpha_dropout feature_alpha_dropout "
    "clamp clamp_ clip clamp_min clamp_max abs sqrt log square prelu"
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
    **dict.fromkeys(_all_named("amin"), torch.mean),
}
_AMAX = _all_named("amax")
_OF_TWO = _all_named("maximum minimum fmax fmin max min")
_QUANTILES = _all_named("quantile nanquantile")
# What selects along a dimension, with the place of that dimension among the arguments after the input, and where
# it is by default (None is all of them).
_SELECTIONS: dict[Any, tuple[int, int | None]] = {
    **dict.fromkeys(_all_named("max min median nanmedian"), (0, None)),
    **dict.fromkeys(_all_named("mode sort"), (0, -1)),
    **dict.fromkeys(_all_named("kthvalue topk"), (1, -1)),
    **dict.fromkeys(_QUANTILES, (1, None)),
    **dict.fromkeys(_all_named("msort"), (0, 0)),
}
_CUMULATIVE = _all_named("cummax cummin")
_INSTANCE_NORMS = _all_named("instance_norm")


# These saturate where their input is large, and the gradient underflows: they are fed what is at most 1.
_SATURATING = {
    **dict.fromkeys(_all_named("softmax log_softmax exp sigmoid lstm gru rnn_tanh rnn_relu"), 1),
    **dict.fromkeys(_all_named("scaled_dot_product_attention multi_head_attention_forward"), 2),
}


class Linearized(TorchFunctionMode):
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
        """The tensor divided by its largest magnitude; what a mask has lowered stays."""
        scale = next(self._known, None)
        ordinary = x.detach().abs() < MARK
        if scale is None:
            scale = torch.where(ordinary, x.detach().abs(), 0).max()
            scale = torch.where(scale > 0, scale, 1)
            self.scales.append(scale)
        return torch.where(ordinary, x / scale, x)

    def __torch_function__(
        self,
        function: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        kwargs = dict(kwargs or {})
        if function in _OF_TWO:
            pair = [x for x in (*args, *kwargs.values()) if isinstance(x, torch.Tensor)]
            if len(pair) == 2 and any(x.requires_grad for x in pair):
                return (pair[0] + pair[1]) / 2
        if not args or not isinstance(args[0], torch.Tensor) or not args[0].requires_grad:
            # A mask may well be made by abs or clamp; only what depends on the input is changed.
            return function(*args, **kwargs)
        if args[0].is_complex():
            return function(*args, **kwargs)
        if function in _AMAX:
            return _unmasked_mean(*args, **kwargs)
        if function in _SELECTIONS:
            return _mean_for_selection(function, *args, **kwargs)
        if function in _CUMULATIVE:
            found = function(args[0].detach(), *args[1:], **kwargs)
            return type(found)((args[0].cumsum(*args[1:], **kwargs), found.indices))
        if function in _PASSED_THROUGH or (function is F.batch_norm and not _uses_batch(*args, **kwargs)):
            return args[0]
        if function in _MAX_POOLS:
            return _sum_pool(function, _MAX_POOLS[function], *args, **kwargs)
        if function in _SATURATING:
            count = _SATURATING[function]
            args = (*(self._at_most_one(x) for x in args[:count]), *args[count:])
        if function in _INSTANCE_NORMS:
            found = function(*args, **kwargs)
            # torch (2.13 still) reads a gradient whose channels come last in memory as if they came first.
            found.register_hook(lambda gradient: gradient.contiguous())
            return found
        if function in _MAX_TO_MEAN:
            kwargs.pop("return_indices", None)
            return _MAX_TO_MEAN[function](*args, **kwargs)
        return function(*args, **kwargs)


def _mean_for_selection(function: Any, x: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
    """The mean over all that a selection chooses from, in the place of everything that it chose.

    Raises:
        UnknownOperation: if quantiles are asked for by a tensor.
    """
    place, default = _SELECTIONS[function]
    dim = kwargs.get("dim", kwargs.get("axis", args[place] if place < len(args) else default))
    if function in _QUANTILES and isinstance(kwargs.get("q", args[0] if args else None), torch.Tensor):
        raise UnknownOperation('method="numeric" measures quantiles one by one, for q a plain number')
    found = function(x.detach(), *args, **kwargs)
    values = found if isinstance(found, torch.Tensor) else found.values
    mean = _unmasked_mean(x, tuple(range(x.ndim)) if dim is None else dim, dim is not None and values.ndim == x.ndim)
    mean = mean.expand(values.shape)
    if dim is not None and values.ndim == x.ndim:
        # Of equal ranks, a later difference would be constant.
        shape = [1] * x.ndim
        shape[dim] = -1
        mean = mean * torch.linspace(1, 2, values.shape[dim], dtype=x.dtype).view(shape)
    return mean if isinstance(found, torch.Tensor) else type(found)((mean, found.indices))


def _unmasked_mean(x: torch.Tensor, dim: Any, keepdim: bool = False) -> torch.Tensor:
    """The mean of what no mask has lowered; where everything is, of all."""
    ordinary = x.detach() > -MARK
    ordinary |= ~ordinary.any(dim, keepdim=True)
    return torch.where(ordinary, x, 0).sum(dim, keepdim) / ordinary.sum(dim, keepdim)


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
