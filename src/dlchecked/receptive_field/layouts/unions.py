"""Unions of products, with as few terms as can be had cheaply."""

from collections.abc import Iterable
from itertools import islice

from dlchecked.receptive_field.axis.support import Support
from dlchecked.receptive_field.errors import ReceptiveFieldError
from dlchecked.receptive_field.layouts.terms import Factor, Term, Terms, aligned, everywhere_if_full

# A union of more products than this comes from a forward whose fields have no structure left to exploit.
MOST_TERMS = 256


def simplify(terms: Iterable[Term]) -> Terms:
    """The same union with fewer terms.

    Raises:
        ReceptiveFieldError: if more than ``MOST_TERMS`` are left.
    """
    some = tuple(terms)
    if len(some) == 2:
        one = _merged(*some)
        return some if one is None else (one,)
    widest = _widest(some)
    if widest is not None:
        return (widest,)
    kept: list[Term] = []
    # The largest of many first: it swallows most of the others at once.
    for term in sorted(some, key=_extent, reverse=True):
        add(kept, term)
    if len(kept) > MOST_TERMS:
        raise ReceptiveFieldError(
            f"the fields here are unions of {len(kept)} products, beyond the {MOST_TERMS} that are kept exactly; "
            'method="numeric" can still find them'
        )
    return tuple(kept)


def _widest(terms: Terms) -> Term | None:
    """The term in which all others plainly lie: of the branches of a block there mostly is one."""
    if not terms:
        return None
    widest = max(terms, key=_reach)
    for term in terms:
        if term is not widest and not _absorbs(widest, term):
            return None
    return widest


def _reach(term: Term) -> int:
    """How much one unit sees along the first axis, where that is plain."""
    even = term[0][1].even
    return -1 if even is None else even.hi - even.lo


def _extent(term: Term) -> int:
    """How much the middle unit sees, roughly."""
    found = 0
    for _, support in term[:-1]:
        if support.even is not None:
            found += support.even.hi - support.even.lo
        elif support.ordered:
            middle = len(support.lo) // 2
            found += support.hi.item(middle) - support.lo.item(middle)
    return found


def add(kept: list[Term], term: Term) -> None:
    """Put one more term into a union, merging it with any that allows it."""
    while True:
        for i, other in enumerate(kept):
            merged = _merged(other, term)
            if merged is not None:
                if merged is other:
                    return
                del kept[i]
                term = merged
                break
        else:
            kept.append(term)
            return


def _merged(one: Term, two: Term) -> Term | None:
    """A single term for both, or None where the union of these two products is no product."""
    # Of a skip and the branch beside it, the branch mostly comes first and sees more.
    if one is two or _absorbs(one, two):
        return one
    if _absorbs(two, one):
        return two
    pairs = _Pairs(one, two)
    if _all_within(two, one, pairs):
        return None if pairs.only_presence_differs() else _with_rules(one, two)
    if _all_within(one, two, pairs):
        return None if pairs.only_presence_differs() else _with_rules(two, one)
    # Most pairs of many terms differ in several factors, and the second settles it.
    differ = list(islice((i for i, (a, b) in enumerate(zip(one, two, strict=True)) if not pairs.equal(a, b)), 2))
    if len(differ) > 1 or pairs.only_presence_differs():
        return None
    (i,) = differ
    united = unite(one[i], two[i])
    if i == len(one) - 1:
        united = everywhere_if_full(united)
    joined = _with_rules(one, two, skip=i)
    return (*joined[:i], united, *joined[i + 1 :])


def _absorbs(large: Term, small: Term) -> bool:
    """Whether even sides alone show that one term lies inside the other, also without borders."""
    before = before_theirs = None
    for a, b in zip(large, small):  # noqa: B905 - asked for every pair of branches, and "strict" costs half of it
        if a is b:
            continue
        dims, mine = a
        other_dims, theirs = b
        if dims is not other_dims and dims != other_dims:
            return False
        # Columns mostly repeat what was found for rows.
        if mine is theirs or (mine is before and theirs is before_theirs):
            continue
        if mine.even is None or theirs.even is None or not theirs.even.nested(mine.even):
            return False
        before, before_theirs = mine, theirs
    return True


def _all_within(small: Term, large: Term, pairs: "_Pairs") -> bool:
    """Whether every factor of one term lies inside that of the other."""
    before_a = before_b = None
    for a, b in zip(small, large, strict=True):
        mine, theirs = a[1], b[1]
        # Columns mostly repeat what was found for rows.
        if a[0] == b[0] and (mine is theirs or (mine is before_a and theirs is before_b)):
            continue
        if not pairs.within(a, b):
            return False
        before_a, before_b = mine, theirs
    return True


class _Pairs:
    """Comparisons between the factors of two terms, none made twice: rows and columns are often the same."""

    def __init__(self, one: Term, two: Term) -> None:
        """Nothing is compared before it is asked for."""
        self.terms = (one, two)
        self._known: dict[tuple[int, int], bool] = {}

    def within(self, a: Factor, b: Factor) -> bool:
        """Whether every set of a lies inside that of b."""
        if a.dims != b.dims:
            mine, theirs = aligned([a, b], tuple(sorted({*a.dims, *b.dims})))
            return mine.within(theirs)
        if a.support is b.support:
            return True
        key = (id(a.support), id(b.support))
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = a.support.within(b.support)
        return known

    def equal(self, a: Factor, b: Factor) -> bool:
        """Whether the sets are the same."""
        return self.within(a, b) and self.within(b, a)

    def only_presence_differs(self) -> bool:
        """Whether the terms have the same sets in different channels, but different rules without borders.

        They stay apart: a later slice of the channels may want only one of them.
        """
        one, two = self.terms
        if one[-1] is two[-1] or self.equal(one[-1], two[-1]):
            return False
        pairs = list(zip(one[:-1], two[:-1], strict=True))
        return all(self.equal(a, b) for a, b in pairs) and any(_rule(a) != _rule(b) for a, b in pairs)


def _rule(factor: Factor) -> object:
    return factor.dims, factor.support.unbounded


def _with_rules(large: Term, small: Term, skip: int = -1) -> Term:
    """The larger term; its fields without borders grow by those of the term that it swallows."""
    found: list[Factor] | None = None
    made: dict[tuple[int, int], Support] = {}
    for i, (a, b) in enumerate(zip(large, small, strict=True)):
        mine, theirs = a[1], b[1]
        if mine is theirs or i == skip or (a[0] == b[0] and mine.speaks_for(theirs)):
            continue
        key = (id(mine), id(theirs))
        support = made.get(key) if a[0] == b[0] else None
        if support is None:
            support = made[key] = mine.swallowing(theirs) if a[0] == b[0] else mine.with_unbounded(None)
        if support is not mine:
            found = found or list(large)
            found[i] = Factor(a[0], support)
    return large if found is None else tuple(found)


def unite(a: Factor, b: Factor) -> Factor:
    """Both factors' sets together."""
    if a.dims == b.dims:
        return Factor(a.dims, a.support.union(b.support))
    dims = tuple(sorted({*a.dims, *b.dims}))
    mine, theirs = aligned([a, b], dims)
    return Factor(dims, mine.union(theirs))
