"""What the description and the caption of a figure say in numbers is drawn, asked, or seen by a check beside it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

from evidence.files.errors import PageError
from evidence.page.model import Block, Figure, Page
from evidence.rules.links import RecordOf, facts_seen
from evidence.rules.words.borne_out import Judge
from evidence.rules.words.claims import LARGEST_SMALL_WORD, claims_in
from evidence.rules.words.numbers import numbers_in

_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:e-?\d+)?(?![\w.])")


def figure_errors(figure: Figure, page: Page, checks: Mapping[str, Block], record_of: RecordOf) -> Iterator[PageError]:
    """The numbers of a figure's texts that nothing bears out. Small ones in letters count what a reader can count.

    A number may stand in the code that draws the figure, in the question, or be borne out by a check that the section
    links to or holds. While one of these checks has no current record, nothing is known.
    """
    named = {link.name for link in page.links if link.section == figure.section}
    held = [block for block in page.blocks if block.name and block.section == figure.section]
    beside = [check for check in (*(checks[name] for name in named if name in checks), *held) if not check.waived]
    records = [(check, record_of(check)) for check in beside]
    seen = [facts_seen(check, record) for check, record in records if record is not None and record.passed]
    if len(seen) < len(beside):
        return
    known = {number.value for number in numbers_in(figure.asked)} | _drawn(page.path.parent / figure.src)
    for what, text in (("description", figure.alt), ("caption", figure.caption)):
        claims = claims_in(" ".join(text.split())).numbers
        for claim in claims:
            number = claim.number
            small = number.spelled and number.value <= LARGEST_SMALL_WORD
            if small or {number.value, abs(number.value), *number.factors} & known:
                continue
            if not any(Judge(claims, facts).bears_out(claim) for facts in seen):
                yield figure.error(
                    f"the {what} of the figure {figure.src} says {number.written}, which no check of this question "
                    "saw, and which stands neither in the question nor in the code that draws the figure",
                    "Let a check observe it, or take it out",
                )


def _drawn(picture: Path) -> frozenset[Fraction]:
    """The numbers in the function that draws a picture: `figures/sums.py` has `ten_squares` for its ten-squares.svg."""
    source = picture.parent.with_suffix(".py")
    if not source.is_file():
        return frozenset()
    return _numbers_of(source.read_text(encoding="utf-8"), picture.stem.replace("-", "_"))


@lru_cache(maxsize=256)
def _numbers_of(source: str, function: str) -> frozenset[Fraction]:
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return frozenset()
    texts = (
        ast.get_source_segment(source, node) or ""
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name == function
    )
    return frozenset(Fraction(found[0]) for text in texts for found in _NUMBER.finditer(text))
