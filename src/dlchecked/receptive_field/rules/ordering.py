"""Sorting, ranks and extrema: any position along the dimension may end up anywhere."""

from collections import namedtuple
from typing import Any

from dlchecked.receptive_field.rules.arithmetic import maximum, minimum
from dlchecked.receptive_field.rules.recurrent import cumulative
from dlchecked.receptive_field.rules.reduction import reduce
from dlchecked.receptive_field.tracing.registry import rule
from dlchecked.receptive_field.tracing.tensor import TracedTensor, is_real, is_traced

Ranked = namedtuple("Ranked", ["values", "indices"])


@rule("sort", "msort")
def sort(input: TracedTensor, dim: int = -1, descending: bool = False, stable: Any = None) -> Any:
    """All positions in another order."""
    mixed = input.mixed(input.dimension(dim))
    return Ranked(mixed.same(), mixed.same())


@rule("argsort")
def argsort(input: TracedTensor, *args: Any, **kwargs: Any) -> TracedTensor:
    """Where they were."""
    found: TracedTensor = sort(input, *args, **kwargs).indices
    return found


@rule("topk")
def topk(input: TracedTensor, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Any:
    """The k largest."""
    d = input.dimension(dim)
    mixed = input.mixed(d)
    return Ranked(mixed.resized(d, k), mixed.resized(d, k))


@rule("max")
def largest(input: Any, dim: Any = None, keepdim: bool = False, other: Any = None) -> Any:
    """Of all, along one dimension, or element by element of two tensors."""
    return _extremum(maximum, input, dim, keepdim, other)


@rule("min")
def smallest(input: Any, dim: Any = None, keepdim: bool = False, other: Any = None) -> Any:
    """Of all, along one dimension, or element by element of two tensors."""
    return _extremum(minimum, input, dim, keepdim, other)


def _extremum(of_two: Any, x: Any, dim: Any, keepdim: bool, other: Any) -> Any:
    second = other if other is not None else dim
    if is_traced(second) or is_real(second):
        return of_two(x, second)
    return reduce(x) if dim is None else _ranked(x, dim, keepdim)


@rule("median", "nanmedian", "mode")
def median(input: TracedTensor, dim: Any = None, keepdim: bool = False) -> Any:
    """Of all, or along one dimension."""
    return reduce(input) if dim is None else _ranked(input, dim, keepdim)


@rule("kthvalue")
def kthvalue(input: TracedTensor, k: int, dim: int = -1, keepdim: bool = False) -> Any:
    """Along one dimension."""
    return _ranked(input, dim, keepdim)


def _ranked(x: TracedTensor, dim: int, keepdim: bool) -> Ranked:
    return Ranked(reduce(x, dim, keepdim), reduce(x, dim, keepdim))


@rule("cummax", "cummin")
def running(input: TracedTensor, dim: int) -> Ranked:
    """The extremum of all so far along one dimension."""
    return Ranked(cumulative(input, dim), cumulative(input, dim))
