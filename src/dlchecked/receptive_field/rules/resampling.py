"""Resizing by interpolation, in exact arithmetic: a weight that is zero reads nothing."""

from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from dlchecked.receptive_field.endless import LONGEST_PERIOD, EndlessTaps
from dlchecked.receptive_field.registry import Unsupported, rule
from dlchecked.receptive_field.rules.arguments import expect_output
from dlchecked.receptive_field.rules.pooling import adaptive
from dlchecked.receptive_field.tensor import TracedTensor, is_traced
from dlchecked.receptive_field.windows import Index, Window, gathering


@rule("interpolate", "upsample")
def interpolate(
    input: TracedTensor,  # noqa: A002
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
        windows[2 + axis] = resizing(length, outputs, factor, mode, bool(align_corners), antialias)
    return input.slid(windows)


@rule("upsample_nearest", "upsample_bilinear")
def deprecated(input: TracedTensor, *args: Any, **kwargs: Any) -> TracedTensor:  # noqa: A002
    """Left out: torch itself says to use interpolate."""
    raise Unsupported("torch has deprecated it in favour of interpolate")


@lru_cache(maxsize=256)
def resizing(
    length: int, outputs: int, factor: float | None, mode: str, align_corners: bool, antialias: bool
) -> Window:
    """The positions that every output position has a non-zero weight for."""
    step = Fraction(length, outputs) if factor is None else 1 / Fraction(factor).limit_denominator(1 << 20)
    if mode == "area":
        return adaptive(length, outputs)
    if mode.startswith("nearest"):
        return _nearest(length, outputs, factor, mode, step)
    if align_corners:
        step = Fraction(length - 1, outputs - 1) if outputs > 1 else Fraction(0)
    reach = 2 if mode == "bicubic" else 1
    # Linear modes move a centre that lies before the first position onto it.
    first = 0 if reach == 1 and not antialias else None
    taps = _taps(np.arange(outputs), step, reach, align_corners, antialias, first)
    outside = taps == _NOTHING
    clamped = taps.clip(0, length - 1)
    dropped = outside | ((taps != clamped) & antialias)
    return gathering(np.where(dropped, -1, clamped), _endless(step, reach, align_corners, antialias))


_NOTHING = -(1 << 40)


def _taps(
    unit: Index, step: Fraction, reach: int, align_corners: bool, antialias: bool, first: int | None = None
) -> Index:
    """(taps, outputs) positions with a non-zero weight, before any border; _NOTHING where there is no tap."""
    a, b = step.numerator, step.denominator
    # The centre of an output in input positions is centre / (2 b).
    centre = 2 * unit * a if align_corners else (2 * unit + 1) * a - b
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


def _endless(step: Fraction, reach: int, align_corners: bool, antialias: bool) -> EndlessTaps | None:
    if step == 0 or step.denominator > LONGEST_PERIOD:
        return None
    taps = _taps(np.arange(step.denominator), step, reach, align_corners, antialias)
    offsets = tuple(tuple(int(t) for t in column if t != _NOTHING) for column in taps.T)
    return EndlessTaps(step.denominator, step.numerator, offsets)


def _nearest(length: int, outputs: int, factor: float | None, mode: str, step: Fraction) -> Window:
    # torch multiplies in floating point here, and its rounding decides which neighbour is nearest.
    positions = torch.arange(length, dtype=torch.float32).view(1, 1, -1)
    if factor is None:
        found = F.interpolate(positions, size=outputs, mode=mode)
    else:
        found = F.interpolate(positions, scale_factor=factor, mode=mode, recompute_scale_factor=False)
    half = step / 2 if mode == "nearest-exact" else Fraction(0)
    endless = None
    if step.denominator <= LONGEST_PERIOD:
        offsets = tuple((int((phase * step + half) // 1),) for phase in range(step.denominator))
        endless = EndlessTaps(step.denominator, step.numerator, offsets)
    return gathering(found.view(1, -1).to(torch.int64).numpy(), endless)


@rule("grid_sample")
def grid_sample(input: Any, grid: Any, *_: Any, **__: Any) -> TracedTensor:  # noqa: A002
    """Positions that are values."""
    reason = "depends on the input" if is_traced(grid) else "is a list of values"
    raise Unsupported(f"where it reads {reason}")
