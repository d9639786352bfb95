"""Units, axes and numbers as a user may write them."""

import operator
from collections.abc import Sequence

import numpy as np
import torch

from dlchecked.receptive_field.errors import InvalidArgument


def check_unit(unit: object, shape: Sequence[int]) -> tuple[int, ...]:
    """The unit as a tuple of indices from the front.

    Raises:
        InvalidArgument: if it does not have one index for each spatial dimension, or one is out of range.
    """
    alone = whole(unit)
    several = isinstance(unit, tuple | list | np.ndarray | torch.Tensor)
    found = [alone] if alone is not None else [whole(index) for index in unit] if several else [None]  # type: ignore[attr-defined]
    indices = [index for index in found if index is not None]
    if len(indices) < len(found):
        raise InvalidArgument(f"a unit is a tuple of integers, one for each spatial dimension; got {unit!r}")
    if len(indices) != len(shape):
        raise InvalidArgument(
            f"unit {tuple(indices)} has {len(indices)} indices; the output has {len(shape)} spatial dimensions, "
            f"of shape {tuple(shape)}"
        )
    for index, size in zip(indices, shape, strict=True):
        if not -size <= index < size:
            raise InvalidArgument(
                f"unit {tuple(indices)} is out of range: the spatial shape of the output is {tuple(shape)}"
            )
    return tuple(index % size for index, size in zip(indices, shape, strict=True))


def check_axis(axis: object, count: int) -> int:
    """The axis, counted from the front.

    Raises:
        InvalidArgument: if the input has no such spatial axis.
    """
    found = whole(axis)
    if found is None or not -count <= found < count:
        raise InvalidArgument(
            f"axis is one of the {count} spatial axes of the input, from 0 to {count - 1}; got {axis!r}"
        )
    return found % count


def whole(value: object) -> int | None:
    """The value as an integer, if it is one: of Python or of NumPy, but no truth value."""
    if isinstance(value, bool | np.bool_):
        return None
    try:
        return operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        return None
