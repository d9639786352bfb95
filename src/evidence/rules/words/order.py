"""Whether each number that words say of a check is a number of its own, in the order in which the check has them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from functools import cache, lru_cache

from evidence.page.model import CheckLink
from evidence.rules.words.borne_out import Judge
from evidence.rules.words.claims import Claim, claims_in
from evidence.rules.words.facts import Facts, Place

Said = Sequence[tuple[Claim, set[Place]]]
_BACK, _NEXT_ASSERT = -1, 0


def out_of_order(link: CheckLink, links: Iterable[CheckLink], facts: Facts) -> tuple[Claim, set[Place]] | None:
    """The first number in the words of `link` that cannot be meant beside the others of its paragraph, list or table.

    Args:
        link: one of `links`.
        links: those of its page.
        facts: what the run of its check observed.

    Returns:
        The number, and where the check has it; `None` if all can be meant.
    """
    together = [each for each in links if (each.name, each.block) == (link.name, link.block)]
    said = [said_of(each, facts) for each in together]
    wrong = first_without_place(said)
    if wrong is None and link.column >= 0 and together[0] is link and not _is_read(together, said):
        wrong = next((0, at) for at, _ in enumerate(said[0]))
    return said[wrong[0]][wrong[1]] if wrong is not None and together[wrong[0]] is link else None


def _is_read(cells: Sequence[CheckLink], said: Sequence[Said]) -> bool:
    """Whether a table, read by its rows or by its columns, has the numbers of each assert in their order.

    That the asserts come in that order, too, five tables of these pages do not keep.
    """
    by_columns = sorted(range(len(cells)), key=lambda at: cells[at].column)
    return any(_keeps_order([each for at in way for each in said[at]]) for way in (range(len(cells)), by_columns))


def _keeps_order(said: Said) -> bool:
    @cache
    def fit(at: int, taken: frozenset[Hashable], furthest: frozenset[tuple[int, int]]) -> bool:
        if at == len(said):
            return True
        claim, places = said[at]
        for place in places:
            own, reached = _taken_by(claim, place), dict(furthest)
            if own & taken or (place.kind == "value" and place.number < reached.get(place.line, 0)):
                continue
            if place.kind == "value":
                reached[place.line] = place.number
            if fit(at + 1, taken | own, frozenset(reached.items())):
                return True
        return False

    return fit(0, frozenset(), frozenset())


# Each link of a paragraph asks for all of them.
@lru_cache(maxsize=4096)
def said_of(link: CheckLink, facts: Facts) -> Said:
    """The numbers in the words of a link that are borne out, and where; but how many there were in all, any may say."""
    claims = claims_in(link.words, link.before).numbers
    judge = Judge(claims, facts, link.sentence)
    own = (claim for claim in claims if not ("total" in claim.relations and claim.total) and not claim.again)
    each = [(claim, judge.bears_out(claim)) for claim in own]
    return [(claim, places) for claim, places in each if places]


def first_without_place(links: Sequence[Said]) -> tuple[int, int] | None:
    """Which number of which link is the first that is left without a place; `None` if all have one.

    No two numbers have one place, and those of one link stand in the order of the asserts, and within an assert in that
    of its numbers. A list of three or more is one row, in even steps, or has an assert for each. So what two numbers
    are said of cannot be swapped, and a number cannot take the place of another that the check has, too.

    Args:
        links: for each link of a paragraph the numbers in its words, each with the places where the check has it.
    """
    flat = [(at, number, *each) for at, link in enumerate(links) for number, each in enumerate(link)]
    furthest = 0

    @cache
    def fit(at: int, taken: frozenset[Hashable], last: Place | None, step: int | None) -> bool:
        """Whether the numbers from `at` on have places, if those before have `taken` theirs, the last one `last`."""
        nonlocal furthest
        furthest = max(furthest, at)
        if at == len(flat):
            return True
        _, number, claim, places = flat[at]
        last = last if number else None
        for place in sorted(places):
            own = _taken_by(claim, place)
            now = None if last is None or _begins_anew(claim, place) else _step(last, place)
            uneven = claim.in_row > 1 and None not in (step, now) and step != now
            if own & taken or now == _BACK or uneven or not _is_listed_with(claim, place, last):
                continue
            if fit(at + 1, taken | own, last if claim.total else place, now if claim.in_row else None):
                return True
        return False

    return None if fit(0, frozenset(), None, None) else flat[furthest][:2]


def _begins_anew(claim: Claim, place: Place) -> bool:
    """Whether it may go back: a list tells by itself what it is of; `in 20 of 20` is said of all that stands before."""
    return claim.total is not None or (len(claim.row) > 1 and not claim.in_row and place.kind != "row")


def _is_listed_with(claim: Claim, place: Place, last: Place | None) -> bool:
    """Whether the next number of a list may be at `place`: of a row in the same row, of rows in the same column."""
    if last is None or not claim.in_row:
        return True
    if "row" in (place.kind, last.kind):
        return (place.line, place.kind) == (last.line, last.kind)
    if len(claim.row) < 3:
        return True
    columns = place.kind == "value" and place.line != last.line
    return place.kind == last.kind and (not columns or place.number == last.number)


def _taken_by(claim: Claim, place: Place) -> set[Hashable]:
    """What is said by a claim that has its number at `place`, and by no other."""
    if place.kind == "count":
        return set()
    if claim.number.factors:  # a row in the place of its numbers
        sides: set[Hashable] = {(place.line, "given", each) for each in claim.number.factors}
        return sides | {(place.line, "value", place.number + at, 0) for at in range(len(claim.number.factors))}
    if place.kind == "key":  # whatever the tables are that have it
        return {("key", claim.number.value)}
    if place.kind in ("given", "row"):
        each: Hashable = (claim.row, claim.in_row) if place.kind == "row" else claim.number.value
        return set() if claim.total else {(place.line, place.kind, each)}
    side = claim.in_row if place.kind == "square" else 0
    return {(place.line, "bound" if place.kind == "bound" else "value", place.number, side)}


def _step(last: Place, place: Place) -> int | None:
    """How many numbers of a row lie between two places; where one of them is none of the row, nothing is known."""
    if place.line != last.line:
        return _NEXT_ASSERT if place.line > last.line else _BACK
    if place.kind != last.kind or place.kind not in ("value", "square", "bound"):
        return None
    return max(place.number - last.number, _BACK)
