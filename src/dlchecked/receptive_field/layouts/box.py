"""The usual layout, in which every element sees a box, kept as the sides of the boxes.

In a chain of layers each input axis varies along a dimension of its own, or along none once a mean over all of it has
been mixed in. A layer then moves the sides, and terms are written down only for somebody who asks for a layout.
"""

from collections.abc import Container, Mapping, Sequence

from dlchecked.receptive_field.axis.support import Support
from dlchecked.receptive_field.axis.windows import Window
from dlchecked.receptive_field.layouts.layout import Layout
from dlchecked.receptive_field.layouts.terms import EVERYWHERE, Factor, Terms

# In place of a dimension, of a side that is the same for all elements.
NOWHERE = -1
# Further than any side of finite reach.
_ALL = 1 << 62


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

    def permuted(self, order: Sequence[int]) -> "AnyLayout":
        """The same with its dimensions in another order."""
        return self.layout.permuted(order)

    def _terms(self) -> Terms:
        raise NotImplementedError


# What a tensor keeps: its layout, or something quicker that stands for one.
AnyLayout = Layout | LazyLayout


def layout_of(kept: AnyLayout) -> Layout:
    """The layout itself."""
    return kept.layout if isinstance(kept, LazyLayout) else kept


class BoxLayout(LazyLayout):
    """A single term in which each input axis varies along one dimension at most, no two along the same.

    Attributes:
        dims: for each axis the dimension along which it varies, or NOWHERE.
        sides: the positions along each axis.
    """

    __slots__ = ("dims", "sides")

    def __init__(self, sizes: Sequence[int], dims: tuple[int, ...], sides: Sequence[Support]) -> None:
        """``sizes`` are those of all dimensions."""
        self.sizes = sizes
        self.dims = dims
        self.sides = sides
        self._layout = None

    def _terms(self) -> Terms:
        factors = [
            Factor(() if dim == NOWHERE else (dim,), side) for dim, side in zip(self.dims, self.sides, strict=True)
        ]
        return ((*factors, EVERYWHERE),)

    def read(self, windows: Mapping[int, Window], sizes: Sequence[int]) -> "BoxLayout | None":
        """The output of a layer that reads windows; None if part of it reads nothing along another dimension.

        Along dimensions where nothing varies, ``sizes`` may differ in any way.
        """
        dims = self.dims
        if not windows:
            return BoxLayout(sizes, dims, self.sides)
        sides = list(self.sides)
        support = before = None
        for dim, window in windows.items():
            if dim in dims:
                i = dims.index(dim)
                # Rows and columns mostly go through the same.
                if sides[i] is not support or window is not before:
                    support, before = sides[i], window
                    moved = support.through(window)
                sides[i] = moved
            elif not window.full:
                return None
        return BoxLayout(sizes, dims, sides)

    def mixed(self, mixed: Container[int]) -> "BoxLayout":
        """The same once all positions along some dimensions depend on all of them."""
        sides = [side.merged(0) if dim in mixed else side for dim, side in zip(self.dims, self.sides, strict=True)]
        return BoxLayout(self.sizes, tuple([NOWHERE if dim in mixed else dim for dim in self.dims]), sides)

    def permuted(self, order: Sequence[int]) -> "BoxLayout":
        """The same with its dimensions in another order."""
        dims = tuple([dim if dim == NOWHERE else order.index(dim) for dim in self.dims])
        return BoxLayout([self.sizes[dim] for dim in order], dims, self.sides)

    def spread(self, sizes: Sequence[int]) -> "BoxLayout":
        """The same, broadcast to other sizes."""
        added = len(sizes) - len(self.sizes)
        dims, sides = list(self.dims), list(self.sides)
        for i, dim in enumerate(dims):
            if dim == NOWHERE:
                continue
            dims[i] = dim + added
            if sizes[dim + added] != self.sizes[dim]:
                dims[i], sides[i] = NOWHERE, sides[i].selected(0, 0)
        return BoxLayout(sizes, tuple(dims), sides)

    def holds(self, other: "BoxLayout") -> bool:
        """Whether even sides, and whole axes, alone show that the other's boxes lie inside, also without borders."""
        large = small = None
        for i, (mine, theirs) in enumerate(zip(self.sides, other.sides)):  # noqa: B905 - "strict" costs half of it
            if self.dims[i] != other.dims[i]:
                if self.dims[i] == NOWHERE and _is_all(mine):
                    continue
                return False
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
        if even is None:
            return _ALL if self.dims[0] == NOWHERE else -1
        return even.hi - even.lo


def _is_all(side: Support) -> bool:
    """Whether a side that is the same for all elements is the whole axis."""
    return side.bits is None and side.unbounded is None and side.lo.item() == 0 and side.hi.item() == side.length - 1


def boxed(layout: Layout) -> AnyLayout:
    """The layout as a box, if it is one."""
    if len(layout.terms) != 1:
        return layout
    *factors, last = layout.terms[0]
    if last is not EVERYWHERE:
        return layout
    atoms: list[int] = []
    for dims, _ in factors:
        if len(dims) > 1 or (dims and dims[0] in atoms):
            return layout
        atoms.append(dims[0] if dims else NOWHERE)
    sides = [support for _, support in factors]
    if layout.simple:
        return BoxLayout(layout.sizes, tuple(atoms), sides)
    places = {NOWHERE: NOWHERE}
    for dim, (start, stop) in enumerate(layout.ranges()):
        if stop == start + 1:
            places[start] = dim
    # Within a merged dimension nothing may vary.
    if not places.keys() >= set(atoms):
        return layout
    return BoxLayout(layout.shape, tuple([places[atom] for atom in atoms]), sides)


def widest(boxes: Sequence[BoxLayout]) -> BoxLayout | None:
    """The one that holds all others: of the branches of a block there mostly is one."""
    found = max(boxes, key=BoxLayout.reach)
    for box in boxes:
        if box is not found and not found.holds(box):
            return None
    return found
