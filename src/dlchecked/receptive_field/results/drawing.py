"""Fields as pictures. matplotlib is imported only when one is drawn."""

from collections.abc import Sequence
from typing import Any

import torch

from dlchecked.receptive_field.errors import InvalidArgument, MissingPackage

_COLOR = "tab:blue"
# First and last position along each axis.
Interval = Sequence[tuple[int, int]]


def draw_field(mask: torch.Tensor, unit: tuple[int, ...], interval: Interval | None, axes: Any = None) -> Any:
    """The positions that a unit sees, and the box around them."""
    axes = _axes(axes)
    axes.imshow(_plane(mask).numpy(), cmap="Blues", vmin=0, vmax=2, interpolation="nearest")
    if interval is not None:
        _frame(axes, interval)
        spans = ", ".join(f"{first} to {last}" for first, last in interval)
        axes.set_title(f"unit {unit} sees {spans}: {int(mask.sum())} positions", fontsize="medium")
    return axes


def draw_gradient(gradient: torch.Tensor, axes: Any, interval: Interval | None) -> Any:
    """A map of gradients, relative to the largest, and a box."""
    axes = _axes(axes)
    largest = float(gradient.max()) or 1.0
    axes.imshow(_plane(gradient / largest).sqrt().numpy(), cmap="Greys", vmin=0, vmax=1, interpolation="nearest")
    if interval is not None:
        _frame(axes, interval)
    return axes


def _axes(axes: Any) -> Any:
    if axes is not None:
        return axes
    try:
        import matplotlib.pyplot as plt
    except ModuleNotFoundError:
        raise MissingPackage(
            'a picture needs matplotlib, which the extra "examples" of this package installs'
        ) from None
    return plt.subplots()[1]


def _plane(values: torch.Tensor) -> torch.Tensor:
    """One axis as a single row.

    Raises:
        InvalidArgument: if there are more than two axes.
    """
    if values.dim() > 2:
        raise InvalidArgument(f"only one or two spatial axes can be drawn; there are {values.dim()}")
    return values.float().reshape(-1, values.shape[-1])


def _frame(axes: Any, interval: Interval) -> None:
    from matplotlib.patches import Rectangle

    rows, columns = ((0, 0), *interval)[-2:]
    corner = (columns[0] - 0.5, rows[0] - 0.5)
    width, height = columns[1] - columns[0] + 1, rows[1] - rows[0] + 1
    axes.add_patch(Rectangle(corner, width, height, fill=False, edgecolor=_COLOR))
