"""Arithmetic between tensors, and the constants in it that cut dependencies: masks of zeros and of −∞."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import torch

from dlchecked.receptive_field.layouts.layout import broadcast
from dlchecked.receptive_field.rules.joining import join
from dlchecked.receptive_field.rules.writing import overwrite
from dlchecked.receptive_field.tracing.constants import expect_meant, is_constant, zeros_of
from dlchecked.receptive_field.tracing.known_values import cut, is_plain, knowing, known_of
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
    "floor_divide remainder fmod float_power "
    "atan2 hypot logaddexp copysign heaviside xlogy "
    "lt le gt ge eq ne less greater less_equal greater_equal not_equal logical_xor bitwise_xor "
    "__floordiv__ __rfloordiv__ __rpow__ __mod__ "
    "__rmod__ __xor__ __lt__ __le__ __gt__ __ge__ __eq__ __ne__"
)


@rule(*_JOINS.split())
def arithmetic(*operands: Any, **_: Any) -> TracedTensor:
    """Element by element."""
    return join(*operands)


@rule("pow", "__pow__")
def power(input: Any, exponent: Any) -> TracedTensor:
    """A power; what a constant 0 is the exponent of is 1."""
    known = NOTHING if is_traced(exponent) else known_of(exponent)
    return cut(join(input, exponent), known.zero())


@knowing_rule("add", "__add__", "__radd__")
def add(input: Any, other: Any, *, alpha: Any = 1) -> TracedTensor:
    """A sum; where a constant −∞ is added, the result is −∞ whatever the other term is."""
    if is_traced(other) and not is_ordinary(alpha, factor=True):
        other, alpha = multiply(other, alpha), 1
    joined = join(input, other)
    if is_ordinary(input) and is_ordinary(other) and is_ordinary(alpha):
        return joined
    one, two = known_of(input), known_of(other)
    # Added to what nothing is known of, only what is large makes a difference.
    small = is_ordinary(alpha) and not (one.any_large() or two.any_large())
    if small and (one is NOTHING or two is NOTHING):
        return joined
    return knowing(joined, total(one, two if alpha == 1 else product(two, known_of(alpha))))


def is_ordinary(x: Any, factor: bool = False) -> bool:
    """Whether nothing is known of a term, or of a factor, that makes a difference."""
    if is_traced(x):
        return x.known is None
    if isinstance(x, bool | int | float):
        if factor and x == 0:
            expect_meant()
            return False
        return abs(x) < MARK
    if is_real(x) and factor and zeros_of(x) is not None:
        return False
    if type(x) is torch.nn.Parameter:
        return True
    return is_plain(x) if is_real(x) else not known_of(x).any_large()


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


@knowing_rule("addcmul")
def add_product(input: Any, tensor1: Any, tensor2: Any, *, value: Any = 1) -> TracedTensor:
    """A sum with a product."""
    return _added(input, tensor1, tensor2, multiply, value)


@knowing_rule("addcdiv")
def add_quotient(input: Any, tensor1: Any, tensor2: Any, *, value: Any = 1) -> TracedTensor:
    """A sum with a quotient."""
    return _added(input, tensor1, tensor2, divide, value)


def _added(input: Any, one: Any, two: Any, function: Any, value: Any) -> TracedTensor:
    both = is_traced(one) or is_traced(two)
    return add(input, function(one, two) if both else (one * two if function is multiply else one / two), alpha=value)


@knowing_rule("lerp")
def lerp(input: Any, end: Any, weight: Any) -> TracedTensor:
    """The one, the other, or a mean of both: where a constant weight is 0 or 1, one alone."""
    mean = join(*(x for x in (input, end, weight) if is_traced(x) or is_real(x)))
    if is_traced(weight):
        return mean
    weight = torch.as_tensor(weight)
    return where(weight == 0, input, where(weight == 1, end, mean))


def _scaled(joined: TracedTensor, one: Any, two: Any, known: Known) -> TracedTensor:
    """A product, of which what was −∞ before a weight scaled it still depends on nothing."""
    for scaled, weight in ((one, two), (two, one)):
        if is_real(weight) and not is_constant(weight):
            before = known_of(scaled)
            infinite = before.fixed & before.values.isinf()
            known = chosen(infinite.clone, before, known)
    return knowing(joined, known)


@knowing_rule("logical_and", "bitwise_and", "__and__", "__rand__")
def both(input: Any, other: Any) -> TracedTensor:
    """And: where a constant is false, so is the result."""
    return _decided(input, other, torch.bitwise_and, 0)


@knowing_rule("logical_or", "bitwise_or", "__or__", "__ror__")
def either(input: Any, other: Any) -> TracedTensor:
    """Or: where a constant is true, so is the result."""
    return _decided(input, other, torch.bitwise_or, 1)


def _decided(input: Any, other: Any, function: Any, deciding: int) -> TracedTensor:
    """What one alone may decide, whatever the other is."""
    joined = join(input, other)
    one, two = known_of(input), known_of(other)
    boolean = _is_boolean(input) or _is_boolean(other)
    a, b = (x.values.nan_to_num().to(torch.bool if boolean else torch.int64) for x in (one, two))
    decided = (one.fixed & (a == deciding)) | (two.fixed & (b == deciding)) if boolean or not deciding else False
    values = function(a, b).double()
    fixed = (one.fixed & two.fixed) | decided
    return knowing(joined, Known(torch.where(fixed, values, 0.0), fixed))


def _is_boolean(x: Any) -> bool:
    return isinstance(x, bool) or getattr(x, "dtype", None) == torch.bool


@knowing_rule("maximum", "fmax")
def maximum(input: Any, other: Any) -> TracedTensor:
    """The larger of two; of booleans, whether one of them is true."""
    if _is_boolean(input) and _is_boolean(other):
        return either(input, other)
    return knowing(join(input, other), larger(known_of(input), known_of(other)))


@knowing_rule("minimum", "fmin")
def minimum(input: Any, other: Any) -> TracedTensor:
    """The smaller of two; of booleans, whether both are true."""
    if _is_boolean(input) and _is_boolean(other):
        return both(input, other)
    known = larger(negative(known_of(input)), negative(known_of(other)))
    return knowing(join(input, other), negative(known))


@knowing_rule("masked_fill")
def masked_fill(input: TracedTensor, mask: Any, value: Any) -> TracedTensor:
    """Some elements become a constant."""
    return where(mask, value, input)


@knowing_rule("where")
def where(condition: Any, input: Any, other: Any) -> TracedTensor:
    """Elements of one tensor or the other; where the choice depends on the input, of all three."""
    if not is_traced(condition):
        expect_meant(condition)
    choice = known_of(condition)

    @cache
    def picks(which: bool) -> torch.Tensor:
        return choice.fixed & ((choice.values != 0) == which)

    # The shape is that of all three; what depends on nothing is cut before they meet.
    shaped = [x for x in (condition, input, other) if is_traced(x) or is_real(x)]
    parts = []
    losing: list[tuple[Any, Callable[[], torch.Tensor]]] = [
        (condition, lambda: choice.fixed),
        (input, lambda: picks(False)),
        (other, lambda: picks(True)),
    ]
    for x, gone in losing:
        if is_traced(x):
            parts.append(x)
            if x.layout.terms:
                shape = np.broadcast_shapes(tuple(gone().shape), tuple(x.shape))
                parts[-1] = cut(x.derived(broadcast([x.layout], shape)[0]), gone())
    joined = join(*parts, *(torch.empty(x.shape, device="meta") for x in shaped))
    one, two = known_of(input), known_of(other)
    known = chosen(lambda: picks(True), one, two)
    if not choice.certain:
        # Of two equal constants it makes no difference which is taken.
        alike = one.fixed & two.fixed & (one.values == two.values)
        if bool(alike.any()):
            expect_meant(input, other)
        uncertain = Known(torch.where(one.large() | two.large(), torch.nan, 0.0), torch.tensor(False))
        known = chosen(lambda: choice.fixed, known, chosen(lambda: alike, one, uncertain))
    return knowing(joined, known)


# As a method, it is the tensor itself whose elements are taken where the condition holds.
@knowing_rule("where", homes=[torch.Tensor])
def where_else(self: Any, condition: Any, other: Any) -> TracedTensor:
    """Elements of this tensor or the other."""
    return where(condition, self, other)


def _triangle(name: str) -> Rule:
    """Zero on the other side of a diagonal."""

    def triangle(input: TracedTensor, diagonal: int = 0) -> TracedTensor:
        kept = getattr(torch.ones(*input.shape[-2:], dtype=torch.bool), name)(diagonal)
        return knowing(input, chosen(lambda: kept, known_of(input), known_of(0)))

    return knowing_rule(name)(triangle)


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
    rules: dict[str, Rule] = {
        "add": add,
        "mul": multiply,
        "masked_fill": masked_fill,
        "tril": _triangle("tril"),
        "triu": _triangle("triu"),
    }
    rules |= {"sub": subtract, "subtract": subtract, "multiply": multiply}
    rules |= dict.fromkeys(("div", "divide", "true_divide", "truediv"), divide)
    rules |= {"pow": power, "lerp": lerp, "addcmul": add_product, "addcdiv": add_quotient}
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
