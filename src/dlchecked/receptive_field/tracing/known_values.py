"""What is known of a tensor's values whatever the input is: the constants of a forward, its masks above all."""

from typing import Any

import torch
from torch import nn

from dlchecked.receptive_field.layouts.terms import restrict_to_mask, somewhere
from dlchecked.receptive_field.layouts.unions import simplify
from dlchecked.receptive_field.tracing.constants import expect_meant, is_constant, zeros_of
from dlchecked.receptive_field.tracing.tensor import TracedTensor, is_traced
from dlchecked.receptive_field.tracing.values import MARK, NOTHING, Known, certain, compact


def known_of(x: Any) -> Known:
    """What is known of an operand; it broadcasts to the operand's shape."""
    if is_traced(x):
        return NOTHING if x.known is None else x.known.compact()
    if isinstance(x, torch.Tensor):
        if x.is_complex() or (isinstance(x, nn.Parameter) and zeros_of(x) is None):
            return NOTHING
        constant = is_constant(x)
        if x.is_meta:
            return NOTHING
        values = x.detach().to("cpu", torch.float64)
        if constant:
            known = Known(values, torch.tensor(True))
            if bool(known.large().any()):
                expect_meant(x)
            return known
        # Made of weights; but no weight is a mark.
        marks, zeros = torch.where(values <= -MARK, values, 0.0), zeros_of(x)
        return Known(marks, torch.isneginf(values) | (False if zeros is None else zeros.cpu()))
    if isinstance(x, bool | int | float):
        return certain(x)
    return NOTHING


def constant_of(x: Any) -> torch.Tensor | None:
    """The values of a tensor that depends on nothing, if it is one."""
    if not is_traced(x):
        if not isinstance(x, torch.Tensor):
            return None
        expect_meant(x)
        return x
    if x.known is None or not bool(x.known.fixed.all()):
        return None
    return x.known.values.bool() if x.boolean else x.known.values


def cut(x: TracedTensor, where: torch.Tensor) -> TracedTensor:
    """The tensor, of which some elements depend on nothing; ``where`` broadcasts to its shape."""
    where = compact(where)
    if not where.any():
        return x
    for dim in range(where.dim()):
        if where.shape[dim] > 1 and bool((where == where.narrow(dim, 0, 1)).all()):
            where = where.narrow(dim, 0, 1)
    dims = [dim - where.dim() + len(x.shape) for dim in range(where.dim()) if where.shape[dim] > 1]
    layout = x.layout
    for dim in dims:
        layout = layout.with_single(dim)
    ranges = layout.ranges()
    left = (~where).reshape([n for n in where.shape if n > 1]).numpy()
    terms = simplify(
        somewhere(restrict_to_mask(term, tuple(ranges[dim][0] for dim in dims), left) for term in layout.terms)
    )
    return x.derived(layout._replace(terms=terms), x.shape)


def knowing(x: TracedTensor, known: Known) -> TracedTensor:
    """A new tensor of which this is known besides: what is certain depends on nothing."""
    values, fixed = known
    found = cut(x, fixed)
    found = found.same() if found is x else found
    if bool(fixed.any()) or bool(known.large().any()):
        found.known = Known(values.expand(x.shape), fixed.expand(x.shape))
    return found
