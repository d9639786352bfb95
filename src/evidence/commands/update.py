"""`python -m evidence update`: write into the pages what their blocks print."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from evidence.commands.outputs import lines_of, read_exactly, with_outputs, write_exactly
from evidence.commands.pages import CommandError, add_pages, find_pages, find_site
from evidence.files.errors import Refusal, display_path
from evidence.page.model import Block, Page
from evidence.page.site import Site
from evidence.run.failure import fails_as_it_is
from evidence.run.forked_calls import cores
from evidence.run.isolated_sessions import run_sessions
from evidence.run.session import as_seen

_DESCRIPTION = """\
Writes what each block prints into its expected output, in place, and shows the difference. Nothing else on the page is
touched. Read the difference: what a block prints is what it computes, not what is true."""
_EPILOG = (
    "Exit code: 0 done, or nothing to do; 1 with --check, if a page would change; 2 the pages cannot be read, or "
    "a block fails for another reason than its output. Then no page is written."
)


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "update",
        help="write into the pages what their blocks print",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_pages(parser)
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a page would change")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Update the pages, or only show what would change; the exit code.

    Raises:
        CommandError: a page cannot be read, a block fails, or its output cannot stand on the page.
    """
    site = find_site(arguments)
    pages = find_pages(site, arguments.pages)
    printed = _printed([session for page in pages for session in page.sessions()])
    changes = [(page, old, new) for page, old, new in (_updated(site, page, printed) for page in pages) if old != new]
    for page, old, new in changes:
        print("".join(_difference(page.path, old, new)), end="")
        if not arguments.check:
            write_exactly(page.path, new)
    what = "would change" if arguments.check else "changed"
    print(f"{len(changes)} of {len(pages)} pages {what}")
    return int(arguments.check and bool(changes))


def _updated(site: Site, page: Page, printed: Mapping[Block, str]) -> tuple[Page, str, str]:
    """The page, its text, and its text as it should be."""
    old = read_exactly(page.path)
    of_page = {block: text for block, text in printed.items() if block.path == page.path}
    new = with_outputs(old, of_page)
    if new != old:
        _require_same_but_outputs(site, page, new, of_page)
    return page, old, new


def _printed(sessions: Sequence[Sequence[Block]]) -> dict[Block, str]:
    """What the blocks print, up to the last with an expected output; the blocks after it need not be run."""
    run: list[Sequence[Block]] = []
    for session in sessions:
        with_output = [at for at, block in enumerate(session) if block.output is not None]
        if with_output:
            run.append(session[: with_output[-1] + 1])
    # Without expected outputs, so that a wrong one does not stop the blocks after it.
    silent = [[replace(block, output=None) for block in session] for session in run]
    printed: dict[Block, str] = {}
    failed: dict[int, Refusal] = {}
    for number, outcome in run_sessions(silent, cores()):
        if outcome.error is not None:
            failed.setdefault(number, fails_as_it_is(outcome.block, outcome.error))
        printed[run[number][silent[number].index(outcome.block)]] = outcome.output
    if failed:
        raise failed[min(failed)]
    return printed


def _require_same_but_outputs(site: Site, page: Page, new: str, printed: dict[Block, str]) -> None:
    """Read the new text as the site will: what is printed must not change what the page is.

    Raises:
        CommandError: it would, as a line that closes the fence does.
    """
    reread = site.read(new.removeprefix("\ufeff").replace("\r\n", "\n"), page.path)
    pairs = zip(page.blocks, reread.blocks, strict=False)
    wrong = [old for old, now in pairs if old.code != now.code or not _prints(now, printed.get(old))]
    if not wrong and (reread.errors or len(reread.blocks) != len(page.blocks)):
        wrong = list(printed)
    if wrong:
        raise CommandError(
            f"{wrong[0].where}: what the block prints cannot stand in its fence, or cannot be told from the page. "
            f"Print something else. {display_path(page.path)} is left as it is"
        )


def _prints(block: Block, printed: str | None) -> bool:
    return block.output is None or printed is None or as_seen(block.output.text) == as_seen(printed)


def _difference(path: Path, old: str, new: str) -> Iterator[str]:
    name = display_path(path)
    for line in difflib.unified_diff(lines_of(old), lines_of(new), f"a/{name}", f"b/{name}"):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
