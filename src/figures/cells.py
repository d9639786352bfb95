"""Cells of a grid, drawn as one shape."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from figures.palette import C1


def cells(filled: Sequence[Sequence[bool]], colour: str = C1, alpha: float = 1.0) -> PathPatch:
    """The cells where `filled` is true, row by row; a cell spans from its column and row to the next.

    Squares that are drawn one by one show seams between them, and are many times as many bytes.

    Args:
        filled: a list of rows.
        colour: one of `figures.palette`.
        alpha: opacity, from 0 to 1.
    """
    shapes = []
    for row, line in enumerate(filled):
        column = 0
        for full, run in itertools.groupby(line):
            length = len(list(run))
            if full:
                place = Affine2D().scale(length, 1).translate(column, row)
                shapes.append(Path.unit_rectangle().transformed(place))
            column += length
    return PathPatch(Path.make_compound_path(*shapes), facecolor=colour, edgecolor="none", alpha=alpha)
