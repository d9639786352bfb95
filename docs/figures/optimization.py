"""Figures of the chapter on optimization, drawn from the functions that its checks use."""

from __future__ import annotations

import math
from itertools import pairwise

import torch
import torch.nn.functional as F
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from dlchecked.batches import fewest_iterations, noisy_descent
from dlchecked.descent import best_heavy_ball, best_rate, descent_path, newton_path
from figures.palette import C1, C2, C3, FG, MUTED, WIDTH


def variance_by_batch_size() -> Figure:
    """The variance of a batch's gradient as a share of one sample's, for batches from six samples."""
    samples = 6
    sizes = range(1, samples + 1)
    figure, axes = plt.subplots()
    axes.plot(sizes, [1 / size for size in sizes], "--s", color=C2, markersize=5)
    without = [(samples - size) / ((samples - 1) * size) for size in sizes]
    axes.plot(sizes, without, "-o", color=C1, markersize=5)
    axes.text(3.2, 0.37, "with replacement", color=FG)
    axes.text(1.2, 0.12, "without", color=FG)
    axes.annotate("SGD", (1, 1), (8, -2), textcoords="offset points", color=FG)
    axes.annotate("GD", (samples, 0), (0, 10), textcoords="offset points", color=FG, ha="center")
    axes.set(xlabel="batch size B, of six samples", ylabel="variance of the gradient", ylim=(-0.04, 1.06))
    axes.set_yticks([0, 0.5, 1], ["0", "½ σ²", "σ²"])
    return figure


def zero_one_loss() -> Figure:
    """The share of wrong answers against a threshold on five points, and a smooth loss of the same answers."""
    points = torch.tensor([1.0, 3.0, 5.0, 7.0, 9.0])  # all above, if the threshold is right
    at = torch.linspace(0, 10, 201)
    figure, axes = plt.subplots()
    shares = [count / 5 for count in range(6)]
    edges = [0, *points.tolist(), 10]
    for (low, high), share in zip(pairwise(edges), shares, strict=True):
        axes.plot([low, high], [share, share], color=C1, linewidth=2.4)
    logits = points - at[:, None]
    axes.plot(at, F.softplus(-logits).mean(1) / 4, "--", color=C2)
    axes.plot(points, torch.full_like(points, -0.06), "|", color=MUTED, markersize=10)
    axes.text(0.1, 0.5, "share of wrong\nanswers", color=FG)
    axes.text(8.9, 1.05, "cross-entropy, scaled", color=FG, ha="right")
    axes.set(xlabel="threshold", ylabel="loss", ylim=(-0.1, 1.3), yticks=[0, 0.5, 1])
    return figure


def error_by_gradients() -> Figure:
    """The mean square error on one quadratic against the gradients of samples spent, by SGD and by GD."""
    samples = 1_000
    spent = torch.logspace(0, 4.05, 200)
    figure, axes = plt.subplots()
    axes.plot(spent, 1 / (1 + spent), color=C1)
    steps = torch.arange(9)
    squares = 0.25**steps
    # Between its steps GD stands still.
    axes.step([1, *(samples * steps[1:]).tolist()], squares, where="post", color=C2, linestyle="--")
    axes.text(9, 0.02, "SGD", color=FG)
    axes.text(200, 1.3, "GD", color=FG)
    axes.set(xscale="log", yscale="log", xlabel="gradients of samples", ylabel="mean square error", ylim=(3e-5, 3))
    axes.minorticks_off()
    return figure


def where_descent_ends() -> Figure:
    """Two losses with starts of GD on them: one from which it reaches a poorer minimum, one with a flat inflection."""
    panels = (
        (lambda w: w**4 / 4 + w**3 / 3 - w**2, lambda w: w * (w - 1) * (w + 2), (-2.9, 1.95), (-2.8, 1.85), 0.1),
        (lambda x: 3 * x**4 - 4 * x**3, lambda x: 12 * x**2 * (x - 1), (-0.75, 1.45), (-0.7, 1.4), 0.01),
    )
    figure, both = plt.subplots(1, 2, figsize=(WIDTH, 2.9))
    for axes, (loss, slope, (low, high), starts, rate) in zip(both, panels, strict=True):
        w = torch.linspace(low, high, 120)
        axes.plot(w, loss(w), color=C1)
        for start, colour, marker in zip(starts, (C3, C2), ("o", "s"), strict=True):
            at, visited = start, [start]
            for _ in range(400):
                at -= rate * slope(at)
                if abs(at - visited[-1]) > 0.015:  # points on one another would only make the picture heavy
                    visited.append(at)
            shown = torch.tensor([*visited, at])
            axes.plot(shown, loss(shown), marker, color=colour, markersize=5, alpha=0.6, markeredgewidth=0)
            # Into the bowl, beside the first of its points.
            inwards = 1 if start < 0 else -1
            axes.annotate(
                "start",
                (start, loss(start)),
                (7 * inwards, 0),
                textcoords="offset points",
                ha="left" if inwards > 0 else "right",
                va="center",
            )
        axes.set(xticks=[], yticks=[])
    both[0].set(xlabel="two minima", ylabel="loss")
    both[1].set(xlabel="a flat inflection")
    return figure


