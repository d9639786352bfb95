"""Sums, means, extrema and whatever else looks along whole dimensions."""

from typing import Any

from dlchecked.receptive_field.layout import select
from dlchecked.receptive_field.registry import rule
from dlchecked.receptive_field.tensor import TracedTensor


def dimensions(x: TracedTensor, dim: Any) -> tuple[int, ...]:
    """The dimensions named by an argument that may be None (all), one integer or several."""
    if dim is None or dim == ():
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


@rule(
    *[
        "sum",
        "mean",
        "prod",
        "nansum",
        "nanmean",
        "std",
        "var",
        "amax",
        "amin",
        "all",
        "any",
        "logsumexp",
        "norm",
        "argmax",
        "argmin",
        "count_nonzero",
        "quantile",
        "nanquantile",
    ]
)
def reduction(
    input: TracedTensor,  # noqa: A002
    dim: Any = None,
    keepdim: bool = False,
    **options: Any,
) -> TracedTensor:
    """One value from all positions along some dimensions."""
    return reduce(input, options.get("axis", dim), keepdim)
