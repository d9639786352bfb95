"""Where branches meet: arithmetic between tensors, and concatenation."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import torch

from dlchecked.receptive_field.endless import Endless, EndlessTaps
from dlchecked.receptive_field.errors import InvalidArgument
from dlchecked.receptive_field.layout import Layout, broadcast
from dlchecked.receptive_field.lines import Line
from dlchecked.receptive_field.propagation import slide
from dlchecked.receptive_field.registry import Unsupported, rule
from dlchecked.receptive_field.support import Support
from dlchecked.receptive_field.tensor import TracedTensor, is_traced
from dlchecked.receptive_field.terms import EVERYWHERE, Factor, is_bound, presence
from dlchecked.receptive_field.unions import MOST_TERMS, simplify
from dlchecked.receptive_field.windows import Window, picking


def join(*operands: Any) -> TracedTensor:
    """Element by element, with broadcasting: an element depends on what either operand's depends on."""
    if len(operands) == 2 and is_traced(operands[0]) and is_traced(operands[1]):
        one, two = operands[0].layout, operands[1].layout
        if one.sizes == two.sizes and one.groups == two.groups:
            if one.terms is two.terms:
                return operands[0].same()
            note_misalignment(operands, (one, two))
            return operands[0].with_terms(simplify(one.terms + two.terms))
    traced = [x for x in operands if is_traced(x)]
    first = traced[0]
    shapes = [tuple(x.shape) for x in operands if isinstance(x, torch.Tensor)]
    shape = shapes[0] if all(s == shapes[0] for s in shapes) else _common_shape(shapes)
    if len(traced) == 1 and shape == first.shape:
        return first.same()
    layouts = [x.layout for x in traced]
    if any(
        layout.groups != first.layout.groups or layout.sizes != first.layout.sizes or layout.shape != shape
        for layout in layouts
    ):
        layouts = broadcast(layouts, shape)
    if len(traced) > 1:
        note_misalignment(traced, layouts)
    terms = simplify(term for layout in layouts for term in layout.terms)
    return first.derived(layouts[0]._replace(terms=terms), shape)


