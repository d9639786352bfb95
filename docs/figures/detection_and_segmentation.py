"""Figures of the chapter on detection and segmentation, drawn from the functions that its checks use."""

from __future__ import annotations

import math
from fractions import Fraction

from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from dlchecked.detection import dice, iou, precision_and_recall
from figures.palette import BG, C1, C2, C3, FG, MUTED, WIDTH


def dice_against_iou() -> Figure:
    """Two regions that share half of their union, and Dice against IoU of two sets of 60 that share more and more."""
    figure, (regions, curve) = plt.subplots(1, 2, figsize=(WIDTH, 2.5), gridspec_kw={"width_ratios": [4, 5]})
    area, shared = 3 * 2, 2 * 2
    regions.add_patch(Rectangle((1, 0), 2, 2, facecolor=C2, alpha=0.25, edgecolor="none"))
    for left, colour, line in [(0, C1, "-"), (1, C3, "--")]:
        regions.add_patch(Rectangle((left, 0), 3, 2, fill=False, edgecolor=colour, linewidth=1.8, linestyle=line))
    for x, name in [(0.5, "A"), (2, f"{shared} cells\nshared"), (3.5, "B")]:
        regions.text(x, 1, name, ha="center", va="center", color=FG)
    union = 2 * area - shared
    assert iou(shared, area, area) == Fraction(shared, union)
    regions.text(2, -0.3, f"IoU {shared} / {union}", ha="center", va="top", color=FG)
    regions.text(2, -1.1, f"Dice 2 · {shared} / ({area} + {area})", ha="center", va="top", color=FG)
    regions.set(aspect="equal", xlim=(-0.1, 4.1), ylim=(-1.9, 2.1))
    regions.axis("off")

    numbers = range(61)
    curve.plot([0, 1], [0, 1], ":", color=MUTED, linewidth=1.2)
    curve.plot([float(iou(n, 60, 60)) for n in numbers], [float(dice(n, 60, 60)) for n in numbers], color=C1)
    half = float(dice(shared, area, area))
    curve.plot([0.5, 0.5, 0], [0, half, half], "--", color=C2, linewidth=1)
    curve.plot(float(iou(shared, area, area)), half, "o", color=C2)
    curve.set(aspect="equal", xlim=(0, 1.02), ylim=(0, 1.02), xlabel="IoU", ylabel="Dice")
    curve.set_xticks([0, 0.5, 1], ["0", "½", "1"])
    curve.set_yticks([0, 0.5, half, 1], ["0", "½", "⅔", "1"])
    return figure


# Or a line of the grid would run through the word.
_ON_PAPER = {"facecolor": BG, "edgecolor": "none", "pad": 1}


def boxes_of_both() -> Figure:
    """An anchor and the box that the same four offsets make of it, in an RPN and in YOLO."""
    figure, panels = plt.subplots(1, 2, figsize=(WIDTH, 2.5))
    cell, width, height = 2, 2.2, 1.4
    middle = cell + 0.5
    right, up, wider, higher = 0.6, 0.8, -0.1, 0.15
    centres = [
        ("RPN", (middle + width * right, middle + height * up)),
        ("YOLO, version 2 or 3", (cell + 1 / (1 + math.exp(-right)), cell + 1 / (1 + math.exp(-up)))),
    ]
    for axes, (name, centre) in zip(panels, centres, strict=True):
        for line in range(6):
            axes.plot([0, 5], [line, line], color=MUTED, linewidth=0.5)
            axes.plot([line, line], [0, 5], color=MUTED, linewidth=0.5)
        axes.add_patch(Rectangle((cell, cell), 1, 1, facecolor=C1, alpha=0.25, edgecolor="none"))
        for (x, y), wide, high, colour, style in [
            ((middle, middle), width, height, MUTED, "--"),
            (centre, width * math.exp(wider), height * math.exp(higher), C2, "-"),
        ]:
            outline = {"edgecolor": colour, "linestyle": style, "linewidth": 1.6}
            axes.add_patch(Rectangle((x - wide / 2, y - high / 2), wide, high, fill=False, **outline))
            axes.plot(x, y, "o", color=colour, markersize=4)
        axes.text(middle, middle - height / 2 - 0.15, "anchor", ha="center", va="top", color=FG, bbox=_ON_PAPER)
        top = centre[1] + height * math.exp(higher) / 2
        axes.text(centre[0], top + 0.12, "box", ha="center", va="bottom", color=FG, bbox=_ON_PAPER)
        axes.set_title(name)
        axes.set(aspect="equal", xlim=(-0.1, 5.1), ylim=(-0.1, 5.1))
        axes.axis("off")
    return figure


def precision_and_recall_curve() -> Figure:
    """The example of question 1: three objects, five boxes."""
    hits = [True, False, True, False, True]
    curve = [(float(recall), float(precision)) for precision, recall in precision_and_recall(hits, 3)]
    recalls, precisions = zip(*curve, strict=True)
    best = [max(p for r, p in curve if r >= float(Fraction(k, 3)) - 1e-9) for k in (1, 2, 3)]
    figure, axes = plt.subplots(figsize=(WIDTH, 2.9))
    axes.stairs(best, [0, 1 / 3, 2 / 3, 1], baseline=0, fill=True, color=C1, alpha=0.2)
    axes.stairs(best, [0, 1 / 3, 2 / 3, 1], baseline=None, color=C1, linewidth=1.8, label="the best from here on")
    axes.plot(recalls, precisions, "--", color=C2, linewidth=1, label="after each box")
    for number, (recall, precision) in enumerate(curve, start=1):
        hit = hits[number - 1]
        axes.plot(recall, precision, "o", color=C2, markerfacecolor=C2 if hit else "none", markersize=6)
        # Below a false one: the line to the next point rises past its upper right.
        axes.text(recall + 0.025, precision + (0.02 if hit else -0.08), str(number), color=FG)
    axes.set(xlabel="recall", ylabel="precision", xlim=(0, 1.08), ylim=(0, 1.12))
    axes.set_xticks([0, 1 / 3, 2 / 3, 1], ["0", "⅓", "⅔", "1"])
    axes.set_yticks([0, 0.5, 1], ["0", "½", "1"])
    axes.legend(loc="lower left")
    return figure


def numbers_at_a_position() -> Figure:
    """How many numbers one position of the map predicts, for boxes, objectness and classes."""
    heads = [("RPN", 9, 0, 0), ("YOLO v1", 2, 0, 20), ("YOLO v2", 5, 20, 0), ("YOLO v3", 3, 80, 0)]
    figure, axes = plt.subplots(figsize=(WIDTH, 2.8))
    for row, (_, boxes, classes_of_each, classes_of_all) in enumerate(heads):
        parts = [
            ("boxes", 4 * boxes, C1, ""),
            ("objectness", boxes, C2, "////"),
            ("classes", boxes * classes_of_each + classes_of_all, C3, ""),
        ]
        left = 0
        for label, width, colour, hatch in parts:
            style = {"facecolor": colour, "hatch": hatch, "edgecolor": "none", "height": 0.6}
            axes.barh(row, width, left=left, label=label if row == 0 else None, **style)
            left += width
        axes.text(left + 4, row, str(left), va="center", color=FG)
    axes.set_yticks(range(len(heads)), [name for name, *_ in heads])
    axes.set(xlabel="numbers at a position", xlim=(0, 290))
    axes.invert_yaxis()
    axes.legend(loc="upper right")
    return figure
