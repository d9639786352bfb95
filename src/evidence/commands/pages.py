"""What the commands share: the pages that they work on, and the one way in which they refuse."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from evidence.files.errors import PageError, display_path
from evidence.files.source import examples_of, page_files
from evidence.page.model import Page
from evidence.page.settings import SettingsError
from evidence.page.site import Site
from evidence.run.failure import describe
from evidence.run.forks import cores
from evidence.run.session import Outcome


class CommandError(Exception):
    """A command cannot do its work; the message says why, and what to do."""


def add_pages(parser: argparse.ArgumentParser) -> None:
    """Declare the argument `pages`."""
    parser.add_argument(
        "pages", nargs="*", type=Path, default=_folders(), help="pages, or folders of them (default: docs and examples)"
    )


def _folders() -> list[Path]:
    docs = Path("docs")
    return [docs, examples_of(docs)] if any(examples_of(docs).glob("*.py")) else [docs]


def add_jobs(parser: argparse.ArgumentParser) -> None:
    """Declare the option `--jobs`."""
    parser.add_argument(
        "--jobs", type=positive, default=cores(), metavar="N", help="processes at work (default: one a core)"
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
    files: dict[Path, None] = {}
    for path in paths:
        if not path.exists():
            raise CommandError(f"There is no page {path}. Name a Markdown file, or a folder of them")
        found = _below(path) if path.is_dir() else [path]
        if not found:
            raise CommandError(f"There is no page below {path}. Name a Markdown file, or a folder of them")
        files |= dict.fromkeys(each.absolute() for each in found)
    pages = list(_read(files))
    errors = [str(error) for page in pages for error in page.errors]
    if errors:
        raise CommandError("\n".join(errors))
    return pages


def _below(folder: Path) -> list[Path]:
    return [path for path in page_files(Path("docs").absolute()) if path.is_relative_to(folder.absolute())]


def _read(files: Iterable[Path]) -> Iterator[Page]:
    try:
        site = Site(Path("docs").absolute())
        for file in files:
            yield site.page(file)
    except (PageError, SettingsError) as error:
        raise CommandError(str(error)) from error


def require_passed(outcome: Outcome) -> None:
    """Refuse to go on from a block that fails as the page has it.

    Raises:
        CommandError: the block failed; the message is the report that pytest would print.
    """
    if outcome.error is not None:
        report = describe(outcome.block, outcome.error).text()
        page = display_path(outcome.block.path)
        raise CommandError(f"{report}\n\n{page} fails as it is. Repair it first: pytest --codeblocks {page}")
