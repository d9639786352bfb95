"""The usual layout, in which every element sees a box, kept as the sides of the boxes.

In a chain of layers each input axis varies along a dimension of its own, the last ones in their order, and nothing
varies along those before, the batch and the channels. A layer then moves the sides, and terms are written down
only for somebody who asks for a layout.
"""

from collections.abc import Mapping, Sequence

from dlchecked.receptive_field.axis.support import Support
from dlchecked.receptive_field.axis.windows import Window
from dlchecked.receptive_field.layouts.layout import Layout
from dlchecked.receptive_field.layouts.terms import EVERYWHERE, Factor, Terms


class LazyLayout:
    """What a layout in which every dimension is one atom can be made of.

    Attributes:
        sizes: as those of the layout.
    """

    __slots__ = ("_layout", "sizes")

    def __init__(self, sizes: Sequence[int]) -> None:
        """Immutable by convention, as layouts are."""
        self.sizes = sizes
        self._layout: Layout | None = None

    @property
    def layout(self) -> Layout:
        """The layout."""
        if self._layout is None:
            self._layout = Layout(tuple(self.sizes), (1,) * len(self.sizes), self._terms())
        return self._layout

    def _terms(self) -> Terms:
        raise NotImplementedError


# What a tensor keeps: its layout, or something quicker that stands for one.
AnyLayout = Layout | LazyLayout


def layout_of(kept: AnyLayout) -> Layout:
    """The layout itself."""
    return kept.layout if isinstance(kept, LazyLayout) else kept


class BoxLayout(LazyLayout):
    """A single term in which input axis i varies along dimension ``first + i`` alone.

    Attributes:
        first: the first dimension along which anything varies; after the last axis there are no more.
        sides: the positions along each axis.
    """

    __slots__ = ("first", "sides")

    def __init__(self, sizes: Sequence[int], first: int, sides: Sequence[Support]) -> None:
        """``sizes`` are those of all dimensions."""
        self.sizes = sizes
        self.first = first
        self.sides = sides
        self._layout = None

    def _terms(self) -> Terms:
        return ((*[Factor((dim,), side) for dim, side in enumerate(self.sides, self.first)], EVERYWHERE),)

    def read(self, windows: Mapping[int, Window], sizes: Sequence[int]) -> "BoxLayout | None":
        """The output of a layer that reads windows; None if part of it reads nothing along another dimension.

        Before ``first``, ``sizes`` may differ in any way.
        """
        if not windows:
            return BoxLayout(sizes, self.first, self.sides)
        sides = list(self.sides)
        support = before = None
        for dim, window in windows.items():
            i = dim - self.first
            if i >= 0:
                # Rows and columns mostly go through the same.
                if sides[i] is not support or window is not before:
                    support, before = sides[i], window
                    moved = support.through(window)
                sides[i] = moved
            elif not window.full:
                return None
        return BoxLayout(sizes, self.first, sides)

    def holds(self, other: "BoxLayout") -> bool:
        """Whether even sides alone show that the other's boxes lie inside, also without borders."""
        if self.first != other.first:
            return False
        large = small = None
        for mine, theirs in zip(self.sides, other.sides):  # noqa: B905 - "strict" costs half of it
            # Columns mostly repeat what was found for rows.
            if mine is theirs or (mine is large and theirs is small):
                continue
            if mine.even is None or theirs.even is None or not theirs.even.nested(mine.even):
                return False
            large, small = mine, theirs
        return True

    def reach(self) -> int:
        """How much one unit sees along the first axis, where that is plain."""
        even = self.sides[0].even
        return -1 if even is None else even.hi - even.lo


def boxed(layout: Layout) -> AnyLayout:
    """The layout as a box, if it is one."""
    if len(layout.terms) != 1 or not layout.simple:
        return layout
    *factors, last = layout.terms[0]
    first = len(layout.sizes) - len(factors)
    if last is not EVERYWHERE or [dims for dims, _ in factors] != [(dim,) for dim in range(first, len(layout.sizes))]:
        return layout
    return BoxLayout(layout.sizes, first, [support for _, support in factors])


def widest(boxes: Sequence[BoxLayout]) -> BoxLayout | None:
    """The one that holds all others: of the branches of a block there mostly is one."""
    found = max(boxes, key=BoxLayout.reach)
    for box in boxes:
        if box is not found and not found.holds(box):
            return None
    return found
