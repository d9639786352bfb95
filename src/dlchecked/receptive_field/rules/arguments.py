"""Reading the arguments of torch functions."""

from collections.abc import Sequence
from typing import Any

from dlchecked.receptive_field.errors import InvalidArgument


def per_axis(value: Any, count: int) -> tuple[int, ...]:
    """One integer for each of ``count`` axes, from one integer for all or a sequence of them."""
    if isinstance(value, Sequence):
        found = tuple(int(v) for v in value)
        return found * count if len(found) == 1 else found
    return (int(value),) * count


def expect_size(name: str, found: int, expected: int) -> None:
    """Refuse a tensor that torch itself would refuse.

    Raises:
        InvalidArgument: if the two differ.
    """
    if found != expected:
        raise InvalidArgument(f"{name}: got {found}, expected {expected}")


def expect_output(name: str, size: int, length: int, extent: int) -> None:
    """Refuse a window that does not fit into its padded input.

    Raises:
        InvalidArgument: if no output position would be left.
    """
    if size < 1:
        raise InvalidArgument(f"{name}: a window of extent {extent} does not fit into {length} padded positions")
