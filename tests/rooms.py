"""Draws the rooms of the machine from its code, and lists what is in each: `python tests/rooms.py` writes the page."""

from __future__ import annotations

import ast
import re
import textwrap
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
MACHINE = ROOT / "src/evidence"
PAGE = ROOT / "docs/contributing/architecture.md"
WIDTH, WRAPPED = 72, 120


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
    return sentence(MACHINE / room / "__init__.py" if (MACHINE / room).is_dir() else MACHINE / f"{room}.py")


def sentence(file: Path) -> str:
    """What a file says of itself first."""
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


def files() -> str:
    """Of each room that has several files, what each of them says of itself."""
    lines: list[str] = []
    for room in (room for level in order() for room in sorted(level) if (MACHINE / room).is_dir()):
        lines += ["", f"**{room}**", ""]
        for file in sorted(MACHINE.joinpath(room).glob("**/*.py")):
            if file.name != "__init__.py":
                said = f"- `{file.relative_to(MACHINE).as_posix()}`: {sentence(file)}"
                lines += textwrap.wrap(said, WRAPPED, subsequent_indent="  ", break_on_hyphens=False)
    return "\n".join(lines) + "\n"


def drawn(page: str) -> str:
    """The page, its picture and the list that ends it as the code has them now."""
    page = re.sub(r"(?<=^```text\n).*?(?=^```$)", lambda _: picture(), page, count=1, flags=re.M | re.S)
    return page[: page.index(f"\n**{order()[0][0]}**\n")] + files()


if __name__ == "__main__":
    PAGE.write_text(drawn(PAGE.read_text("utf-8")), "utf-8")
