"""Which positions of its input a layer reads along one axis, for every position of its output."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from dlchecked.receptive_field.axis.even_intervals import EvenReads
from dlchecked.receptive_field.axis.unbounded import UnboundedTaps

Index = npt.NDArray[np.int64]


class Window:
    """The positions read by every output position along one axis.

    Attributes:
        outputs: number of output positions.
        full: whether every output position reads at least one position.
        monotone: whether neither end of what is read moves backwards from one output position to the next
            (at a border, a dilated kernel can).
        first, last: the lowest and the highest position that each output reads, where all that lies between
            is read in equal steps; otherwise None.
        step: distance between neighbouring positions that are read; 0 where only one is.
        seamless: whether each output begins to read no later than right after the last position of the one
            before, and none moves backwards.
        even: all of this in four integers, where nothing but the borders cuts off what is read.
        unbounded: the same without borders, or None where that makes no sense.
    """

    __slots__ = ("_taps", "even", "first", "full", "last", "monotone", "outputs", "seamless", "step", "unbounded")

    def __init__(self, outputs: int, step: int, unbounded: UnboundedTaps | None) -> None:
        """An empty window: the functions below fill it."""
        self.outputs = outputs
        self.step = step
        self.unbounded = unbounded
        self.full = False
        self.monotone = False
        self.seamless = False
        self.even: EvenReads | None = None
        self.first: Index | None = None
        self.last: Index | None = None
        self._taps: Index | tuple[int, int, int, int, int] | None = None

    @property
    def taps(self) -> Index:
        """(taps, outputs) positions read, −1 for a tap that falls outside."""
        if isinstance(self._taps, tuple):
            length, kernel, stride, dilation, before = self._taps
            starts = np.arange(self.outputs) * stride - before
            taps = starts + (np.arange(kernel) * dilation)[:, None]
            self._taps = np.where((taps >= 0) & (taps < length), taps, -1)
        assert self._taps is not None
        return self._taps


@lru_cache(maxsize=2048)
def sliding(length: int, kernel: int, stride: int, dilation: int, before: int, outputs: int) -> Window:
    """Output j reads ``j * stride − before + k * dilation`` for k < kernel (convolution, pooling)."""
    unbounded = UnboundedTaps(1, stride, (range(-before, -before + (kernel - 1) * dilation + 1, dilation),))
    window = Window(outputs, dilation if kernel > 1 else 0, unbounded)
    starts = np.arange(outputs) * stride - before
    lowest = np.maximum(0, -(starts // dilation))
    highest = np.minimum(kernel - 1, (length - 1 - starts) // dilation)
    window.full = bool((lowest <= highest).all())
    window.first = starts + lowest * dilation
    window.last = starts + highest * dilation
    window.monotone = bool((np.diff(window.first) >= 0).all() and (np.diff(window.last) >= 0).all())
    window.seamless = window.full and window.monotone and bool((window.first[1:] <= window.last[:-1] + 1).all())
    window._taps = (length, kernel, stride, dilation, before)
    begins, ends = -before, (kernel - 1) * dilation - before
    end = (outputs - 1) * stride
    if window.full and (window.step < 2 or (begins >= 0 and end + ends < length)):
        window.even = EvenReads(outputs, stride, begins, ends, window.step)
    return window


@lru_cache(maxsize=512)
def transposed(length: int, kernel: int, stride: int, dilation: int, before: int, outputs: int) -> Window:
    """Output j reads every i with ``i * stride − before + k * dilation = j`` for a k < kernel."""
    offsets = []
    for phase in range(stride):
        reached = [phase + before - k * dilation for k in range(kernel)]
        offsets.append(sorted(r // stride for r in reached if r % stride == 0))
    targets = np.arange(outputs) + before - (np.arange(kernel) * dilation)[:, None]
    sources = targets // stride
    hit = (targets % stride == 0) & (sources >= 0) & (sources < length)
    return _of_taps(np.where(hit, sources, -1), UnboundedTaps(stride, 1, tuple(offsets)))


@lru_cache(maxsize=512)
def picking(positions: Sequence[int], unbounded: UnboundedTaps | None = None) -> Window:
    """Output j reads exactly ``positions[j]``, or nothing where that is −1 (slices, flips, padding)."""
    return _of_taps(np.array(positions, dtype=np.int64)[None, :], unbounded)


def gathering(taps: Index, unbounded: UnboundedTaps | None = None) -> Window:
    """Output j reads ``taps[:, j]``, where −1 stands for nothing."""
    return _of_taps(np.asarray(taps, dtype=np.int64), unbounded)


@lru_cache(maxsize=512)
def slicing(length: int, start: int, stop: int, step: int) -> Window:
    """Output j reads position ``start + j * step``."""
    positions = range(start, stop, step)
    window = picking(positions, UnboundedTaps(1, step, (range(start, start + 1),)))
    if step > 0 and positions:
        window.even = EvenReads(len(positions), step, start, start, 0)
    return window


@lru_cache(maxsize=512)
def padding(length: int, before: int, after: int, mode: str) -> Window:
    """Output j reads position ``j − before``, or what the padding mode puts in its place."""
    wanted = np.arange(-before, length + after)
    if mode == "constant":
        found = np.where((wanted >= 0) & (wanted < length), wanted, -1)
    elif mode == "replicate":
        found = wanted.clip(0, length - 1)
    elif mode == "circular":
        found = wanted % length
    else:
        found = np.abs(wanted)
        found = np.where(found >= length, 2 * (length - 1) - found, found)
    return picking(tuple(found.tolist()), UnboundedTaps(1, 1, (range(-before, 1 - before),)))


def _of_taps(taps: Index, unbounded: UnboundedTaps | None) -> Window:
    window = Window(taps.shape[1], 0, unbounded)
    window._taps = taps
    window.full = bool((taps >= 0).any(0).all())
    if len(taps) == 1:
        window.first = window.last = taps[0]
        window.monotone = window.outputs > 0 and bool((np.diff(taps[0]) >= 0).all())
    return window
