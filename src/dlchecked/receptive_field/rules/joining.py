"""Where branches meet: arithmetic between tensors, and concatenation."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Any

import numpy as np
import torch

from dlchecked.receptive_field.endless import Endless
from dlchecked.receptive_field.errors import InvalidArgument
from dlchecked.receptive_field.layout import Layout, broadcast
from dlchecked.receptive_field.propagation import slide
from dlchecked.receptive_field.registry import Unsupported, rule
from dlchecked.receptive_field.tensor import TracedTensor, is_traced
from dlchecked.receptive_field.terms import Term, Terms
from dlchecked.receptive_field.unions import MOST_TERMS, simplify
from dlchecked.receptive_field.unmixed import MOST_UNWRITTEN, SideBySide, Stretch, reading


def join(*operands: Any) -> TracedTensor:
    """Element by element, with broadcasting: an element depends on what either operand's depends on."""
    if len(operands) == 2 and is_traced(operands[0]) and is_traced(operands[1]):
        one, two = operands[0].layout, operands[1].layout
        if one.sizes == two.sizes and one.groups == two.groups:
            if one.terms is two.terms:
                return operands[0].same()
            note_misalignment(operands, (one.terms, two.terms))
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
        note_misalignment(traced, [layout.terms for layout in layouts])
    terms = simplify(term for layout in layouts for term in layout.terms)
    return first.derived(layouts[0]._replace(terms=terms), shape)


def _common_shape(shapes: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    try:
        return tuple(np.broadcast_shapes(*shapes))
    except ValueError:
        raise InvalidArgument(f"shapes {' and '.join(map(str, shapes))} do not broadcast") from None


def note_misalignment(operands: Sequence[TracedTensor], unions: Sequence[Terms]) -> None:
    """Record the axes along which fields about to be united have different centres or strides."""
    some = next((terms for terms in unions if terms), None)
    if some is None or _share_centre(unions):
        return
    settled: set[tuple[int, ...]] = set()
    for axis in range(len(some[0]) - 1):
        rules = [_rule(terms, axis) for terms in unions]
        # Columns mostly follow the very rules that rows do.
        key = tuple(map(id, rules))
        if key in settled:
            continue
        known = [(x.source, r) for x, r in zip(operands, rules, strict=True) if r is not None]
        if all(r is known[0][1] or r.concentric(known[0][1]) for _, r in known[1:]):
            settled.add(key)
        else:
            operands[0].run.meet([source for source, _ in known], axis)


def _share_centre(unions: Sequence[Terms]) -> bool:
    """Whether all are unions of boxes with straight sides around the same centres: then so are their rules."""
    common = None
    for terms in unions:
        for term in terms:
            centres = _centres(term)
            if centres is None or (common is not None and centres != common):
                return False
            common = centres
    return True


def _centres(term: Term) -> list[tuple[int, int]] | None:
    """For every axis the stride and twice the centre of unit 0, where the sides are straight."""
    found = []
    before = None
    for factor in term[:-1]:
        support = factor[1]
        # Columns mostly are what rows are.
        if support is not before:
            line = support.line
            if line is None:
                return None
            centre = (line.shift, line.lo + line.hi)
            before = support
        found.append(centre)
    return found


def _rule(terms: Terms, axis: int) -> Endless | None:
    if not terms:
        return None
    found = terms[0][axis].support.endless
    for term in terms[1:]:
        endless = term[axis].support.endless
        if found is None or endless is None:
            return None
        found = found if found is endless else found.union(endless)
    return found


@rule("cat", "concat", "concatenate")
def concatenate(tensors: Any, dim: int = 0, axis: int | None = None) -> TracedTensor:
    """Side by side along one dimension."""
    if is_traced(tensors):
        raise Unsupported("it takes a list of tensors, not one tensor")
    parts = [x for x in tensors if x.shape != (0,)]
    traced = [x for x in parts if type(x) is TracedTensor]
    first = traced[0]
    dim = first.dimension(dim if axis is None else axis)
    shape, stretches = _side_by_side(dim, tuple([x.shape for x in parts]))
    if len(traced) < len(parts):
        stretches = [stretch for x, stretch in zip(parts, stretches, strict=True) if is_traced(x)]
    layouts = [x.layout for x in traced]
    if all(_is_unvarying(layout, dim) for layout in layouts):
        found: Any = SideBySide(shape, dim, layouts, stretches)
        if len(traced) > 1:
            note_misalignment(traced, found.unions)
        if found.weight > MOST_UNWRITTEN:
            terms = found.terms
            found = Layout(shape, found.groups, simplify(terms) if len(terms) > MOST_TERMS else terms)
        return first.derived(found, shape)
    alone = len(traced) == 1
    layouts = [_embed(x.with_single(dim), dim, s, alone) for x, s in zip(layouts, stretches, strict=True)]
    if not alone:
        layouts = broadcast(layouts, shape)
        note_misalignment(traced, [layout.terms for layout in layouts])
    return first.derived(layouts[0]._replace(terms=simplify(term for layout in layouts for term in layout.terms)))


@lru_cache(maxsize=512)
def _side_by_side(dim: int, shapes: tuple[torch.Size, ...]) -> tuple[torch.Size, list[Stretch]]:
    """The shape of a concatenation, and which positions each part fills.

    Raises:
        InvalidArgument: if the parts do not fit together.
    """
    if len({(*shape[:dim], *shape[dim + 1 :]) for shape in shapes}) > 1:
        different = " and ".join(str(tuple(shape)) for shape in shapes)
        raise InvalidArgument(f"shapes {different} differ beside dimension {dim}")
    *offsets, total = accumulate((shape[dim] for shape in shapes), initial=0)
    stretches = [Stretch(offset, shape[dim], total) for offset, shape in zip(offsets, shapes, strict=True)]
    return torch.Size((*shapes[0][:dim], total, *shapes[0][dim + 1 :])), stretches


def _is_unvarying(layout: Any, dim: int) -> bool:
    """Whether only the presence of the terms varies along a dimension that is one atom, as along channels."""
    if type(layout) is not Layout and layout.dim == dim:
        return True
    sizes, groups, terms = layout.sizes, layout.groups, layout.terms
    if len(sizes) != len(groups):
        return False
    for term in terms:
        for factor in term[:-1]:
            if dim in factor[0]:
                return False
        if term[-1].dims not in ((), (dim,)):
            return False
    return True


def _embed(layout: Layout, dim: int, stretch: Stretch, alone: bool) -> Layout:
    """The layout as one stretch of a longer dimension."""
    atom = layout.ranges()[dim][0]
    sizes = (*layout.sizes[:atom], stretch.total, *layout.sizes[atom + 1 :])
    if stretch.size == stretch.total:
        return layout
    return Layout(sizes, layout.groups, slide(layout.terms, atom, reading(stretch, alone), {}))


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
