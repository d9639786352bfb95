"""`python -m evidence reseed`: run the checks under other seeds, and name those that do not hold."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from evidence.commands.pages import CommandError, add_jobs, add_pages, find_pages, positive, require_passed
from evidence.page.model import Block
from evidence.records.records import Records
from evidence.reseeding.kept import Reseedings
from evidence.reseeding.reseed import Tally, outcomes_and_chance, reseed
from evidence.reseeding.seeds import shift
from evidence.run.alone import limits, session_limits
from evidence.run.elsewhere import elsewhere
from evidence.run.forks import Died, in_forks
from evidence.run.import_first import import_first
from evidence.run.torch_state import reset_global_state

_DESCRIPTION = """\
Runs every check under other seeds and names those that do not always hold, with how often they did.

Each seed that is set, by a page, by what it calls, or at the start of a session, is set to another: of Python's random,
of NumPy and of torch, and of generators of their own. The pages are left as they are. Sessions that draw no random
number are run once, as another seed cannot matter to them."""
_NO_CHANCE = "it sets no seed and draws no random number, and so is no experiment: grade it exact or numeric"
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
        "--limit", type=positive, default=600, metavar="S", help="seconds for one run of a session (default: 600)"
    )
    parser.add_argument(
        "--stale",
        action="store_true",
        help="only statistical checks and experiments that were not seen to hold under as many seeds as they stand",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the checks under other seeds and report; the exit code.

    Raises:
        CommandError: a page cannot be read, or fails as it is.
    """
    begin = time.perf_counter()
    pages = find_pages(arguments.pages)
    kept = Reseedings(Records(Path("docs").absolute()))
    sessions = [session for page in pages for session in page.sessions()]
    if arguments.stale:
        sessions = [each for each in sessions if _by_chance(each) and kept.held_under(each) < arguments.seeds]
    tallies: list[Tally] = []
    for at, result in elsewhere(_reseed_below, sessions, arguments.seeds, arguments.limit, arguments.jobs):
        if isinstance(result, CommandError):
            raise result
        tallies += result
        if not any(tally.failures for tally in result):
            kept.write(sessions[at], arguments.seeds)
    checks = [block for session in sessions for block in session if block.grade]
    failed = [tally for tally in tallies if tally.failures]
    for tally in failed:
        print(_report(tally))
    print(_summary(len(checks), tallies, failed, arguments.seeds, time.perf_counter() - begin))
    return int(bool(failed))


def _by_chance(session: Sequence[Block]) -> bool:
    """Whether one of its checks is of a grade that promises something of other seeds."""
    return any(block.grade in ("statistical", "experiment") for block in session)


def _reseed_below(
    sessions: Sequence[Sequence[Block]], seeds: int, limit: float, jobs: int
) -> Iterator[tuple[int, list[Tally] | CommandError]]:
    """In a clean process: the number and the tallies of each session, which has a process of its own."""
    reset_global_state()
    import_first(block.code for session in sessions for block in session)
    calls = [partial(_reseeded, session, seeds, limit, jobs) for session in sessions]
    for at, result in in_forks(calls, 1, session_limits(sessions, (1 + seeds) * limit)):
        if isinstance(result, Died):
            result = CommandError(f"{sessions[at][0].where}: the process that ran it {result.how}")
        yield at, result


def _reseeded(session: Sequence[Block], seeds: int, limit: float, jobs: int) -> list[Tally] | CommandError:
    outcomes, by_chance = outcomes_and_chance(session)
    try:
        for outcome in outcomes:
            require_passed(outcome)
    except CommandError as error:
        return error
    if not by_chance:
        return [Tally(block, failures=[(0, _NO_CHANCE)]) for block in session if block.grade == "experiment"]
    return reseed(session, seeds, replace(limits(), processor=limit, clock=limit), jobs)


def _report(tally: Tally) -> str:
    block = tally.block
    what = f"{block.name} ({block.grade})" if block.name else f"set-up block {block.ident}"
    number, problem = tally.failures[0]
    first = problem.split("\n")[0]
    return (
        f"{block.where}: {what}: held under {tally.held} of {tally.tried} other seeds\n"
        f"    first failed with {shift(number)} added to each seed: {first}"
    )


def _summary(checks: int, tallies: Sequence[Tally], failed: Sequence[Tally], seeds: int, seconds: float) -> str:
    drawing = sum(tally.block.grade is not None for tally in tallies)
    verdict = f"{len(failed)} blocks do not always hold" if failed else "all hold"
    others = f"{drawing} in sessions that draw random numbers, run under {seeds} other seeds"
    return f"{checks} checks, {others}: {verdict}; {seconds:.1f} s"
