"""Pooling over windows: what is taken of a window differs, what is read does not."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from dlchecked.receptive_field.axis.unbounded import UnboundedTaps
from dlchecked.receptive_field.axis.windows import Window, gathering, sliding
from dlchecked.receptive_field.rules.arguments import expect_batch, expect_output, per_axis
from dlchecked.receptive_field.rules.reduction import reduce
from dlchecked.receptive_field.tracing.registry import rule
from dlchecked.receptive_field.tracing.tensor import TracedTensor


def _pool(
    x: TracedTensor, count: int, kernel: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool
) -> TracedTensor:
    if x.source < 0:
        expect_batch(x, count)
    try:
        windows, shape = _plan(x.shape, count, kernel, stride, padding, dilation, ceil_mode)
    except TypeError:  # lists cannot be looked up
        options = (tuple(v) if isinstance(v, list) else v for v in (kernel, stride, padding, dilation))
        windows, shape = _plan(x.shape, count, *options, ceil_mode)
    return x.slid(windows, shape)


@lru_cache(maxsize=512)
def _plan(
    shape: torch.Size, count: int, kernel: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool
) -> tuple[Mapping[int, Window], torch.Size]:
    """The windows of a pooling, and the shape of its output.

    Raises:
        InvalidArgument: if no window fits.
    """
    kernels = per_axis(kernel, count)
    strides = kernels if stride is None or stride == () else per_axis(stride, count)
    paddings, dilations = per_axis(padding, count), per_axis(dilation, count)
    windows, sizes = {}, list(shape)
    for axis in range(count):
        dim = len(shape) - count + axis
        length, pad, step = shape[dim], paddings[axis], strides[axis]
        extent = dilations[axis] * (kernels[axis] - 1) + 1
        room = length + 2 * pad - extent
        outputs = (room + (step - 1 if ceil_mode else 0)) // step + 1
        # torch drops a last window that would begin in the padding after the input.
        if ceil_mode and (outputs - 1) * step >= length + pad:
            outputs -= 1
        expect_output("pooling", outputs, length + 2 * pad, extent)
        windows[dim] = sliding(length, kernels[axis], step, dilations[axis], pad, outputs)
        sizes[dim] = outputs
    return windows, torch.Size(sizes)


def _max_pooling(count: int) -> Any:
    def pooling(
        input: TracedTensor,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        ceil_mode: bool = False,
        return_indices: bool = False,
    ) -> Any:
        """Output j reads ``j · stride − padding + k · dilation``."""
        pooled = _pool(input, count, kernel_size, stride, padding, dilation, ceil_mode)
        return (pooled, pooled) if return_indices else pooled

    return pooling


def _max_pooling_with_indices(count: int) -> Any:
    def pooling(*args: Any, **kwargs: Any) -> Any:
        """The maxima, and where they were: both depend on the whole window."""
        kwargs.pop("return_indices", None)
        pooled = _max_pooling(count)(*args[:6], **kwargs)
        return pooled, pooled

    return pooling


def _average_pooling(count: int) -> Any:
    def pooling(
        input: TracedTensor,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: Any = None,
    ) -> TracedTensor:
        """Output j reads ``j · stride − padding + k``."""
        return _pool(input, count, kernel_size, stride, padding, 1, ceil_mode)

    return pooling


def _norm_pooling(count: int) -> Any:
    def pooling(
        input: TracedTensor, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False
    ) -> TracedTensor:
        """Output j reads ``j · stride + k``."""
        return _pool(input, count, kernel_size, stride, 0, 1, ceil_mode)

    return pooling


def _adaptive_pooling(count: int, indices: bool = False) -> Any:
    def pooling(input: TracedTensor, output_size: Any, return_indices: bool = False) -> Any:
        """Output j of m reads ``⌊j·n/m⌋`` up to, but not including, ``⌈(j+1)·n/m⌉``."""
        sizes = output_size if isinstance(output_size, tuple | list) else (output_size,) * count
        first = len(input.shape) - count
        wanted = {dim: int(n) for dim, n in enumerate(sizes, first) if n is not None and n != input.shape[dim]}
        ones = [dim for dim, size in wanted.items() if size == 1]
        pooled = reduce(input, ones, keepdim=True) if ones else input
        windows = {dim: adaptive(input.shape[dim], size) for dim, size in wanted.items() if size != 1}
        pooled = pooled.slid(windows)
        return (pooled, pooled) if return_indices or indices else pooled

    return pooling


@lru_cache(maxsize=512)
def adaptive(length: int, outputs: int) -> Window:
    """The windows of adaptive pooling, two or more."""
    unit = np.arange(outputs)
    first, last = unit * length // outputs, -(-(unit + 1) * length // outputs) - 1
    taps = first + np.arange(int((last - first).max()) + 1)[:, None]
    unbounded = None
    if length % outputs == 0:
        size = length // outputs
        unbounded = UnboundedTaps(1, size, (range(size),))
    return gathering(np.where(taps <= last, taps, -1), unbounded)


for _count in (1, 2, 3):
    rule(f"max_pool{_count}d")(_max_pooling(_count))
    rule(f"max_pool{_count}d_with_indices")(_max_pooling_with_indices(_count))
    rule(f"avg_pool{_count}d")(_average_pooling(_count))
    rule(f"adaptive_avg_pool{_count}d")(_adaptive_pooling(_count))
    rule(f"adaptive_max_pool{_count}d")(_adaptive_pooling(_count))
    rule(f"adaptive_max_pool{_count}d_with_indices")(_adaptive_pooling(_count, indices=True))
    if hasattr(F, f"lp_pool{_count}d"):
        rule(f"lp_pool{_count}d")(_norm_pooling(_count))
