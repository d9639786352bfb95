"""Slices, picks, flips, rolls, padding, and writing into a part of a tensor."""

from itertools import pairwise
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from dlchecked.receptive_field.axis.unbounded import LONGEST_PERIOD, UnboundedTaps
from dlchecked.receptive_field.axis.windows import padding, picking, slicing, transposed
from dlchecked.receptive_field.errors import InvalidArgument
from dlchecked.receptive_field.layouts.box import AnyLayout
from dlchecked.receptive_field.layouts.layout import Layout, broadcast
from dlchecked.receptive_field.layouts.layout import select as pick
from dlchecked.receptive_field.rules.arguments import expect_size, per_axis
from dlchecked.receptive_field.rules.joining import join
from dlchecked.receptive_field.rules.reduction import drop
from dlchecked.receptive_field.rules.shape import permute, reshape, unsqueeze
from dlchecked.receptive_field.rules.writing import lost_if_large, outside, overwrite, picked_at, with_written
from dlchecked.receptive_field.tracing.constants import expect_meant
from dlchecked.receptive_field.tracing.known_values import cut, knowing, known_of
from dlchecked.receptive_field.tracing.registry import KNOWING, Unsupported, knowing_rule, rule, view_rule
from dlchecked.receptive_field.tracing.tensor import TracedTensor, is_real, is_traced
from dlchecked.receptive_field.tracing.values import MARK, MOST_ELEMENTS, Known


