"""Resizing by interpolation, in exact arithmetic: a weight that is zero reads nothing."""

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from dlchecked.receptive_field.axis.unbounded import LONGEST_PERIOD, UnboundedTaps
from dlchecked.receptive_field.axis.windows import Index, Window, gathering
from dlchecked.receptive_field.rules.arguments import expect_output
from dlchecked.receptive_field.rules.pooling import adaptive
from dlchecked.receptive_field.tracing.registry import Unsupported, rule
from dlchecked.receptive_field.tracing.tensor import TracedTensor, is_traced


@rule("interpolate")
def interpolate(
    input: TracedTensor,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: Any = None,
    recompute_scale_factor: Any = None,
    antialias: bool = False,
) -> TracedTensor:
    """Every spatial axis resized by itself."""
    count = len(input.shape) - 2
    windows = {}
    for axis in range(count):
        length = input.shape[2 + axis]
        if size is not None:
            outputs, factor = int(size if isinstance(size, int) else size[axis]), None
        else:
            factor = float(scale_factor[axis] if isinstance(scale_factor, tuple | list) else scale_factor)
            outputs = int(length * factor)
        expect_output("interpolate", outputs, length, 1)
        if recompute_scale_factor:
            factor = None
        windows[2 + axis] = resizing(length, outputs, factor, mode, bool(align_corners), antialias, count)
    if antialias:
        _expect_torch_to_be_right(input.shape[2:], [windows[2 + axis].outputs for axis in range(count)])
    return input.slid(windows)


def _expect_torch_to_be_right(before: Sequence[int], after: Sequence[int]) -> None:
    """Refuse what torch 2.13 computes by the memory's order: of a width of 1, contiguous rows all become the first.

    Raises:
        Unsupported: if this is such a case.
    """
    if after[-1] == 1 and before[0] > 1 and after[0] not in (1, before[0]):
        raise Unsupported("torch itself mixes up the rows of an antialiased output that is 1 wide; resize them first")


@lru_cache(maxsize=256)
def resizing(
    length: int, outputs: int, factor: float | None, mode: str, align_corners: bool, antialias: bool, count: int = 1
) -> Window:
    """The positions that every output position has a non-zero weight for, along one of ``count`` axes."""
    step = Fraction(length, outputs) if factor is None else 1 / Fraction(factor).limit_denominator(1 << 20)
    if mode == "area":
        return adaptive(length, outputs)
    if outputs == length and factor is not None and (antialias or mode.endswith("linear")):
        # Of an axis that stays as it is, torch forgets the factor.
        step = Fraction(1)
    if mode.startswith("nearest"):
        return _nearest(length, outputs, factor, mode, step, count)
    if align_corners:
        step = Fraction(length - 1, outputs - 1) if outputs > 1 else Fraction(0)
    reach = 2 if mode == "bicubic" else 1
    # Linear modes move a centre that lies before the first position onto it.
    first = 0 if reach == 1 and not antialias else None
    taps = _taps(np.arange(outputs), step, reach, align_corners, antialias, first)
    outside = taps == _NOTHING
    clamped = taps.clip(0, length - 1)
    dropped = outside | ((taps != clamped) & antialias)
    return gathering(np.where(dropped, -1, clamped), _unbounded(step, reach, align_corners, antialias))


_NOTHING = -(1 << 40)


def _taps(
    unit: Index, step: Fraction, reach: int, align_corners: bool, antialias: bool, first: int | None = None
) -> Index:
    """(taps, outputs) positions with a non-zero weight, before any border; _NOTHING where there is no tap."""
    a, b = step.numerator, step.denominator
    # The centre of an output in input positions is centre / (2 b).
    # With antialias torch takes the middles of pixels, also where corners are aligned, which changes the step alone.
    centre = 2 * unit * a if align_corners and not antialias else (2 * unit + 1) * a - b
    if first is not None:
        centre = np.maximum(centre, first)
    width = max(a, b) if antialias else b
    span = int(2 * reach * width // (2 * b)) + 1
    taps = centre // (2 * b) + np.arange(-span, span + 2)[:, None]
    distance = np.abs(2 * b * taps - centre)
    weighted = distance < 2 * reach * width
    if reach == 2:
        # The cubic kernel (Keys 1981, equation 4) is zero at distance 1, as at 2.
        weighted &= distance != 2 * width
    return np.where(weighted, taps, _NOTHING)


def _unbounded(step: Fraction, reach: int, align_corners: bool, antialias: bool) -> UnboundedTaps | None:
    if step == 0 or step.denominator > LONGEST_PERIOD:
        return None
    taps = _taps(np.arange(step.denominator), step, reach, align_corners, antialias)
    offsets = tuple(tuple(int(t) for t in column if t != _NOTHING) for column in taps.T)
    return UnboundedTaps(step.denominator, step.numerator, offsets)


def _nearest(length: int, outputs: int, factor: float | None, mode: str, step: Fraction, count: int) -> Window:
    # torch multiplies in floating point here, and its rounding decides which neighbour is nearest; of two axes it
    # takes other ways than of one or three.
    rest = (1,) * (count - 1)
    positions = torch.arange(length, dtype=torch.float32).view(1, 1, -1, *rest)
    if factor is None:
        found = F.interpolate(positions, size=(outputs, *rest), mode=mode)
    else:
        found = F.interpolate(positions, scale_factor=(factor, *map(float, rest)), mode=mode)
    half = step / 2 if mode == "nearest-exact" else Fraction(0)
    unbounded = None
    if step.denominator <= LONGEST_PERIOD:
        offsets = tuple((int((phase * step + half) // 1),) for phase in range(step.denominator))
        unbounded = UnboundedTaps(step.denominator, step.numerator, offsets)
    return gathering(found.view(1, -1).to(torch.int64).numpy(), unbounded)


@rule("grid_sample")
def grid_sample(input: Any, grid: Any, *_: Any, **__: Any) -> TracedTensor:
    """Positions that are values."""
    reason = "depends on the input" if is_traced(grid) else "is a list of values"
    raise Unsupported(f"where it reads {reason}")
