"""Runs sessions under other seeds than their own, and tells how often each of their blocks holds."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from functools import partial

from evidence.files.rests_on import RestsOn, Trace
from evidence.page.measured import shows_by_output_alone
from evidence.page.model import Block
from evidence.reseeding.seeds import shift, shifted_seeds
from evidence.run.failure import ContinuedBlockFailed, OutputMismatch, describe
from evidence.run.forked_calls import Died, in_forks
from evidence.run.import_first import import_packages_first
from evidence.run.isolated_sessions import limits
from evidence.run.session import Outcome, Session, as_seen
from evidence.run.state import reset_global_state, resetters

_SUMMARY = 200
_REMEDY = "Give its bound room, in the check and in the words, until it holds whatever is drawn"
_NO_CHANCE = "it sets no seed and draws no random number, and so is no experiment: grade it exact or numeric"


@dataclass
class Tally:
    """How often a block held under other seeds; `failures` has the number of each set of seeds and what went wrong."""

    block: Block
    held: int = 0
    failures: list[tuple[int, str]] = field(default_factory=list)

    @property
    def tried(self) -> int:
        """Under how many seeds it was run: not under those where a block that it continues failed."""
        return self.held + len(self.failures)


@dataclass(frozen=True)
class _Run:
    """A run of a session under one set of seeds.

    Attributes:
        problems: by ident, what went wrong; empty for a block that held. A block that was not run is missing.
        by_chance: whether it set a seed or drew a random number.
        rests_on: see `evidence.files.rests_on`.
    """

    problems: dict[str, str]
    by_chance: bool = True
    rests_on: RestsOn = field(default_factory=dict)


class Reseeded:
    """How a session went under other seeds.

    Attributes:
        tallies: of each block.
        by_chance: whether it was seen to set a seed, or to draw a random number.
        rests_on: what its last run rested on.
        as_it_is: the report of what fails in it under its own seeds too; empty if nothing does.
    """

    def __init__(self, session: Sequence[Block]) -> None:
        self.tallies = [Tally(block) for block in session]
        self.by_chance = False
        self.rests_on: RestsOn = {}
        self.as_it_is = ""

    @property
    def failed(self) -> list[Tally]:
        """The blocks that did not always hold."""
        return [tally for tally in self.tallies if tally.failures]

    def add(self, number: int, run: _Run) -> None:
        """Count a run."""
        self.by_chance, self.rests_on = self.by_chance or run.by_chance, run.rests_on
        for tally in self.tallies:
            problem = run.problems.get(tally.block.ident)
            if problem == "" and not self.by_chance and tally.block.grade == "experiment":
                problem = _NO_CHANCE
            if problem:
                tally.failures.append((number, problem))
            elif problem is not None:
                tally.held += 1


def reseed(sessions: Sequence[Sequence[Block]], seeds: int, jobs: int) -> Iterator[tuple[int, Reseeded]]:
    """In a clean process: run each session under `seeds` other sets of seeds, each time in a process of its own.

    What draws nothing at random is run once, and what fails once more as it is.

    Yields:
        The number of a session and how it went, once it has been run under all seeds.
    """
    trace = _prepare(sessions)
    found = [Reseeded(session) for session in sessions]

    def runs(wanted: Sequence[tuple[int, int]]) -> Iterator[int]:
        calls = [partial(_run_shifted, sessions[at], number, trace) for at, number in wanted]
        for which, said in in_forks(calls, jobs, limits()):
            at, number = wanted[which]
            found[at].add(number, _died(sessions[at], said) if isinstance(said, Died) else said)
            yield at

    others = range(2, seeds + 1)
    again, suspect = [], []
    for at in runs([(at, 1) for at in range(len(sessions))]):
        if others and (found[at].by_chance or found[at].failed):
            again += [(at, number) for number in others]
        elif found[at].failed:
            suspect.append(at)
        else:
            yield at, found[at]
    left = dict.fromkeys((at for at, _ in again), len(others))
    for at in runs(again):
        left[at] -= 1
        if not left[at]:
            if found[at].failed:
                suspect.append(at)
            else:
                yield at, found[at]
    for which, said in in_forks([partial(_fails_as_it_is, sessions[at]) for at in suspect], jobs, limits()):
        at = suspect[which]
        found[at].as_it_is = "" if isinstance(said, Died) else said
        yield at, found[at]


def _prepare(sessions: Sequence[Sequence[Block]]) -> Trace:
    trace = Trace()
    reset_global_state()
    import_packages_first(block.code for session in sessions for block in session)
    trace.rests_on()  # what it costs to look at packages is paid once
    trace.forget()
    return trace


def _run_shifted(session: Sequence[Block], number: int, trace: Trace) -> _Run:
    problems = {}
    with shifted_seeds(shift(number)) as asked, redirect_stdout(io.StringIO()):
        reset_global_state()
        set_by_reset, before = len(asked), _random_state()
        run = Session(session, compares=False)
        for block in session:
            outcome = run.outcome(block)
            error = outcome.error
            if error is None and shows_by_output_alone(block) and not _as_said(block, outcome):
                error = OutputMismatch("the block printed something else")
            if not isinstance(error, ContinuedBlockFailed):
                problems[block.ident] = describe(block, error).summary[:_SUMMARY] if error is not None else ""
        by_chance = len(asked) > 2 * set_by_reset or _random_state() != before
    return _Run(problems, by_chance, trace.rests_on())


def _died(session: Sequence[Block], died: Died) -> _Run:
    return _Run({block.ident: f"the run {died.how}" for block in session})


def _fails_as_it_is(session: Sequence[Block]) -> str:
    run = Session(session)
    with redirect_stdout(io.StringIO()):
        outcomes = [run.outcome(block) for block in session]
    return next((describe(each.block, each.error).text() for each in outcomes if each.error is not None), "")


def _as_said(block: Block, outcome: Outcome) -> bool:
    return block.output is None or as_seen(block.output.text) == as_seen(outcome.output)


def _random_state() -> list[object]:
    return [resetter.random_state() for resetter in resetters()]


def reports(found: Mapping[int, Reseeded]) -> list[str]:
    """Of each block that did not always hold: where it stands, how often it held, and how it first failed."""
    return [_report(tally) for at in sorted(found) for tally in found[at].failed]


def _report(tally: Tally) -> str:
    block = tally.block
    what = f"{block.name} ({block.grade})" if block.name else f"set-up block {block.ident}"
    number, problem = min(tally.failures)  # not the one that was told first: runs end as they like
    first = problem.split("\n")[0]
    return (
        f"{block.where}: {what}: held under {tally.held} of {tally.tried} other seeds. {_REMEDY}\n"
        f"    first failed with {shift(number)} added to each seed: {first}"
    )
