"""Of the lies that a machine makes from the true links of the pages, the gate refuses all but those of a kind told here.

`pytest -s tests/red_team/test_lies_by_machine.py` prints those that get through, with the reason.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import pytest
from lies_by_machine import (
    Change,
    Sight,
    Written,
    also_seen,
    changes,
    chosen,
    swaps,
    true_all_the_same,
    with_words,
    written_links,
)

from evidence.page.model import Block, CheckLink, Page
from evidence.page.site import Site
from evidence.records.records import Record, Records
from evidence.rules.links import link_errors
from evidence.run.observation import Seen

ROOT = Path(__file__).parents[2]
LIES = 2000
SEED = 20
# What gets through, how many of the lies at most, and why.
ALLOWED = {
    "the check computed this number, too": (
        0.019,
        "of two numbers that a run saw, one that nobody said took the place",
    ),
    "the check asserted this bound, of something else": (0.003, "likewise of bounds"),
    "the check counted so many, of something else": (0.002, "the set-up may be named in words, and is small numbers"),
    "not told: word of number": (0.001, "a small number in letters counts where the run saw so many of anything"),
    "the checks of both links saw the same numbers": (0.002, "numbers are compared, not the words between them"),
}
# About 98.6 % are, with six seeds from 98.4 to 98.9. Each edit of a page draws other lies, of which as many as 0.7 % more
# may get through by chance. Rules that catch more were tried on the 1,616 links and those lies that got through with six
# seeds: that all sides of `a == b == 9` are one number said once refuses 6 links for 7 lies, that both ends of a range
# stand alike in the check 3 for 4, that a number with no name is not said beside a named one 9 for 1.
REFUSED = 0.98


@dataclass
class Honest:
    """A page whose links hold as they stand, in the order in which they are written."""

    page: Page
    written: list[Written]
    links: dict[int, CheckLink] = field(default_factory=dict)  # by their place in `written`
    order: dict[int, int] = field(default_factory=dict)  # their place in `page.links`


class Gate:
    """The site with the records that it has; nothing is run."""

    def __init__(self) -> None:
        self.site = Site(ROOT / "mkdocs.yml")
        self.records = Records(ROOT / "docs")
        self.checks = self.site.checks()
        self.sessions = {
            (block.path, block.line): blocks
            for page in self.site.pages()
            for blocks in page.sessions()
            for block in blocks
        }

    def record_of(self, check: Block) -> Record | None:
        return self.records.of(check, self.sessions[check.path, check.line])

    def has_record(self, link: CheckLink) -> bool:
        check = self.checks.get(link.name)
        record = check and self.record_of(check)
        return record is not None and record.passed

    def refuses(self, link: CheckLink, links: Sequence[CheckLink]) -> bool:
        return any(link_errors(link, links, self.checks, self.record_of))

    def sight(self, name: str) -> Sight:
        """What the run of a check saw."""
        check = self.checks[name]
        record = self.record_of(check)
        values, upper, lower, counts = set[Fraction](), set[Fraction](), set[Fraction](), set[Fraction]()
        for each in record.observations if record else ():
            counts |= {Fraction(each.times), Fraction(each.held)}
            for pair in each.pairs:
                computed, other = (pair.right, pair.left) if each.computed == "right" else (pair.left, pair.right)
                values |= _numbers(computed)
                counts |= {Fraction(size) for side in (pair.left, pair.right) if side for size in _sizes(side)}
                upper |= _numbers(pair.tolerance)
                if each.operator in ("<", "<=", ">", ">="):
                    below = (each.operator in ("<", "<=")) == (each.computed != "right")
                    (upper if below else lower).update(_numbers(other))
                elif each.computed == "both":
                    values |= _numbers(other)
        counts |= {Fraction(number) for number in re.findall(r"\w=(\d+(?:\.\d+)?)\b", check.code)}
        return Sight(frozenset(values), frozenset(upper), frozenset(lower), frozenset(counts))

    def honest(self, page: Page) -> Honest:
        """The links of a page that hold, each found where it is written."""
        found = Honest(page, written_links(page.text))
        free = list(range(len(found.written)))
        for order, link in enumerate(page.links):
            at = next((at for at in free if _same(found.written[at], link)), None)
            if at is not None:
                free.remove(at)
                if self.has_record(link) and not self.refuses(link, page.links):
                    found.links[at], found.order[at] = link, order
        return found

    def tried(self, honest: Honest, lies: Sequence[Change]) -> Iterator[tuple[Change, list[CheckLink], bool]]:
        """Each lie, the links as they are then, and whether one of them is refused. What cannot be read is left out."""
        for together in _apart(lies, honest.written):
            words = [each for lie in together for each in lie.words]
            page = self.site.read(with_words(honest.page.text, honest.written, words), honest.page.path)
            assert len(page.links) == len(honest.page.links), [lie.told for lie in together]
            for lie in together:
                links = [page.links[honest.order[at]] for at, _ in lie.words]
                if any(link.words != honest.links[at].words for link, (at, _) in zip(links, lie.words, strict=True)):
                    told = {honest.order[at]: link for (at, _), link in zip(lie.words, links, strict=True)}
                    beside = [told.get(order, link) for order, link in enumerate(honest.page.links)]
                    paragraphs = {(link.name, link.block) for link in links}
                    read = [link for link in beside if (link.name, link.block) in paragraphs]
                    yield lie, links, any(self.refuses(link, beside) for link in read)


def _numbers(side: Seen | None) -> set[Fraction]:
    return {Fraction(number) for number in (side.numbers if side else ()) if number not in ("nan", "inf", "-inf")}


def _sizes(side: Seen) -> Iterator[int]:
    yield from side.shape or ()
    if side.length is not None:
        yield side.length


def _same(written: Written, link: CheckLink) -> bool:
    return written.name == link.name and _letters(written.words) == _letters(link.words)


def _letters(words: str) -> str:
    return "".join(filter(str.isalnum, words))


def _apart(lies: Sequence[Change], written: Sequence[Written]) -> Iterator[list[Change]]:
    """The lies in groups, in each of which no sentence holds two."""
    groups: list[tuple[set[int], list[Change]]] = []
    for lie in lies:
        at = {written[at].begins for at, _ in lie.words}
        group = next((group for group in groups if not group[0] & at), None)
        if group is None:
            groups.append(group := (set(), []))
        group[0].update(at)
        group[1].append(lie)
    yield from (lies for _, lies in groups)


@pytest.mark.parametrize(
    ("words", "told", "why"),
    [
        ("less than 0.3 of 5", "0.3 -> 0.4", "a looser bound"),
        ("less than 0.3 of 5", "0.3 -> 0.2", ""),
        ("more than 12 %", "12 % -> 11 %", "a looser bound"),
        ("more than 12 %", "12 % -> 13 %", ""),
        ("about 100", "100 -> 101", "still about that"),
        ("about 100", "100 -> 10", ""),
        ("it is 385", "385 -> −385", ""),
        ("it is 385", "385 -> 38", ""),
        ("it is 0.33", "0.33 -> 0.3", "rounded otherwise"),
        ("it is 0.33", "0.33 -> 0.34", ""),
        ("10⁻¹² in all", "10⁻¹² -> 10⁻¹³", ""),
        ("at most 386", "at most -> at least 386", ""),
        ("at most 385", "at most -> at least 385", "the bound itself was seen"),
        ("no more than three", "three -> four", "a looser bound"),
        ("none is below 5", "5 -> 6", "it may be a looser bound"),
    ],
)
def test_a_change_is_a_lie_or_is_true_all_the_same(words: str, told: str, why: str) -> None:
    (link,) = written_links(f"So [{words}](check:it).")
    sight = Sight(values=frozenset({Fraction(385), Fraction(1, 3)}))
    (change,) = {each.words: each for each in changes([link], 0, []) if each.told == told}.values()
    assert true_all_the_same(change, sight) == why


def test_the_gate_refuses_the_lies_of_a_machine() -> None:
    gate = Gate()
    pages = {page.path.name: gate.honest(page) for page in gate.site.pages()}
    links = [link for honest in pages.values() for link in honest.page.links]
    recorded = sum(map(gate.has_record, links))
    if not recorded:
        pytest.skip("no page has a record: python -m evidence verify docs examples")
    assert recorded >= 0.8 * len(links), "too few checks have a record: python -m evidence verify docs examples"
    sights = {name: gate.sight(name) for name in {each.name for page in pages.values() for each in page.links.values()}}

    true: Counter[str] = Counter()

    def is_lie(name: str, change: Change) -> bool:
        why = true_all_the_same(change, sights[pages[name].links[change.words[0][0]].name])
        true[why] += 1
        return not why

    made = {
        name: [
            *(
                change
                for at, link in honest.links.items()
                for change in changes(honest.written, at, re.findall(_NUMBER, gate.checks[link.name].code))
            ),
            *swaps(honest.written, list(honest.links)),
        ]
        for name, honest in pages.items()
    }
    by_page: dict[str, list[Change]] = defaultdict(list)
    for name, lie in chosen(made, LIES, SEED, is_lie):
        by_page[name].append(lie)
    tried: Counter[str] = Counter()
    through: dict[str, list[str]] = defaultdict(list)
    for name, each in by_page.items():
        for lie, now, refused in gate.tried(pages[name], each):
            tried[lie.kind] += 1
            if not refused:
                reason = also_seen(lie, [sights[link.name] for link in now]) or f"not told: {lie.kind}"
                through[reason].append(f"{name}:{now[0].line}: {lie.told} in [{now[0].words}](check:{now[0].name})")

    whole = sum(tried.values())
    held = sum(len(honest.links) for honest in pages.values())
    print(f"{len(links)} links, {recorded} with a record, {held} that hold; looked at: {dict(true)}")
    print(f"{whole} lies tried: {dict(tried)}")
    for reason, each in through.items():
        why_not = ALLOWED.get(reason, (0, "nobody said why"))[1]
        print(f"{len(each)} got through, as {reason}: {why_not}", *each, sep="\n  ")
    assert whole >= 0.99 * LIES
    passed = sum(map(len, through.values()))
    assert passed <= (1 - REFUSED) * whole, "\n".join(told for each in through.values() for told in each)
    unexplained = [told for reason, each in through.items() if reason not in ALLOWED for told in each]
    assert len(unexplained) <= 0.002 * whole, "\n".join(unexplained)
    for reason, (share, why_not) in ALLOWED.items():
        assert len(through[reason]) <= share * whole, f"{reason} ({why_not}):\n" + "\n".join(through[reason])


_NUMBER = r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])"
