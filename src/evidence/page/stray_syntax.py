"""Markdown that did not become what its author meant: it stands in the page as text, and says nothing to a reader."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_BLOCK = re.compile(r"^\s*/{3,}\s*[a-z][\w-]*\s*(?:\||$)")
_OPTION = re.compile(r"^ {0,3}(?P<name>type|open|attrs|new|select|title)\s*:\s*\S")
_CONFLICT = re.compile(r"^(<{7}|>{7}|\|{7}) ")
SLASHES = re.compile(r"^\s*(?P<slashes>/{2,})(?:\s+[a-z][\w-]*\s*(?:\||$)|\s*$)")

_UNKNOWN = "Begin a block that the site knows, and end it once, with a line of as many slashes"
_TOO_FEW = "A block begins with three slashes or more: /// details | Answer"


def stray_syntax(lines: Sequence[str], code: set[int], shown: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    """The line, from 0, what is wrong, and what would be right.

    Args:
        lines: those of the page.
        code: the lines that belong to fences.
        shown: the lines of text that a reader sees and that match `SLASHES`.
    """
    prose = [(at, line) for at, line in enumerate(lines) if at not in code]
    for at, line in prose:
        if _CONFLICT.match(line):
            yield at, f"{line.strip()!r} is the mark of a merge that was not finished", "Finish it"
        elif (option := _OPTION.match(line)) and at and _BLOCK.match(lines[at - 1]):
            yield (
                at,
                f"the option {option['name']!r} of a block is shown as text: it is not indented",
                "Indent it by four spaces",
            )
    yield from _blocks(prose, [line.strip() for line in shown])


def _blocks(prose: Sequence[tuple[int, str]], shown: list[str]) -> Iterator[tuple[int, str, str]]:
    """Beginnings and ends of blocks that are shown as text, and blocks that go on to the end of the page."""
    opened: list[tuple[int, str]] = []
    for at, line in prose:
        bare = line.strip("> \t")
        mark = SLASHES.match(bare)
        if mark and bare in shown:
            shown.remove(bare)
            few = len(mark["slashes"]) < 3
            yield at, f"{bare!r} is shown as text, and begins or ends no block", _TOO_FEW if few else _UNKNOWN
        elif _BLOCK.match(bare):
            opened.append((at, bare))
        elif mark and opened and opened[-1][1].startswith(mark["slashes"]):
            opened.pop()
    for at, bare in opened:
        slashes = bare[: len(bare) - len(bare.lstrip("/"))]
        yield at, f"the block {bare!r} is not closed, and holds the rest of the page", f"End it with a line {slashes}"
