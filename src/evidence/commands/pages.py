"""What the commands share: the pages that they work on, and the one way in which they refuse."""

from __future__ import annotations

import argparse
import io
import os
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path

from evidence.failure import describe
from evidence.page import Page
from evidence.run import Outcome, Session
from evidence.site import Site
from pagekit.errors import display_path


class CommandError(Exception):
    """A command cannot do its work; the message says why, and what to do."""


def add_pages(parser: argparse.ArgumentParser) -> None:
    """Declare the argument `pages`."""
    parser.add_argument(
        "pages", nargs="*", type=Path, default=[Path("docs")], help="pages, or folders of pages (default: docs)"
    )


def add_jobs(parser: argparse.ArgumentParser) -> None:
    """Declare the option `--jobs`."""
    parser.add_argument(
        "--jobs", type=positive, default=len(os.sched_getaffinity(0)), help="processes at work (default: one a core)"
    )


def positive(text: str) -> int:
    """A number of the command line that is 1 or more.

    Raises:
        argparse.ArgumentTypeError: it is none.
    """
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)


def find_pages(paths: Sequence[Path]) -> list[Page]:
    """The pages at `paths`, each file once, a folder's in the order of their paths.

    Raises:
        CommandError: there is no such page, or one cannot be read as its author meant it.
    """
    site = Site(Path("docs").absolute())
    files: dict[Path, None] = {}
    for path in paths:
        if not path.exists():
            raise CommandError(f"There is no page {path}. Name a Markdown file, or a folder of them")
        found = sorted(path.rglob("*.md")) if path.is_dir() else [path]
        if not found:
            raise CommandError(f"There is no page below {path}. Name a Markdown file, or a folder of them")
        files |= dict.fromkeys(each.absolute() for each in found)
    pages = [site.page(file) for file in files]
    errors = [str(error) for page in pages for error in page.errors]
    if errors:
        raise CommandError("\n".join(errors))
    return pages


def require_passed(outcome: Outcome) -> None:
    """Refuse to go on from a block that fails as the page has it.

    Raises:
        CommandError: the block failed; the message is the report that pytest would print.
    """
    if outcome.error is not None:
        report = describe(outcome.block, outcome.error).text()
        page = display_path(outcome.block.path)
        raise CommandError(f"{report}\n\n{page} fails as it is. Repair it first: pytest --codeblocks {page}")


def run_as_written(session: Session, upto: int) -> list[Outcome]:
    """The outcomes of the session's first `upto` blocks.

    Raises:
        CommandError: one of them fails.
    """
    outcomes = []
    for block in session.blocks[:upto]:
        with redirect_stdout(io.StringIO()):
            outcomes.append(session.outcome(block))
        require_passed(outcomes[-1])
    return outcomes
