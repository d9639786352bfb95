"""The page on how the machine is built is true: its picture is the code's, and all that it names is there."""

from __future__ import annotations

import ast
import re

import pytest

import rooms
from rooms import MACHINE, ROOT, drawn, order, says

PAGE = rooms.PAGE.read_text("utf-8")


def test_picture_and_list_are_those_of_the_code():
    assert drawn(PAGE) == PAGE, "`python tests/rooms.py` writes them"


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`([\w/]+\.py(?:::[\w.]+)?)`", PAGE))))
def test_what_it_names_is_there(name):
    file, _, defined = name.partition("::")
    found = next(path for path in (MACHINE / file, ROOT / file) if path.is_file())
    body = ast.parse(found.read_text("utf-8")).body
    for part in filter(None, defined.split(".")):
        (node,) = [node for node in body if part in names(node)]
        body = getattr(node, "body", [])


def names(node):
    targets = getattr(node, "targets", [getattr(node, "target", None)])
    return {getattr(node, "name", None), *(getattr(target, "id", None) for target in targets)}


def test_the_files_that_it_names_are_there():
    for name in re.findall(r"`((?:tests|src|docs)/[\w/.]*)`", PAGE):
        assert (ROOT / name).exists(), name


def test_a_claim_goes_its_way_in_ten_steps():
    assert re.findall(r"^(\d+)\. \*\*", PAGE, re.M) == [str(step) for step in range(1, 11)]


def test_each_room_is_in_the_order_and_says_what_comes_in_and_what_goes_out():
    rooms = {file.parent.name for file in MACHINE.glob("*/__init__.py")}
    ordered = {room for level in order() for room in level}
    assert rooms <= ordered
    for room in rooms:
        assert re.search(r"\bcomes? in\b.*\bgo(es)? out\b", says(room)), room
