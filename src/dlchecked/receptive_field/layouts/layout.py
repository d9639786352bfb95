"""Merging and splitting dimensions without losing the products that fields are made of.

A tensor of shape (N, C, H, W) flattened to (N, C, H·W) still has fields that are rows times columns. So a
dimension of a tensor is kept as a *group* of atoms, here (H, W), and the factors of a term are bound to atoms.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from math import prod
from typing import NamedTuple

import numpy as np

from dlchecked.receptive_field.axis.unbounded import UnboundedTaps
from dlchecked.receptive_field.layouts.terms import Factor, Term, Terms


class Layout(NamedTuple):
    """The atoms of a tensor, in row-major order.

    Attributes:
        sizes: size of every atom.
        groups: how many atoms each dimension of the tensor consists of.
        terms: what the elements depend on; factors are bound to atoms.
    """

    sizes: tuple[int, ...]
    groups: tuple[int, ...]
    terms: Terms

    @property
    def simple(self) -> bool:
        """Whether every dimension is one atom."""
        return len(self.sizes) == len(self.groups)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the tensor."""
        return tuple(self.sizes) if self.simple else _shape(tuple(self.sizes), self.groups)

    def ranges(self) -> Sequence[tuple[int, int]]:
        """First and one-past-last atom of every dimension."""
        return _ranges(self.groups)

    def with_single(self, dim: int) -> "Layout":
        """The same with dimension ``dim`` made of one atom."""
        if self.groups[dim] == 1:
            return self
        start, stop = self.ranges()[dim]
        groups = (*self.groups[:dim], 1, *self.groups[dim + 1 :])
        return fuse(self, start, stop)._replace(groups=groups)

    def permuted(self, order: Sequence[int]) -> "Layout":
        """The same with its dimensions in another order."""
        ranges = self.ranges()
        atoms = [atom for dim in order for atom in range(*ranges[dim])]
        numbers = {old: new for new, old in enumerate(atoms)}
        return Layout(
            tuple(self.sizes[atom] for atom in atoms),
            tuple(self.groups[dim] for dim in order),
            tuple(tuple(_permuted(factor, numbers) for factor in term) for term in self.terms),
        )

    def reshaped(self, shape: Sequence[int]) -> "Layout":
        """The same elements in row-major order under another shape of equally many elements."""
        if 0 in shape:
            return Layout(tuple(shape), (1,) * len(shape), ())
        rest, groups, position = self._replace(groups=(1,) * len(self.sizes)), [], 0
        for size in shape:
            rest, stop = _take(rest, position, size)
            groups.append(stop - position)
            position = stop
        while position < len(rest.sizes):
            if groups and all(size == 1 for size in rest.sizes[position:]):
                groups[-1] += len(rest.sizes) - position
                break
            rest = select(rest, position, 0)
        return rest._replace(groups=tuple(groups))


@lru_cache(maxsize=4096)
def _ranges(groups: tuple[int, ...]) -> Sequence[tuple[int, int]]:
    return tuple(pairwise(accumulate(groups, initial=0)))


