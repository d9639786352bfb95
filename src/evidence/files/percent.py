"""Notebooks in the percent format, read as the Markdown page that they are shown as.

A file of Python is cut into cells by lines that begin with `# %%`; cells headed `# %% [markdown]` hold prose in
comments. The page that comes out has as many lines as the file, and each stands on its own line, so that whatever is
said of line 57 of the page holds for line 57 of the file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from evidence.files.errors import PageError

FENCE = "```"
_MARKER = re.compile(r"# %%(?P<rest>.*)")
_OPTION = re.compile(r"""(?P<name>\w+)=(?P<quote>["'])(?P<value>.*?)(?P=quote)""")


@dataclass
class Cell:
    """A cell; `line` is that of its marker, from 1 in the file, and `lines` are those below the marker.

    `options` are what its marker says, as in `# %% alt="What the figure shows"`.
    """

    line: int
    prose: bool
    options: dict[str, str]
    lines: list[str] = field(default_factory=list)


def cells(text: str, path: Path) -> list[Cell]:
    """The cells of a notebook.

    Raises:
        PageError: a line stands before the first cell, or in a cell of prose without being a comment; two cells follow
            each other without a blank line; an option of a marker is not understood.
    """
    found: list[Cell] = []
    for number, line in enumerate(text.rstrip("\n").split("\n"), 1):
        marker = _MARKER.fullmatch(line)
        if marker:
            if found and (not found[-1].lines or found[-1].lines[-1].strip()):
                raise PageError(path, number, "a cell begins right below another", "Leave a blank line before # %%")
            found.append(_begin(number, marker["rest"], path))
        elif not found:
            raise PageError(path, number, "a line stands before the first cell", 'Begin with "# %% [markdown]"')
        else:
            if found[-1].prose and line.strip() and not line.startswith("#"):
                raise PageError(
                    path, number, "a line of code stands in a cell of prose", 'Begin a cell of code with "# %%"'
                )
            found[-1].lines.append(line)
    return found


def _begin(number: int, rest: str, path: Path) -> Cell:
    prose = rest.strip() == "[markdown]"
    left = "" if prose else _OPTION.sub("", rest).strip()
    if left:
        raise PageError(
            path,
            number,
            f"{left!r} after # %% is not understood",
            'A cell is headed "# %%", "# %% [markdown]" or "# %% alt="What its figure shows""',
        )
    return Cell(number, prose, {match["name"]: match["value"] for match in _OPTION.finditer(rest)})


def as_page(text: str, path: Path) -> str:
    """The notebook as a Markdown page, line for line.

    Raises:
        PageError: as `cells`.
    """
    lines: list[str] = []
    for cell in cells(text, path):
        if cell.prose:
            lines.append("")
            lines += [line.removeprefix("# ") if line != "#" else "" for line in cell.lines]
        else:
            # The blank line that ends the cell becomes the end of its fence.
            end = cell.lines[:-1] if cell.lines and not cell.lines[-1].strip() else cell.lines
            lines += [f"{FENCE}python", *end, FENCE]
    return "\n".join(lines) + "\n"
