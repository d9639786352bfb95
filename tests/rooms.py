"""Draws the rooms of the machine from its code: `python tests/rooms.py` prints what the page shows."""

from __future__ import annotations

import ast
import textwrap
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
MACHINE = ROOT / "src/evidence"
WIDTH = 88


def order() -> list[list[str]]:
    """The rooms from the first that a text comes into, those of one level together, as the contract has them."""
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"][0]
    return [level.split(" | ") for level in reversed(contract["layers"])]


def imports(room: str) -> set[str]:
    """The other rooms that the files of a room import from."""
    files = MACHINE.joinpath(room).glob("**/*.py") if (MACHINE / room).is_dir() else [MACHINE / f"{room}.py"]
    modules = [
        node.module or ""
        for file in files
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom)
    ]
    return {name.split(".")[1] for name in modules if name.startswith("evidence.")} - {room}


def says(room: str) -> str:
    """What comes into a room and what goes out, in its own words."""
    file = MACHINE / room / "__init__.py" if (MACHINE / room).is_dir() else MACHINE / f"{room}.py"
    return (ast.get_docstring(ast.parse(file.read_text("utf-8"))) or "").partition("\n\n")[0].replace("\n", " ")


def picture() -> str:
    """A line of boxes, from the first room to the last, each with what it says and what it imports."""
    lines: list[str] = []
    known: list[str] = []
    for level in order():
        if lines:
            lines.append("        │")
        for room in sorted(level):
            head = f"┌ {room} "
            lines.append(head + "─" * (WIDTH - len(head)))
            lines += [f"│ {line}" for line in textwrap.wrap(says(room), WIDTH - 2)]
            used = [name for name in known if name in imports(room)]
            lines += [
                f"│ {line}" for line in textwrap.wrap(f"imports: {', '.join(used) or 'no other room'}", WIDTH - 2)
            ]
        known += sorted(level)
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(picture(), end="")
