"""A check link names a check that is run, and its words say no more than the run of that check observed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from evidence.files.errors import PageError, display_path
from evidence.page.model import Block, CheckLink
from evidence.records.records import Record
from evidence.rules.nearest import nearest
from evidence.rules.words.facts import Facts, facts_of
from evidence.rules.words.order import out_of_order
from evidence.rules.words.refusals import nearest_observed, refusals
from evidence.run.observation import Observation

RecordOf = Callable[[Block], Record | None]


def link_errors(
    link: CheckLink, links: Iterable[CheckLink], checks: Mapping[str, Block], record_of: RecordOf
) -> Iterator[PageError]:
    """What is wrong with `link`, one of the `links` of its page.

    Of a check that has no current record, or that failed, nothing is known to hold its words to; that is an error of
    the check already.
    """
    check = checks.get(link.name)
    if check is None:
        yield link.error(
            f"the link [{link.words}] names the check {link.name!r}, which is on no page",
            f"The nearest checks are: {nearest(link.name, checks)}",
        )
        return
    if check.waived:
        yield link.error(
            f"the link [{link.words}] rests on the check {link.name!r}, which is not run",
            "Let it run, or do not claim it",
        )
        return
    record = record_of(check)
    if record is None or not record.passed:
        return
    facts = facts_seen(check, record)

    def code() -> str:
        return "\n".join(each.code for each in checks.values() if each.path == check.path)

    found = list(refusals(link.words, facts, code, link.before, link.sentence))
    for problem, remedy in found:
        observed = nearest_observed(link.words, facts, display_path(check.path))
        yield link.error(f"the link [{link.words}] {problem}, but {link.name!r} observed {observed}", remedy)
    if not found and (wrong := out_of_order(link, links, facts)) is not None:
        claim, places = wrong
        lines = ", ".join(f"{display_path(check.path)}:{line}" for line in sorted({place.line for place in places}))
        yield link.error(
            f"the link [{link.words}] says {claim.number.written}, which {link.name!r} has at {lines} only: that is "
            "said already, or stands before what the link, or its table, said last",
            "Say each number of a check once in a paragraph, and those of one link, or of a table, in the order of the "
            "asserts, or end the link between them",
        )


def facts_seen(check: Block, record: Record) -> Facts:
    """What the run of a check bears out."""
    return _facts(_Run(f"{record.digest} {check.line}", record.observed_at(check.line)))


@dataclass(frozen=True)
class _Run:
    """A run by the name of its record, so that what follows from it is found but once."""

    digest: str
    observations: tuple[Observation, ...] = field(compare=False)


@lru_cache(maxsize=4096)
def _facts(run: _Run) -> Facts:
    return facts_of(run.observations)
