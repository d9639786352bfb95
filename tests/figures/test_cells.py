from __future__ import annotations

import matplotlib as mpl

from figures.cells import cells


def test_runs_of_a_row_are_one_rectangle():
    shape = cells([[True, True, False, True], [False, False, False, True]])
    boxes = shape.get_path().to_polygons()
    corners = sorted((*polygon.min(0).tolist(), *polygon.max(0).tolist()) for polygon in boxes)
    assert corners == [(0, 0, 2, 1), (3, 0, 4, 1), (3, 1, 4, 2)]


def test_colour_and_opacity():
    shape = cells([[True]], colour="#d05a00", alpha=0.5)
    assert mpl.colors.to_hex(shape.get_facecolor()) == "#d05a00"
    assert shape.get_alpha() == 0.5
