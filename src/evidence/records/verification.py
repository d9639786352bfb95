"""Runs the blocks that have no current record, and keeps what came out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from evidence.files.errors import PageError
from evidence.page.model import Block, Page
from evidence.records.records import Record, Records
from evidence.run.isolated_sessions import Run, run_sessions
from evidence.run.session import Outcome

# How often a block must hold in a row that failed once as it stands.
TIMES = 5

Progress = Callable[[Block, Record], None]


@dataclass
class Verdict:
    """What a verification found: how many blocks were run or current, and the reports of those that failed."""

    ran: int = 0
    current: int = 0
    failures: list[str] = field(default_factory=list)


def stale_sessions(pages: Sequence[Page], records: Records, *, retry: bool = True) -> list[list[Block]]:
    """The sessions to run, each up to its last block that has no current record.

    Args:
        pages: the pages to look at.
        records: the records of their site.
        retry: whether a current record of failure counts as none: the failure may have been one of the machine.
    """
    stale = []
    for page in pages:
        for session in page.sessions():
            found = [records.of(block, session) for block in session]
            missing = [i for i, record in enumerate(found) if record is None or (retry and not record.passed)]
            if missing:
                stale.append(session[: missing[-1] + 1])
    return stale


def verify(
    pages: Sequence[Page],
    records: Records,
    progress: Progress | None = None,
    *,
    retry: bool = True,
    jobs: int = 1,
    run: Run = run_sessions,
) -> Verdict:
    """Run what is stale on `pages`.

    A block is run with those of its session before it, whose records are renewed with it. What failed before, as it
    stands, is run `TIMES` times, and holds only if it holds each time: else a lucky run would be kept for good.

    Args:
        pages: the pages to look at.
        records: the records of their site.
        progress: called with each block and its record.
        retry: see `stale_sessions`.
        jobs: how many sessions at once, each in a process of its own.
        run: what runs them.

    Raises:
        NoAnswer: the process below which they run broke off.
    """
    stale = stale_sessions(pages, records, retry=retry)
    verdict = Verdict()
    failed: list[tuple[int, int, str]] = []
    places = {page.path: number for number, page in enumerate(pages)}
    red = [number for number, session in enumerate(stale) if _was_red(session, records)]
    runs = [*range(len(stale)), *red * (TIMES - 1)]
    for number, outcome in _of_all_runs(run([stale[number] for number in runs], jobs), runs):
        block, record = outcome.block, records.write(outcome, stale[number])
        verdict.ran += 1
        if not record.passed:
            failed.append((places[block.path], block.line, record.failure))
        if progress is not None:
            progress(block, record)
    verdict.failures = [failure for _, _, failure in sorted(failed)]
    blocks = sum(len(session) for page in pages for session in page.sessions())
    verdict.current = blocks - sum(map(len, stale))
    return verdict


def _was_red(session: Sequence[Block], records: Records) -> bool:
    found = (records.of(block, session) for block in session)
    return any(record is not None and not record.passed for record in found)


def _of_all_runs(said: Iterator[tuple[int, Outcome]], runs: Sequence[int]) -> Iterator[tuple[int, Outcome]]:
    """The number of a session and the outcome of its next block: of several runs one that failed, if any did."""
    due = Counter(runs)
    found: dict[tuple[int, str], list[Outcome]] = defaultdict(list)
    for at, outcome in said:
        outcomes = found[runs[at], outcome.block.ident]
        outcomes.append(outcome)
        if len(outcomes) == due[runs[at]]:
            yield runs[at], next((each for each in outcomes if each.error is not None), outcome)


def unverified(page: Page, records: Records) -> list[PageError]:
    """Why `page` must not be published: each of its blocks that failed, or was not run as it stands."""
    errors = []
    for session in page.sessions():
        for block in session:
            record = records.of(block, session)
            if record is None:
                errors.append(
                    block.error(f"{block.ident!r} was not run as it stands", "Run `python -m evidence verify`")
                )
            elif not record.passed:
                errors.append(block.error(f"{block.ident!r} does not hold:\n{record.failure}"))
    return errors
