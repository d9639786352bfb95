"""Views and permutations: nothing is computed, positions move."""

from collections.abc import Sequence
from math import prod
from typing import Any

import torch

from dlchecked.receptive_field.errors import InvalidArgument
from dlchecked.receptive_field.layouts.layout import Layout, broadcast, insert
from dlchecked.receptive_field.layouts.patchwork import reshaped
from dlchecked.receptive_field.rules.reduction import drop
from dlchecked.receptive_field.tracing.registry import Unsupported, view_rule
from dlchecked.receptive_field.tracing.tensor import TracedTensor


def sizes_of(sizes: Sequence[Any]) -> tuple[int, ...]:
    """Sizes given one by one or as one sequence."""
    if len(sizes) == 1 and isinstance(sizes[0], tuple | list):
        sizes = tuple(sizes[0])
    return tuple(int(size) for size in sizes)


@view_rule("reshape", "view")
def reshape(input: TracedTensor, *shape: Any, size: Any = None) -> TracedTensor:
    """The same elements under another shape."""
    if shape and isinstance(shape[0], torch.dtype):
        raise Unsupported("it reinterprets the bits of another dtype")
    wanted = sizes_of(shape or (size,))
    total = prod(input.shape)
    if -1 in wanted:
        rest = prod(n for n in wanted if n != -1)
        if rest == 0 or total % rest or wanted.count(-1) > 1:
            raise InvalidArgument(f"shape {wanted} is invalid for {total} elements")
        wanted = tuple(total // rest if n == -1 else n for n in wanted)
    if prod(wanted) != total:
        raise InvalidArgument(f"shape {wanted} is invalid for {total} elements of shape {tuple(input.shape)}")
    if wanted == tuple(input.shape):
        return input.same()
    return input.derived(reshaped(input.kept, wanted), wanted)


@view_rule("view_as", "reshape_as")
def reshape_as(input: TracedTensor, other: Any) -> TracedTensor:
    """The same elements under another tensor's shape."""
    return reshape(input, tuple(other.shape))


@view_rule("flatten", "ravel")
def flatten(input: TracedTensor, start_dim: int = 0, end_dim: int = -1) -> TracedTensor:
    """Some dimensions become one."""
    start, end = input.dimension(start_dim), input.dimension(end_dim)
    shape = tuple(input.shape)
    return reshape(input, (*shape[:start], prod(shape[start : end + 1]), *shape[end + 1 :]))


@view_rule("unflatten")
def unflatten(input: TracedTensor, dim: int, *sizes: Any) -> TracedTensor:
    """One dimension becomes several."""
    dim, shape, inner = input.dimension(dim), tuple(input.shape), list(sizes_of(sizes))
    if -1 in inner:
        inner[inner.index(-1)] = shape[dim] // -prod(inner)
    return reshape(input, (*shape[:dim], *inner, *shape[dim + 1 :]))


@view_rule("permute")
def permute(input: TracedTensor, *dims: Any) -> TracedTensor:
    """The dimensions in another order."""
    order = [input.dimension(d) for d in sizes_of(dims)]
    return input.derived(input.kept.permuted(order), [input.shape[d] for d in order])


@view_rule("transpose", "swapaxes", "swapdims")
def transpose(input: TracedTensor, dim0: int, dim1: int) -> TracedTensor:
    """Two dimensions change places."""
    order = list(range(len(input.shape)))
    a, b = input.dimension(dim0), input.dimension(dim1)
    order[a], order[b] = b, a
    return permute(input, order)


@view_rule("t")
def t(input: TracedTensor) -> TracedTensor:
    """The dimensions in reverse order."""
    return permute(input, list(range(len(input.shape)))[::-1])


@view_rule("adjoint")
def adjoint(input: TracedTensor) -> TracedTensor:
    """The last two dimensions change places."""
    return transpose(input, -1, -2)


@view_rule("movedim", "moveaxis")
def movedim(input: TracedTensor, source: Any, destination: Any) -> TracedTensor:
    """Some dimensions go elsewhere, the others keep their order."""
    sources, targets = ([x] if isinstance(x, int) else list(x) for x in (source, destination))
    sources, targets = [input.dimension(d) for d in sources], [input.dimension(d) for d in targets]
    order = [d for d in range(len(input.shape)) if d not in sources]
    for target, moved in sorted(zip(targets, sources, strict=True)):
        order.insert(target, moved)
    return permute(input, order)


@view_rule("unsqueeze")
def unsqueeze(input: TracedTensor, dim: int) -> TracedTensor:
    """A new dimension of size 1."""
    dim %= len(input.shape) + 1
    layout = input.layout
    atom = sum(layout.groups[:dim])
    groups = (*layout.groups[:dim], 1, *layout.groups[dim:])
    return input.derived(insert(layout, atom)._replace(groups=groups))


@view_rule("squeeze")
def squeeze(input: TracedTensor, dim: Any = None) -> TracedTensor:
    """Dimensions of size 1 disappear."""
    dims = range(len(input.shape)) if dim is None else [dim] if isinstance(dim, int) else list(dim)
    gone = {input.dimension(d) for d in dims}
    found = input.same()
    for d in sorted(gone, reverse=True):
        if input.shape[d] == 1:
            found = drop(found, d)
    return found


@view_rule("expand", "broadcast_to")
def expand(input: TracedTensor, *sizes: Any, size: Any = None) -> TracedTensor:
    """Dimensions of size 1 repeated."""
    wanted = list(sizes_of(sizes or (size,)))
    missing = len(wanted) - len(input.shape)
    for i, n in enumerate(wanted):
        if n == -1:
            wanted[i] = input.shape[i - missing]
    return input.derived(broadcast([input.layout], wanted)[0])


@view_rule("expand_as")
def expand_as(input: TracedTensor, other: Any) -> TracedTensor:
    """Dimensions of size 1 repeated."""
    return expand(input, tuple(other.shape))


@view_rule("pixel_shuffle")
def pixel_shuffle(input: TracedTensor, upscale_factor: int) -> TracedTensor:
    """Every r² channels become r × r pixels (Shi et al., CVPR 2016, equation 4)."""
    *lead, channels, height, width = input.shape
    r, n = upscale_factor, len(lead)
    if channels % (r * r):
        raise InvalidArgument(f"pixel_shuffle: {channels} channels are not a multiple of {r}² = {r * r}")
    parts = reshape(input, (*lead, channels // (r * r), r, r, height, width))
    moved = permute(parts, (*range(n), n, n + 3, n + 1, n + 4, n + 2))
    return reshape(moved, (*lead, channels // (r * r), height * r, width * r))


@view_rule("pixel_unshuffle")
def pixel_unshuffle(input: TracedTensor, downscale_factor: int) -> TracedTensor:
    """Every r × r pixels become r² channels."""
    *lead, channels, height, width = input.shape
    r, n = downscale_factor, len(lead)
    if height % r or width % r:
        raise InvalidArgument(f"pixel_unshuffle: {height} × {width} pixels are not a multiple of {r} × {r}")
    parts = reshape(input, (*lead, channels, height // r, r, width // r, r))
    moved = permute(parts, (*range(n), n, n + 2, n + 4, n + 1, n + 3))
    return reshape(moved, (*lead, channels * r * r, height // r, width // r))


@view_rule("channel_shuffle", "native_channel_shuffle")
def channel_shuffle(input: TracedTensor, groups: int) -> TracedTensor:
    """The channels of all groups in turn."""
    batch, channels, *spatial = input.shape
    parts = reshape(input, (batch, groups, channels // groups, *spatial))
    return reshape(transpose(parts, 1, 2), (batch, channels, *spatial))


def repeated(layout: Layout, counts: Sequence[int]) -> Layout:
    """Every dimension repeated as a whole, some times: a new outer atom along which nothing varies."""
    for _ in range(len(counts) - len(layout.groups)):
        layout = insert(layout, 0)._replace(groups=(1, *layout.groups))
    for dim, count in enumerate(counts):
        if count > 1:
            start, stop = layout.ranges()[dim]
            layout = insert(layout, start)
            layout = layout._replace(
                sizes=(*layout.sizes[:start], count, *layout.sizes[start + 1 :]),
                groups=(*layout.groups[:dim], stop - start + 1, *layout.groups[dim + 1 :]),
            )
    return layout


@view_rule("repeat")
def repeat(input: TracedTensor, *repeats: Any) -> TracedTensor:
    """Copies side by side."""
    return input.derived(repeated(input.layout, sizes_of(repeats)))


@view_rule("tile")
def tile(input: TracedTensor, *dims: Any) -> TracedTensor:
    """Copies side by side."""
    counts = sizes_of(dims)
    return repeat(input, (1,) * (len(input.shape) - len(counts)) + counts)
