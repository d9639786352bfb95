"""Arithmetic between tensors, and the constants in it that cut dependencies: masks of zeros and of −∞."""

from typing import Any

import numpy as np
import torch

from dlchecked.receptive_field.layouts.layout import broadcast
from dlchecked.receptive_field.rules.joining import join, overwrite
from dlchecked.receptive_field.tracing.constants import is_constant, zeros_of
from dlchecked.receptive_field.tracing.known_values import constant_of, cut, knowing, known_of
from dlchecked.receptive_field.tracing.registry import HOMES, KNOWING, Rule, Unsupported, knowing_rule, rule
from dlchecked.receptive_field.tracing.tensor import TracedTensor, is_real, is_traced
from dlchecked.receptive_field.tracing.values import (
    MARK,
    NOTHING,
    Known,
    chosen,
    inverse,
    larger,
    negative,
    product,
    total,
)

_JOINS = (
    "floor_divide remainder fmod pow float_power "
    "atan2 hypot lerp addcmul addcdiv logaddexp copysign heaviside xlogy "
    "lt le gt ge eq ne less greater less_equal greater_equal not_equal logical_and logical_or logical_xor "
    "bitwise_and bitwise_or bitwise_xor "
    "__floordiv__ __rfloordiv__ __pow__ __rpow__ __mod__ "
    "__rmod__ __and__ __or__ __xor__ __lt__ __le__ __gt__ __ge__ __eq__ __ne__"
)


@rule(*_JOINS.split())
def arithmetic(*operands: Any, **_: Any) -> TracedTensor:
    """Element by element."""
    return join(*operands)


@knowing_rule("add", "__add__", "__radd__")
def add(input: Any, other: Any, *, alpha: Any = 1) -> TracedTensor:
    """A sum; where a constant −∞ is added, the result is −∞ whatever the other term is."""
    joined = join(input, other)
    if is_ordinary(input) and is_ordinary(other) and is_ordinary(alpha):
        return joined
    one, two = known_of(input), known_of(other)
    # Added to what nothing is known of, only what is large makes a difference.
    small = is_ordinary(alpha) and not bool(one.large().any() or two.large().any())
    if small and (one is NOTHING or two is NOTHING):
        return joined
    return knowing(joined, total(one, two if alpha == 1 else product(two, known_of(alpha))))


def is_ordinary(x: Any, factor: bool = False) -> bool:
    """Whether nothing is known of a term, or of a factor, that makes a difference."""
    if is_traced(x):
        return x.known is None
    if isinstance(x, bool | int | float):
        return abs(x) < MARK and not (factor and x == 0)
    if type(x) is torch.nn.Parameter:
        return True
    if is_real(x) and factor and zeros_of(x) is not None:
        return False
    return not bool(known_of(x).large().any())


@knowing_rule("sub", "subtract", "__sub__")
def subtract(input: Any, other: Any, *, alpha: Any = 1) -> TracedTensor:
    """A difference."""
    return add(input, other, alpha=-alpha)


@knowing_rule("rsub", "__rsub__")
def subtract_from(input: Any, other: Any, *, alpha: Any = 1) -> TracedTensor:
    """The same the other way round."""
    return add(other, input, alpha=-alpha)


@knowing_rule("mul", "multiply", "__mul__", "__rmul__")
def multiply(input: Any, other: Any) -> TracedTensor:
    """A product; where one factor is a constant 0, it does not depend on the other."""
    joined = join(input, other)
    if is_ordinary(input, factor=True) and is_ordinary(other, factor=True):
        return joined
    return _scaled(joined, input, other, product(known_of(input), known_of(other)))


@knowing_rule("div", "divide", "true_divide", "__truediv__", "__div__")
def divide(input: Any, other: Any, *, rounding_mode: Any = None) -> TracedTensor:
    """A quotient; 0 divided by anything is 0."""
    joined = join(input, other)
    if is_ordinary(input, factor=True) and (is_traced(other) or abs(other) > 1 / MARK if not is_real(other) else False):
        return joined
    return _scaled(joined, input, other, product(known_of(input), inverse(known_of(other))))


@knowing_rule("__rtruediv__", "__rdiv__")
def divide_by(input: Any, other: Any) -> TracedTensor:
    """The same the other way round."""
    return divide(other, input)


