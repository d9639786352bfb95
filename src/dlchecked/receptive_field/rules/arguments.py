"""Reading the arguments of torch functions."""

from collections.abc import Sequence
from typing import Any

from dlchecked.receptive_field.errors import InvalidArgument
from dlchecked.receptive_field.tracing.tensor import TracedTensor

# Positions are counted in floating point where torch does so, which is exact up to here.
MOST_POSITIONS = 1 << 24


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


def expect_batch(x: TracedTensor, axes: int) -> None:
    """Refuse an image without a batch where the input of the module has no more dimensions than that.

    Raises:
        InvalidArgument: if it is one.
    """
    shape = tuple(x.shape)
    if len(shape) == axes + 1 == x.run.rank:
        raise InvalidArgument(
            f"a layer over {axes} axes gets a tensor of shape {shape}, which lacks the batch; input_shape is (batch, "
            f"channels, *spatial), and {(1, *shape)} would be right"
        )


def expect_output(name: str, size: int, length: int, extent: int) -> None:
    """Refuse a window that does not fit into its padded input.

    Raises:
        InvalidArgument: if no output position would be left, or more than can be followed.
    """
    if size > MOST_POSITIONS:
        raise InvalidArgument(
            f"{name}: an output of {size:,} positions; up to {MOST_POSITIONS:,} of an axis are followed"
        )
    if size < 1:
        raise InvalidArgument(f"{name}: a window of extent {extent} does not fit into {length} padded positions")
