"""Sums, means and whatever else makes one value of whole dimensions."""

from typing import Any

import torch

from dlchecked.receptive_field.layouts.layout import select
from dlchecked.receptive_field.tracing.registry import Unsupported, rule
from dlchecked.receptive_field.tracing.tensor import TracedTensor


def dimensions(x: TracedTensor, dim: Any) -> tuple[int, ...]:
    """The dimensions named by an argument that may be None (all), one integer or several."""
    if dim is None or (not isinstance(dim, int) and len(dim) == 0):
        return tuple(range(len(x.shape)))
    return tuple(sorted(x.dimension(d) for d in ((dim,) if isinstance(dim, int) else dim)))


def reduce(x: TracedTensor, dim: Any = None, keepdim: bool = False) -> TracedTensor:
    """One value from all positions along some dimensions."""
    dims = dimensions(x, dim)
    found = x.mixed(*dims)
    for d in reversed(dims):
        found = found.resized(d, 1) if keepdim else drop(found, d)
    return found


def drop(x: TracedTensor, dim: int) -> TracedTensor:
    """The first position along one dimension, which disappears."""
    layout = x.layout
    start, stop = layout.ranges()[dim]
    for _ in range(start, stop):
        layout = select(layout, start, 0)
    return x.derived(layout._replace(groups=(*layout.groups[:dim], *layout.groups[dim + 1 :])))


@rule("sum", "mean", "nansum", "nanmean", "prod", "amax", "amin", "all", "any", "argmax", "argmin")
@rule("logsumexp", "count_nonzero")
def reduction(
    input: TracedTensor, dim: Any = None, keepdim: bool = False, *, dtype: Any = None, axis: Any = None
) -> TracedTensor:
    """One value from all positions along some dimensions."""
    return reduce(input, dim if axis is None else axis, keepdim)


@rule("std", "var")
def spread(
    input: TracedTensor, dim: Any = None, unbiased: Any = True, keepdim: bool = False, *, correction: Any = 1
) -> TracedTensor:
    """The deviation from a mean over some dimensions."""
    if isinstance(dim, bool):
        dim = None
    return reduce(input, dim, keepdim)


@rule("std_mean", "var_mean")
def spread_and_mean(input: TracedTensor, *args: Any, **kwargs: Any) -> Any:
    """Both, over some dimensions."""
    return spread(input, *args, **kwargs), spread(input, *args, **kwargs)


@rule("norm")
@rule("norm", "vector_norm", homes=[torch.linalg])
def norm(
    input: TracedTensor, p: Any = "fro", dim: Any = None, keepdim: bool = False, out: Any = None, dtype: Any = None
) -> TracedTensor:
    """The norm over some dimensions."""
    return reduce(input, dim, keepdim)


@rule("quantile", "nanquantile")
def quantile(
    input: TracedTensor, q: Any, dim: Any = None, keepdim: bool = False, *, interpolation: str = "linear"
) -> TracedTensor:
    """One rank along some dimensions."""
    if not isinstance(q, float | int):
        raise Unsupported("it asks for several quantiles at once")
    return reduce(input, dim, keepdim)
