"""Figures of the chapter on graph neural networks, drawn from the functions that its checks use."""

from __future__ import annotations

import torch
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from dlchecked.graphs import binary_tree, grid, hops, laplacian, path, powers, without_node
from figures.cells import cells
from figures.palette import C1, C2, MUTED, WIDTH


def _frame(axes: Axes) -> None:
    """What surrounds a matrix of 11 × 11 cells."""
    axes.add_patch(Rectangle((0, 0), 11, 11, fill=False, edgecolor=MUTED, linewidth=0.8))
    axes.set(aspect="equal", xlim=(-0.3, 11.3), ylim=(11.3, -0.3))
    axes.set(xticks=[0.5, 5.5, 10.5], yticks=[0.5, 5.5, 10.5])
    axes.set_xticklabels(["0", "5", "10"])
    axes.set_yticklabels(["0", "5", "10"])
    axes.spines[:].set_visible(False)


def powers_on_a_path() -> Figure:
    """The entries that are not 0 in the first powers of the Laplacian of a path, those of row 5 marked."""
    figure, panels = plt.subplots(1, 3, figsize=(WIDTH, 2.1))
    for axes, matrix, title in zip(panels, powers(laplacian(path(11)), 3), ["Δ", "Δ²", "Δ³"], strict=True):
        row = torch.arange(11)[:, None] == 5
        axes.add_patch(cells(((matrix != 0) & ~row).tolist(), C1, 0.35))
        axes.add_patch(cells(((matrix != 0) & row).tolist(), C2))
        _frame(axes)
        axes.set_title(title)
    return figure


def rows_after_the_bug() -> Figure:
    """The rows of X on which each row of Y depends, before and after node 5 is zeroed."""
    delta = laplacian(path(11))
    figure, panels = plt.subplots(1, 2, figsize=(WIDTH, 2.5))
    for axes, matrix, title in zip(panels, (delta, without_node(delta, 5)), ("as it should be", "zeroed"), strict=True):
        depends = powers(matrix, 2).any(dim=0)
        axes.add_patch(cells(depends.tolist()))
        _frame(axes)
        axes.set(xlabel="row of X", title=title)
    panels[0].set_ylabel("row of Y")
    return figure


def _draw(axes: Axes, graph: torch.Tensor, place: list[tuple[float, float]], node: int) -> None:
    nowhere = (float("nan"), float("nan"))
    line = [at for a, b in torch.triu(graph).nonzero().tolist() for at in (place[a], place[b], nowhere)]
    # One line with gaps: edges that are drawn one by one take far more bytes.
    axes.plot(*zip(*line, strict=True), color=MUTED, linewidth=0.7)
    distance = hops(graph)[node].tolist()
    near = [place[i] for i, d in enumerate(distance) if d <= 2]
    ring = [place[i] for i, d in enumerate(distance) if 2 < d <= 4]
    axes.plot(*zip(*near, strict=True), "o", color=C1, markersize=6, label="within 2 hops")
    hollow = {"markerfacecolor": "none", "markersize": 6, "markeredgewidth": 1.6}
    axes.plot(*zip(*ring, strict=True), "o", color=C2, label="within 4 hops", **hollow)
    axes.set(xticks=[], yticks=[])
    axes.margins(0.06, 0.1)
    axes.spines[:].set_visible(False)


def fields_on_graphs() -> Figure:
    """Nodes within two and four hops on a path, a grid and a tree."""
    figure, panels = plt.subplots(3, 1, figsize=(WIDTH, 5.4), height_ratios=[0.25, 3, 1.7])
    _draw(panels[0], path(13), [(i, 0) for i in range(13)], 6)
    _draw(panels[1], grid(11, 11), [(i % 11, i // 11) for i in range(121)], 60)
    panels[1].set_aspect("equal")
    tree = []
    for level in range(6):
        tree += [((i + 0.5) / 2**level, -float(level)) for i in range(2**level)]
    _draw(panels[2], binary_tree(6), tree, 0)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return figure
