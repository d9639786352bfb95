"""Figures of the chapter on backpropagation, drawn from the functions that its checks use."""

from __future__ import annotations

import torch
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from dlchecked.finite_differences import Scheme, gradient, median_error
from dlchecked.two_layer import RELU, Network, forward, gradients
from figures.palette import C1, C2, C3, FG, MUTED, WIDTH


def _written(values: torch.Tensor) -> str:
    """A number, a vector as (a, b), or a matrix row by row."""
    if values.dim() == 2 and len(values) > 1:
        return "[" + ", ".join(_written(row) for row in values) + "]"
    entries = [f"{value + 0.0:g}".replace("-", "−") for value in values.flatten().tolist()]
    return entries[0] if len(entries) == 1 else f"({', '.join(entries)})"


def forward_and_backward() -> Figure:
    """The values of question 1's network for one sample, and the derivatives of its loss by each of them."""
    net = Network(
        W1=torch.tensor([[1.0, -1.0], [-1.0, 1.0]]),
        b1=torch.zeros(2),
        W2=torch.tensor([[0.5, 1.0]]),
        b2=torch.tensor([-0.25]),
    )
    x, y = torch.tensor([[2.0, 1.0]]), torch.ones(1)
    z, h, out = forward(net, x, RELU)
    by_hand = gradients(net, x, y, RELU, weight=0.0)
    chain = [
        ("$x$", x, by_hand.X),
        ("$z$", z, by_hand.b1),
        ("$h$", h, by_hand.b2 * net.W2),
        ("$\\hat{y}$", out, by_hand.b2),
        ("$\\ell$", None, torch.ones(1)),
    ]
    figure, axes = plt.subplots(figsize=(3.7, 4.4))
    for place, (name, value, slope) in enumerate(chain):
        circle = {"boxstyle": "circle,pad=0.25", "facecolor": "none", "edgecolor": FG, "linewidth": 1}
        axes.text(0, -place, name, ha="center", va="center", fontsize=13, bbox=circle)
        axes.text(-0.32, -place, "−log ŷ" if value is None else _written(value), ha="right", va="center", color=C1)
        axes.text(0.32, -place, _written(slope), ha="left", va="center", color=C2)
        if place:
            for side, ends, colour, style in [(-0.07, (1, 0), C1, "-"), (0.07, (0, 1), C2, "--")]:
                heights = [-place + 0.26 + 0.48 * end for end in ends]
                arrow = {"arrowstyle": "->", "color": colour, "linestyle": style, "shrinkA": 0, "shrinkB": 0}
                axes.annotate("", (side, heights[1]), (side, heights[0]), arrowprops=arrow)
    beside = [
        (-0.5, [("$W_1$", by_hand.W1), ("$b_1$", by_hand.b1)]),
        (-2.5, [("$W_2$", by_hand.W2), ("$b_2$", by_hand.b2)]),
    ]
    for height, parameters in beside:
        for row, (name, slope) in enumerate(parameters):
            axes.text(0.5, height + 0.15 - 0.3 * row, name, va="center", color=C2)
            axes.text(0.78, height + 0.15 - 0.3 * row, _written(slope), va="center", color=C2)
    axes.text(-0.32, 0.55, "values", ha="right", color=C1)
    axes.text(0.32, 0.55, "derivatives of the loss", ha="left", color=C2)
    axes.set(xlim=(-0.95, 1.8), ylim=(-4.4, 0.8))
    axes.axis("off")
    return figure


def error_against_step() -> Figure:
    """Median error of finite differences of exp(sin t) against the step."""
    figure, axes = plt.subplots(figsize=(WIDTH, 3.4))
    curves: list[tuple[Scheme, torch.dtype, int, str, str, str]] = [
        ("forward", torch.float64, 15, C2, "--", "forward, double"),
        ("central", torch.float64, 15, C1, "-", "central, double"),
        ("central", torch.float32, 7, C3, ":", "central, single"),
    ]
    for scheme, dtype, decades, colour, style, label in curves:
        t = torch.linspace(0.5, 1.5, 1_001, dtype=dtype)
        steps = [10 ** (-n / 3) for n in range(3, 3 * decades + 1)]
        errors = [median_error(_f, _slope, t, step, scheme) for step in steps]
        axes.loglog(steps, errors, style, color=colour, label=label)
    axes.set(xlabel="step ε", ylabel="error of the derivative", xticks=[1e-15, 1e-12, 1e-9, 1e-6, 1e-3])
    axes.set_yticks([1e-13, 1e-10, 1e-7, 1e-4, 1e-1])
    axes.set(ylim=(1e-14, 1))
    axes.minorticks_off()
    axes.grid(color=MUTED, alpha=0.3)
    axes.legend(loc="lower left")
    return figure


