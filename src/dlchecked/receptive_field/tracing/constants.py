"""Real tensors of a forward: which are constants, and where they are zero whatever values the parameters have."""

from typing import Any

import torch
from torch import nn

from dlchecked.receptive_field.tracing.registry import Unsupported
from dlchecked.receptive_field.tracing.surroundings import has_drawn
from dlchecked.receptive_field.tracing.tensor import is_traced

# Steps of which the result goes in proportion to the parameters, where all else that goes into them is constant.
_LINEAR = (
    "Mul Div Neg View UnsafeView Transpose T Permute Unsqueeze Squeeze Expand Slice Clone ToCopy MaskedFill Tril Triu "
    "Where"
)


def is_constant(x: Any) -> bool:
    """Whether a tensor is a constant of the forward: not a weight, whose zeros are values and no structure.

    Raises:
        Unsupported: if it is one whose values are not there.
    """
    real = isinstance(x, torch.Tensor) and not is_traced(x)
    constant = real and not (x.requires_grad or isinstance(x, nn.Parameter))
    if constant and x.is_meta:
        raise Unsupported("a constant in it is on the device meta, and has no values; build the module on the CPU")
    return constant


def expect_no_chance() -> None:
    """Refuse to take what a constant says for meant, where it may have come about by chance.

    Raises:
        Unsupported: if random numbers were drawn before.
    """
    if has_drawn():
        raise Unsupported(
            "the forward has drawn random numbers, and what a constant in it cuts off or picks may be chance; ask in "
            "eval mode, or let it make its constants first"
        )


def zeros_of(x: torch.Tensor) -> torch.Tensor | None:
    """Where a tensor is zero by structure: a constant, or a weight times a mask; None where it nowhere is.

    Raises:
        Unsupported: if it is a constant whose values are not there, or may be chance.
    """
    if not is_constant(x) and (x.is_leaf or x.is_meta):
        return None
    zeros = x.detach() == 0
    if not zeros.any():
        return None
    expect_no_chance()
    if x.requires_grad:
        parameter = _proportional_to(x)
        if parameter is None:
            return None
        zeros &= _slopes(x, parameter) == 0
    return zeros if zeros.any() else None


def _slopes(x: torch.Tensor, parameter: torch.Tensor) -> torch.Tensor:
    """How every element changes with a parameter, all of whose elements grow: a derivative of one the other way."""
    back = torch.zeros_like(x, requires_grad=True)
    slope = torch.autograd.grad(x, parameter, back, create_graph=True, retain_graph=True)[0]
    return torch.autograd.grad(slope.sum(), back)[0]


def _proportional_to(x: torch.Tensor) -> torch.Tensor | None:
    """The only parameter that a tensor was computed from, if it goes in proportion to that."""
    node: Any = x.grad_fn
    while type(node).__name__.rstrip("01").removesuffix("Backward") in _LINEAR.split():
        before = [function for function, _ in node.next_functions if function is not None]
        if len(before) != 1:
            return None
        node = before[0]
    return getattr(node, "variable", None)
