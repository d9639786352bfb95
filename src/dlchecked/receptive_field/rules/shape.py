"""Views, slices, permutations and padding: nothing is computed, positions move."""

from math import prod
from typing import Any

import torch

from dlchecked.receptive_field.errors import InvalidArgument
from dlchecked.receptive_field.registry import Unsupported, rule
from dlchecked.receptive_field.tensor import TracedTensor
from dlchecked.receptive_field.windows import padding, slicing


def _sizes(sizes: tuple[Any, ...]) -> tuple[int, ...]:
    if len(sizes) == 1 and isinstance(sizes[0], tuple | list):
        sizes = tuple(sizes[0])
    return tuple(int(size) for size in sizes)


@rule("reshape", "view")
def reshape(input: TracedTensor, *shape: Any, size: Any = None) -> TracedTensor:  # noqa: A002
    """The same elements under another shape."""
    if shape and isinstance(shape[0], torch.dtype):
        raise Unsupported("it reinterprets the bits of another dtype")
    wanted = _sizes(shape or (size,))
    total = prod(input.shape)
    if -1 in wanted:
        rest = prod(n for n in wanted if n != -1)
        if rest == 0 or total % rest or wanted.count(-1) > 1:
            raise InvalidArgument(f"shape {wanted} is invalid for {total} elements")
        wanted = tuple(total // rest if n == -1 else n for n in wanted)
    if prod(wanted) != total:
        raise InvalidArgument(f"shape {wanted} is invalid for {total} elements of shape {tuple(input.shape)}")
    result: TracedTensor = input.derived(input.layout.reshaped(wanted))
    return result


@rule("flatten")
def flatten(input: TracedTensor, start_dim: int = 0, end_dim: int = -1) -> TracedTensor:  # noqa: A002
    """Some dimensions become one."""
    start, end = input.dimension(start_dim), input.dimension(end_dim)
    shape = tuple(input.shape)
    return reshape(input, (*shape[:start], prod(shape[start : end + 1]), *shape[end + 1 :]))


@rule("pad")
def pad(input: TracedTensor, pad: Any, mode: str = "constant", value: Any = None) -> TracedTensor:  # noqa: A002
    """Positions are added, or cut off where the padding is negative."""
    windows = {}
    for i in range(len(pad) // 2):
        before, after = int(pad[2 * i]), int(pad[2 * i + 1])
        dim = len(input.shape) - 1 - i
        if before or after:
            windows[dim] = padding(input.shape[dim], before, after, mode)
    result: TracedTensor = input.slid(windows)
    return result


def _pieces(x: TracedTensor, sizes: Any, dim: int) -> tuple[TracedTensor, ...]:
    stops = [sum(sizes[: i + 1]) for i in range(len(sizes))]
    length = x.shape[dim]
    return tuple(x.slid({dim: slicing(length, stop - size, stop, 1)}) for stop, size in zip(stops, sizes, strict=True))


@rule("split", "split_with_sizes")
def split(tensor: Any, split_size_or_sections: Any = None, dim: int = 0, split_sizes: Any = None) -> Any:
    """Stretches of one dimension, of given sizes."""
    dim = tensor.dimension(dim)
    sections = split_size_or_sections if split_sizes is None else split_sizes
    length = tensor.shape[dim]
    if isinstance(sections, int):
        sections = [min(sections, length - start) for start in range(0, length, sections)]
    if sum(sections) != length:
        raise InvalidArgument(f"sections {tuple(sections)} do not add up to the {length} positions of dimension {dim}")
    return _pieces(tensor, tuple(sections), dim)


@rule("chunk")
def chunk(input: TracedTensor, chunks: int, dim: int = 0) -> Any:  # noqa: A002
    """Stretches of one dimension, as even as can be."""
    size = -(-input.shape[input.dimension(dim)] // chunks)
    return split(input, size, dim)