def _f(t: torch.Tensor) -> torch.Tensor:
    return torch.exp(torch.sin(t))


def _slope(t: torch.Tensor) -> torch.Tensor:
    return torch.exp(torch.sin(t)) * torch.cos(t)


def secants() -> Figure:
    """A curve, its tangent at one point, and the secants of a forward and of a central difference."""
    at, step = 1.0, 0.8

    def f(t: torch.Tensor) -> torch.Tensor:
        return torch.exp(t) / 4

    figure, axes = plt.subplots(figsize=(WIDTH, 2.9))
    t = torch.linspace(-0.1, 2.1, 80)
    axes.plot(t, f(t), color=MUTED)
    place, ahead, behind = torch.tensor([at, at + step, at - step])
    ends = torch.tensor([-0.1, 2.1])
    axes.plot(ends, f(place) + f(place) * (ends - at), ":", color=FG, linewidth=1.4, label="tangent")
    for left, colour, line, label in [(place, C2, "--o", "forward"), (behind, C1, "-o", "central")]:
        axes.plot([left, ahead], [f(left), f(ahead)], line, color=colour, markersize=5, label=label)
    axes.set(xticks=[at - step, at, at + step], xticklabels=["−ε", "here", "+ε"], yticks=[], ylabel="loss")
    axes.legend(loc="upper left")
    return figure


def foo_against_step() -> Figure:
    """The largest error of 20 numerical gradients of question 3's function, against the step."""
    torch.manual_seed(0)
    figure, axes = plt.subplots(figsize=(WIDTH, 3.0))
    steps = [10.0**-n for n in range(13)]

    def error(step: float, dtype: torch.dtype) -> float:
        inputs, weights, bias = (torch.rand(n, 5, dtype=dtype) for n in (100, 5, 1))
        exact = (inputs.mean(0) / 5).unsqueeze(1).expand(5, 5)
        found = gradient(lambda moved: torch.mean(inputs @ moved + bias), weights, step)
        return float((found - exact).abs().max())

    for dtype, kept, colour, line, label in [
        (torch.float32, steps[:7], C2, "--s", "single"),
        (torch.float64, steps, C1, "-o", "double"),
    ]:
        worst = [max(error(step, dtype) for _ in range(20)) for step in kept]
        axes.loglog(kept, worst, line, color=colour, markersize=4, label=label)
    axes.axhline(1e-6, color=MUTED, linestyle=":", linewidth=1.2)
    axes.text(2e-9, 2e-6, "allclose fails above", va="bottom", color=FG)
    axes.set(xlabel="step ε", ylabel="largest error")
    axes.legend(loc="lower left")
    return figure


def products_by_shape() -> Figure:
    """The three products of an affine layer's backward as rectangles, for more samples than inputs or outputs."""
    samples, outs, ins = 1.5, 0.6, 1.0
    rows = [
        [("$G$", samples, outs, C2), ("$W$", outs, ins, C1), ("for $X$", samples, ins, C3)],
        [("$G^⊤$", outs, samples, C2), ("$X$", samples, ins, C1), ("for $W$", outs, ins, C3)],
        [("$G^⊤$", outs, samples, C2), ("1", samples, 0.25, C1), ("for $b$", outs, 0.25, C3)],
    ]
    figure, axes = plt.subplots(figsize=(WIDTH, 3.9))
    for row, factors in enumerate(rows):
        for (name, height, width, colour), centre, sign in zip(factors, (0.9, 2.7, 4.6), ("", "·", "="), strict=True):
            corner = (centre - width / 2, -1.85 * row - height / 2)
            axes.add_patch(Rectangle(corner, width, height, facecolor=colour, alpha=0.25))
            axes.add_patch(Rectangle(corner, width, height, facecolor="none", edgecolor=colour))
            beside = centre + width / 2 + 0.15 if sign == "=" else centre
            axes.text(beside, -1.85 * row, name, ha="left" if sign == "=" else "center", va="center")
            axes.text(centre - 0.95, -1.85 * row, sign, ha="center", va="center")
    axes.set(xlim=(0, 6.1), ylim=(-4.7, 0.9), aspect="equal")
    axes.set_axis_off()
    return figure