@lru_cache(maxsize=4096)
def _shape(sizes: tuple[int, ...], groups: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(prod(sizes[first:stop]) for first, stop in _ranges(groups))


def _take(layout: Layout, start: int, size: int) -> tuple[Layout, int]:
    """Make the atoms from ``start`` on multiply to ``size``; one past the last of them."""
    stop, have = start, 1
    while have < size or stop == start:
        if stop == len(layout.sizes) or (size == 1 and layout.sizes[stop] != 1):
            return insert(layout, stop), stop + 1
        atom = layout.sizes[stop]
        if size % (have * atom) == 0:
            have *= atom
            stop += 1
        elif atom % (size // have) == 0:
            layout = split(layout, stop, size // have)
        else:
            end = stop
            while prod(layout.sizes[start:end]) % size:
                end += 1
            layout, stop, have = fuse(layout, start, end), start, 1
    return layout, stop


def insert(layout: Layout, at: int) -> Layout:
    """A new atom of size 1."""
    sizes = (*layout.sizes[:at], 1, *layout.sizes[at:])
    return Layout(sizes, layout.groups, _moved(layout.terms, at, 1))


def split(layout: Layout, atom: int, outer: int) -> Layout:
    """One atom becomes two, the first of size ``outer``."""
    inner = layout.sizes[atom] // outer
    sizes = (*layout.sizes[:atom], outer, inner, *layout.sizes[atom + 1 :])
    terms = tuple(tuple(_split_factor(factor, atom, outer, inner) for factor in term) for term in layout.terms)
    return Layout(sizes, layout.groups, terms)


def _split_factor(factor: Factor, atom: int, outer: int, inner: int) -> Factor:
    later = tuple(dim + (dim > atom) for dim in factor.dims)
    if atom not in factor.dims:
        return Factor(later, factor.support)
    axis = factor.dims.index(atom)
    if inner == 1:
        return Factor(later, factor.support)
    if outer == 1:
        return Factor((*later[:axis], atom + 1, *later[axis + 1 :]), factor.support)
    dims = (*later[:axis], atom, atom + 1, *later[axis + 1 :])
    return without_constants(Factor(dims, factor.support.split(axis, outer, inner)))


def without_constants(factor: Factor) -> Factor:
    """The factor without the dimensions along which it does not vary."""
    dims, support = factor
    for axis in reversed(range(len(dims))):
        if len(dims) < 2:
            break
        arrays = [support.lo, support.hi] if support.bits is None else [support.lo, support.hi, support.bits]
        if all((array == array.take([0], axis)).all() for array in arrays):
            support = support.selected(axis, 0)
            dims = (*dims[:axis], *dims[axis + 1 :])
    return Factor(dims, support)


def fuse(layout: Layout, start: int, stop: int) -> Layout:
    """The atoms from ``start`` to ``stop`` become one, and what varies along any of them varies along it."""
    inner = layout.sizes[start:stop]
    sizes = (*layout.sizes[:start], prod(inner), *layout.sizes[stop:])
    terms = tuple(tuple(_fuse_factor(f, start, stop, inner) for f in term) for term in layout.terms)
    return Layout(sizes, layout.groups, terms)


def _fuse_factor(factor: Factor, start: int, stop: int, sizes: tuple[int, ...]) -> Factor:
    if not factor.dims or factor.dims[-1] < start:
        return factor
    inside = [dim for dim in factor.dims if start <= dim < stop]
    before = tuple(dim for dim in factor.dims if dim < start)
    after = tuple(dim for dim in factor.dims if dim >= stop)
    moved = tuple(dim - (stop - start) + 1 for dim in after)
    if not inside:
        return Factor((*before, *moved), factor.support)
    if len(inside) == 1 and prod(sizes) == sizes[inside[0] - start]:
        return Factor((*before, start, *moved), factor.support)
    dims = (*before, *range(start, stop), *after)
    order = tuple(factor.dims.index(dim) if dim in factor.dims else -1 for dim in dims)
    known = factor.support.lo.shape
    full = tuple(sizes[dim - start] if start <= dim < stop else known[factor.dims.index(dim)] for dim in dims)
    arranged = factor.support.arranged(order, full)
    shape = (*full[: len(before)], prod(sizes), *full[len(before) + stop - start :])
    unbounded = arranged.interleaved() if factor.dims == (start, start + 1) else None
    if len(factor.dims) == 1 and factor.support.unbounded is not None and prod(sizes[: inside[0] - start]) == 1:
        repeats = prod(sizes[inside[0] - start + 1 :])
        unbounded = factor.support.unbounded.through(UnboundedTaps(repeats, 1, (range(1),) * repeats))
    return Factor((*before, start, *moved), arranged.reshaped(shape, unbounded))


def select(layout: Layout, atom: int, index: int) -> Layout:
    """One position of an atom, which disappears."""
    terms: list[Term] = []
    for term in layout.terms:
        factors = []
        for dims, support in term:
            if atom in dims:
                support = support.selected(dims.index(atom), index)
            factors.append(Factor(tuple(dim for dim in dims if dim != atom), support))
        if factors[-1].support.hi.max() >= 0:
            terms.append(tuple(factors))
    sizes = (*layout.sizes[:atom], *layout.sizes[atom + 1 :])
    return Layout(sizes, layout.groups, _moved(tuple(terms), atom, -1))


def _moved(terms: Terms, start: int, by: int) -> Terms:
    """The terms with the numbers of all atoms from ``start`` on changed."""

    def move(factor: Factor) -> Factor:
        if not factor.dims or factor.dims[-1] < start:
            return factor
        return Factor(tuple(dim + by if dim >= start else dim for dim in factor.dims), factor.support)

    return tuple(tuple(move(factor) for factor in term) for term in terms)


def _permuted(factor: Factor, numbers: dict[int, int]) -> Factor:
    if not factor.dims:
        return factor
    dims = tuple(numbers[dim] for dim in factor.dims)
    if list(dims) == sorted(dims):
        return Factor(dims, factor.support)
    order = tuple(int(i) for i in np.argsort(dims))
    shape = tuple(factor.support.lo.shape[i] for i in order)
    return Factor(tuple(sorted(dims)), factor.support.arranged(order, shape))


def broadcast(layouts: Sequence[Layout], shape: Sequence[int]) -> list[Layout]:
    """The layouts expanded to one shape, made of the same atoms."""
    sizes = layouts[0].sizes
    if sizes == tuple(shape) and all(a.sizes == sizes and a.groups == layouts[0].groups for a in layouts):
        return list(layouts)
    found = []
    for layout in layouts:
        missing = len(shape) - len(layout.groups)
        for _ in range(missing):
            layout = insert(layout, 0)
        found.append(layout._replace(groups=(1,) * missing + layout.groups))
    for dim, size in enumerate(shape):
        first, *others = (_pattern(layout, dim) for layout in found)
        if all(pattern == first for pattern in others) and prod(first) == size:
            continue
        patterns = {_pattern(layout, dim) for layout in found if layout.shape[dim] == size}
        if len(patterns) > 1:
            found = _with_common_atoms(found, dim, size, patterns)
        pattern = next((_pattern(layout, dim) for layout in found if layout.shape[dim] == size), (size,))
        found = [layout if _pattern(layout, dim) == pattern else expand(layout, dim, pattern) for layout in found]
    return found


def _pattern(layout: Layout, dim: int) -> tuple[int, ...]:
    start, stop = layout.ranges()[dim]
    return layout.sizes[start:stop]


def _with_common_atoms(layouts: list[Layout], dim: int, size: int, patterns: set[tuple[int, ...]]) -> list[Layout]:
    """Split a dimension that varies along nothing as it is split elsewhere; failing that, fuse it everywhere."""
    varying = {_pattern(layout, dim) for layout in layouts if layout.shape[dim] == size and is_varying(layout, dim)}
    if len(varying) > 1:
        return [layout.with_single(dim) if layout.shape[dim] == size else layout for layout in layouts]
    pattern = varying.pop() if varying else max(patterns, key=len)
    return [
        expand(layout, dim, pattern) if layout.shape[dim] == size and _pattern(layout, dim) != pattern else layout
        for layout in layouts
    ]


def is_varying(layout: Layout, dim: int) -> bool:
    """Whether anything varies along a dimension of the tensor."""
    start, stop = layout.ranges()[dim]
    return any(start <= d < stop for term in layout.terms for factor in term for d in factor.dims)


def expand(layout: Layout, dim: int, pattern: Sequence[int]) -> Layout:
    """A dimension that is constant, or of size 1, remade of other atoms."""
    start, stop = layout.ranges()[dim]
    if is_varying(layout, dim):
        for _ in range(start, stop):
            layout = select(layout, start, 0)
        stop = start
    sizes = (*layout.sizes[:start], *pattern, *layout.sizes[stop:])
    groups = (*layout.groups[:dim], len(pattern), *layout.groups[dim + 1 :])
    return Layout(sizes, groups, _moved(layout.terms, stop, start + len(pattern) - stop))
