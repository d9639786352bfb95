"""Writes into a page's text what its blocks print, and touches nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from evidence.files.store import write_atomic
from evidence.page.model import Block
from evidence.run.session import as_seen

_LINE = re.compile(r"[^\n]*\n|[^\n]+$")
_MARGIN = re.compile(r"[>\s]*")


def lines_of(text: str) -> list[str]:
    """The lines of a file with their ends; only a line feed ends a line, as in an editor."""
    return _LINE.findall(text)


def with_outputs(text: str, printed: Mapping[Block, str]) -> str:
    """`text` with the expected output of each block in `printed` replaced by what it printed.

    Args:
        text: the page as it is in its file, line ends included.
        printed: what each block printed. Blocks whose output is as the page says, as far as a reader can see, are
            left as they are, and so are blocks without expected output.
    """
    lines = lines_of(text)
    # From the last, so that the places of those before stay true.
    for block, actual in sorted(printed.items(), key=lambda item: -item[0].line):
        if block.output is not None and as_seen(block.output.text) != as_seen(actual):
            first = block.output.line - 1
            opening = lines[first - 1]
            last = first + block.output.text.count("\n")
            lines[first:last] = _as_lines(as_seen(actual), opening)
    return "".join(lines)


def _as_lines(output: str, opening: str) -> list[str]:
    """The output's lines with the margin and the line end of the fence's opening line."""
    match = _MARGIN.match(opening.rstrip("\r\n"))
    margin = match[0] if match else ""
    end = "\r\n" if opening.endswith("\r\n") else "\n"
    return [(margin + line).rstrip() + end for line in output.split("\n")] if output else []


def read_exactly(path: Path) -> str:
    """The file's text, line ends and byte order mark as they are."""
    return path.read_bytes().decode("utf-8")


def write_exactly(path: Path, text: str) -> None:
    """Replace the file in one step: a reader sees the old text or the new, also after a crash."""
    write_atomic(path.resolve(), text.encode("utf-8"), durable=True)
