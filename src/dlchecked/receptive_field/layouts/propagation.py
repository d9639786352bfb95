"""How the terms of a layer follow from those of its input."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from dlchecked.receptive_field.axis.support import Support
from dlchecked.receptive_field.axis.windows import Window, gathering
from dlchecked.receptive_field.layouts.terms import (
    EVERYWHERE,
    Factor,
    Term,
    Terms,
    aligned,
    everywhere_if_full,
    is_bound,
    restrict,
    somewhere,
)
from dlchecked.receptive_field.layouts.unions import add, simplify

# What windows have made of supports so far: rows and columns mostly go through the same. Each entry keeps what
# it was made of alive, so that nothing else can get the same ids.
Memo = dict[tuple[int, int], tuple[Support, Window, Support]]


def slide(terms: Terms, dim: int, window: Window, memo: Memo) -> Terms:
    """The terms of a layer whose output positions along ``dim`` read those of a window."""
    if len(terms) == 1:
        return _slide_term(terms[0], dim, window, memo)
    found: list[Term] = []
    for term in terms:
        found.extend(_slide_term(term, dim, window, memo))
    return simplify(found) if len(found) > len(terms) else tuple(found)


def slide_all(terms: Terms, windows: Mapping[int, Window]) -> Terms:
    """The same for windows along several dimensions."""
    memo: Memo = {}
    for dim, window in windows.items():
        terms = slide(terms, dim, window, memo)
    return terms


def _slide_term(term: Term, dim: int, window: Window, memo: Memo) -> Terms:
    i, count = -1, 0
    for at, (dims, _) in enumerate(term):
        if dim in dims:
            i, count = at, count + 1
    if count == 0:
        return (term,) if window.full else somewhere([restrict(term, dim, window.taps.max(0) >= 0)])
    if count == 1:
        dims, support = term[i]
        key = (id(support), id(window))
        known = memo.get(key) if len(dims) == 1 else None
        if known is None:
            known = memo[key] = (support, window, support.through(window, dims.index(dim)))
        moved = Factor(dims, known[2])
        if i == len(term) - 1:
            return ((*term[:-1], everywhere_if_full(moved)),) if moved.support.hi.max() >= 0 else ()
        return ((*term[:i], moved, *term[i + 1 :]),)
    bound = [at for at, factor in enumerate(term) if dim in factor.dims]
    # A union of products that vary together is no product of unions: one term a tap.
    return simplify(somewhere(_read(term, dim, bound, row[None, :]) for row in window.taps))


def _read(term: Term, dim: int, bound: Sequence[int], taps: npt.NDArray[np.int64]) -> Term:
    window = gathering(taps)
    factors = list(term)
    for i in bound:
        dims, support = factors[i]
        factors[i] = Factor(dims, support.through(window, dims.index(dim)))
    return tuple(factors)


def mix(terms: Terms, dims: Iterable[int]) -> Terms:
    """The terms once every position along some dimensions depends on all of them."""
    found = terms
    for dim in dims:
        if is_bound(found, dim):
            found = tuple(term for before in found for term in _mixed(before, dim))
    # Only now, since what differs along one dimension may be the same once the next one is mixed.
    return found if found is terms else simplify(found)


def _mixed(term: Term, dim: int) -> Iterable[Term]:
    fields, last = term[:-1], term[-1]
    if last.dims == (dim,) and not is_bound((fields,), dim):
        # A term is present somewhere, and what varies along nothing else is then present everywhere.
        return ((*fields, EVERYWHERE),)
    bound = [i for i, factor in enumerate(term) if dim in factor.dims]
    if len(bound) < 2:
        *merged, last = [_merge_factor(factor, dim) for factor in term]
        return ((*merged, everywhere_if_full(last)),)
    alone = _mix_masked(term, dim, bound)
    return _mix_joint(term, dim, bound) if alone is None else (alone,)


def _mix_masked(term: Term, dim: int, bound: Sequence[int]) -> Term | None:
    """One term where of the fields only one varies along the dimension, beside the presence.

    A union of products that differ in one factor alone is a product.
    """
    if len(bound) != 2 or bound[1] != len(term) - 1:
        return None
    field, last = term[bound[0]], term[-1]
    dims = tuple(sorted({*field.dims, *last.dims}))
    support, present = aligned([field, last], dims)
    masked = Factor(dims, support.restricted(present.hi >= 0))
    rest = (*term[: bound[0]], _merge_factor(masked, dim), *term[bound[0] + 1 : -1])
    return (*rest, everywhere_if_full(_merge_factor(last, dim)))


def _merge_factor(factor: Factor, dim: int) -> Factor:
    if dim not in factor.dims:
        return factor
    axis = factor.dims.index(dim)
    return Factor(tuple(d for d in factor.dims if d != dim), factor.support.merged(axis))


def _mix_joint(term: Term, dim: int, bound: Sequence[int]) -> Iterable[Term]:
    """One term for all present positions that differ in one factor alone, united as they come."""
    axes = [term[i].dims.index(dim) for i in bound]
    first = term[bound[0]]
    positions = np.arange(first.support.lo.shape[axes[0]])
    if dim in term[-1].dims:
        others = tuple(axis for axis, d in enumerate(term[-1].dims) if d != dim)
        positions = positions[term[-1].support.hi.max(others) >= 0]
    numbers = np.stack([term[i].support.numbered(axis)[positions] for i, axis in zip(bound, axes, strict=True)])
    # The rows of a grid fall together: of them only the columns differ.
    groupings = [np.unique(np.delete(numbers, k, 0), axis=1, return_inverse=True)[1].ravel() for k in range(len(bound))]
    united = min(range(len(bound)), key=lambda k: int(groupings[k].max(initial=-1)))
    kept: list[Term] = []
    for group in range(groupings[united].max(initial=-1) + 1):
        members = positions[groupings[united] == group]
        factors = list(term)
        for k, (i, axis) in enumerate(zip(bound, axes, strict=True)):
            dims, support = term[i]
            alone = support.taken(axis, members).merged(axis) if k == united else support.selected(axis, members[0])
            factors[i] = Factor(tuple(d for d in dims if d != dim), alone.with_unbounded(None))
        add(kept, tuple(factors))
    return kept
