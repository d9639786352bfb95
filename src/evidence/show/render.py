"""What a page shows for its directives: a check's grade, name and verdict above its code; waivers; captions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape

from evidence.page.directives import indentation
from evidence.page.model import Block, Page, anchor, without_remarks
from evidence.records.records import Record
from evidence.run.session import as_seen

_EVIDENCE = re.compile(r"^[> ]*/{3,}\s*evidence\s*\|")
_BLOCK_LINE = re.compile(r"^[> ]*/{3,}\s*(\w.*)?$")


def render_directives(
    page: Page, lines: list[str], first_line: int, grades: str | None, verdicts: Mapping[str, Record | None]
) -> list[str]:
    """The page's lines with each directive turned into what the reader sees.

    Args:
        page: the parsed page.
        lines: the page's text without front matter.
        first_line: the line in the file of `lines[0]`.
        grades: where the page on the four grades is, as a link from this page names it; `None` if there is none.
        verdicts: by ident, the current record of each block that is run; `None` where it was not run as it stands.
    """
    above: dict[int, str] = {}
    below: dict[int, str] = {}
    for block in page.blocks:
        record = verdicts.get(block.ident)
        failure = _failure(record) if record and not record.passed else ""
        if failure:
            below[block.end_line] = failure
        if block.directive_lines:
            above[block.directive_lines[0]] = _heading(block, grades, record)
            above.update(dict.fromkeys(block.directive_lines[1:], ""))
    for number in page.output_directive_lines:
        above[number] = '<p class="check-note">It prints</p>'
    code = {number for block in page.blocks for number in range(block.line, block.end_line)}
    measured = _measured(page, lines, first_line, verdicts)
    summaries = _summaries(page, lines, first_line, verdicts) | _answers(page)
    rendered: list[str] = []
    for number, line in enumerate(lines, first_line):
        if number in code:
            line = without_remarks(line)
        line = measured.get(number, line) + summaries.get(number, "")
        prefix = indentation(line)
        if number not in above:
            rendered.append(line)
        elif above[number]:
            # Blank lines around it keep the heading from joining a paragraph.
            rendered += [prefix.rstrip(), prefix + above[number], prefix.rstrip()]
        else:
            rendered.append(prefix.rstrip())
        if number in below:
            margin = line[: len(line) - len(line.lstrip("> \t"))]
            rendered += [margin.rstrip(), margin + below[number], margin.rstrip()]
    return rendered


def render_summary(records: Sequence[Record | None], versions: Mapping[str, str], ledger: str | None) -> str:
    """The line that ends a page with checks: how many hold, and with which packages.

    Nothing on a page tells when or how fast its checks ran, so that one commit always gives the same pages.

    Args:
        records: the current record of each check of the page; `None` where it was not run as it stands.
        versions: those of the packages that a reader is told.
        ledger: where the ledger is, as a link from this page names it; `None` if there is none.
    """
    held = [record for record in records if record and record.passed]
    packages = ", ".join(f"{name} {number}" for name, number in versions.items())
    packages = f'<span class="versions">{packages}</span>' if packages else ""
    ran_with = f" with {packages}" if held and packages else ""
    every = f"All {len(records)} checks" if len(records) > 1 else "The one check"
    count = f"{len(held)} of the {len(records)} checks" if len(held) < len(records) else every
    more = f" [The ledger]({ledger})" if ledger else ""
    return f'<p class="check-summary" markdown="span">{count} of this page held{ran_with}.{more}</p>'


def _summaries(page: Page, lines: list[str], first_line: int, verdicts: Mapping[str, Record | None]) -> dict[int, str]:
    """What the line of a fold of evidence says besides: the grades in it, and whether anything in it does not hold."""
    found: dict[int, str] = {}
    for block in page.blocks:
        opening = _fold_around(lines, block.fence_line - first_line)
        if block.waived or opening is None:
            continue
        said = found.get(number := opening + first_line, "")
        record = verdicts.get(block.ident)
        grade = f' <span class="check-grade check-grade--{block.grade}">{block.grade}</span>' if block.grade else ""
        verdict = "" if record and record.passed else f" {_verdict(record)}"
        found[number] = said + "".join(part for part in (grade, verdict) if part not in said)
    return found


def _answers(page: Page) -> dict[int, str]:
    """What the line that opens an answer says besides: how much it rests on."""
    found = {}
    for answer in page.answers:
        runs = sum(
            block.name is not None and not block.waived and block.section == answer.section for block in page.blocks
        )
        mistakes = answer.folds.count("failure")
        said = [_counted(runs, "check"), _counted(mistakes, "common mistake")]
        if holds := ", ".join(part for part in said if part):
            found[answer.line] = f' <span class="answer-holds">{holds}</span>'
    return found


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'s' if count > 1 else ''}" if count else ""


def _fold_around(lines: list[str], at: int) -> int | None:
    """Where the fold of evidence begins that holds the line `at`."""
    for above in range(min(at, len(lines)) - 1, -1, -1):
        if _EVIDENCE.match(lines[above]):
            return above
        if _BLOCK_LINE.match(lines[above]):
            return None
    return None


def _measured(page: Page, lines: list[str], first_line: int, verdicts: Mapping[str, Record | None]) -> dict[int, str]:
    """What a reader sees in place of each line of measured values: those of the run that the page rests on."""
    found: dict[int, str] = {}
    for block in page.blocks:
        record = verdicts.get(block.ident)
        if block.output and block.output.measured and record and record.passed:
            opening = lines[block.output.line - 1 - first_line]
            margin = opening[: len(opening) - len(opening.lstrip("> \t"))]
            printed = as_seen(record.output).split("\n")
            found.update((number, margin + line) for number, line in enumerate(printed, block.output.line))
    return found


def _heading(block: Block, grades: str | None, record: Record | None) -> str:
    parts = []
    if block.grade and block.name:
        classes = f"check-grade check-grade--{block.grade}"
        grade = f'<span class="{classes}">{block.grade}</span>'
        if grades is not None:
            # A Markdown link, so that the site builder makes its address that of the built page.
            grade = f"[{block.grade}]({grades}#{block.grade}){{ .{classes.replace(' ', ' .')} }}"
        parts.append(f"{grade} <code>{escape(block.name)}</code>")
    if block.continues and block.path.suffix != ".py":  # in a notebook, each cell does
        parts.append('<span class="check-note check-continues">continues the code above</span>')
    if block.name and not block.waived:
        parts.append(_verdict(record))
    if block.waived:
        parts.append(f'<span class="check-waived">Not run: {escape(block.waived)}</span>')
    identity = f' id="{anchor(block.name)}"' if block.name else ""
    return f'<p class="check"{identity} markdown="span">{" ".join(parts)}</p>'


def _verdict(record: Record | None) -> str:
    if record is None:
        return '<span class="check-pending">not checked yet</span>'
    if not record.passed:
        return '<span class="check-failed">does not hold</span>'
    return '<span class="check-passed">held</span>'


def _failure(record: Record) -> str:
    # On one line, so that no Markdown is read into it.
    text = (
        escape(record.failure).replace("\n", "&#10;").replace("`", "&#96;").replace("*", "&#42;").replace("_", "&#95;")
    )
    return f'<pre class="check-failure" tabindex="0">{text}</pre>'
