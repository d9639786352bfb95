"""Figures of the chapter on dropout, drawn from the functions that its checks use."""

from __future__ import annotations

from fractions import Fraction

import torch
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from dlchecked.dropout import in_a_row, mask_law, mean_after_dropout, probability_of_zeros
from figures.palette import BG, C1, C2, C3, FG, MUTED, WIDTH


def two_masks() -> Figure:
    """The four cases of two dropout layers, each as large as it is probable."""
    p1, p2 = Fraction(1, 10), Fraction(2, 10)
    q = probability_of_zeros(in_a_row(mask_law(p1, "a"), mask_law(p2, "a")), [0])
    figure, axes = plt.subplots(figsize=(WIDTH, 3.4))
    width, height = float(p1), float(p2)
    cases = [
        ((width, height), 1 - width, 1 - height, C1, "", f"kept by both: {float(1 - q):g}"),
        ((width, 0), 1 - width, height, C2, "//", f"dropped by the second only: {float((1 - p1) * p2):g}"),
        ((0, height), width, 1 - height, C3, "\\\\", f"dropped by the first only: {float(p1 * (1 - p2)):g}"),
        ((0, 0), width, height, FG, "xx", f"dropped by both: {float(p1 * p2):g}"),
    ]
    for corner, w, h, colour, hatch, label in cases:
        axes.add_patch(
            Rectangle(corner, w, h, facecolor=colour, edgecolor=BG, hatch=hatch, alpha=0.85, linewidth=1, label=label)
        )
    axes.set(aspect="equal", xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), xticks=[width, 1], yticks=[height, 1])
    axes.set(xlabel="first layer", ylabel="second layer")
    axes.spines[:].set_visible(False)
    figure.legend(loc="outside upper center", ncols=1)
    return figure


def mean_before_activation() -> Figure:
    """An activation, and its mean over the mask when dropout stands in front of it."""
    x = torch.linspace(-4, 4, 81, dtype=torch.double)
    figure, panels = plt.subplots(1, 3, figsize=(WIDTH, 2.6))
    for axes, (name, phi) in zip(
        panels, [("ReLU", torch.relu), ("tanh", torch.tanh), ("sigmoid", torch.sigmoid)], strict=True
    ):
        axes.plot(x, phi(x), color=C1, label="activation")
        axes.plot(x, mean_after_dropout(phi, x, 0.5), "--", color=C2, label="mean with dropout in front")
        axes.axhline(0, color=MUTED, linewidth=0.6, zorder=0)
        axes.set_title(name)
        axes.set(xticks=[-4, 0, 4])
    panels[0].set_yticks([0, 4])
    panels[1].set_yticks([-1, 0, 1])
    panels[2].set_yticks([0, 0.5, 1])
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return figure


def factor_that_keeps_the_mean() -> Figure:
    """The mean of a dropped-out activation of 1 against the factor of what is kept, for three rates."""
    figure, axes = plt.subplots(figsize=(WIDTH, 2.8))
    factors = torch.linspace(0, 5.2, 53, dtype=torch.double)
    axes.axhline(1, color=MUTED, linewidth=1, linestyle=":")
    for p, colour, line in [(Fraction(1, 10), C1, "-"), (Fraction(1, 2), C2, "--"), (Fraction(3, 4), C3, "-.")]:
        keep = float(1 - p)
        within = factors[keep * factors <= 1.62]
        axes.plot(within, keep * within, line, color=colour)
        axes.plot(1 / keep, 1, "o", color=colour, markersize=6)
        end = float(within[-1])
        axes.annotate(f"p = {float(p):g}", (end, keep * end), xytext=(3, 3), textcoords="offset points", ha="center")
    axes.set(xlabel="factor of what is kept", ylabel="mean", xlim=(0, 5.3), ylim=(0, 1.85), yticks=[0, 1])
    axes.set_xticks([0, 10 / 9, 2, 4], ["0", "10/9", "2", "4"])
    return figure
