"""What is known of a tensor's values whatever the input is: the constants of a forward, its masks above all."""

from typing import Any

import torch
from torch import nn

from dlchecked.receptive_field.layouts.layout import Layout
from dlchecked.receptive_field.layouts.terms import restrict_to_mask, somewhere
from dlchecked.receptive_field.layouts.unions import simplify
from dlchecked.receptive_field.tracing.constants import expect_meant, is_constant, zeros_of
from dlchecked.receptive_field.tracing.tensor import TracedTensor, is_traced
from dlchecked.receptive_field.tracing.values import MARK, NOTHING, TRUE, Known, certain, compact

# Of the others torch may not know the extremes.
_ORDERED = {torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.bool}


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
        # A copy, since the tensor may be written to before somebody asks for the values.
        values = x.detach().to("cpu", torch.float64, copy=True)
        if constant:
            known = Known(values, torch.tensor(True))
            if known.any_large():
                expect_meant(x)
            return known
        # Made of weights; but no weight is a mark.
        marks, zeros = torch.where(values <= -MARK, values, 0.0), zeros_of(x)
        return Known(marks, torch.isneginf(values) | (False if zeros is None else zeros.cpu()))
    if isinstance(x, bool | int | float):
        return certain(x)
    return NOTHING


def is_plain(x: torch.Tensor) -> bool:
    """Whether a tensor with values holds none that is large; as ``known_of`` has it, but quicker."""
    if x.dtype not in _ORDERED or x.is_meta or not x.numel():
        return not known_of(x).any_large()
    least, most = (end.item() for end in x.detach().aminmax())
    if is_constant(x):
        return max(-least, most) < MARK or not known_of(x).any_large()
    zeros_of(x)  # which may refuse it
    return least > -MARK or not known_of(x).any_large()


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
    if type(x.kept) is Layout and not x.kept.terms:
        return x
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
    found = cut(x, known.fixed)
    return learn(found.same() if found is x else found, known)


def learn(x: TracedTensor, known: Known) -> TracedTensor:
    """The tensor itself, of which this is known besides, if it makes a difference."""
    if not known.certain and bool(known.fixed.all()):
        known.fixed = TRUE
    if bool(known.fixed.any()) or known.any_large():
        x.known = known.expanded(x.shape)
    return x
