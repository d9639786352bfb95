"""Where branches meet: arithmetic between tensors, and concatenation."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Any

import numpy as np
import torch

from dlchecked.receptive_field.errors import InvalidArgument
from dlchecked.receptive_field.layouts.box import AnyLayout, BoxLayout, boxed, widest
from dlchecked.receptive_field.layouts.concatenation import (
    MOST_UNWRITTEN,
    Concatenation,
    Stretch,
    reading,
    united_along,
)
from dlchecked.receptive_field.layouts.layout import Layout, broadcast
from dlchecked.receptive_field.layouts.propagation import slide
from dlchecked.receptive_field.layouts.unions import MOST_TERMS, simplify
from dlchecked.receptive_field.tracing.registry import Unsupported, rule
from dlchecked.receptive_field.tracing.tensor import TracedTensor, is_traced


def join(*operands: Any) -> TracedTensor:
    """Element by element, with broadcasting: an element depends on what either operand's depends on."""
    if len(operands) == 2 and is_traced(operands[0]) and is_traced(operands[1]):
        one, two = operands[0].kept, operands[1].kept
        if one is two:
            return operands[0].same()
        if type(one) is BoxLayout and type(two) is BoxLayout:
            shape = operands[0].shape
            if shape != operands[1].shape:
                shape = _common_shape(shape, operands[1].shape)
                one, two = one.spread(shape), two.spread(shape)
            wide = widest((one, two))
            if wide is not None:
                _meet(operands, (one, two))
                return operands[0].derived(wide, shape)
    traced = [x for x in operands if is_traced(x)]
    first = traced[0]
    shapes = [x.shape for x in operands if isinstance(x, torch.Tensor)]
    shape = shapes[0] if all(s == shapes[0] for s in shapes) else _common_shape(*shapes)
    if len(traced) == 1 and shape == first.shape:
        return first.same()
    layouts = [x.layout for x in traced]
    if any(
        layout.groups != first.layout.groups or layout.sizes != first.layout.sizes or layout.shape != shape
        for layout in layouts
    ):
        layouts = broadcast(layouts, shape)
    if len(traced) > 1:
        _meet(traced, layouts)
    terms = simplify(term for layout in layouts for term in layout.terms)
    return first.derived(boxed(layouts[0]._replace(terms=terms)), shape)


@lru_cache(maxsize=512)
def _common_shape(*shapes: torch.Size) -> torch.Size:
    try:
        return torch.Size(np.broadcast_shapes(*shapes))
    except ValueError:
        raise InvalidArgument(
            f"shapes {' and '.join(str(tuple(shape)) for shape in shapes)} do not broadcast"
        ) from None


def _meet(operands: Sequence[TracedTensor], unions: Sequence[AnyLayout]) -> None:
    """Note that branches are about to be joined."""
    operands[0].run.join([x.source for x in operands], unions)


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
    parts = [x.kept for x in traced]
    unions: Any = [united_along(part, dim) for part in parts]
    if None not in unions:
        if len(traced) > 1:
            _meet(traced, unions)
        found = Concatenation(shape, dim, parts, unions, stretches)
        if found.weight <= MOST_UNWRITTEN:
            return first.derived(found, shape)
        layout = found.layout
        if len(layout.terms) > MOST_TERMS:
            layout = layout._replace(terms=simplify(layout.terms))
        return first.derived(layout, shape)
    alone = len(traced) == 1
    layouts = [_embed(x.layout.with_single(dim), dim, s, alone) for x, s in zip(traced, stretches, strict=True)]
    if not alone:
        layouts = broadcast(layouts, shape)
        _meet(traced, layouts)
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