def iterations_by_batch_size() -> Figure:
    """Iterations to 1 % of the first loss, with the best learning rate and with one that is kept."""
    curvatures = torch.logspace(-2, 0, 50, dtype=torch.double)
    rates = torch.logspace(-3, math.log10(2), 200, dtype=torch.double)
    kept = torch.tensor([0.005], dtype=torch.double)
    sizes = [2**k for k in range(12)]
    best = [fewest_iterations(curvatures, size, rates)[0] for size in sizes]
    floor = fewest_iterations(curvatures, math.inf, rates)[0]
    few = [sizes[0], sizes[2], sizes[5], sizes[-1]]
    figure, axes = plt.subplots(figsize=(WIDTH, 3.2))
    axes.plot(few, [fewest_iterations(curvatures, size, kept)[0] for size in few], "-.", color=C2)
    axes.plot(sizes[:9], [best[0] / size for size in sizes[:9]], "--", color=MUTED, linewidth=1.2)
    axes.axhline(floor, color=MUTED, linewidth=1.2, linestyle=":")
    axes.plot(sizes, best, "-o", color=C1, markersize=5)
    axes.text(40, 7600, "rate kept at 0.005", color=FG, ha="center")
    axes.text(30, 260, "best rate", color=FG)
    axes.text(7, 130, "halving", color=FG, ha="center")
    axes.text(1, floor * 0.78, "no noise", color=FG, va="top")
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.set_xticks([1, 4, 16, 64, 256, 1024], ["1", "4", "16", "64", "256", "1,024"])
    axes.set_yticks([10, 100, 1000, 10000], ["10", "100", "1,000", "10,000"])
    axes.minorticks_off()
    axes.set(xlabel="batch size B", ylabel="iterations", ylim=(8, 13000))
    return figure


def out_of_a_minimum() -> Figure:
    """Where runs of GD and SGD end that start at the poorer of two minima."""

    def slope(w: torch.Tensor) -> torch.Tensor:
        return w * (w - 1) * (w + 2)

    torch.manual_seed(0)
    start = torch.ones(100)
    rates = [0.1 * (1 - t / 900) for t in range(900)]
    w = torch.linspace(-2.95, 1.95, 80)
    figure, axes = plt.subplots(figsize=(WIDTH, 3.2))
    axes.plot(w, w**4 / 4 + w**3 / 3 - w**2, color=C1)
    for label, noise, level, colour, marker in (("GD", 0, -3.6, C2, "s"), ("SGD", 3, -4.4, C3, "o")):
        ends = noisy_descent(slope, start, rates, noise)
        seen = ends.unique()
        axes.plot(seen, torch.full_like(seen, level), marker, color=colour, markersize=4, alpha=0.7, markeredgewidth=0)
        for minimum in (-2, 1):
            runs = int(((ends < 0) == (minimum < 0)).sum())
            axes.text(minimum, level + 0.18, f"{label}: {runs}", color=FG, ha="center", va="bottom")
    axes.annotate(
        "start", (1, -5 / 12), (1, 0.9), color=FG, ha="center", arrowprops={"arrowstyle": "->", "color": MUTED}
    )
    axes.set(xlabel="parameter w", ylabel="loss", ylim=(-4.7, 2.2), yticks=[-2, 0, 2], xticks=[-2, -1, 0, 1])
    return figure


def ravine_paths() -> Figure:
    """The first steps of GD, of momentum and of Newton's method in a ravine."""
    curvatures = torch.tensor([1.0, 20.0], dtype=torch.double)

    def ravine(p: torch.Tensor) -> torch.Tensor:
        return (curvatures * p**2).sum(-1) / 2

    start = torch.tensor([-10.0, 1.0], dtype=torch.double)
    rate, momentum = best_heavy_ball(1, 20)
    paths = [
        ("GD", descent_path(ravine, start, best_rate(1, 20), 20), C2, "s"),
        ("momentum", descent_path(ravine, start, rate, 20, momentum), C1, "o"),
    ]
    newton = newton_path(ravine, start, 1)
    turn = torch.linspace(0, 2 * math.pi, 60)
    figure, panels = plt.subplots(2, 1, figsize=(WIDTH, 4.6), sharex=True, sharey=True)
    for axes, (label, path, colour, marker) in zip(panels, paths, strict=True):
        for level in (4, 24, 60):
            x, y = (2 * level) ** 0.5 * turn.cos(), (2 * level / 20) ** 0.5 * turn.sin()
            axes.plot(x, y, color=MUTED, linewidth=0.6, alpha=0.6)
        axes.plot(*path.T, color=colour, marker=marker, markersize=3.6, linewidth=1.3, label=label)
        axes.plot(*newton.T, "--", color=C3, marker="D", markersize=4.5, linewidth=1.3, label="Newton")
        axes.legend(loc="lower right", bbox_to_anchor=(1, 0.98), ncols=2, handlelength=1.8)
        axes.set(ylabel="steep direction", xlim=(-11.5, 11.5))
    panels[1].set(xlabel="flat direction")
    return figure
