"""A shortened path leads through the same points."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from figures.svg_paths import shortened


def points(path: str) -> list[tuple[str, list[tuple[int, int]]]]:
    """Each command of a path and its points, in hundredths, as the definition of SVG reads them."""
    found, at, start = [], (0, 0), (0, 0)
    for command, rest in re.findall(r"([A-Za-z])([^A-Za-z]*)", path):
        numbers = [round(float(number) * 100) for number in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", rest)]
        axes = {"H": "x", "V": "y"}.get(command.upper(), "xy")
        size = {"M": 2, "L": 2, "H": 1, "V": 1, "Q": 4, "C": 6, "Z": 0}[command.upper()]
        assert (len(numbers) % size == 0 and numbers) if size else not numbers
        for first in range(0, max(len(numbers), 1), max(size, 1)):
            group, placed = numbers[first : first + size], []
            for index in range(0, size, len(axes)):
                step = dict(zip(axes, group[index : index + len(axes)], strict=True))
                origin = at if command.islower() else (0, 0)
                x = origin[0] + step["x"] if "x" in step else at[0]
                y = origin[1] + step["y"] if "y" in step else at[1]
                placed.append((x, y))
            at = placed[-1] if placed else start
            start = at if command.upper() == "M" else start
            found.append(("L" if command.upper() in "HV" else command.upper(), placed))
    return found


number = st.integers(-99999, 99999).map(lambda count: f"{count / 100:.2f}".rstrip("0").rstrip("."))
pair = st.tuples(number, number).map(" ".join)
segment = st.one_of(
    pair.map("L {}".format),
    st.tuples(pair, pair).map(lambda two: "Q " + " ".join(two)),
    st.tuples(pair, pair, pair).map(lambda three: "C " + " ".join(three)),
    st.just("z"),
    pair.map("M {}".format),
)
paths = st.tuples(pair, st.lists(segment, max_size=12)).map(lambda both: " ".join([f"M {both[0]}", *both[1]]))


@given(paths)
def test_the_points_are_the_same(path):
    assert points(shortened(path)) == points(path)


@pytest.mark.parametrize(
    ("path", "short"),
    [
        ("M 1 2 L 3 2 L 3 5.5 L 1 2 z", "M1 2h2v3.5l-2-3.5z"),
        ("M 0 0 L 0.5 0.25 L 1 0 L 2 -1", "M0 0l.5 .25 .5-.25 1-1"),
        ("M 50.06 6.3 L 101.3 6.3 M 1 1 C 1 2 3 4 5 6", "M50.06 6.3h51.24M1 1c0 1 2 3 4 5"),
    ],
)
def test_it_is_written_by_steps(path, short):
    assert shortened(path) == short


@pytest.mark.parametrize("path", ["m 1 1 l 2 2", "M 1 1 A 3 3 0 0 1 5 5"])
def test_commands_that_matplotlib_does_not_write_are_left_alone(path):
    assert shortened(path) == path
