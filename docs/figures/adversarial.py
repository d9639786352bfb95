"""Figures of the questions on generative adversarial networks, drawn from the functions that their checks use."""

from __future__ import annotations

import math

import torch
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from dlchecked.gan import chase, play
from figures.palette import C1, C2, C3, FG, MUTED, WIDTH


def losses_along_a_game() -> Figure:
    """Both losses of a game on four points, and how far the fakes are from the data."""
    p = torch.full((4,), 0.25, dtype=torch.double)
    q = torch.tensor([0.85, 0.05, 0.05, 0.05], dtype=torch.double)
    game = play(p, q, torch.zeros_like(p), steps=70, discriminator_lr=1, generator_lr=1)
    figure, (losses, distance) = plt.subplots(
        2, 1, figsize=(WIDTH, 4.2), sharex=True, gridspec_kw={"height_ratios": [5, 3]}
    )
    for course, name, colour, line in [
        (game.discriminator_loss, "discriminator", C1, "-"),
        (game.generator_loss, "generator", C2, "--"),
    ]:
        losses.plot(course.numpy(), line, color=colour, label=name)
    for level, name in [(2 * math.log(2), "2 log 2"), (math.log(2), "log 2")]:
        losses.axhline(level, color=MUTED, linewidth=1, linestyle=":")
        losses.annotate(name, (70, level), xytext=(3, -3), textcoords="offset points", annotation_clip=False)
    losses.set(ylabel="loss", ylim=(0.4, 1.95), xlim=(0, 70))
    losses.legend(loc="upper right", ncols=2)
    distance.plot(game.distance.numpy(), color=C3)
    distance.set(xlabel="round", ylabel="distance", ylim=(-0.01, 0.22), yticks=[0, 0.1, 0.2])
    return figure


def _box(axes: Axes, x: float, y: float, text: str, trained: bool) -> None:
    box = FancyBboxPatch((x - 0.42, y - 0.3), 0.84, 0.6, boxstyle="round,pad=0.02,rounding_size=0.1")
    box.set(facecolor="none", edgecolor=C1 if trained else MUTED, linewidth=1.8 if trained else 1)
    box.set_linestyle("-" if trained else ":")
    axes.add_patch(box)
    axes.text(x, y, text, ha="center", va="center", color=FG)


def what_each_step_reaches() -> Figure:
    """How far the gradient of either player's loss runs back."""
    figure, axes = plt.subplots(figsize=(WIDTH, 3.5))
    arrow = {"arrowstyle": "-|>", "shrinkA": 0, "shrinkB": 0, "color": MUTED}
    back = {**arrow, "color": C2, "linewidth": 1.8}
    for y, title, trained in [(2.6, "step of the discriminator", "D"), (0.6, "step of the generator", "G")]:
        axes.text(0, y + 0.72, title, color=FG)
        for x, name in [(0.2, "z"), (3.4, "loss")]:
            axes.text(x, y, name, ha="center", va="center", color=FG)
        for x, name in [(1.2, "G"), (2.4, "D")]:
            _box(axes, x, y, name, trained == name)
        for start, end in [(0.32, 0.74), (1.66, 1.94), (2.86, 3.14)]:
            axes.annotate("", (end, y), (start, y), arrowprops=arrow)
        below = y - 0.48
        reach = 2.4 if trained == "D" else 1.2
        axes.annotate("", (reach, below), (3.4, below), arrowprops=back)
    axes.plot([1.8], [2.12], marker="x", markersize=9, markeredgewidth=2, color=C2)
    axes.text(1.66, 2.12, "detach", ha="right", va="center", color=FG)
    axes.set(xlim=(-0.05, 3.75), ylim=(-0.05, 3.5))
    axes.axis("off")
    return figure


def three_outcomes() -> Figure:
    """The prior, cut into three outcomes, and the range of numbers that reaches only one of them."""
    cut = float(torch.special.ndtri(torch.tensor(0.9, dtype=torch.double)))
    z = torch.linspace(-3.2, 3.2, 321, dtype=torch.double)
    density = torch.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    figure, axes = plt.subplots(figsize=(WIDTH, 2.8))
    axes.plot(z, density, color=FG, linewidth=1.2)
    outcomes = [(z <= -cut, C2, "0.1", -2.35), ((-cut <= z) & (z <= cut), C1, "0.8", 0), (z >= cut, C3, "0.1", 2.35)]
    for number, (within, colour, share, at) in enumerate(outcomes):
        axes.fill_between(z[within], density[within], color=colour, alpha=0.35, linewidth=0)
        axes.text(at, 0.2 if share == "0.1" else 0.13, f"outcome {number}\n{share}", ha="center", va="center", color=FG)
    axes.plot([-1, 1], [-0.045, -0.045], color=MUTED, linewidth=5, solid_capstyle="butt")
    axes.text(1.15, -0.045, "uniform", va="center", color=FG)
    axes.set(xlabel="z", ylabel="density of the prior", ylim=(-0.08, 0.43), yticks=[0, 0.2, 0.4])
    return figure


def head_start() -> Figure:
    """The fakes' centre along games with and without a head start of the critic, for both losses of the generator."""
    figure, axes = plt.subplots(figsize=(WIDTH, 3.2))
    for saturating, steps, name, colour, line in [
        (False, 50, "−log D, 50 steps ahead", C1, "-"),
        (False, 0, "−log D, no head start", C3, "--"),
        (True, 0, "log(1 − D), no head start", C2, "-."),
        (True, 50, "log(1 − D), 50 steps ahead", C2, ":"),
    ]:
        torch.manual_seed(0)
        course = chase(20, steps, 60, saturating).median(dim=1).values
        axes.plot(course.numpy(), line, color=colour, label=name)
    axes.axhline(4, color=MUTED, linewidth=1, linestyle=":")
    axes.annotate("data", (60, 4), xytext=(-2, -13), textcoords="offset points", ha="right")
    axes.set(xlabel="round", ylabel="centre of the fakes", xlim=(0, 60), ylim=(-0.2, 8.6), yticks=[0, 2, 4])
    axes.legend(loc="upper left")
    return figure


def going_on_from_a_perfect_generator() -> Figure:
    """Distance of the fakes from the data, for three discriminators against a generator that was perfect."""
    p = torch.full((8,), 1 / 8, dtype=torch.double)
    logits = torch.tensor([-0.4, -0.3, -0.2, -0.1, 0.1, 0.2, 0.3, 0.4], dtype=torch.double)
    figure, axes = plt.subplots()
    for name, start, rate, colour, line in [
        ("50 % right, frozen", logits, 0.0, C2, "-"),
        ("50 % right, trained on", logits, 1.0, C1, "--"),
        ("½ everywhere, frozen", 0 * logits, 0.0, C3, ":"),
    ]:
        course = play(p, p, start, 200, rate, 1).distance
        axes.plot(course.numpy(), line, color=colour, label=name)
    axes.set(xlabel="further steps of the generator", ylabel="distance", xlim=(0, 200), ylim=(-0.01, 0.42))
    axes.legend(loc="lower right", bbox_to_anchor=(1, 0.06))
    return figure
