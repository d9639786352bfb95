"""What the description and the caption of a figure say in numbers is drawn, asked, or seen by a check beside it."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

from evidence.files.errors import PageError
from evidence.files.percent import cells
from evidence.page.model import Block, Figure, Page
from evidence.rules.links import RecordOf, facts_seen
from evidence.rules.words.borne_out import Judge
from evidence.rules.words.claims import LARGEST_SMALL_WORD, claims_in
from evidence.rules.words.facts import Facts
from evidence.rules.words.numbers import Number, numbers_in

_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:e-?\d+)?(?![\w.])")


def figure_errors(figure: Figure, page: Page, checks: Mapping[str, Block], record_of: RecordOf) -> Iterator[PageError]:
    """The numbers of a figure's texts that nothing bears out. Small ones in letters count what a reader can count.

    A number may stand in the code that draws the figure, in the question, or be borne out by a check that the section
    links to or holds. While one of these checks has no current record, nothing is known.
    """
    named = {link.name for link in page.links if link.section == figure.section}
    held = [block for block in page.blocks if block.name and block.section == figure.section]
    facts = _seen((*(checks[name] for name in named if name in checks), *held), record_of)
    known = {number.value for number in numbers_in(figure.asked)} | _drawn(page.path.parent / figure.src)
    for what, text in (("description", figure.alt), ("caption", figure.caption)):
        for number in _borne_out_by_none(text, known, facts):
            yield figure.error(
                f"the {what} of the figure {figure.src} says {number.written}, which no check of this question "
                "saw, and which stands neither in the question nor in the code that draws the figure",
                "Let a check observe it, or take it out",
            )


def cell_errors(notebook: Page, record_of: RecordOf) -> Iterator[PageError]:
    """Likewise of what a notebook's cells draw: a number stands in its code up to there, or a check of it saw it."""
    if notebook.path.suffix != ".py":
        return
    facts = _seen([block for block in notebook.blocks if block.name], record_of)
    known: set[Fraction] = set()
    for cell in cells(notebook.path.read_text(encoding="utf-8-sig"), notebook.path):
        if not cell.prose:
            known |= _numbers_in_code("\n".join(cell.lines))
        for what, option in (("description", "alt"), ("caption", "caption")):
            for number in _borne_out_by_none(cell.options.get(option, ""), known, facts):
                yield PageError(
                    notebook.path,
                    cell.line,
                    f"the {what} of the cell's figure says {number.written}, which no check of this notebook saw, and "
                    "which does not stand in its code up to here",
                    "Let a check observe it, or take it out",
                )


def _seen(checks: Iterable[Block], record_of: RecordOf) -> list[Facts] | None:
    """What runs of checks bear out; `None` while one has no current record, as nothing is known then."""
    records = [(check, record_of(check)) for check in checks if not check.waived]
    seen = [facts_seen(check, record) for check, record in records if record is not None and record.passed]
    return seen if len(seen) == len(records) else None


def _borne_out_by_none(text: str, known: Collection[Fraction], seen: Sequence[Facts] | None) -> Iterator[Number]:
    """The numbers of a text that are not known, and that no facts bear out."""
    claims = claims_in(" ".join(text.split())).numbers if seen is not None else ()
    for claim in claims:
        number = claim.number
        small = number.spelled and number.value <= LARGEST_SMALL_WORD
        if small or any(each in known for each in (number.value, abs(number.value), *number.factors)):
            continue
        if not any(Judge(claims, facts).bears_out(claim) for facts in seen or ()):
            yield number


def _drawn(picture: Path) -> frozenset[Fraction]:
    """The numbers in the function that draws a picture: `figures/sums.py` has `ten_squares` for its ten-squares.svg."""
    source = picture.parent.with_suffix(".py")
    if not source.is_file():
        return frozenset()
    drawn = _numbers_by_function(source.read_text(encoding="utf-8"))
    return drawn.get(picture.stem.replace("-", "_"), frozenset())


@lru_cache(maxsize=256)
def _numbers_by_function(source: str) -> dict[str, frozenset[Fraction]]:
    try:
        functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    except SyntaxError:
        return {}
    lines = source.splitlines()
    texts = {each.name: "\n".join(lines[each.lineno - 1 : each.end_lineno]) for each in functions}
    return {name: _numbers_in_code(text) for name, text in texts.items()}


def _numbers_in_code(code: str) -> frozenset[Fraction]:
    return frozenset(Fraction(found[0]) for found in _NUMBER.finditer(code))
