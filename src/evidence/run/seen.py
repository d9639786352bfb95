"""Sums up a value that a comparison saw, without importing the package that it comes from."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence, Set
from decimal import Decimal
from fractions import Fraction
from functools import wraps
from itertools import zip_longest
from typing import Any

from evidence.run.observation import NUMBERS_KEPT, Seen

_TEXT_KEPT = 80
# Larger containers are not searched for numbers.
_LOOKED_INTO = 10_000
_SPELT = re.compile(r"[-−]?\d+(?:,\d{3})*(?:\.\d+)?(?:[eE][-+]?\d+)?")


def _or_false(look: Callable[..., bool]) -> Callable[..., bool]:
    """What cannot be looked at, for whatever reason of its own, has no such property."""

    @wraps(look)
    def looked(*values: Any) -> bool:
        try:
            return look(*values)
        except Exception:
            return False

    return looked


def seen(value: Any) -> Seen:
    """What is kept of a value; of one that cannot be looked at, for whatever reason of its own, its type."""
    try:
        return _seen(value)
    except Exception:
        return Seen("other", type(value).__name__, text=f"<{type(value).__name__}>")


def _seen(value: Any) -> Seen:
    kind = type(value)
    if kind is int or kind is float:
        number = repr(value)
        return Seen("number", kind.__name__, (number,), text=number)
    if is_array(value):
        return _array(value)
    if is_truth(value):
        return Seen("truth", kind.__name__, text=str(bool(value)))
    number = number_in(value)
    if number:
        return Seen("number", kind.__name__, (number,), text=_text(value))
    if isinstance(value, str):
        return Seen("text", kind.__name__, *_kept(numbers_spelt(value)), length=len(value), text=_text(value))
    if isinstance(value, Sequence | Set | Mapping):
        numbers: list[str] = []
        if len(value) <= _LOOKED_INTO:
            _collect(value, numbers)
        return Seen("container", kind.__name__, *_kept(numbers), length=len(value), text=_text(value))
    return Seen("other", kind.__name__, text=_text(value))


@_or_false
def is_array(value: Any) -> bool:
    """Whether it is a tensor or an array, of any package, with one dimension or more."""
    shape = getattr(value, "shape", ())
    return isinstance(shape, tuple) and len(shape) > 0 and hasattr(value, "tolist") and hasattr(value, "dtype")


def is_truth(value: Any) -> bool:
    """Whether it is true or false, and nothing besides: a bool, one of NumPy's, SymPy's, or a tensor of one."""
    if value is True or value is False:
        return True
    name = type(value).__name__
    if name in ("bool_", "bool", "BooleanTrue", "BooleanFalse"):
        return True
    return hasattr(value, "tolist") and math.prod(getattr(value, "shape", ())) == 1 and "bool" in str(value.dtype)


def number_in(value: Any) -> str:
    """The one number that a value is, as text; empty if it is none."""
    if isinstance(value, bool | str | bytes):
        return ""
    if isinstance(value, int | float):
        return repr(float(value)) if isinstance(value, float) else repr(int(value))
    if isinstance(value, Fraction | Decimal):
        return str(value)
    if hasattr(value, "tolist") and hasattr(value, "dtype") and len(getattr(value, "shape", (1,))) == 0:
        return number_in(value.tolist())
    if getattr(value, "is_Rational", None) is True:
        return f"{value.p}/{value.q}" if value.q != 1 else str(value.p)
    if getattr(value, "is_Float", None) is True:
        return repr(float(value))
    return ""


def numbers_spelt(text: str) -> list[str]:
    """The numbers that a text spells in digits."""
    return [match[0].replace(",", "").replace("−", "-") for match in _SPELT.finditer(text)]


@_or_false
def has_nan(value: Any) -> bool:
    """Whether a number, or one of an array, is not a number."""
    if isinstance(value, float):
        return value != value
    if hasattr(value, "tolist") and hasattr(value, "dtype") and "float" in str(value.dtype):
        return bool((value != value).any())
    return False


@_or_false
def same_view(left: Any, right: Any) -> bool:
    """Whether two values are one object that can change, or arrays that show the same memory in the same way."""
    if left is right:
        return isinstance(left, list | dict | set | bytearray) or (hasattr(left, "tolist") and hasattr(left, "dtype"))
    if hasattr(left, "data_ptr") and hasattr(right, "data_ptr") and left.numel() and right.numel():
        return bool(
            left.data_ptr() == right.data_ptr()
            and left.shape == right.shape
            and left.stride() == right.stride()
            and left.dtype == right.dtype
        )
    return False


@_or_false
def spread(left: Any, right: Any) -> bool:
    """Whether two arrays are compared in more places than either has: each row of one with each column of the other."""
    if not (is_array(left) and is_array(right)):
        return False
    pairs = zip_longest(reversed(left.shape), reversed(right.shape), fillvalue=1)
    return bool(math.prod(map(max, pairs)) > max(math.prod(left.shape), math.prod(right.shape)))


def _array(value: Any) -> Seen:
    value = value.detach() if hasattr(value, "detach") else value
    dtype = str(value.dtype).rpartition(".")[2]
    count = math.prod(value.shape)
    numbers: list[str] = []
    if count and "bool" not in dtype and "complex" not in dtype and dtype != "object":
        if count <= NUMBERS_KEPT:
            numbers = [repr(each) for each in value.reshape(-1).tolist()]
        else:
            numbers = [repr(value.min().item()), repr(value.max().item())]
    whole = count <= NUMBERS_KEPT
    shape = tuple(int(size) for size in value.shape)
    text = f"{dtype} of shape {shape}"
    return Seen("array", type(value).__name__, tuple(numbers), whole, shape[0], shape, dtype, text)


def _kept(numbers: list[str]) -> tuple[tuple[str, ...], bool]:
    if len(numbers) <= NUMBERS_KEPT:
        return tuple(numbers), True
    real = [each for each in numbers if "nan" not in each]
    return (min(real, key=_size), max(real, key=_size)) if real else ("nan",), False


def _size(number: str) -> Fraction | float:
    return float(number) if "inf" in number else Fraction(number)


def _collect(value: Any, numbers: list[str], depth: int = 0) -> None:
    """Add the numbers in a container, its elements' included."""
    number = number_in(value)
    if number:
        numbers.append(number)
    elif isinstance(value, str):
        numbers.extend(numbers_spelt(value))
    elif is_array(value):
        numbers.extend(_array(value).numbers)
    elif isinstance(value, Mapping) and depth < 4:
        for key, each in value.items():
            _collect(key, numbers, depth + 1)
            _collect(each, numbers, depth + 1)
    elif isinstance(value, Sequence | Set) and depth < 4:
        for each in value:
            _collect(each, numbers, depth + 1)


def _text(value: Any) -> str:
    try:
        text = " ".join(repr(value).split())
    except Exception:
        text = f"<{type(value).__name__}>"
    return text if len(text) <= _TEXT_KEPT else text[: _TEXT_KEPT - 1] + "…"
