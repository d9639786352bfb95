"""`python -m evidence mutate`: change what the checks claim, and see that they fail."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from evidence.commands.pages import (
    add_jobs,
    add_pages,
    find_pages,
    find_site,
    positive,
    require_checks,
)
from evidence.files.errors import display_path
from evidence.mutation.attack import SURVIVORS, Trial
from evidence.mutation.gate import Fate
from evidence.mutation.mutants import waivers_of
from evidence.mutation.operators import Kind
from evidence.mutation.pages import attack_pages
from evidence.mutation.tallies import Tallies, Tally
from evidence.page.model import Block, Page
from evidence.records.records import Records
from evidence.run.source_text import SourceText

_DESCRIPTION = """\
Changes each claim of each check, one at a time, and runs the check: it must fail. A change that it does not notice is
a survivor: a claim that cannot fail.

What is changed: the numbers, texts and truth values that asserts claim, by one in the last written place; comparisons
and conditions, to their opposites; the last keyword argument of a compared value, dropped; each number of an expected
output. Never set-up.

Bounds are made tighter, by one in the last written place, and tolerances (0.001 and less) by a factor of 1000. One
that still holds is slack. It is no error by itself, since bounds leave room for other machines and other seeds, but
worth a look; --strict counts it as a survivor. With --inputs, what asserts pass to functions is changed too. That a
claim holds of another input as well is no fault of it, so this is only told.

A comment `# mutation: reason` on a line of the assert lets its mutants survive."""
_EPILOG = "Exit code: 0 no survivors, 1 survivors or a waiver that waives nothing, 2 the pages could not be attacked."
_MEANING = {
    Kind.CLAIM: "cannot fail",
    Kind.SLACK: "slack: a tighter bound holds",
    Kind.INPUT: "holds of this too",
}


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "mutate",
        help="change what the checks claim, and see that they fail",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_pages(parser)
    add_jobs(parser)
    parser.add_argument("--strict", action="store_true", help="count slack bounds as survivors")
    parser.add_argument("--stale", action="store_true", help="leave out pages that stand as they were last attacked")
    parser.add_argument("--inputs", action="store_true", help="also change what asserts pass to functions")
    parser.add_argument(
        "--limit", type=positive, default=30, metavar="S", help="seconds for a mutant; a hang is a kill (default: 30)"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Attack the pages and report; the exit code.

    Raises:
        Refusal: a page cannot be read, or fails as it is.
    """
    begin = time.perf_counter()
    kinds = [kind for kind in Kind if kind is not Kind.INPUT or arguments.inputs]
    site = find_site(arguments)
    pages = find_pages(site, arguments.pages)
    require_checks(site, arguments.pages)
    tallies = Tallies(Records(site.docs_dir))
    if arguments.stale:
        pages = [page for page in pages if not _is_current(tallies.read(page))]
    found: dict[Path, list[Trial]] = {}
    for page, of_page in attack_pages(pages, kinds, limit=arguments.limit, jobs=arguments.jobs):
        found[page.path] = of_page
        tallies.write(page, _tally(of_page, len([*_faults(page, of_page)])))
    trials = [trial for page in pages for trial in found[page.path]]
    faults = [fault for page in pages for fault in _faults(page, found[page.path])]
    for line in (*_reports(trials), *faults):
        print(line)
    print(_summary(trials, time.perf_counter() - begin))
    fatal = {Kind.CLAIM, Kind.SLACK} if arguments.strict else {Kind.CLAIM}
    return int(bool(faults) or any(trial.mutant.kind in fatal for trial in _survivors(trials)))


def _is_current(tally: Tally | None) -> bool:
    return tally is not None and tally.survived == 0


def _tally(trials: Sequence[Trial], at_fault: int) -> Tally:
    """What the ledger tells of a page: changed claims, not changed bounds or inputs.

    A waiver that waives nothing, and a check that nothing can be changed in, count with the survivors: the page is to
    be mended.
    """
    claims = [trial for trial in trials if trial.mutant.kind is Kind.CLAIM]
    alive = [trial for trial in claims if trial.fate in SURVIVORS]
    waived = sum(bool(trial.mutant.waiver) for trial in alive)
    return Tally(caught=len(claims) - len(alive), survived=len(alive) - waived + at_fault, waived=waived)


def _survivors(trials: Iterable[Trial]) -> list[Trial]:
    return [trial for trial in trials if trial.fate in SURVIVORS and not trial.mutant.waiver]


def _reports(trials: Sequence[Trial]) -> Iterator[str]:
    """Each survivor: where, of which check, the page's own line, the change."""
    for trial in _survivors(trials):
        mutant, block = trial.mutant, trial.block
        where = f"{display_path(block.path)}:{mutant.line}:{mutant.column}"
        meaning = "never evaluated" if trial.fate is Fate.NOT_REACHED else mutant.why or _MEANING[mutant.kind]
        yield f"{where}: {block.name}: {meaning}"
        yield f"    {_line_of(block, mutant.line)}"
        yield f"    {mutant.old} -> {mutant.new or '(dropped)'}"


def _line_of(block: Block, line: int) -> str:
    if block.output is not None and line >= block.output.line:
        return block.output.text.split("\n")[line - block.output.line]
    return block.code.split("\n")[line - block.line].strip()


def _faults(page: Page, trials: Sequence[Trial]) -> Iterator[str]:
    """The waivers that waive nothing, and the checks in which there was nothing to change."""
    checks = [block for session in page.sessions() for block in session if block.grade]
    survived = {trial.mutant.line for trial in trials if trial.fate in SURVIVORS}
    for block in checks:
        for waiver in waivers_of(block, SourceText(block.code)):
            if survived.isdisjoint(range(waiver.first, waiver.last + 1)):
                yield (
                    f"{display_path(block.path)}:{waiver.line}: the waiver `# mutation: {waiver.reason}` waives "
                    "nothing: all mutants of its assert are killed. Remove it"
                )
    changed = {trial.block.ident for trial in trials}
    for block in checks:
        if block.ident not in changed:
            yield (
                f"{block.where}: {block.name}: not tried: no claim in it can be changed. Assert a value, print a "
                "number, or say with match=… what the expected error says"
            )


def _summary(trials: Sequence[Trial], seconds: float) -> str:
    """`5,082 changed claims of 417 checks: 5,064 noticed, 0 survived, 18 waived; 210 tightened bounds: 119 slack`."""
    parts = []
    for kind, changed, alive in _COUNTED:
        of_kind = [trial for trial in trials if trial.mutant.kind is kind]
        if not of_kind and kind is not Kind.CLAIM:
            continue
        late = sum(trial.fate is Fate.TIMED_OUT for trial in of_kind)
        noticed = sum(trial.fate not in SURVIVORS for trial in of_kind)
        waived = sum(trial.fate in SURVIVORS and bool(trial.mutant.waiver) for trial in of_kind)
        checks = len({(trial.block.path, trial.block.ident) for trial in of_kind})
        counts = [f"{noticed:,} noticed" + (f" ({late} ran out of time)" if late else "")]
        counts += [f"{len(of_kind) - noticed - waived:,} {alive}"]
        counts += [f"{waived} waived"] if waived else []
        parts.append(f"{len(of_kind):,} {changed} of {checks} checks: {', '.join(counts)}")
    return f"{'; '.join(parts)}; {seconds:.1f} s"


_COUNTED = (
    (Kind.CLAIM, "changed claims", "survived"),
    (Kind.SLACK, "tightened bounds", "slack"),
    (Kind.INPUT, "changed inputs", "not noticed"),
)
