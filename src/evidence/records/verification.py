"""Runs the blocks that have no current record, and keeps what came out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from evidence.files.errors import PageError, display_path
from evidence.page.model import Block, Page
from evidence.records.records import Record, Records
from evidence.run.forks import Died, import_first, in_forks
from evidence.run.session import Session
from evidence.run.torch_state import reset_global_state

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
) -> Verdict:
    """Run what is stale on `pages`.

    A block is run with those of its session before it, whose records are renewed with it.

    Args:
        pages: the pages to look at.
        records: the records of their site.
        progress: called with each block and its record; with several jobs, when its page is done.
        retry: see `stale_sessions`.
        jobs: how many pages at once, each in a process of its own; with one, all in this process.
    """
    stale = {page.path: stale_sessions([page], records, retry=retry) for page in pages}
    stale = {path: sessions for path, sessions in stale.items() if sessions}
    verdict = Verdict()
    failed: list[tuple[int, int, str]] = []
    places = {page.path: number for number, page in enumerate(pages)}

    def died(path: Path, code: int) -> None:
        told = f"{display_path(path)}: the process that ran its blocks ended with code {code}"
        failed.append((places[path], 0, told))

    at_once = jobs > 1 and len(stale) > 1
    ran = _ran_at_once(stale, records, jobs, died) if at_once else _ran(chain(*stale.values()), records)
    for block, record in ran:
        verdict.ran += 1
        if not record.passed:
            failed.append((places[block.path], block.line, record.failure))
        if progress is not None:
            progress(block, record)
    verdict.failures = [failure for _, _, failure in sorted(failed)]
    blocks = sum(len(session) for page in pages for session in page.sessions())
    verdict.current = blocks - sum(len(session) for sessions in stale.values() for session in sessions)
    return verdict


def _ran(sessions: Iterable[Sequence[Block]], records: Records) -> Iterator[tuple[Block, Record]]:
    """Run sessions; each block and the record that is now kept of it."""
    for blocks in sessions:
        session = Session(blocks)
        for block in blocks:
            yield block, records.write(session.outcome(block), blocks)


def _ran_at_once(
    stale: Mapping[Path, list[list[Block]]], records: Records, jobs: int, died: Callable[[Path, int], None]
) -> Iterator[tuple[Block, Record]]:
    """The same, each page in a process of its own, in the order in which these end; `died` is told of one that ended
    before its page did, and of its code.
    """
    reset_global_state()
    import_first(
        block.code for sessions in stale.values() for session in sessions for block in session if not block.waived
    )
    # What takes longest must not come last.
    order = sorted(stale, key=lambda path: sum(map(len, stale[path])), reverse=True)
    for number, result in in_forks(_ran_in_fork, [(stale[path], records) for path in order], jobs):
        if isinstance(result, Died):
            died(order[number], result.code)
        else:
            yield from result


def _ran_in_fork(sessions: Sequence[Sequence[Block]], records: Records) -> list[tuple[Block, Record]]:
    return list(_ran(sessions, records))


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