def _common_shape(shapes: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    try:
        return tuple(np.broadcast_shapes(*shapes))
    except ValueError:
        raise InvalidArgument(f"shapes {' and '.join(map(str, shapes))} do not broadcast") from None


def note_misalignment(operands: Sequence[TracedTensor], layouts: Sequence[Layout]) -> None:
    """Record the axes along which fields about to be united have different centres or strides."""
    axes = len(layouts[0].terms[0]) - 1 if layouts[0].terms else 0
    if axes == 0 or _share_centre(layouts):
        return
    settled: set[tuple[int, ...]] = set()
    for axis in range(axes):
        rules = [_rule(layout, axis) for layout in layouts]
        # Columns mostly follow the very rules that rows do.
        key = tuple(map(id, rules))
        if key in settled:
            continue
        known = [(x.source, r) for x, r in zip(operands, rules, strict=True) if r is not None]
        if all(r is known[0][1] or r.concentric(known[0][1]) for _, r in known[1:]):
            settled.add(key)
        else:
            operands[0].run.meet([source for source, _ in known], axis)


def _share_centre(layouts: Sequence[Layout]) -> bool:
    """Whether all are unions of boxes with straight sides around the same centres: then so are their rules."""
    first, *others = [term for layout in layouts for term in layout.terms]
    for other in others:
        before: tuple[Line, Line] | None = None
        for (_, mine), (_, theirs) in zip(first[:-1], other, strict=False):
            line, their_line = mine.line, theirs.line
            if line is None or their_line is None:
                return False
            # A pair that was seen for the rows need not be looked at again for the columns.
            if before is not None and line is before[0] and their_line is before[1]:
                continue
            if line is not their_line and not line.concentric(their_line):
                return False
            before = (line, their_line)
    return True


def _rule(layout: Layout, axis: int) -> Endless | None:
    if len(layout.terms) == 1:
        return layout.terms[0][axis].support.endless
    found: Endless | None = None
    for term in layout.terms:
        endless = term[axis].support.endless
        if endless is None:
            return None
        found = endless if found is None or found is endless else found.union(endless)
        if found is None:
            return None
    return found


@rule("cat", "concat", "concatenate")
def concatenate(tensors: Any, dim: int = 0, axis: int | None = None) -> TracedTensor:
    """Side by side along one dimension."""
    if is_traced(tensors):
        raise Unsupported("it takes a list of tensors, not one tensor")
    parts = [x for x in tensors if x.shape != (0,)]
    traced = [x for x in parts if is_traced(x)]
    dim = traced[0].dimension(dim if axis is None else axis)
    shapes = [tuple(x.shape) for x in parts]
    if len({(*shape[:dim], *shape[dim + 1 :]) for shape in shapes}) > 1:
        raise InvalidArgument(f"shapes {' and '.join(map(str, shapes))} differ beside dimension {dim}")
    total = sum(shape[dim] for shape in shapes)
    layouts, offset = [], 0
    for part in parts:
        size = part.shape[dim]
        if is_traced(part):
            layouts.append(_embed(part.layout.with_single(dim), dim, offset, total, len(traced) == 1))
        offset += size
    if len(layouts) > 1:
        full = (*shapes[0][:dim], total, *shapes[0][dim + 1 :])
        layouts = broadcast(layouts, full)
        note_misalignment(traced, layouts)
    terms = tuple(term for layout in layouts for term in layout.terms)
    # Stretches of a dimension along which no field varies, such as channels, have nothing to merge.
    if len(terms) > MOST_TERMS or has_fields_along(layouts, dim):
        terms = simplify(terms)
    return traced[0].derived(Layout(layouts[0].sizes, layouts[0].groups, terms))


def has_fields_along(layouts: Sequence[Layout], dim: int) -> bool:
    """Whether a field, and not only its presence, varies along a dimension."""
    start, stop = layouts[0].ranges()[dim]
    atoms = range(start, stop)
    return any(d in atoms for layout in layouts for term in layout.terms for dims, _ in term[:-1] for d in dims)


def _embed(layout: Layout, dim: int, offset: int, total: int, alone: bool) -> Layout:
    """The layout as one stretch of a longer dimension."""
    atom = dim if layout.simple else layout.ranges()[dim][0]
    size = layout.sizes[atom]
    sizes = (*layout.sizes[:atom], total, *layout.sizes[atom + 1 :])
    if size == total:
        return layout
    # Channels: no field varies along them, and which of them a branch fills was mostly asked before.
    if all(term[-1].dims in ((), (atom,)) and not is_bound((term[:-1],), atom) for term in layout.terms):
        terms = tuple(
            (*term[:-1], Factor((atom,), _filled(term[-1] if term[-1].dims else EVERYWHERE, offset, size, total)))
            for term in layout.terms
        )
        return Layout(sizes, layout.groups, terms)
    window = _stretch(offset, size, total, alone)
    return Layout(sizes, layout.groups, slide(layout.terms, atom, window, {}))


@lru_cache(maxsize=1024)
def _filled(last: Factor, offset: int, size: int, total: int) -> Support:
    """The presence of what fills one stretch of a dimension, where it did not lack some of the stretch before."""
    before = last.support if last.dims else presence(0, np.ones(size, dtype=bool)).support
    return before.through(_stretch(offset, size, total, False))


@lru_cache(maxsize=1024)
def _stretch(offset: int, size: int, total: int, alone: bool) -> Window:
    positions = tuple(j - offset if 0 <= j - offset < size else -1 for j in range(total))
    # Beside constants it is padding; beside another branch no one rule describes all positions.
    endless = EndlessTaps(1, 1, (range(-offset, 1 - offset),)) if alone else None
    return picking(positions, endless)


@rule("stack")
def stack(tensors: Any, dim: int = 0) -> TracedTensor:
    """Side by side along a new dimension."""
    traced = next(x for x in tensors if is_traced(x))
    dim = dim % (len(traced.shape) + 1)
    return concatenate([x.unsqueeze(dim) for x in tensors], dim)


def overwrite(x: TracedTensor, layout: Layout) -> TracedTensor:
    """Give a tensor other contents, in place.

    Raises:
        Unsupported: if that changes a tensor that shares its memory.
    """
    if layout.terms != x.layout.terms:
        if x.aliases is not None and len(x.aliases) > 1:
            raise Unsupported("it writes into a tensor of which there are views")
        x.layout = layout
    x.known = None
    return x
