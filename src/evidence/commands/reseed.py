"""`python -m evidence reseed`: run the checks under other seeds, and name those that do not hold."""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence

from evidence.commands.pages import (
    add_jobs,
    add_pages,
    find_pages,
    find_site,
    positive,
    require_checks,
)
from evidence.files.errors import Refusal
from evidence.page.model import Block
from evidence.records.records import Records
from evidence.reseeding.kept import Reseedings
from evidence.reseeding.reseed import Reseeded, reports

_DESCRIPTION = """\
Runs every check under other seeds and names those that do not always hold, with how often they did.

Each seed that is set, by a page, by what it calls, or at the start of a session, is set to another: of Python's random,
of NumPy, of each package that has a state resetter, and of generators of their own. The pages are left as they are.
Sessions that draw no random number are run once, as another seed cannot matter to them."""
_EPILOG = "Exit code: 0 all hold under all seeds, 1 some do not, 2 the pages cannot be read, or fail as they are."


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "reseed",
        help="run the checks under other seeds, and name those that do not hold",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_pages(parser)
    add_jobs(parser)
    parser.add_argument("--seeds", type=positive, required=True, metavar="N", help="how many other sets of seeds")
    parser.add_argument(
        "--stale",
        action="store_true",
        help="only statistical checks and experiments that were not seen to hold under as many seeds as they stand",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the checks under other seeds and report; the exit code.

    Raises:
        Refusal: a page cannot be read, or fails as it is.
    """
    begin = time.perf_counter()
    site = find_site(arguments)
    pages = find_pages(site, arguments.pages)
    require_checks(site, arguments.pages)
    kept = Reseedings(Records(site.docs_dir))
    seeds = arguments.seeds
    sessions = kept.stale(pages, seeds) if arguments.stale else [each for page in pages for each in page.sessions()]
    found = dict(kept.reseed(sessions, seeds, arguments.jobs))
    as_it_is = [found[at].as_it_is for at in sorted(found) if found[at].as_it_is]
    if as_it_is:
        raise Refusal("\n\n".join([*as_it_is, "This fails as it is. Repair it first: python -m evidence verify"]))
    for report in reports(found):
        print(report)
    print(_summary(sessions, found, seeds, time.perf_counter() - begin))
    return int(any(each.failed for each in found.values()))


def _summary(sessions: Sequence[Sequence[Block]], found: Mapping[int, Reseeded], seeds: int, seconds: float) -> str:
    checks = [block for session in sessions for block in session if block.grade]
    drawing = sum(block.grade is not None for at, each in found.items() if each.by_chance for block in sessions[at])
    failed = sum(len(each.failed) for each in found.values())
    verdict = f"{failed} blocks do not always hold" if failed else "all hold"
    others = f"{drawing} in sessions that draw random numbers, run under {seeds} other seed{'s' if seeds > 1 else ''}"
    return f"{len(checks)} checks, {others}: {verdict}; {seconds:.1f} s"
