"""What every element of a tensor depends on: a union of products, one factor for each input axis.

A box of pixels is the product of its rows and its columns. A chain of convolutions keeps the field of a unit
such a product, so that one term says it all; where two branches meet, the field is a union of products, which
need not be a product (1×3 beside 3×1 is a cross). A term's last factor is its *presence*: one position that an
element depends on or not. It tells which channels of a concatenation a branch fills.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dlchecked.receptive_field.errors import ReceptiveFieldError
from dlchecked.receptive_field.support import Support, identity
from dlchecked.receptive_field.windows import Window, gathering


class Factor(NamedTuple):
    """Input positions along one axis, varying along the tensor dimensions ``dims`` (ascending)."""

    dims: tuple[int, ...]
    support: Support


Term = tuple[Factor, ...]
Terms = tuple[Term, ...]

EVERYWHERE = Factor((), Support(1, np.array(0), np.array(0)))

# A union of more products than this comes from a forward whose fields have no structure left to exploit.
MOST_TERMS = 256


def input_terms(shape: Sequence[int]) -> Terms:
    """The terms of the input itself, of shape (batch, channels, *spatial)."""
    axes = [Factor((dim,), identity(shape[dim])) for dim in range(2, len(shape))]
    return ((*axes, EVERYWHERE),)


def presence(dim: int, present: npt.NDArray[np.bool_]) -> Factor:
    """The presence of a term that fills only some positions of one dimension."""
    return Factor((dim,), Support(1, np.where(present, 0, 1), np.where(present, 0, -1)))


def is_bound(terms: Terms, dim: int) -> bool:
    """Whether anything varies along a dimension."""
    return any(dim in factor.dims for term in terms for factor in term)


class Memo:
    """What windows have made of supports so far: rows and columns mostly go through the same."""

    def __init__(self) -> None:
        """Empty."""
        self._known: dict[tuple[int, int], tuple[Support, Window, Support]] = {}

    def through(self, support: Support, window: Window) -> Support:
        """``support.through(window)`` for a support of one dimension."""
        key = (id(support), id(window))
        known = self._known.get(key)
        # The entry keeps both alive, so that nothing else can get their ids.
        if known is None:
            known = self._known[key] = (support, window, support.through(window))
        return known[2]


def slide(terms: Terms, dim: int, window: Window, memo: Memo) -> Terms:
    """The terms of a layer whose output positions along ``dim`` read those of a window."""
    if len(terms) == 1:
        return tuple(_slide_term(terms[0], dim, window, memo))
    found: list[Term] = []
    for term in terms:
        found.extend(_slide_term(term, dim, window, memo))
    return simplify(found) if len(found) > len(terms) else tuple(found)


def _slide_term(term: Term, dim: int, window: Window, memo: Memo) -> Sequence[Term]:
    bound = [i for i, factor in enumerate(term) if dim in factor.dims]
    if not bound:
        return (term if window.full else restrict(term, dim, window.taps.max(0) >= 0),)
    if len(bound) == 1:
        (i,) = bound
        dims, support = term[i]
        support = memo.through(support, window) if len(dims) == 1 else support.through(window, dims.index(dim))
        moved = Factor(dims, support)
        if i == len(term) - 1:
            return ((*term[:-1], _everywhere_if_full(moved)),) if support.hi.max() >= 0 else ()
        return ((*term[:i], moved, *term[i + 1 :]),)
    # A union of products that vary together is no product of unions: one term a tap.
    single = [_read(term, dim, bound, row[None, :]) for row in window.taps]
    return simplify(single)


def _read(term: Term, dim: int, bound: Sequence[int], taps: npt.NDArray[np.int64]) -> Term:
    window = gathering(taps)
    factors = list(term)
    for i in bound:
        dims, support = factors[i]
        factors[i] = Factor(dims, support.through(window, dims.index(dim)))
    return tuple(factors)


def restrict(term: Term, dim: int, present: npt.NDArray[np.bool_]) -> Term:
    """The term, kept only at some positions of a dimension."""
    for i, factor in enumerate(term):
        if dim in factor.dims:
            shape = tuple(-1 if d == dim else 1 for d in factor.dims)
            kept = Factor(factor.dims, factor.support.restricted(present.reshape(shape)))
            return (*term[:i], kept, *term[i + 1 :])
    last = term[-1]
    added = presence(dim, present)
    if last.dims:
        dims = tuple(sorted({*last.dims, dim}))
        mine, theirs = aligned([last, added], dims)
        added = Factor(dims, mine.restricted(theirs.hi >= 0))
    return (*term[:-1], _everywhere_if_full(added))


def mix(terms: Terms, dim: int) -> Terms:
    """The terms once every position along a dimension depends on all of them."""
    if not is_bound(terms, dim):
        return terms
    found: list[Term] = []
    for term in terms:
        bound = [i for i, factor in enumerate(term) if dim in factor.dims]
        if len(bound) < 2:
            merged = [_merge_factor(factor, dim) for factor in term]
            found.append((*merged[:-1], _everywhere_if_full(merged[-1])))
        else:
            found.extend(_mix_joint(term, dim, bound))
    return simplify(found)


def _merge_factor(factor: Factor, dim: int) -> Factor:
    if dim not in factor.dims:
        return factor
    axis = factor.dims.index(dim)
    return Factor(tuple(d for d in factor.dims if d != dim), factor.support.merged(axis))


def _mix_joint(term: Term, dim: int, bound: Sequence[int]) -> Iterable[Term]:
    """One term a position, united as they come: the rows of a grid fall together again."""
    first = term[bound[0]]
    count = first.support.lo.shape[first.dims.index(dim)]
    kept: list[Term] = []
    for position in range(count):
        factors = list(term)
        for i in bound:
            dims, support = factors[i]
            window = np.array([[position]])
            read = _read((Factor(dims, support),), dim, [0], window)[0].support
            factors[i] = _merge_factor(Factor(dims, read), dim)
        add(kept, tuple(factors))
    return kept


def simplify(terms: Iterable[Term]) -> Terms:
    """The same union with fewer terms.

    Raises:
        ReceptiveFieldError: if more than ``MOST_TERMS`` are left.
    """
    kept: list[Term] = []
    for term in terms:
        add(kept, term)
    if len(kept) > MOST_TERMS:
        raise ReceptiveFieldError(
            f"the fields here are unions of {len(kept)} products, beyond the {MOST_TERMS} that are kept exactly; "
            'method="numeric" can still find them'
        )
    return tuple(kept)


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
    if one is two:
        return one
    memo: dict[tuple[int, int], tuple[bool, bool]] = {}
    inside, outside, differ = True, True, []
    for i, (a, b) in enumerate(zip(one, two, strict=True)):
        if a.dims == b.dims and a.support is b.support:
            continue
        key = (id(a.support), id(b.support))
        known = memo.get(key) if a.dims == b.dims else None
        if known is None:
            known = _compare(a, b)
            if a.dims == b.dims:
                memo[key] = known
        two_in_one, one_in_two = known
        inside &= two_in_one
        outside &= one_in_two
        if not (two_in_one and one_in_two):
            differ.append(i)
        if len(differ) > 1 and not inside and not outside:
            return None
    # Terms that fill different channels stay apart if they follow different rules without borders: a later
    # slice of the channels may want only one of them.
    if differ == [len(one) - 1] and any(_rule(a) != _rule(b) for a, b in zip(one[:-1], two[:-1], strict=True)):
        return None
    if inside:
        return _with_rules(one, two)
    if outside:
        return _with_rules(two, one)
    if len(differ) == 1:
        i = differ[0]
        joined = _with_rules(one, two, skip=i)
        united = unite(one[i], two[i])
        if i == len(one) - 1:
            united = _everywhere_if_full(united)
        return (*joined[:i], united, *joined[i + 1 :])
    return None


def _everywhere_if_full(factor: Factor) -> Factor:
    """A presence that is true for all positions, in its simplest form."""
    return EVERYWHERE if factor.support.hi.min() >= 0 else factor


def _compare(a: Factor, b: Factor) -> tuple[bool, bool]:
    if a.dims == b.dims:
        mine, theirs = a.support, b.support
    else:
        mine, theirs = aligned([a, b], tuple(sorted({*a.dims, *b.dims})))
    return theirs.within(mine), mine.within(theirs)


def _rule(factor: Factor) -> object:
    return factor.dims, factor.support.endless


def _with_rules(large: Term, small: Term, skip: int = -1) -> Term:
    """The larger term; its fields without borders grow by those of the term that it swallows."""
    found = None
    for i, (a, b) in enumerate(zip(large, small, strict=True)):
        if i == skip or a.support is b.support or _rule(a) == _rule(b):
            continue
        endless = None
        if a.dims == b.dims and a.support.endless is not None and b.support.endless is not None:
            endless = a.support.endless.union(b.support.endless)
        if endless != a.support.endless:
            found = found or list(large)
            found[i] = Factor(a.dims, a.support.with_endless(endless))
    return large if found is None else tuple(found)


def unite(a: Factor, b: Factor) -> Factor:
    """Both factors' sets together."""
    if a.dims == b.dims:
        return Factor(a.dims, a.support.union(b.support))
    dims = tuple(sorted({*a.dims, *b.dims}))
    mine, theirs = aligned([a, b], dims)
    return Factor(dims, mine.union(theirs))


def aligned(factors: Sequence[Factor], dims: tuple[int, ...]) -> list[Support]:
    """The factors' supports as arrays over the same dimensions, of size 1 where a factor does not vary."""
    found = []
    for factor in factors:
        order = tuple(factor.dims.index(dim) if dim in factor.dims else -1 for dim in dims)
        lo_shape = factor.support.lo.shape
        shape = tuple(lo_shape[o] if o >= 0 else 1 for o in order)
        found.append(factor.support.arranged(order, shape))
    return found


def restrict_to_mask(term: Term, dims: tuple[int, ...], present: npt.NDArray[np.bool_]) -> Term:
    """The term, kept only where a mask over several dimensions is true."""
    if len(dims) == 1:
        return restrict(term, dims[0], present)
    last = term[-1]
    joint = tuple(sorted({*last.dims, *dims}))
    mine, theirs = aligned([last, Factor(dims, Support(1, np.where(present, 0, 1), np.where(present, 0, -1)))], joint)
    return (*term[:-1], Factor(joint, mine.restricted(theirs.hi >= 0)))
