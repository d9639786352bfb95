"""Matrix products: an element of the result reads a whole row of one factor and a whole column of the other."""

import functools
from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import torch

from dlchecked.receptive_field.axis.windows import gathering
from dlchecked.receptive_field.errors import InvalidArgument
from dlchecked.receptive_field.layouts.layout import broadcast, expand
from dlchecked.receptive_field.rules.arguments import expect_size
from dlchecked.receptive_field.rules.arithmetic import add, multiply
from dlchecked.receptive_field.rules.joining import join
from dlchecked.receptive_field.rules.reduction import drop, reduce
from dlchecked.receptive_field.rules.shape import permute, unsqueeze
from dlchecked.receptive_field.tracing.constants import zeros_of
from dlchecked.receptive_field.tracing.dispatch import share
from dlchecked.receptive_field.tracing.known_values import cut, known_of
from dlchecked.receptive_field.tracing.registry import Unsupported, knowing_rule, rule
from dlchecked.receptive_field.tracing.tensor import TracedTensor, is_real, is_traced
from dlchecked.receptive_field.tracing.values import Known, product


@rule("linear")
def linear(input: TracedTensor, weight: Any, bias: Any = None) -> TracedTensor:
    """Every output feature reads all input features, at the same position."""
    if not is_real(weight):
        return matmul(input, weight.transpose(-1, -2))
    expect_size("input features", input.shape[-1], weight.shape[-1])
    last = len(input.shape) - 1
    if zeros_of(weight) is not None:
        return matmul(input, weight.t())
    return input.read(last, {}, torch.Size((*input.shape[:-1], weight.shape[0])))


@rule("embedding")
def embedding(input: Any, weight: Any, *_: Any, **__: Any) -> TracedTensor:
    """Every feature of a row of the table depends on which row it is."""
    if is_traced(weight) or not is_traced(input):
        raise Unsupported("its table depends on the input")
    rows = unsqueeze(input, len(input.shape))
    return rows.resized(len(input.shape), weight.shape[1])


@rule("bilinear")
def bilinear(input1: Any, input2: Any, weight: Any, bias: Any = None) -> TracedTensor:
    """Every output feature reads all features of both inputs, at the same position."""
    parts = [reduce(x, -1, keepdim=True) if is_traced(x) else x[..., :1] for x in (input1, input2)]
    joined = join(*parts)
    return joined.resized(len(joined.shape) - 1, weight.shape[0])


@rule("__rmatmul__")
def matmul_from_the_left(input: Any, other: Any) -> TracedTensor:
    """The same the other way round."""
    return matmul(other, input)


@rule("matmul", "mm", "bmm", "mv", "dot", "__matmul__")
def matmul(input: Any, other: Any) -> TracedTensor:
    """Element (i, j) reads row i of the left factor and column j of the right one."""
    a, b = input, other
    if a.dim() == 1:
        return drop(matmul(_unsqueezed(a, 0), b), max(b.dim(), 2) - 2)
    if b.dim() == 1:
        return drop(matmul(a, _unsqueezed(b, 1)), a.dim() - 1)
    if a.shape[-1] != b.shape[-2]:
        raise InvalidArgument(f"shapes {tuple(a.shape)} and {tuple(b.shape)} do not multiply")
    if not is_traced(a):
        return _times_constant(b, _zero_entries(a), len(b.shape) - 2, a.shape)
    if not is_traced(b):
        zeros = _zero_entries(b)
        return _times_constant(a, None if zeros is None else zeros.T, len(a.shape) - 1, b.shape)
    return _times_traced(a, b)


def _unsqueezed(x: Any, dim: int) -> Any:
    return x.unsqueeze(dim)


def _zero_entries(x: torch.Tensor) -> npt.NDArray[np.bool_] | None:
    """Where a matrix is zero by structure; None where that cuts no dependency."""
    found = zeros_of(x)
    if found is None:
        return None
    zeros: npt.NDArray[np.bool_] = found.numpy(force=True)
    if zeros.ndim > 2:
        if not (zeros == zeros.reshape(-1, *zeros.shape[-2:])[0]).all():
            raise Unsupported("it multiplies by constants whose zeros differ from image to image")
        zeros = zeros.reshape(-1, *zeros.shape[-2:])[0]
    return zeros


def _times_constant(
    x: TracedTensor, zeros: npt.NDArray[np.bool_] | None, dim: int, shape: Sequence[int]
) -> TracedTensor:
    """The dimension ``dim`` contracted with a constant, whose zeros are (new, old) positions."""
    outputs = shape[-2] if dim == len(x.shape) - 2 else shape[-1]
    found = x.mixed(dim).resized(dim, outputs) if zeros is None else reading(x, dim, ~zeros)
    lead = np.broadcast_shapes(tuple(found.shape[:-2]), tuple(shape[:-2]))
    if lead != tuple(found.shape[:-2]):
        found = found.derived(broadcast([found.layout], (*lead, *found.shape[-2:]))[0])
    return found


