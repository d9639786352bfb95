"""Runs sessions under other seeds, keeps that they held, and says of those that did not how to mend them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from evidence.page.model import Block
from evidence.reseeding.kept import Reseedings
from evidence.reseeding.reseed import Reseeded, Tally, reseed
from evidence.reseeding.seeds import shift
from evidence.run.clean_process import in_clean_process

_REMEDY = "Give its bound room, in the check and in the words, until it holds whatever is drawn"


def reseed_and_keep(
    sessions: Sequence[Sequence[Block]], seeds: int, kept: Reseedings, jobs: int
) -> Iterator[tuple[int, Reseeded]]:
    """See `reseed`, whose clean process is started for it; what held is kept.

    Raises:
        NoAnswer: that process broke off.
    """
    if not sessions:
        return
    for at, found in in_clean_process(reseed, sessions, seeds, jobs):
        if not found.failed:
            kept.write(sessions[at], seeds, found.rests_on)
        yield at, found


def reports(found: Mapping[int, Reseeded]) -> list[str]:
    """Of each block that did not always hold: where it stands, how often it held, and how it first failed."""
    return [_report(tally) for at in sorted(found) for tally in found[at].failed]


def _report(tally: Tally) -> str:
    block = tally.block
    what = f"{block.name} ({block.grade})" if block.name else f"set-up block {block.ident}"
    number, problem = tally.failures[0]
    first = problem.split("\n")[0]
    return (
        f"{block.where}: {what}: held under {tally.held} of {tally.tried} other seeds. {_REMEDY}\n"
        f"    first failed with {shift(number)} added to each seed: {first}"
    )
