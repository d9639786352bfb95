"""Real tensors of a forward: which are constants, and where they are zero whatever values the parameters have."""

from collections.abc import Sequence
from contextvars import ContextVar
from typing import Any

import torch
from torch import nn

from dlchecked.receptive_field.tracing.copying import is_untouched
from dlchecked.receptive_field.tracing.registry import Unsupported
from dlchecked.receptive_field.tracing.surroundings import has_drawn
from dlchecked.receptive_field.tracing.tensor import is_traced
from dlchecked.receptive_field.tracing.trace import Trace
from dlchecked.receptive_field.tracing.weighed import Weighed

# Steps whose result, of positive numbers, is zero only where a constant makes it so.
_PLAIN = (
    "AccumulateGrad CopySlices Mul Div Neg Add Sub Sum Mean Mm Mv Bmm Dot View UnsafeView ReshapeAlias Alias AsStrided "
    "Transpose T Permute Unsqueeze Squeeze Expand Repeat Slice Select Split SplitWithSizes Unbind Clone ToCopy Flip "
    "Roll Cat Stack ConstantPadNd Diagonal DiagEmbed BlockDiag Index IndexSelect IndexCopy IndexPut IndexAdd Gather "
    "Scatter ScatterAdd MaskedFill Tril Triu Where Exp Softmax Abs Tanh Sqrt Rsqrt Sigmoid Softplus "
    "LinalgVectorNorm Norm WeightNormInterface"
)


class Doubt(BaseException):
    """Ends a run that is to be made again; a forward that goes on after errors does not go on after this."""


class Weights:
    """As what a run takes the parameters of its module.

    Whether a zero is structure cannot be seen where a weight may have made it, nor whether a mask or an index is. A
    run that meets one of these is made again, with positive parameters: of those, only a mask makes zeros. And it
    watches what its forward makes of them.

    Attributes:
        positive: the parameters that were made positive, by their ids; None if all are as they are.
        lent: the tensors of the module that the forward has looked at.
        doubtful: whether something was met that weights may have made.
        weighed: in a run with positive parameters, what their values decide.
    """

    def __init__(
        self,
        positive: dict[int, nn.Parameter] | None,
        lent: Sequence[torch.Tensor] = (),
        trace: Trace | None = None,
    ) -> None:
        """Before a run."""
        self.positive = positive
        self.lent = lent
        self.doubtful = False
        self.weighed = Weighed(trace)

    def doubt(self) -> None:
        """End the run, if there is one.

        Raises:
            Doubt: if it is not one that has positive parameters.
        """
        if WEIGHTS.get() is self and self.positive is None:
            self.doubtful = True
            raise Doubt

    def may_decide(self, x: torch.Tensor) -> bool:
        """Whether a tensor may have been made of parameters: it is none of the module's own as it was, nor a part."""
        looked_at = any(isinstance(own, nn.Parameter) for own in self.lent)
        return looked_at and not any((x is own or x._base is own) and is_untouched(own) for own in self.lent)


WEIGHTS: ContextVar[Weights | None] = ContextVar("WEIGHTS", default=None)


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


def expect_meant(*deciding: Any) -> None:
    """Refuse to take what constants say for meant, where it may have come about by chance or by the values of weights.

    Raises:
        Unsupported: if random numbers were drawn before, or weights decide what one of them says.
    """
    if has_drawn():
        raise Unsupported(
            "the forward has drawn random numbers, and what a constant in it cuts off or picks may be chance; ask in "
            "eval mode, or let it make its constants first"
        )
    weights = WEIGHTS.get()
    for x in deciding:
        if weights is None or not isinstance(x, torch.Tensor) or is_traced(x) or isinstance(x, nn.Parameter):
            continue
        if weights.positive is None:
            if weights.may_decide(x):
                weights.doubt()
        elif weights.weighed.decides(x):
            raise Unsupported(
                "the values of weights decide what a constant in it cuts off or picks; let the module make that "
                "constant before, as a buffer"
            )


def zeros_of(x: torch.Tensor) -> torch.Tensor | None:
    """Where a tensor is zero by structure: a constant, or a weight times a mask; None where it nowhere is.

    Raises:
        Unsupported: if it is a constant whose values are not there, or may be chance.
    """
    weights = WEIGHTS.get() or Weights(None)
    parameter = type(x) is nn.Parameter or isinstance(x, nn.Parameter)
    if parameter and (weights.positive is None or id(x) not in weights.positive):
        return None
    if not is_constant(x) and x.is_meta:
        return None
    values = x.detach()
    # In this order nothing of the tensor's size is made of most: a sum may be no number although all of it are.
    if values.count_nonzero() == values.numel():
        # Zeros divided by zeros are none.
        if x.requires_grad and bool(values.sum().isnan()) and bool(values.isnan().any()):
            weights.doubt()
        return None
    zeros = values == 0
    expect_meant(x)
    if weights.positive is None:
        return None if x.requires_grad else zeros
    return zeros if _is_plain(x) else None


def _is_plain(x: torch.Tensor) -> bool:
    """Whether what a tensor was computed by makes no zeros of positive numbers."""
    nodes: list[Any] = [] if x.grad_fn is None else [x.grad_fn]
    for node in nodes:  # which grows on the way
        if type(node).__name__.rstrip("0123456789").removesuffix("Backward") not in _PLAIN.split():
            return False
        nodes += {function for function, _ in node.next_functions if function is not None}.difference(nodes)
    return True
