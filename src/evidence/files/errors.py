"""The one error that stops a page: it says where, what is wrong, and what would be right."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

try:
    # MkDocs prints a BuildError as one line and ends with a non-zero code; all else is a traceback.
    from mkdocs.exceptions import BuildError as _Base
except ImportError:  # pragma: no cover - other site builders do without MkDocs
    _Base = Exception  # type: ignore[assignment, misc]


class Refusal(_Base):
    """What an author has written cannot stand; the message says where, what is wrong, and what would be right."""


def display_path(path: Path) -> str:
    """The path as a person would type it: relative to the working directory where it lies below it."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


class PageError(Refusal):
    """A page that must not be published as it is.

    Args:
        path: the page's file.
        line: the line in that file, from 1.
        problem: what is wrong, a sentence without its full stop.
        remedy: what would be right, likewise; empty where the problem says it all.
    """

    def __init__(self, path: Path, line: int, problem: str, remedy: str = "") -> None:
        self.path = path
        self.line = line
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{self.where}: {problem}" + (f". {remedy}" if remedy else ""))

    @property
    def where(self) -> str:
        """`docs/cnns.md:57`."""
        return f"{display_path(self.path)}:{self.line}"


def together(errors: Sequence[PageError]) -> PageError:
    """One error that tells all of them, a line or more each."""
    first, *others = errors
    problem = first.problem + (f". {first.remedy}" if first.remedy and others else "")
    remedy = "" if others else first.remedy
    return PageError(first.path, first.line, problem + "".join(f"\n{error}" for error in others), remedy)