def reading(x: TracedTensor, dim: int, allowed: npt.NDArray[np.bool_]) -> TracedTensor:
    """New positions along a dimension, each reading the old ones that ``allowed`` (new, old) says."""
    count = max(int(allowed.sum(1).max()), 1)
    order = np.argsort(~allowed, axis=1, kind="stable")[:, :count]
    taps = np.where(np.take_along_axis(allowed, order, 1), order, -1)
    return x.slid({dim: gathering(taps.T)})


def _times_traced(a: TracedTensor, b: TracedTensor) -> TracedTensor:
    rows, columns = a.shape[-2], b.shape[-1]
    left = reduce(a, -1, keepdim=True)
    right = reduce(b, -2, keepdim=True)
    zero = None if a.known is None else a.known.compact().zero()
    if zero is not None and bool(zero.any()):
        right = _weighted(b, zero, rows, a.shape)
    lead = np.broadcast_shapes(tuple(a.shape[:-2]), tuple(b.shape[:-2]))
    shape = (*lead, rows, columns)
    spread = [x.derived(broadcast([x.layout], shape)[0]) for x in (left, right)]
    return join(*spread)


def _weighted(values: TracedTensor, zero: torch.Tensor, rows: int, shape: Sequence[int]) -> TracedTensor:
    """What row l of a product reads of the values: those whose weight is not known to be zero."""
    zero = zero.expand(*zero.shape[:-2], *shape[-2:])
    by_row = zero.reshape(-1, *shape[-2:])
    if bool((by_row == by_row[:1]).all()):
        return reading(values, len(values.shape) - 2, ~by_row[0].numpy())
    # The zeros differ from image to image: every row of the product gets its own copy of the values.
    copies = unsqueeze(values, len(values.shape) - 2)
    place = len(copies.shape) - 3
    copies = copies.derived(expand(copies.layout, place, (rows,)))
    return reduce(cut(copies, zero[..., None]), -2)


@knowing_rule("baddbmm", "addmm", "addmv")
def add_matmul(input: Any, one: Any, two: Any, *, beta: Any = 1, alpha: Any = 1) -> TracedTensor:
    """A product and a sum, in which torch leaves out what is to be multiplied by 0."""
    return _added(input, matmul(one, two) if is_traced(one) or is_traced(two) else one @ two, beta, alpha)


@knowing_rule("addbmm")
def add_matmuls(input: Any, one: Any, two: Any, *, beta: Any = 1, alpha: Any = 1) -> TracedTensor:
    """A sum over the products of all images."""
    product = reduce(matmul(one, two), 0) if is_traced(one) or is_traced(two) else (one @ two).sum(0)
    return _added(input, product, beta, alpha)


def _added(input: Any, product: Any, beta: Any, alpha: Any) -> TracedTensor:
    if beta == 0 and not is_traced(product):
        raise Unsupported("nothing in it depends on the input")
    if beta == 0:
        return multiply(product, alpha)
    return add(multiply(input, beta) if is_traced(input) else input * beta, product, alpha=alpha)


@rule("cosine_similarity")
def cosine_similarity(x1: Any, x2: Any, dim: int = 1, eps: float = 1e-8) -> TracedTensor:
    """The angle between all that lies along one dimension."""
    return reduce(join(x1, x2), dim)


@rule("einsum")
def einsum(equation: str, *operands: Any) -> TracedTensor:
    """Sums over the letters that the result lacks."""
    if len(operands) == 1 and isinstance(operands[0], tuple | list):
        operands = tuple(operands[0])
    sources, arrow, target = equation.replace(" ", "").partition("->")
    inputs = sources.split(",")
    if not arrow or "." in equation or any(len(set(letters)) < len(letters) for letters in inputs):
        raise Unsupported(f"the equation {equation!r} is implicit, has an ellipsis or a diagonal")
    letters = target + "".join(sorted(set("".join(inputs)) - set(target)))
    parts = [_spread(x, names, letters) for x, names in zip(operands, inputs, strict=True)]
    if len(parts) == 1 and len(letters) == len(target):
        # Of one tensor without a sum torch hands back a view.
        share(operands[0], parts)
        return cast(TracedTensor, parts[0])
    for x in operands:
        if is_real(x):
            zeros_of(x)  # which may refuse them
    factors = [_spread_known(known_of(x), x.dim(), names, letters) for x, names in zip(operands, inputs, strict=True)]
    joined = cut(join(*parts), functools.reduce(product, factors).zero())
    return reduce(joined, tuple(range(len(target), len(letters)))) if len(letters) > len(target) else joined


def _spread(x: Any, names: str, letters: str) -> Any:
    """The operand with one dimension for every letter, of size 1 where it lacks one."""
    order = [names.index(letter) for letter in letters if letter in names]
    found = permute(x, order) if is_traced(x) else x.permute(order)
    for dim, letter in enumerate(letters):
        if letter not in names:
            found = _unsqueezed(found, dim)
    return found


def _spread_known(known: Known, count: int, names: str, letters: str) -> Known:
    """What is known of an operand of some dimensions, spread in the same way."""
    fields: list[Any] = [field.reshape((1,) * (count - field.dim()) + tuple(field.shape)) for field in known]
    return Known(*(_spread(field, names, letters) for field in fields))
