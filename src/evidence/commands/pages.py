"""What the commands share: the pages that they work on, and the one way in which they refuse."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from evidence.files.errors import Refusal, display_path
from evidence.page.model import Page
from evidence.page.site import Site
from evidence.run.forked_calls import cores


class CommandError(Refusal):
    """A command cannot do its work; the message says why, and what to do."""


def add_site(parser: argparse.ArgumentParser) -> None:
    """Declare the option `--config-file`."""
    parser.add_argument(
        "-f",
        "--config-file",
        type=Path,
        metavar="FILE",
        help="the site's configuration (default: mkdocs.yml; where that is missing, the site is the Markdown in docs)",
    )


def add_pages(parser: argparse.ArgumentParser) -> None:
    """Declare the argument `pages`, and the option `--config-file`."""
    add_site(parser)
    parser.add_argument("pages", nargs="*", type=Path, help="pages, or folders of them (default: all of the site)")


def find_site(arguments: argparse.Namespace) -> Site:
    """The site that a command is to work on.

    Raises:
        CommandError: its configuration is named, and not there.
        SettingsError: its configuration cannot be meant so.
    """
    config_file: Path | None = arguments.config_file
    if config_file is not None and not config_file.is_file():
        raise CommandError(f"There is no configuration {config_file}. Name the site's mkdocs.yml")
    return Site((config_file or Path("mkdocs.yml")).absolute())


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


def find_pages(site: Site, paths: Sequence[Path]) -> list[Page]:
    """The pages at `paths`, each file once, a folder's in the order of their paths; all of the site for none.

    Raises:
        CommandError: there is no such page, or none at all; or one has errors by itself.
        PageError: one cannot be read.
    """
    files: dict[Path, None] = {}
    for path in paths:
        if not path.exists():
            raise CommandError(f"There is no page {path}. Name a Markdown file, or a folder of them")
        found = _below(site, path) if path.is_dir() else [path.absolute()]
        if not found:
            raise CommandError(f"There is no page below {path}. Name a Markdown file, or a folder of them")
        files |= dict.fromkeys(found)
    pages = [site.page(file) for file in files] if files else site.pages()
    if not pages:
        folder, config_file = display_path(site.docs_dir), display_path(site.settings.config_file)
        where = f"no page in {folder}, where {config_file} has them"
        where = where if site.settings.is_site else f"neither {config_file} nor a page in {folder}"
        raise CommandError(f"There is {where}. Name the configuration with --config-file")
    errors = [str(error) for page in pages for error in page.errors]
    if errors:
        raise CommandError("\n".join(errors))
    return pages


def _below(site: Site, folder: Path) -> list[Path]:
    return [path for path in site.files().pages if path.is_relative_to(folder.absolute())]


def require_checks(site: Site, paths: Sequence[Path] = ()) -> None:
    """To have checked nothing is no success, unless pages were named that hold nothing.

    Raises:
        CommandError: the site has no check.
    """
    if not paths and not site.checks():
        raise CommandError(
            f"There is no check on the {len(site.pages())} pages of {display_path(site.docs_dir)}. A check is a block "
            "of Python with a grade and a name"
        )