def _scaled(joined: TracedTensor, one: Any, two: Any, known: Known) -> TracedTensor:
    """A product, of which what was −∞ before a weight scaled it still depends on nothing."""
    for scaled, weight in ((one, two), (two, one)):
        if is_real(weight) and not is_constant(weight):
            before = known_of(scaled)
            infinite = before.fixed & before.values.isinf()
            known = chosen(infinite, before, known)
    return knowing(joined, known)


@knowing_rule("maximum", "fmax")
def maximum(input: Any, other: Any) -> TracedTensor:
    """The larger of two."""
    return knowing(join(input, other), larger(known_of(input), known_of(other)))


@knowing_rule("minimum", "fmin")
def minimum(input: Any, other: Any) -> TracedTensor:
    """The smaller of two."""
    known = larger(negative(known_of(input)), negative(known_of(other)))
    return knowing(join(input, other), negative(known))


@knowing_rule("masked_fill")
def masked_fill(input: TracedTensor, mask: Any, value: Any) -> TracedTensor:
    """Some elements become a constant."""
    choice = constant_of(mask)
    if choice is None or is_traced(value):
        return join(input, mask, value)
    return where(choice == 0, input, value)


@knowing_rule("where")
def where(condition: Any, input: Any, other: Any) -> TracedTensor:
    """Elements of one tensor or the other."""
    choice = constant_of(condition)
    if choice is None:
        return join(condition, input, other)
    choice = choice.to("cpu", torch.bool)
    # The shape is that of all three; what depends on nothing is cut before they meet.
    shaped = [x for x in (condition, input, other) if is_traced(x) or is_real(x)]
    parts = []
    for x, gone in ((input, ~choice), (other, choice)):
        if is_traced(x):
            shape = np.broadcast_shapes(tuple(choice.shape), tuple(x.shape))
            parts.append(cut(x.derived(broadcast([x.layout], shape)[0]), gone))
    if not parts:
        parts = [condition.new_zeros(*condition.shape)]
    joined = join(*parts, *(torch.empty(x.shape, device="meta") for x in shaped))
    return knowing(joined, chosen(choice, known_of(input), known_of(other)))


# As a method, it is the tensor itself whose elements are taken where the condition holds.
@knowing_rule("where", homes=[torch.Tensor])
def where_else(self: Any, condition: Any, other: Any) -> TracedTensor:
    """Elements of this tensor or the other."""
    return where(condition, self, other)


@knowing_rule("tril")
def tril(input: TracedTensor, diagonal: int = 0) -> TracedTensor:
    """Zero above a diagonal."""
    kept = torch.ones(*input.shape[-2:], dtype=torch.bool).tril(diagonal)
    return knowing(input, chosen(kept, known_of(input), known_of(0)))


@knowing_rule("triu")
def triu(input: TracedTensor, diagonal: int = 0) -> TracedTensor:
    """Zero below a diagonal."""
    kept = torch.ones(*input.shape[-2:], dtype=torch.bool).triu(diagonal)
    return knowing(input, chosen(kept, known_of(input), known_of(0)))


def _in_place(function: Any) -> Any:
    def write(x: Any, *args: Any, **kwargs: Any) -> TracedTensor:
        if not is_traced(x):
            raise Unsupported(
                "it writes what depends on the input into a tensor that does not; make that tensor with zeros_like"
            )
        result = function(x, *args, **kwargs)
        overwrite(x, result.kept, result.known)
        return x

    KNOWING.add(write)
    return write


def _register_in_place() -> None:
    rules: dict[str, Rule] = {"add": add, "mul": multiply, "masked_fill": masked_fill, "tril": tril, "triu": triu}
    rules |= {"sub": subtract, "subtract": subtract, "multiply": multiply}
    rules |= dict.fromkeys(("div", "divide", "true_divide", "truediv"), divide)
    rules |= dict.fromkeys(("pow", "lerp", "addcmul", "addcdiv"), arithmetic)
    for name, function in rules.items():
        for spelled in (f"{name}_", f"__i{name}__"):
            if any(hasattr(home, spelled) for home in HOMES):
                rule(spelled)(_in_place(function))
    rule("copy_")(_in_place(lambda x, source, non_blocking=False: _filled(x, source)))
    rule("zero_", "fill_")(_in_place(lambda x, value=0: _filled(x, value)))


def _filled(x: TracedTensor, value: Any) -> TracedTensor:
    """The tensor once it holds something else."""
    return knowing(join(x.with_terms(()), value), known_of(value))


_register_in_place()
