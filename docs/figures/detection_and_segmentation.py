"""Figures of the chapter on detection and segmentation, drawn from the functions that its checks use."""

from __future__ import annotations

from fractions import Fraction

from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from dlchecked.detection import dice, iou, precision_and_recall
from figures.palette import C1, C2, C3, FG, MUTED, WIDTH


def dice_against_iou() -> Figure:
    """Dice against IoU of two sets of 60 that share more and more."""
    shared = range(61)
    figure, axes = plt.subplots(figsize=(3.6, 3.4))
    axes.plot([0, 1], [0, 1], ":", color=MUTED, linewidth=1.2)
    axes.plot([float(iou(n, 60, 60)) for n in shared], [float(dice(n, 60, 60)) for n in shared], color=C1)
    half = float(dice(40, 60, 60))
    axes.plot([0.5, 0.5, 0], [0, half, half], "--", color=C2, linewidth=1)
    axes.plot(float(iou(40, 60, 60)), half, "o", color=C2)
    axes.set(aspect="equal", xlim=(0, 1.02), ylim=(0, 1.02), xlabel="IoU", ylabel="Dice")
    axes.set_xticks([0, 0.5, 1], ["0", "½", "1"])
    axes.set_yticks([0, 0.5, half, 1], ["0", "½", "⅔", "1"])
    return figure


def precision_and_recall_curve() -> Figure:
    """The example of question 1: three objects, five boxes."""
    hits = [True, False, True, False, True]
    curve = [(float(recall), float(precision)) for precision, recall in precision_and_recall(hits, 3)]
    recalls, precisions = zip(*curve, strict=True)
    best = [max(p for r, p in curve if r >= float(Fraction(k, 3)) - 1e-9) for k in (1, 2, 3)]
    figure, axes = plt.subplots(figsize=(WIDTH, 2.9))
    axes.stairs(best, [0, 1 / 3, 2 / 3, 1], baseline=0, fill=True, color=C1, alpha=0.2)
    axes.stairs(best, [0, 1 / 3, 2 / 3, 1], baseline=None, color=C1, linewidth=1.8)
    axes.plot(recalls, precisions, "--", color=C2, linewidth=1)
    for number, (recall, precision) in enumerate(curve, start=1):
        hit = hits[number - 1]
        axes.plot(recall, precision, "o", color=C2, markerfacecolor=C2 if hit else "none", markersize=6)
        # Below a false one: the line to the next point rises past its upper right.
        axes.text(recall + 0.025, precision + (0.02 if hit else -0.08), str(number), color=FG)
    axes.set(xlabel="recall", ylabel="precision", xlim=(0, 1.08), ylim=(0, 1.12))
    axes.set_xticks([0, 1 / 3, 2 / 3, 1], ["0", "⅓", "⅔", "1"])
    axes.set_yticks([0, 0.5, 1], ["0", "½", "1"])
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
