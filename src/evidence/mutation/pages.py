"""Attacks the checks of pages, each session in a process of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial

from evidence.files.errors import Refusal
from evidence.mutation.attack import Trial, attack
from evidence.mutation.branch import Branches
from evidence.mutation.operators import Kind
from evidence.page.model import Block, Page
from evidence.run.clean_process import in_clean_process
from evidence.run.forked_calls import Died, cores, in_forks
from evidence.run.import_first import import_first
from evidence.run.isolated_sessions import session_limits
from evidence.run.state import reset_global_state

# So many mutants of a session may run out of time before it is given up.
_MOST_TOO_SLOW = 100


def attack_pages(
    pages: Sequence[Page],
    kinds: Sequence[Kind] = (Kind.CLAIM, Kind.SLACK),
    *,
    limit: float = 30,
    jobs: int | None = None,
) -> Iterator[tuple[Page, list[Trial]]]:
    """Change what the checks of pages claim, one claim at a time, and see whether they fail.

    Args:
        pages: the pages.
        kinds: what to change.
        limit: seconds that a changed check may take; if it takes longer, the change was noticed.
        jobs: how many sessions at once; by default as many as there are cores.

    Yields:
        Each page and its trials, as soon as they are there.

    Raises:
        Refusal: a page fails as it is, or cannot be attacked. It comes last, after what was found of the others.
        NoAnswer: the process below which they run broke off.
    """
    refused: list[Refusal] = []
    if pages:
        for number, result in in_clean_process(_attack_below, pages, kinds, limit, jobs or cores()):
            if isinstance(result, Refusal):
                refused.append(result)
            else:
                yield pages[number], result
    if refused:
        raise refused[0]


def _attack_below(
    pages: Sequence[Page], kinds: Sequence[Kind], limit: float, jobs: int
) -> Iterator[tuple[int, list[Trial] | Refusal]]:
    """In a clean process: the number of each page and its trials, or why it cannot be attacked."""
    reset_global_state()
    import_first(block.code for page in pages for block in page.blocks if not block.waived)
    sessions = [(number, session) for number, page in enumerate(pages) for session in page.sessions()]
    # What takes longest must not come last.
    sessions.sort(key=lambda each: len(each[1]), reverse=True)
    found: dict[int, dict[int, list[Trial]]] = {number: {} for number in range(len(pages))}
    waiting = Counter(number for number, _ in sessions)
    yield from ((number, []) for number in found if not waiting[number])
    calls = [partial(_attacked, session, kinds, limit) for _, session in sessions]
    for at, result in in_forks(calls, jobs, session_limits([each for _, each in sessions], _MOST_TOO_SLOW * limit)):
        number, session = sessions[at]
        if isinstance(result, Died):
            result = Refusal(f"{session[0].where}: the process that attacked it {result.how}")
        if isinstance(result, Refusal):
            yield number, result
            continue
        found[number][session[0].line] = result
        waiting[number] -= 1
        if not waiting[number]:
            yield number, [trial for line in sorted(found[number]) for trial in found[number][line]]


def _attacked(session: Sequence[Block], kinds: Sequence[Kind], limit: float) -> list[Trial] | Refusal:
    try:
        return attack(session, Branches(limit), kinds)
    except Refusal as error:
        return Refusal(str(error))  # other kinds cannot be sent to another process
