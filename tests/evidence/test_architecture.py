"""The page on how the machine is built is true: its picture is the code's, and all that it names is there."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

from rooms import MACHINE, order, picture, says

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/contributing/architecture.md").read_text(encoding="utf-8")


def test_the_picture_is_drawn_from_the_code():
    (drawn,) = re.findall(r"^```text\n(.*?)^```$", PAGE, re.S | re.M)
    assert drawn == picture(), "write there what `python tests/rooms.py` prints"


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(evidence(?:\.\w+)+)`", PAGE)) - {"evidence.state"}))
def test_what_it_names_is_there(name):
    found = import_module("evidence")
    parts = name.split(".")[1:]
    for at, part in enumerate(parts):
        found = getattr(found, part, None) or import_module(".".join(["evidence", *parts[: at + 1]]))


def test_the_files_that_it_names_are_there():
    for name in re.findall(r"`((?:tests|src)/[\w/.]*)`", PAGE):
        assert (ROOT / name).exists(), name


def test_a_claim_goes_its_way_in_ten_steps():
    assert re.findall(r"^(\d+)\. \*\*", PAGE, re.M) == [str(step) for step in range(1, 11)]


def test_each_room_is_in_the_order_and_says_what_comes_in_and_what_goes_out():
    rooms = {file.parent.name for file in MACHINE.glob("*/__init__.py")}
    ordered = {room for level in order() for room in level}
    assert rooms <= ordered
    for room in rooms:
        assert re.search(r"\bcomes? in\b.*\bgo(es)? out\b", says(room)), room
