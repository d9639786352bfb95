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

from dlchecked.receptive_field.axis.support import Support


class Factor(NamedTuple):
    """Input positions along one axis, varying along the tensor dimensions ``dims`` (ascending)."""

    dims: tuple[int, ...]
    support: Support


Term = tuple[Factor, ...]
Terms = tuple[Term, ...]

EVERYWHERE = Factor((), Support(1, np.array(0), np.array(0)))


def presence(dim: int, present: npt.NDArray[np.bool_]) -> Factor:
    """The presence of a term that fills only some positions of one dimension."""
    return Factor((dim,), Support(1, np.where(present, 0, 1), np.where(present, 0, -1)))


def is_bound(terms: Terms, dim: int) -> bool:
    """Whether anything varies along a dimension."""
    for term in terms:
        for factor in term:
            if dim in factor[0]:
                return True
    return False


def somewhere(terms: Iterable[Term]) -> Terms:
    """The terms without those that are present nowhere: what mixes positions takes every term for one that is."""
    return tuple(term for term in terms if term[-1] is EVERYWHERE or term[-1].support.hi.max() >= 0)


def everywhere_if_full(factor: Factor) -> Factor:
    """A presence that is true for all positions, in its simplest form."""
    return EVERYWHERE if factor.support.hi.min() >= 0 else factor


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
    return (*term[:-1], everywhere_if_full(added))


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
