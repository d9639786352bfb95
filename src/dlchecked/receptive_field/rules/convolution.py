"""Convolutions and transposed convolutions, of any number of spatial axes."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import Parameter

from dlchecked.receptive_field.axis.unbounded import UnboundedTaps
from dlchecked.receptive_field.axis.windows import Window, gathering, sliding, transposed
from dlchecked.receptive_field.layouts.box import BoxLayout, boxed
from dlchecked.receptive_field.layouts.terms import is_bound
from dlchecked.receptive_field.layouts.unions import simplify
from dlchecked.receptive_field.rules.arguments import expect_batch, expect_output, expect_size, per_axis
from dlchecked.receptive_field.tracing.constants import zeros_of
from dlchecked.receptive_field.tracing.registry import Unsupported, rule
from dlchecked.receptive_field.tracing.tensor import TracedTensor, is_real, is_traced

# Of the places along each axis of a kernel, which are used.
Taps = npt.NDArray[np.bool_]


@rule("conv1d", "conv2d", "conv3d")
def convolution(
    input: TracedTensor,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> TracedTensor:
    """Output j reads ``j · stride − padding + k · dilation`` of every channel of its group."""
    if type(input) is not TracedTensor or not (type(weight) is Parameter or is_real(weight)):
        raise Unsupported(_unlike_a_layer(input))
    if len(input.shape) < len(weight.shape):
        expect_batch(input, len(weight.shape) - 2)
    try:
        plan = _plan(input.shape, weight.shape, stride, padding, dilation, groups)
    except TypeError:  # lists cannot be looked up
        options = (tuple(v) if isinstance(v, list) else v for v in (stride, padding, dilation))
        plan = _plan(input.shape, weight.shape, *options, groups)
    channels, windows, shape = plan
    zeros = zeros_of(weight)
    alike = groups == 1 or _is_constant_along(input, channels)
    if zeros is None:
        if alike:
            return input.read(channels, windows, shape)
        return mix_channels(input, channels, shape[channels], groups).slid(windows)
    used = _taps_used(zeros, _is_constant_along(input, channels))
    mixed = mix_channels(input, channels, shape[channels], groups)
    parts = [mixed.slid(_at(taps, windows, channels + 1)) for taps in _products(used)]
    if not parts:
        return input.new_zeros(shape)
    layout = parts[0].layout
    terms = simplify(term for part in parts for term in part.layout.terms)
    return input.derived(boxed(layout._replace(terms=terms)), shape)


def _taps_used(zeros: torch.Tensor, alike: bool) -> Taps:
    """Where a kernel is not zero by structure; ``alike`` are the fields of all input channels.

    Raises:
        Unsupported: if that differs from channel to channel.
    """
    used = ~zeros.numpy(force=True)
    if alike:
        used = np.asarray(used.any(1, keepdims=True))
    if not (used == used[0, 0]).all():
        raise Unsupported("its kernel has constant zeros that are not alike in all channels")
    pattern: Taps = used[0, 0]
    return pattern


def _products(used: Taps) -> list[list[Taps]]:
    """The places of a kernel as products, each of the rows that use the same columns, and of these."""
    if used.ndim == 1:
        return [[used]] if used.any() else []
    patterns = used.reshape(len(used), -1)
    found = []
    for pattern in np.unique(patterns, axis=0):
        rows = (patterns == pattern).all(1)
        found += [[rows, *rest] for rest in _products(pattern.reshape(used.shape[1:]))]
    return found


def _at(taps: Sequence[Taps], windows: Mapping[int, Window], first: int) -> Mapping[int, Window]:
    """The windows, of which along each axis only some places are read."""
    found = dict(windows)
    for dim, places in enumerate(taps, first):
        window = windows.get(dim)
        if window is not None and not places.all():
            assert window.unbounded is not None
            offsets = tuple(o for o, used in zip(window.unbounded.offsets[0], places, strict=True) if used)
            found[dim] = gathering(window.taps[places], UnboundedTaps(1, window.unbounded.shift, (offsets,)))
    return found


@lru_cache(maxsize=1024)
def _plan(
    shape: torch.Size, weight: torch.Size, stride: Any, padding: Any, dilation: Any, groups: int
) -> tuple[int, Mapping[int, Window], torch.Size]:
    """The dimension of the channels, the windows where more than the position itself is read, and the output's shape.

    Raises:
        InvalidArgument: if torch would not run such a convolution.
    """
    count = len(weight) - 2
    first = _first_spatial(shape, weight)
    expect_size("input channels", shape[first - 1], weight[1] * groups)
    strides, dilations = per_axis(stride, count), per_axis(dilation, count)
    found, sizes = {}, [*shape[: first - 1], weight[0]]
    for axis, (length, size) in enumerate(zip(shape[first:], weight[2:], strict=True)):
        before, after = _padding(padding, axis, count, dilations[axis] * (size - 1))
        extent = dilations[axis] * (size - 1) + 1
        outputs = (length + before + after - extent) // strides[axis] + 1
        expect_output("convolution", outputs, length + before + after, extent)
        if (size, strides[axis], before, after) != (1, 1, 0, 0):
            found[first + axis] = sliding(length, size, strides[axis], dilations[axis], before, outputs)
        sizes.append(outputs)
    return first - 1, found, torch.Size(sizes)


@rule("conv_transpose1d", "conv_transpose2d", "conv_transpose3d")
def transposed_convolution(
    input: TracedTensor,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> TracedTensor:
    """Output j reads every i with ``i · stride − padding + k · dilation = j``."""
    x = input
    if not is_traced(x) or not is_real(weight):
        raise Unsupported(_unlike_a_layer(x))
    count = weight.dim() - 2
    expect_batch(x, count)
    channels = _first_spatial(x.shape, weight.shape) - 1
    expect_size("input channels", x.shape[channels], weight.shape[0])
    if zeros_of(weight) is not None:
        raise Unsupported("its kernel has constant zeros")
    strides, dilations = per_axis(stride, count), per_axis(dilation, count)
    paddings, extra = per_axis(padding, count), per_axis(output_padding, count)
    windows = {}
    for axis in range(count):
        kernel, length = weight.shape[2 + axis], x.shape[channels + 1 + axis]
        extent = dilations[axis] * (kernel - 1) + 1
        outputs = (length - 1) * strides[axis] - 2 * paddings[axis] + extent + extra[axis]
        expect_output("transposed convolution", outputs, length, extent)
        windows[channels + 1 + axis] = transposed(
            length, kernel, strides[axis], dilations[axis], paddings[axis], outputs
        )
    return mix_channels(x, channels, weight.shape[1] * groups, groups).slid(windows)


def mix_channels(x: TracedTensor, dim: int, outputs: int, groups: int) -> TracedTensor:
    """Every output channel reads all input channels of its group."""
    if groups == 1:
        mixed = x.mixed(dim)
        return mixed if mixed.shape[dim] == outputs else mixed.resized(dim, outputs)
    if _is_constant_along(x, dim):
        return x.resized(dim, outputs)
    if x.shape[dim] == outputs == groups:
        return x
    size = x.shape[dim] // groups
    first = np.arange(outputs) // (outputs // groups) * size
    return x.slid({dim: gathering(first + np.arange(size)[:, None])})


def _is_constant_along(x: TracedTensor, dim: int) -> bool:
    if type(x.kept) is BoxLayout:
        return dim not in x.kept.dims
    return not any(is_bound(x.layout.terms, atom) for atom in range(*x.layout.ranges()[dim]))


def _first_spatial(shape: torch.Size, weight: torch.Size) -> int:
    """The first spatial dimension of an input, which may lack the batch."""
    if len(shape) - len(weight) not in (-1, 0):
        expect_size("dimensions of the input", len(shape), len(weight))
    return len(shape) - len(weight) + 2


def _unlike_a_layer(x: Any) -> str:
    if not is_traced(x):
        return "its input does not depend on the input of the module"
    return "its kernel depends on the input"


def _padding(padding: Any, axis: int, count: int, total: int) -> tuple[int, int]:
    """Padding before and after, where ``total`` keeps the size."""
    if padding == "same":
        return total // 2, total - total // 2
    if padding == "valid":
        return 0, 0
    size = per_axis(padding, count)[axis]
    return size, size
