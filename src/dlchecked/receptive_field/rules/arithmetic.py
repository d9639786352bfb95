"""Arithmetic between tensors, and the constants in it that cut dependencies: masks of zeros and of −∞."""

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from dlchecked.receptive_field.layout import broadcast
from dlchecked.receptive_field.registry import HOMES, Unsupported, rule
from dlchecked.receptive_field.rules.joining import join, overwrite
from dlchecked.receptive_field.tensor import Known, TracedTensor, is_real, is_traced
from dlchecked.receptive_field.terms import restrict_to_mask, somewhere
from dlchecked.receptive_field.unions import simplify

_JOINS = (
    "sub subtract rsub div divide true_divide floor_divide remainder fmod pow float_power maximum minimum fmax fmin "
    "atan2 hypot lerp addcmul addcdiv logaddexp copysign heaviside xlogy "
    "lt le gt ge eq ne less greater less_equal greater_equal not_equal logical_and logical_or logical_xor "
    "bitwise_and bitwise_or bitwise_xor "
    "__sub__ __rsub__ __truediv__ __rtruediv__ __rdiv__ __div__ __floordiv__ __rfloordiv__ __pow__ __rpow__ __mod__ "
    "__rmod__ __and__ __or__ __xor__ __lt__ __le__ __gt__ __ge__ __eq__ __ne__"
)


@rule(*_JOINS.split())
def arithmetic(*operands: Any, rounding_mode: Any = None, alpha: Any = 1, value: Any = 1) -> TracedTensor:
    """Element by element."""
    return join(*operands)


@rule("add", "__add__", "__radd__")
def add(one: Any, two: Any, alpha: Any = 1) -> TracedTensor:
    """A sum; where a constant −∞ is added, the result is −∞ whatever the other term is."""
    if is_traced(one) and is_traced(two):
        return join(one, two)
    joined = join(one, two)
    constant = one if is_real(one) else two
    if is_constant(constant):
        where = torch.isneginf(constant) if constant.is_floating_point() else torch.zeros(1, dtype=torch.bool)
        return with_known(joined, float("-inf"), where.numpy(force=True))
    return joined


@rule("mul", "multiply", "__mul__", "__rmul__")
def multiply(one: Any, two: Any) -> TracedTensor:
    """A product; where one factor is a constant 0, it does not depend on the other."""
    for zeros, other in ((one, two), (two, one)):
        if isinstance(zeros, int | float) and zeros == 0:
            found: TracedTensor = other.with_terms(())
            return found
        if is_constant(zeros):
            return with_known(join(one, two), 0.0, (zeros == 0).numpy(force=True))
        if is_traced(zeros) and zeros.known is not None and zeros.known.value == 0 and is_traced(other):
            return with_known(join(one, two), 0.0, zeros.known.where)
    return join(one, two)


def is_constant(x: Any) -> bool:
    """Whether a tensor is a constant of the forward: not a weight, whose zeros are values and no structure."""
    return is_real(x) and not (x.requires_grad or isinstance(x, nn.Parameter))


def with_known(x: TracedTensor, value: float, where: npt.NDArray[np.bool_]) -> TracedTensor:
    """The tensor, with some elements replaced by a constant: they depend on nothing."""
    if not where.any():
        return x
    dims = [d - where.ndim + len(x.shape) for d in range(where.ndim) if where.shape[d] > 1]
    layout = x.layout
    for dim in dims:
        layout = layout.with_single(dim)
    ranges = layout.ranges()
    atoms = tuple(ranges[dim][0] for dim in dims)
    left = ~where.reshape([n for n in where.shape if n > 1])
    terms = simplify(somewhere(restrict_to_mask(term, atoms, left) for term in layout.terms))
    found = x.derived(layout._replace(terms=terms), x.shape)
    found.known = Known(value, where)
    return found


@rule("masked_fill")
def masked_fill(input: TracedTensor, mask: Any, value: Any) -> TracedTensor:  # noqa: A002
    """Some elements become a constant."""
    if is_traced(mask) or is_traced(value):
        return join(input, mask, value)
    filled = float(value)
    joined = join(input, mask)
    where = mask.numpy(force=True)
    if filled not in (0.0, float("-inf")):
        found = with_known(joined, 0.0, where)
        found.known = None
        return found
    return with_known(joined, filled, where)


@rule("where")
def where(condition: Any, input: Any, other: Any) -> TracedTensor:  # noqa: A002
    """Elements of one tensor or the other."""
    if is_traced(condition):
        return join(condition, input, other)
    choice = condition.numpy(force=True)
    if not is_traced(other):
        return masked_fill(input, ~condition, other if not is_real(other) or other.dim() == 0 else 1.0)
    if not is_traced(input):
        return masked_fill(other, condition, input if not is_real(input) or input.dim() == 0 else 1.0)
    shape = np.broadcast_shapes(choice.shape, tuple(input.shape), tuple(other.shape))
    first, second = (x.derived(broadcast([x.layout], shape)[0]) for x in (input, other))
    found = join(with_known(first, 0.0, ~choice), with_known(second, 0.0, choice))
    found.known = None
    return found


@rule("tril")
def tril(input: TracedTensor, diagonal: int = 0) -> TracedTensor:  # noqa: A002
    """Zero above a diagonal."""
    return with_known(input, 0.0, ~np.tri(input.shape[-2], input.shape[-1], diagonal, dtype=bool))


@rule("triu")
def triu(input: TracedTensor, diagonal: int = 0) -> TracedTensor:  # noqa: A002
    """Zero below a diagonal."""
    return with_known(input, 0.0, np.tri(input.shape[-2], input.shape[-1], diagonal - 1, dtype=bool))


def _in_place(function: Any) -> Any:
    def write(x: Any, *args: Any, **kwargs: Any) -> TracedTensor:
        if not is_traced(x):
            raise Unsupported(
                "it writes what depends on the input into a tensor that does not; make that tensor with zeros_like"
            )
        result = function(x, *args, **kwargs)
        known = result.known
        overwrite(x, result.kept)
        x.known = known
        return x

    return write


def _register_in_place() -> None:
    rules = {"add": add, "mul": multiply, "masked_fill": masked_fill, "tril": tril, "triu": triu}
    others = "sub subtract div divide true_divide pow lerp addcmul addcdiv"
    rules |= dict.fromkeys(others.split(), arithmetic)
    for name, function in rules.items():
        for spelled in (f"{name}_", f"__i{name}__"):
            if any(hasattr(home, spelled) for home in HOMES):
                rule(spelled)(_in_place(function))
    rule("__itruediv__")(_in_place(arithmetic))
    rule("copy_")(_in_place(lambda x, source, non_blocking=False: join(x.with_terms(()), source)))
    rule("zero_", "fill_")(_in_place(lambda x, value=0: x.with_terms(())))


_register_in_place()
