"""Figures of the chapter on attention, drawn from the functions that its checks use."""

from __future__ import annotations

import torch
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from dlchecked.attention import Translators, decoder_states_that_reach, tokens_that_reach, train_to_reverse, trial
from figures.cells import cells
from figures.palette import BG, C1, C2, FG, MUTED, WIDTH


def _grid(axes: Axes, side: int) -> None:
    axes.add_patch(Rectangle((0, 0), side, side, fill=False, edgecolor=MUTED, linewidth=0.8))
    for at in range(1, side):
        axes.plot([at, at], [0, side], color=MUTED, linewidth=0.4)
        axes.plot([0, side], [at, at], color=MUTED, linewidth=0.4)
    ticks = [place + 0.5 for place in range(side)]
    axes.set(aspect="equal", xlim=(-0.05, side + 0.05), ylim=(side + 0.05, -0.05), xticks=ticks, yticks=ticks)
    axes.set_xticklabels([str(place) for place in range(side)])
    axes.set_yticklabels([str(place) for place in range(side)])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def alignment() -> Figure:
    """Mean attention weights of one trained network, with cross-attention and with self-attention."""
    figure, panels = plt.subplots(1, 2, figsize=(WIDTH, 2.8), gridspec_kw={"wspace": 0.08})
    for axes, link, title, rows in (
        (panels[0], "cross", "cross-attention", "target step"),
        (panels[1], "pooled", "self-attention", "source position"),
    ):
        torch.manual_seed(0)
        weights = trial(train_to_reverse(Translators(link, runs=1)), sentences=300).weights.mean(dim=(0, 1))
        for row in range(4):
            for column in range(4):
                weight = float(weights[row, column])
                axes.add_patch(Rectangle((column, row), 1, 1, facecolor=C1, edgecolor="none", alpha=weight))
        _grid(axes, 4)
        axes.set_title(title)
        axes.set(xlabel="source position", ylabel=rows)
    return figure


def what_reaches_what() -> Figure:
    """Which tokens reach what the decoder is given, and which decoder states reach it, by a NaN in each."""
    before, behind = tokens_that_reach(4)
    figure, panels = plt.subplots(2, 2, figsize=(WIDTH, 4.9), gridspec_kw={"wspace": 0.08})
    for axes, grid, colour, title, across, down in (
        (panels[0, 0], before, C1, "cross-attention", "source token", "value"),
        (panels[0, 1], behind, C1, "self-attention", "source token", "context"),
        (panels[1, 0], decoder_states_that_reach(4, of_the_decoder=True), C2, "", "decoder state", "context"),
        (panels[1, 1], decoder_states_that_reach(4, of_the_decoder=False), C2, "", "decoder state", "context"),
    ):
        if any(any(row) for row in grid):
            axes.add_patch(cells(grid, colour))
        else:
            # On the page's colour, or a line of the grid would run through the word.
            box = {"facecolor": BG, "edgecolor": "none", "pad": 2}
            axes.text(2, 2, "none", ha="center", va="center", color=FG, bbox=box)
        _grid(axes, 4)
        axes.set_title(title)
        axes.set(xlabel=across, ylabel=down)
    return figure
