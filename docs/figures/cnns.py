"""Figures of the chapter on convolutional networks, drawn from the functions that its checks use."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import torch
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import nn
from torch.nn import functional as F

from dlchecked.receptive_field import receptive_field
from dlchecked.residual import ConvStack, dirac_kernel, fit_kernel, residual_to_plain, train
from figures.cells import cells
from figures.palette import C1, C2, C3, FG, MUTED, WIDTH


def _stack(*layers: dict[str, int]) -> nn.Sequential:
    return nn.Sequential(*[nn.Conv2d(1, 1, 3, **options) for options in layers])


def what_a_unit_reads() -> Figure:
    """Along an axis, what a unit above two 3 × 3 layers reads: with stride 1, and with stride 2 in the first."""
    figure, panels = plt.subplots(2, 1, figsize=(WIDTH, 3.6))
    for axes, stride in zip(panels, (1, 2), strict=True):
        first, second = _stack({"stride": stride}, {})
        (low, high), _ = receptive_field(nn.Sequential(first, second), (1, 1, 32, 32)).interval((0, 0))
        middle = (low + high) / 2
        units = {2: [0], 1: [-stride, 0, stride], 0: [at - middle for at in range(low, high + 1)]}
        for level, places in units.items():
            axes.plot(places, [level] * len(places), "s", color=C2 if level == 0 else C1, markersize=13)
        for level in (2, 1):
            step = stride if level == 2 else 1
            for place, tap in itertools.product(units[level], (-step, 0, step)):
                axes.plot([place, place + tap], [level, level - 1], color=MUTED, linewidth=0.9, zorder=0)
        axes.set_title(f"first layer with stride {stride}: {high - low + 1} pixels", loc="left")
        axes.set(xlim=(-3.6, 3.6), ylim=(-0.4, 2.4), xticks=[], yticks=[0, 1, 2])
        axes.set_yticklabels(["pixels", "first layer", "second layer"])
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)
    return figure


def paths_to_a_unit() -> Figure:
    """Paths from each pixel to a unit above ten 3 × 3 layers."""
    paths = torch.ones(1, dtype=torch.double)
    for _ in range(10):
        paths = F.conv1d(paths[None, None], torch.ones(1, 1, 3, dtype=torch.double), padding=2).flatten()
    share = torch.outer(paths, paths) / paths.max() ** 2
    figure, axes = plt.subplots(figsize=(3.2, 3.2))
    for value in share.unique().tolist():
        if value > 0.004:  # fainter than any screen shows
            axes.add_patch(cells((share == value).tolist(), alpha=value))
    axes.add_patch(Rectangle((0, 0), 21, 21, fill=False, edgecolor=MUTED, linewidth=1))
    axes.add_patch(Rectangle((5, 5), 11, 11, fill=False, edgecolor=C2, linewidth=1.4, linestyle="--"))
    ticks = [0.5, 5.5, 10.5, 15.5, 20.5]
    axes.set(aspect="equal", xlim=(-0.3, 21.3), ylim=(21.3, -0.3), xticks=ticks, yticks=ticks)
    axes.set_xticklabels(["−10", "−5", "0", "5", "10"])
    axes.set_yticklabels(["−10", "−5", "0", "5", "10"])
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
    # Each row is as high as the larger field in it, and the other hangs from its own title.
    heights = (15, 29)
    figure, panels = plt.subplots(2, 2, figsize=(4, 3.4), height_ratios=heights)
    side = max(heights)
    for at, rates in enumerate([(2, 2), (1, 2, 4), (2, 4, 8), (2, 3)]):
        axes = panels.flat[at]
        field = receptive_field(_stack(*[{"dilation": d} for d in rates]), (1, 1, 64, 64))
        span = field.size[0]
        read = field.mask((0, 0))[:span, :span]
        axes.add_patch(cells(read.tolist()))
        axes.add_patch(Rectangle((0, 0), span, span, fill=False, edgecolor=MUTED, linewidth=0.8))
        axes.set_title(f"{', '.join(map(str, rates))}: {int(read.sum())} of {span**2}")
        margin = (side - span) / 2 + 0.5
        axes.set(xlim=(-margin, span + margin), ylim=(heights[at // 2] + 0.5, -0.5))
        axes.set(aspect="equal", anchor="N", xticks=[], yticks=[])
        axes.spines[:].set_visible(False)
    return figure


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
    return _kernels(rows)


def filters_of_a_trained_pair() -> Figure:
    """First-layer kernels of a plain and a residual network that began alike, with what the skip adds put in."""
    torch.manual_seed(0)
    x, y = torch.randn(2, 2, 6, 4, 4, dtype=torch.double)
    plain, residual = (ConvStack(depth=3, channels=6, residual=skip) for skip in (False, True))
    residual.load_state_dict(plain.state_dict())

    def adam(parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
        return torch.optim.Adam(parameters, lr=0.01)

    a, b = (train(net, adam, x, y, steps=200)[-1][0] for net in (plain, residual))
    return _kernels([("plain", a[0, :4]), ("residual\n+ identity", residual_to_plain(b)[0, :4])])


_SIGNS = {"positive": C1, "negative": C2}


def _kernels(rows: list[tuple[str, torch.Tensor]]) -> Figure:
    """A row of kernels for each name, the weights in a colour by their sign."""
    figure, panels = plt.subplots(len(rows), 4, figsize=(WIDTH, 1.2 * len(rows)))
    # As strong as the strongest of the first row; what exceeds it is drawn as strong.
    largest = float(rows[0][1].abs().max())
    for number, ((label, kernels), line) in enumerate(zip(rows, panels, strict=True)):
        for channel, axes in enumerate(line):
            for row, column in itertools.product(range(3), repeat=2):
                weight = float(kernels[channel, row, column])
                cell = Rectangle((column, row), 1, 1, facecolor=_SIGNS["positive" if weight > 0 else "negative"])
                cell.set_edgecolor("none")
                cell.set_alpha(min(1, abs(weight) / largest))
                axes.add_patch(cell)
            axes.add_patch(Rectangle((0, 0), 3, 3, fill=False, edgecolor=MUTED, linewidth=0.8))
            axes.set(aspect="equal", xticks=[], yticks=[], xlim=(-0.1, 3.1), ylim=(3.1, -0.1))
            axes.spines[:].set_visible(False)
            if number == 0:
                axes.set_title(f"from {channel}")
        line[0].set_ylabel(label)
    signs = [Rectangle((0, 0), 1, 1, facecolor=colour, label=sign) for sign, colour in _SIGNS.items()]
    figure.legend(handles=signs, loc="outside lower center", ncols=2)
    return figure
