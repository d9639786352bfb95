"""Figures of the chapter on convolutional networks, drawn from the functions that its checks use."""

from __future__ import annotations

import numpy as np
import torch
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.transforms import Affine2D
from torch import nn
from torch.nn import functional as F

from dlchecked.receptive_field import receptive_field
from dlchecked.residual import dirac_kernel, fit_kernel
from pagekit.palette import C1, C2, C3, FG, MUTED, WIDTH, shades


def _stack(*layers: dict[str, int]) -> nn.Sequential:
    return nn.Sequential(*[nn.Conv2d(1, 1, 3, **options) for options in layers])


def paths_to_a_unit() -> Figure:
    """Paths from each pixel to a unit above ten 3 × 3 layers."""
    paths = np.ones(1)
    for _ in range(10):
        paths = np.convolve(paths, np.ones(3))
    figure, axes = plt.subplots(figsize=(3.2, 3.2))
    edges = np.arange(22) - 10.5
    axes.pcolormesh(edges, edges, np.outer(paths, paths), cmap=shades(C1))
    axes.add_patch(Rectangle((-10.5, -10.5), 21, 21, fill=False, edgecolor=MUTED, linewidth=1))
    axes.add_patch(Rectangle((-5.5, -5.5), 11, 11, fill=False, edgecolor=C2, linewidth=1.4, linestyle="--"))
    axes.set(aspect="equal", xticks=[-10, -5, 0, 5, 10], yticks=[-10, -5, 0, 5, 10])
    axes.set(xlabel="columns from the unit", ylabel="rows from the unit")
    axes.spines[:].set_visible(False)
    return figure


def how_fields_grow() -> Figure:
    """Field size against depth for plain, strided and dilated 3 × 3 layers."""
    depth = range(6)
    ways = [
        ("stride 2, each layer", [{"stride": 2}] * 5, C2, "-", "o"),
        ("dilation 1, 2, 4, 8, 16", [{"dilation": 2**i} for i in range(5)], C3, "--", "s"),
        ("plain", [{}] * 5, C1, "-", "o"),
    ]
    figure, axes = plt.subplots()
    for label, layers, colour, line, marker in ways:
        sizes = [1] + [receptive_field(_stack(*layers[:n]), (1, 1, 256, 256)).size[0] for n in depth[1:]]
        hollow = {"markerfacecolor": "none", "markersize": 9} if marker == "s" else {"markersize": 5}
        axes.plot(depth, sizes, line, color=colour, marker=marker, label=label, **hollow)
        if colour != C3:
            axes.annotate(f"{sizes[-1]}", (5, sizes[-1]), xytext=(7, -3), textcoords="offset points")
    axes.set(xlabel="3 × 3 layers", ylabel="pixels seen along an axis", xlim=(0, 5.4))
    axes.legend(loc="upper left")
    return figure


def holes_of_dilation() -> Figure:
    """The pixels that one unit reads, for four choices of rates."""
    figure, panels = plt.subplots(2, 2, figsize=(4, 4))
    side = 29
    for axes, rates in zip(panels.flat, [(2, 2), (1, 2, 4), (2, 4, 8), (2, 3)], strict=True):
        field = receptive_field(_stack(*[{"dilation": d} for d in rates]), (1, 1, 64, 64))
        span = field.size[0]
        corner = (side - span) / 2
        read = field.mask((0, 0))[:span, :span]
        axes.add_patch(_pixels(read.nonzero() + corner))
        axes.add_patch(Rectangle((corner, corner), span, span, fill=False, edgecolor=MUTED, linewidth=0.8))
        axes.set_title(f"{', '.join(map(str, rates))}: {int(read.sum())} of {span**2}")
        axes.set(aspect="equal", xticks=[], yticks=[], xlim=(-0.5, side + 0.5), ylim=(side + 0.5, -0.5))
        axes.spines[:].set_visible(False)
    return figure


def _pixels(corners: torch.Tensor) -> PathPatch:
    """Unit squares at (row, column), as one shape: squares drawn one by one show seams."""
    squares = [Path.unit_rectangle().transformed(Affine2D().translate(x, y)) for y, x in corners.tolist()]
    return PathPatch(Path.make_compound_path(*squares), facecolor=C1, edgecolor="none")


def seven_taps() -> Figure:
    """What each tap of the last layer of question 3 sees along one axis."""
    below = nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1),
        nn.MaxPool2d(2),
        nn.Conv2d(4, 16, 5, stride=2, padding=2),
        nn.MaxPool2d(2),
    )
    field = receptive_field(below, (1, 3, 1024, 1024))
    figure, axes = plt.subplots(figsize=(WIDTH, 2.3))
    for tap in range(7):
        low, high = field.interval((61 - 3 + 2 * tap, 0))[0]
        axes.barh(tap, high - low + 1, left=low - 0.5, height=0.62, color=C1)
        axes.text(high + 2, tap, f"{low} to {high}", va="center", color=FG)
    axes.set(xlabel="input row", ylabel="tap of the last layer", yticks=range(7), xlim=(455, 615))
    axes.set_xticks([459, 491, 523, 555])
    axes.invert_yaxis()
    return figure


def filters_differ_by_identity() -> Figure:
    """Kernels to one output channel: plain, residual, and their difference."""
    torch.manual_seed(0)
    x = torch.randn(8, 4, 6, 6, dtype=torch.double)
    target = 0.6 * torch.randn(4, 4, 3, 3, dtype=torch.double)
    y = F.conv2d(x, target, padding=1)
    start, other_start = torch.randn(2, 4, 4, 3, 3, dtype=torch.double)
    plain = fit_kernel(x, y, start)
    residual = fit_kernel(x, y, other_start, residual=True)
    assert torch.allclose(plain - residual, dirac_kernel(plain), atol=1e-7)
    rows = [("plain", plain[0]), ("residual", residual[0]), ("difference", (plain - residual)[0])]
    figure, panels = plt.subplots(3, 4, figsize=(WIDTH, 3.6))
    largest = float(max(kernels.abs().max() for _, kernels in rows))
    for (label, kernels), line in zip(rows, panels, strict=True):
        for channel, axes in enumerate(line):
            kernel = kernels[channel].numpy()
            axes.pcolormesh(kernel.clip(min=0), cmap=shades(C1), vmin=0, vmax=largest)
            axes.pcolormesh((-kernel).clip(min=0), cmap=shades(C2), vmin=0, vmax=largest)
            axes.add_patch(Rectangle((0, 0), 3, 3, fill=False, edgecolor=MUTED, linewidth=0.8))
            axes.set(aspect="equal", xticks=[], yticks=[])
            axes.invert_yaxis()
            axes.spines[:].set_visible(False)
            if label == "plain":
                axes.set_title(f"from {channel}")
        line[0].set_ylabel(label)
    return figure
