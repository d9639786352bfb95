"""All checks of a site in one account: what they bear out, and how strongly; for programs, when they last ran too."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from itertools import groupby
from pathlib import Path

from evidence.files.errors import display_path
from evidence.mutation.mutants import waivers_of
from evidence.mutation.tallies import Tallies
from evidence.page.directives import GRADES
from evidence.page.model import Block, CheckLink, Page, without_remarks
from evidence.page.site import Site
from evidence.records.records import Records
from evidence.run.source_text import SourceText

# Of those that claim what a check shows, so many stand in the ledger's page: all of them are a third of its weight.
MOST_SENTENCES = 2


@dataclass(frozen=True)
class Entry:
    """A check.

    Attributes:
        name: the check's name.
        grade: the grade of its evidence.
        question: the id of the question that it stands under.
        page: the page's file, from the site's folder.
        title: the page's first heading.
        line: its line in that file.
        sentences: those that claim what it shows.
        verdict: `passed`, `failed`, `stale` (not run as it stands) or `waived`.
        seconds: how long its last run took, if it is current.
        when: the time of that run, ISO 8601, UTC.
        waivers: why its author lets a changed claim pass.
        heading: what the heading of its question says.
    """

    name: str
    grade: str
    question: str
    page: str
    title: str
    line: int
    sentences: tuple[str, ...]
    verdict: str
    seconds: float | None = None
    when: str | None = None
    waivers: tuple[str, ...] = ()
    heading: str = ""


def ledger(site: Site, records: Records) -> list[Entry]:
    """The checks of `site`, in the order of its pages."""
    links = [link for page in site.pages() for link in page.links]
    return [
        entry
        for page in site.pages()
        for session in [*page.sessions(), *([block] for block in page.blocks if block.waived)]
        for block in session
        if block.name
        for entry in [_entry(site.docs_dir, page, session, session.index(block), links, records)]
    ]


def _entry(
    docs_dir: Path, page: Page, session: Sequence[Block], at: int, links: Sequence[CheckLink], records: Records
) -> Entry:
    block = session[at]
    record = None if block.waived else records.of(block, session)
    verdict = "waived" if block.waived else "stale" if record is None else "passed" if record.passed else "failed"
    return Entry(
        name=block.name or "",
        grade=block.grade or "",
        question=block.section,
        page=Path(os.path.relpath(block.path, docs_dir)).as_posix(),
        title=page.title or block.path.stem,
        line=block.fence_line,
        sentences=tuple(dict.fromkeys(link.sentence for link in links if link.name == block.name)),
        verdict=verdict,
        seconds=record.seconds if record else None,
        when=record.when if record else None,
        waivers=_reasons(block),
        heading=page.headings.get(block.section, ""),
    )


def _reasons(block: Block) -> tuple[str, ...]:
    # Most blocks have none, and need not be parsed to see that.
    waives = not block.waived and without_remarks(block.code) != block.code
    return tuple(waiver.reason for waiver in waivers_of(block, SourceText(block.code))) if waives else ()


def versions(packages: Iterable[str]) -> dict[str, str]:
    """The versions of Python and of packages, which are read without importing them."""
    return {"python": platform.python_version(), **{package: version(package) for package in packages}}


def as_json(entries: Sequence[Entry], packages: Iterable[str] = ()) -> str:
    """The ledger for programs, with the versions of packages."""
    content = {"versions": versions(packages), "commit": commit(), "checks": [asdict(entry) for entry in entries]}
    return json.dumps(content, indent=2, ensure_ascii=False)


def as_text(entries: Sequence[Entry], docs_dir: Path) -> str:
    """The ledger for a terminal: a line a check, and the counts."""
    rows = [
        (
            entry.verdict,
            entry.grade,
            f"{entry.seconds:.2f} s" if entry.seconds is not None else "",
            entry.question,
            entry.name,
            f"{display_path(docs_dir / entry.page)}:{entry.line}",
        )
        for entry in entries
    ]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(5)]
    lines = [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[5]]) for row in rows
    ]
    return "\n".join([*lines, summary(entries)])


def summary(entries: Sequence[Entry]) -> str:
    """One line: counts by grade and by verdict."""
    grades = Counter(entry.grade for entry in entries)
    counted = ", ".join(f"{grades[grade]} {grade}" for grade in GRADES if grades[grade])
    bad = Counter(entry.verdict for entry in entries if entry.verdict != "passed")
    verdicts = ", ".join(f"{count} {verdict}" for verdict, count in bad.items()) or "all passed"
    return f"{len(entries)} checks ({counted or 'none'}): {verdicts}"


def counts(entries: Sequence[Entry], attack: str, packages: Iterable[str] = ()) -> Iterator[str]:
    """The account in short, as a list for a page: how much rests on how much, how it was attacked, and what ran it.

    Args:
        entries: the checks.
        attack: the sentence of `attacked`.
        packages: those whose versions a reader is told.
    """
    claims = len({(entry.page, sentence) for entry in entries for sentence in entry.sentences})
    grades = Counter(entry.grade for entry in entries)
    # The others are adjectives.
    named = {grade: "experiments" if grade == "experiment" and grades[grade] > 1 else grade for grade in GRADES}
    *others, last = [f"{grades[grade]} {named[grade]}" for grade in GRADES if grades[grade]] or ["none yet"]
    by_grade = f"{', '.join(others)} and {last}" if others else last
    yield f"- **{claims:,} sentences** rest on **{len(entries):,} checks**: {by_grade}."
    yield f"- {attack}."
    yield f"- {ran_with(packages)}"


def ran_with(packages: Iterable[str]) -> str:
    """One sentence: what ran the checks, and of which state of the sources."""
    ran = ", ".join(
        f"{name.capitalize() if name == 'python' else name} {number}" for name, number in versions(packages).items()
    )
    state, day = commit(), commit_day()
    return f"They were run with {ran}" + (f", at commit {state} of {day}." if state and day else ".")


def attacked(site: Site, records: Records) -> str:
    """One sentence: how many changed claims the checks caught, where the pages were attacked as they stand."""
    tallies = Tallies(records)
    found = [tallies.read(page) for page in site.pages() if any(block.name for block in page.blocks)]
    known = [tally for tally in found if tally is not None]
    if not known:
        return "The checks were not attacked since they last changed"
    caught = sum(tally.caught for tally in known)
    waived = sum(tally.waived for tally in known)
    total = caught + waived + sum(tally.survived for tally in known)
    scope = "" if len(known) == len(found) else f", on {len(known)} of {len(found)} pages"
    return (
        "When the claims were changed, one number or comparison at a time, "
        f"{caught:,} of {total:,} changes failed{scope}"
        + (f"; {waived} may pass, for a reason that stands with the check" if waived else "")
    )


def as_markdown(
    entries: Sequence[Entry], attack: str, packages: Iterable[str] = (), folder: str = "."
) -> Iterator[str]:
    """The ledger as lines of a page.

    Args:
        entries: the checks.
        attack: the sentence of `attacked`.
        packages: those whose versions a reader is told.
        folder: where the page lies, seen from the pages' folder.
    """
    yield f"{summary(entries).capitalize()}. {ran_with(packages)}"
    yield f"{attack}."
    for page in dict.fromkeys(entry.page for entry in entries):
        rows = [entry for entry in entries if entry.page == page]
        # Closed, since a browser lays out only what it shows: all of them together take a phone a second.
        yield from ("", f"## {rows[0].title}", "", f"/// details | {_count(rows)}")
        address = os.path.relpath(page, folder)
        for (question, heading), entries_of_it in groupby(rows, lambda entry: (entry.question, entry.heading)):
            # Once for all of its checks: a link with each of them would be a tenth of the page.
            yield from ("", f"[{heading or question}]({address}#{question})" if question else "", "")
            yield from (_item(entry, address) for entry in entries_of_it)
        yield from ("", "///")


def _count(entries: Sequence[Entry]) -> str:
    return f"{len(entries)} checks" if len(entries) > 1 else "1 check"


def _item(entry: Entry, page: str) -> str:
    shown, more = entry.sentences[:MOST_SENTENCES], len(entry.sentences) - MOST_SENTENCES
    claims = "<br>".join([*shown, *([f"and in {more} more {'places' if more > 1 else 'place'}"] if more > 0 else [])])
    # Neither time nor date: the same commit gives the same page.
    verdict = "" if entry.verdict == "passed" else f" · {entry.verdict}"
    may_pass = "".join(f"<br>a changed claim may pass: {reason}" for reason in entry.waivers)
    check = f"[`{entry.name}`]({page}#check-{entry.name})"
    return f"- {claims}<br>{check} · {entry.grade}{verdict}{may_pass}"


def commit() -> str:
    """The commit that is checked out, marked if files differ from it; empty where that cannot be told."""
    return _git("describe", "--always", "--dirty", "--abbrev=10")


def commit_day() -> str:
    """The day of that commit, ISO 8601; empty where that cannot be told."""
    return _git("log", "-1", "--format=%cs")


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()