@knowing_rule("pad")
def pad(input: TracedTensor, pad: Any, mode: str = "constant", value: Any = None) -> TracedTensor:
    """Positions are added, or cut off where the padding is negative."""
    windows = {}
    for i in range(len(pad) // 2):
        before, after = int(pad[2 * i]), int(pad[2 * i + 1])
        dim = len(input.shape) - 1 - i
        if before or after:
            windows[dim] = padding(input.shape[dim], before, after, mode)
    found = input.slid(windows)
    filling = value or 0.0
    if input.known is None and abs(filling) < MARK:
        return found
    # Of what is added, more may be known than of the rest.
    values, fixed = (field.expand(input.shape).to(torch.float64) for field in known_of(input))
    padded = F.pad(values, pad, mode, filling if mode == "constant" else None)
    return knowing(found, Known(padded, F.pad(fixed, pad, mode, 1.0 if mode == "constant" else None) > 0))


@view_rule("split", "split_with_sizes")
def split(tensor: TracedTensor, split_size_or_sections: Any = None, dim: int = 0, split_sizes: Any = None) -> Any:
    """Stretches of one dimension, of given sizes."""
    dim = tensor.dimension(dim)
    sections = split_size_or_sections if split_sizes is None else split_sizes
    length = tensor.shape[dim]
    if isinstance(sections, int):
        sections = [min(sections, length - start) for start in range(0, length, sections)]
    if sum(sections) != length:
        raise InvalidArgument(f"sections {tuple(sections)} do not add up to the {length} positions of dimension {dim}")
    kept = tensor.kept
    whole = tensor.derived(kept.with_single(dim), tensor.shape) if isinstance(kept, Layout) else tensor
    stops = np.cumsum(sections).tolist()
    return tuple(narrow(whole, dim, stop - size, size) for stop, size in zip(stops, sections, strict=True))


@view_rule("chunk")
def chunk(input: TracedTensor, chunks: int, dim: int = 0) -> Any:
    """Stretches of one dimension, as even as can be."""
    size = -(-input.shape[input.dimension(dim)] // chunks)
    return split(input, size, dim)


@view_rule("tensor_split")
def tensor_split(
    input: TracedTensor, indices_or_sections: Any = None, dim: int = 0, *, indices: Any = None, sections: Any = None
) -> Any:
    """Stretches of one dimension, cut at some positions or as even as can be, the longer ones first."""
    dim = input.dimension(dim)
    length = input.shape[dim]
    cuts = next(given for given in (indices_or_sections, indices, sections) if given is not None)
    if isinstance(cuts, int):
        size, longer = divmod(length, cuts)
        cuts = [part * size + min(part, longer) for part in range(1, cuts)]
    stretches = [slice(*edges).indices(length) for edges in pairwise([0, *cuts, length])]
    return tuple(_stretch(input, dim, range(*stretch)) for stretch in stretches)


@view_rule("narrow")
def narrow(input: TracedTensor, dim: int, start: int, length: int) -> TracedTensor:
    """One stretch of one dimension."""
    dim = input.dimension(dim)
    return _stretch(input, dim, range(start, start + length))


def _stretch(x: TracedTensor, dim: int, positions: range) -> TracedTensor:
    if positions == range(x.shape[dim]):
        return x.same()
    return x.slid({dim: slicing(x.shape[dim], positions.start, positions.stop, positions.step)})


@rule("diff")
def diff(input: TracedTensor, n: int = 1, dim: int = -1) -> TracedTensor:
    """The differences of neighbours, n times."""
    for _ in range(n):
        length = input.shape[dim]
        input = join(narrow(input, dim, 1, length - 1), narrow(input, dim, 0, length - 1))  # noqa: A001
    return input.same()


@view_rule("select")
def select(input: TracedTensor, dim: int, index: int) -> TracedTensor:
    """One position of a dimension, which disappears."""
    dim = input.dimension(dim)
    size = input.shape[dim]
    if not -size <= index < size:
        raise InvalidArgument(f"index {index} is out of range for {size} positions of dimension {dim}")
    layout = input.layout
    start, stop = layout.ranges()[dim]
    if stop - start > 1:
        return drop(narrow(input, dim, index % size, 1), dim)
    groups = (*layout.groups[:dim], *layout.groups[dim + 1 :])
    return input.derived(pick(layout, start, index % size)._replace(groups=groups))


@view_rule("unbind")
def unbind(input: TracedTensor, dim: int = 0) -> Any:
    """All positions of a dimension, one by one."""
    return tuple(select(input, dim, i) for i in range(input.shape[input.dimension(dim)]))


@rule("index_select")
def index_select(input: TracedTensor, dim: int, index: Any) -> TracedTensor:
    """Positions of one dimension, by their numbers."""
    if is_traced(index):
        raise Unsupported("the index depends on the input")
    expect_meant(index)
    d = input.dimension(dim)
    return input.slid({d: picking(tuple(_from_the_front(index.numpy(force=True), input.shape[d]).ravel().tolist()))})


@rule("flip")
def flip(input: TracedTensor, *dims: Any) -> TracedTensor:
    """Dimensions read backwards."""
    names = dims[0] if len(dims) == 1 and isinstance(dims[0], tuple | list) else dims
    found = {input.dimension(d) for d in names}
    return input.slid({d: slicing(input.shape[d], input.shape[d] - 1, -1, -1) for d in found})


@rule("roll")
def roll(input: TracedTensor, shifts: Any, dims: Any = None) -> TracedTensor:
    """Positions moved on, around the end."""
    if dims is None:
        return reshape(roll(reshape(input, -1), shifts, 0), tuple(input.shape))
    pairs = [(shifts, dims)] if isinstance(dims, int) else zip(_each(shifts, len(dims)), dims, strict=True)
    moved: dict[int, int] = {}
    for shift, dim in pairs:
        d = input.dimension(dim)
        moved[d] = (moved.get(d, 0) + shift) % input.shape[d]
    return input.slid({d: padding(input.shape[d], shift, -shift, "circular") for d, shift in moved.items()})


def _each(value: Any, count: int) -> tuple[int, ...]:
    return (value,) * count if isinstance(value, int) else tuple(value)


@rule("repeat_interleave")
def repeat_interleave(input: TracedTensor, repeats: Any, dim: Any = None, **_: Any) -> TracedTensor:
    """Every position some times in a row."""
    if dim is None:
        return repeat_interleave(reshape(input, -1), repeats, 0)
    d = input.dimension(dim)
    counts = repeats.tolist() if is_real(repeats) else repeats
    return input.slid({d: picking(tuple(np.repeat(np.arange(input.shape[d]), counts).tolist()))})


# The method and the function of this name have nothing else in common.
@view_rule("unfold", homes=[torch.Tensor])
def unfold(self: TracedTensor, dimension: int, size: int, step: int) -> TracedTensor:
    """Windows of one dimension; their positions become the last one."""
    d, last = self.dimension(dimension), len(self.shape)
    length = self.shape[d] if last else 1
    if not 0 <= size <= length or step < 1:
        raise InvalidArgument(
            f"unfold: windows of {size} positions, {step} apart, of a dimension of {length}; a size of 0 to {length} "
            "and a step of 1 or more would be right"
        )
    return permute(_windows(self, d, size, step, 1), _with_last(d + 1, last + 1))


def _windows(x: TracedTensor, dim: int, size: int, step: int, dilation: int) -> TracedTensor:
    """One dimension as two: windows of it, ``step`` apart, and their positions, ``dilation`` apart."""
    shape = tuple(x.shape)
    starts, places = np.arange(0, shape[dim] - dilation * (size - 1), step), np.arange(size) * dilation
    offsets = tuple((int(place),) for place in places)
    unbounded = UnboundedTaps(size, step, offsets) if 0 < size <= LONGEST_PERIOD else None
    pieces = x.slid({dim: picking(tuple((starts[:, None] + places).ravel().tolist()), unbounded)})
    return reshape(pieces, (*shape[:dim], len(starts), size, *shape[dim + 1 :]))


def _with_last(dim: int, count: int) -> list[int]:
    return [*(d for d in range(count) if d != dim), dim]


@rule("unfold", homes=[F], operator="im2col")
def unfold_image(
    input: TracedTensor, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1
) -> TracedTensor:
    """Windows of an image as columns."""
    if len(input.shape) == 3:
        return select(unfold_image(unsqueeze(input, 0), kernel_size, dilation, padding, stride), 0, 0)
    x = input
    kernel, step, before, stride = (_each(v, 2) for v in (kernel_size, dilation, padding, stride))
    x = pad(x, (before[1], before[1], before[0], before[0]))
    for a in (0, 1):
        x = _windows(x, 2 + 2 * a, kernel[a], stride[a], step[a])
    batch, channels, rows, _, columns, _ = x.shape
    return reshape(permute(x, (0, 1, 3, 5, 2, 4)), (batch, channels * kernel[0] * kernel[1], rows * columns))


@rule("fold")
def fold(
    input: TracedTensor, output_size: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1
) -> TracedTensor:
    """Columns summed back into an image: a pixel reads the windows that hold it, each at its place there."""
    if len(input.shape) == 2:
        return select(fold(unsqueeze(input, 0), output_size, kernel_size, dilation, padding, stride), 0, 0)
    sizes, kernel, step, before, stride = (
        per_axis(v, 2) for v in (output_size, kernel_size, dilation, padding, stride)
    )
    counts = [(sizes[a] + 2 * before[a] - step[a] * (kernel[a] - 1) - 1) // stride[a] + 1 for a in (0, 1)]
    batch, rows, columns = input.shape
    expect_size("windows", columns, counts[0] * counts[1])
    if rows % (kernel[0] * kernel[1]):
        raise InvalidArgument(f"fold: {rows} rows are not a multiple of the {kernel[0] * kernel[1]} places of a window")
    parts = reshape(input, (batch, rows // (kernel[0] * kernel[1]), *kernel, *counts))
    pieces = []
    for i in range(kernel[0]):
        for j in range(kernel[1]):
            piece = select(select(parts, 2, i), 2, j)
            windows = {
                2 + a: transposed(counts[a], 1, stride[a], 1, before[a] - k * step[a], sizes[a])
                for a, k in ((0, i), (1, j))
            }
            pieces.append(piece.slid(windows))
    return join(*pieces)


@view_rule("__getitem__")
def getitem(x: Any, index: Any) -> TracedTensor:
    """Basic indexing, and advanced indexing of one dimension."""
    if not is_traced(x):
        raise Unsupported("the index depends on the input")
    found, dim = x.same(), 0
    for item in _items(x, index):
        if item is None:
            found, dim = unsqueeze(found, dim), dim + 1
        elif isinstance(item, int):
            found = select(found, dim, item)
        elif isinstance(item, slice):
            found, dim = _stretch(found, dim, range(*item.indices(found.shape[dim]))), dim + 1
        else:
            positions = _from_the_front(item, found.shape[dim])
            found = found.slid({dim: picking(tuple(positions.ravel().tolist()))})
            shape = tuple(found.shape)
            found = reshape(found, (*shape[:dim], *positions.shape, *shape[dim + 1 :]))
            dim += positions.ndim
    return found


def _from_the_front(positions: Any, size: int) -> Any:
    """Positions that may be counted from the end, counted from the front.

    Raises:
        InvalidArgument: if there is no such position.
    """
    if positions.size and not (-size <= positions.min() and positions.max() < size):
        raise InvalidArgument(f"index {positions.tolist()} is out of range for {size} positions")
    return positions % size if size else positions


def _items(x: TracedTensor, index: Any) -> list[Any]:
    """One int, slice, None or array of positions for each step through the dimensions."""
    items = list(index) if isinstance(index, tuple) else [index]
    plain = [_plain(item) for item in items]
    if sum(isinstance(item, np.ndarray) for item in plain) > 1:
        raise Unsupported("it picks positions of several dimensions at once")
    if sum(item is Ellipsis for item in plain) == 1:
        at = next(i for i, item in enumerate(plain) if item is Ellipsis)
        used = sum(item is not None for item in plain) - 1
        plain[at : at + 1] = [slice(None)] * (len(x.shape) - used)
    if sum(item is not None for item in plain) > len(x.shape):
        raise InvalidArgument(f"too many indices for a tensor of shape {tuple(x.shape)}")
    return plain


def _plain(item: Any) -> Any:
    if item is None or item is Ellipsis or isinstance(item, slice):
        return item
    if is_traced(item):
        raise Unsupported("the index depends on the input")
    if is_real(item):
        expect_meant(item)
        item = item.cpu()
    array = np.asarray(item)
    if array.size and array.dtype.kind not in "iub":
        raise Unsupported(f"{item!r} is no index of a tensor")
    if array.dtype == bool or (array.dtype == np.uint8 and array.ndim):
        # Bytes are booleans here, to torch.
        array = array.astype(bool)
        if array.ndim != 1:
            raise Unsupported("it picks positions of several dimensions at once")
        array = array.nonzero()[0]
    return int(array) if array.ndim == 0 else array


@rule("__setitem__")
def setitem(x: Any, index: Any, value: Any) -> None:
    """A part of a tensor gets other values."""
    if not is_traced(x):
        raise Unsupported(
            "it writes what depends on the input into a tensor that does not; make that tensor with zeros_like"
        )
    if is_traced(value):
        places = _places(x, index)
        spread = value.derived(broadcast([value.layout], tuple(getitem(x, index).shape))[0])
        sizes = [len(places[d]) if d < len(places) else n for d, n in enumerate(x.shape)]
        overwrite(x, with_written(x, places, reshape(spread, sizes)).kept, lost_if_large(x))
    else:
        overwrite(x, *_with_constant(x, index, value))


def _with_constant(x: TracedTensor, index: Any, value: Any) -> tuple[AnyLayout, Known | None]:
    """What a tensor holds and what is known of it, once constants are written into it."""
    plain = all(item is not None and not isinstance(item, np.ndarray) for item in _indices(x, index))
    if plain and x.known is None and not known_of(value).any_large():
        single, picked = picked_at(x, _places(x, index))
        return single.layout._replace(terms=outside(single, picked)), None
    if x.numel() > MOST_ELEMENTS:
        raise Unsupported("it writes single constants into a large tensor; masked_fill would be right")
    if _depends(index):
        raise Unsupported("the index depends on the input")
    written = torch.zeros(x.shape, dtype=torch.bool)
    written[index] = True
    values, fixed = (field.expand(x.shape).clone() for field in known_of(x))
    after = known_of(value)
    values[index], fixed[index] = after.values, after.fixed
    found = knowing(cut(x, written), Known(values, fixed))
    return found.kept, found.known


def _depends(index: Any) -> bool:
    return any(is_traced(item) for item in (index if isinstance(index, tuple) else (index,)))


def _indices(x: TracedTensor, index: Any) -> list[Any]:
    """The items of an index; an array for all where one is a mask of several dimensions."""
    try:
        return _items(x, index)
    except Unsupported:
        return [np.empty(0)]


def _places(x: TracedTensor, index: Any) -> list[Any]:
    """The positions along the first dimensions that an index stands for.

    Raises:
        Unsupported: if the index is no box.
    """
    places = []
    for size, item in zip(x.shape, _items(x, index), strict=False):
        if item is None or (isinstance(item, np.ndarray) and len(np.unique(item % size)) < item.size):
            raise Unsupported("it writes to positions that are not a slice")
        taken = range(size)[item] if isinstance(item, slice) else np.atleast_1d(_from_the_front(np.array(item), size))
        places.append(taken)
    return places


KNOWING.add(setitem)
rule("fliplr")(lambda input: flip(input, 1))
rule("flipud")(lambda input: flip(input, 0))


@rule("rot90")
def rot90(input: TracedTensor, k: int = 1, dims: Any = (0, 1)) -> TracedTensor:
    """A quarter turn, k times."""
    a, b = (input.dimension(d) for d in dims)
    order = list(range(len(input.shape)))
    order[a], order[b] = b, a
    for _ in range(k % 4):
        input = permute(flip(input, b), order)  # noqa: A001
    return input.same()
