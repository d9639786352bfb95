"""Channels of different fields that change places: as numbers, of which each stands for a box.

After a concatenation a forward may shuffle the channels and take half of them, again and again. What a channel holds
is then a number in an array, with which views, permutations and slices do what they do with any array.
"""

from collections.abc import Mapping, Sequence
from math import prod

import numpy as np

from dlchecked.receptive_field.axis.support import Support
from dlchecked.receptive_field.axis.windows import Index, Window
from dlchecked.receptive_field.layouts.box import AnyLayout, BoxLayout, layout_of
from dlchecked.receptive_field.layouts.concatenation import Concatenated, Concatenation, union_of
from dlchecked.receptive_field.layouts.layout import without_constants
from dlchecked.receptive_field.layouts.terms import Factor, Terms, everywhere_if_full

# Of no box: an element that depends on nothing.
NOTHING = -1
# In place of the dimension, where there are several.
_SEVERAL = -1


class Patchwork(Concatenated):
    """A tensor that holds a box at every position along some neighbouring dimensions, along which no field varies.

    Attributes:
        first: the first of these dimensions.
        numbers: for each position along them the number of a box, or NOTHING.
        boxes: the boxes, whose sizes are of no matter.
    """

    __slots__ = ("boxes", "first", "numbers")

    def __init__(self, sizes: Sequence[int], first: int, numbers: Index, boxes: Sequence[BoxLayout]) -> None:
        """``sizes`` are those of all dimensions."""
        super().__init__(sizes, first if numbers.ndim == 1 else _SEVERAL, 1 + len(boxes))
        self.first = first
        self.numbers = numbers
        self.boxes = boxes

    def viewed(self, shape: Sequence[int]) -> "Patchwork | None":
        """The same under another shape, if only these dimensions are viewed otherwise."""
        first, after = self.first, len(self.sizes) - self.first - self.numbers.ndim
        stop = len(shape) - after
        inner = tuple(shape[first:stop])
        if stop <= first or prod(inner) != self.numbers.size:
            return None
        if [*shape[:first], *shape[stop:]] != [*self.sizes[:first], *self.sizes[first + self.numbers.ndim :]]:
            return None
        added = len(shape) - len(self.sizes)
        boxes = [BoxLayout(shape, tuple([d + added if d >= first else d for d in b.dims]), b.sides) for b in self.boxes]
        return Patchwork(shape, first, self.numbers.reshape(inner), boxes)

    def permuted(self, order: Sequence[int]) -> AnyLayout:
        """The same with its dimensions in another order; quick if only these change places."""
        stop = self.first + self.numbers.ndim
        if any(d != i for i, d in enumerate(order) if not self.first <= i < stop):
            return super().permuted(order)
        inner = [d - self.first for d in order[self.first : stop]]
        return Patchwork([self.sizes[d] for d in order], self.first, self.numbers.transpose(inner), self.boxes)

    def read(self, windows: Mapping[int, Window], sizes: Sequence[int]) -> "Patchwork | None":
        """The output of a layer that reads windows along other dimensions, or single positions along the only one."""
        numbers, others = self.numbers, windows
        if self.dim in windows:
            window = windows[self.dim]
            if window.first is None or window.first is not window.last:
                return None
            numbers = np.where(window.first < 0, NOTHING, numbers[window.first])
            others = {dim: window for dim, window in windows.items() if dim != self.dim}
        kept = range(self.first, self.first + numbers.ndim)
        if any((dim in windows and dim != self.dim) or sizes[dim] != numbers.shape[dim - self.first] for dim in kept):
            return None
        boxes = [box.read(others, sizes) for box in self.boxes]
        return None if None in boxes else Patchwork(sizes, self.first, numbers, boxes)  # type: ignore[arg-type]

    def _terms(self) -> Terms:
        dims = tuple(range(self.first, self.first + self.numbers.ndim))
        found = []
        for number, box in _used(self.numbers, self.boxes):
            held = self.numbers == number
            there = without_constants(Factor(dims, Support(1, np.where(held, 0, 1), np.where(held, 0, -1))))
            found.append((*layout_of(box).terms[0][:-1], everywhere_if_full(there)))
        return tuple(found)

    def _united(self) -> AnyLayout:
        return union_of([box for _, box in _used(self.numbers, self.boxes)], self.sizes)


def _used(numbers: Index, boxes: Sequence[BoxLayout]) -> list[tuple[int, BoxLayout]]:
    counts = np.bincount(numbers.ravel() + 1, minlength=len(boxes) + 1).tolist()
    return [(number, box) for number, box in enumerate(boxes) if counts[number + 1]]


def patched(kept: AnyLayout) -> Patchwork | None:
    """A concatenation of boxes, or of such, with numbers in place of its parts."""
    if isinstance(kept, Patchwork):
        return kept
    if not isinstance(kept, Concatenation):
        return None
    numbers = np.full(kept.sizes[kept.dim], NOTHING)
    boxes: list[BoxLayout] = []
    for part, (offset, size, _) in kept.leaves():
        if type(part) is BoxLayout:
            numbers[offset : offset + size] = len(boxes)
            boxes.append(part)
        elif type(part) is Patchwork and part.dim == kept.dim:
            used = _used(part.numbers, part.boxes)
            places = np.full(len(part.boxes) + 1, NOTHING)
            places[[number for number, _ in used]] = range(len(boxes), len(boxes) + len(used))
            numbers[offset : offset + size] = places[part.numbers]
            boxes += [box for _, box in used]
        else:
            return None
    return Patchwork(kept.sizes, kept.dim, numbers, boxes)


def reshaped(kept: AnyLayout, shape: Sequence[int]) -> AnyLayout:
    """The same elements in row-major order under another shape of equally many elements."""
    patches = patched(kept)
    found = None if patches is None or 0 in shape else patches.viewed(shape)
    return layout_of(kept).reshaped(shape) if found is None else found
