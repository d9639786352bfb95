"""What a forward decides by the values of its weights: a mask of those above a threshold, an order that it learned."""

import sys
from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import nn
from torch._C._functorch import get_unwrapped, is_functorch_wrapped_tensor
from torch.overrides import TorchFunctionMode

from dlchecked.receptive_field.tracing.tensor import is_real
from dlchecked.receptive_field.tracing.trace import Trace, is_ours, refusal
from dlchecked.receptive_field.tracing.values import MARK

# Of what no mask has lowered these are never zero, but for rounding.
_POSITIVE = "exp exp_ exp2 exp2_ sigmoid sigmoid_ softmax softplus"
_ASKING = "item tolist numpy __array__ __bool__ __int__ __float__ __index__ __complex__ equal allclose is_nonzero"
_ASKED = (
    "is not covered: the forward asks for values of weights, and they may decide what a constant in it cuts off or "
    "picks; let the module decide that before"
)


class Weighed(TorchFunctionMode):
    """While it is on, notes which real tensors say something about the values of parameters.

    A weight itself says nothing: it may have any value. Booleans and whole numbers that were made of weights do, and
    what underflows, and so does what is made of these. Who asks for their values gets others than those of the module,
    and is refused.
    """

    def __init__(self, trace: Trace | None) -> None:
        super().__init__()
        self._trace = trace
        # By the memory that they are in, and kept, so that no other tensor gets the same.
        self._weights: dict[int, torch.Tensor] = {}
        self._decided: dict[int, torch.Tensor] = {}

    def __exit__(self, *error: object) -> None:
        super().__exit__(*error)  # type: ignore[no-untyped-call]
        # What is kept may share its memory with the user's own.
        self._weights.clear()
        self._decided.clear()

    def decides(self, x: torch.Tensor) -> bool:
        """Whether values of parameters decide what a tensor holds."""
        return _memory(x) in self._decided

    def __torch_function__(
        self, function: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        found = function(*args, **kwargs)
        given = [x for x in _tensors((*args, *kwargs.values())) if is_real(x)]
        # Of what a nested tensor is made, nobody tells.
        decided = any(_memory(x) in self._decided or x.is_nested for x in given)
        if not decided and not any(isinstance(x, nn.Parameter) or _memory(x) in self._weights for x in given):
            return found
        name = getattr(function, "__name__", "")
        if name in _ASKING.split() and self._trace is not None and not is_ours(sys._getframe(1)):
            raise refusal(self._trace, name, _ASKED)
        # Of these only the shape is asked for.
        if not name.startswith("new_") and not name.endswith("_like"):
            made = [x for x in _tensors((found,)) if is_real(x)]
            decided = decided or (name in _POSITIVE.split() and bool(made) and _underflows(given[0], made[0]))
            if name in ("__setitem__", "__set__"):
                made.append(given[0])  # all else that writes into a tensor returns it
            for x in made:
                if decided or not (x.is_floating_point() or x.is_complex()):
                    self._decided[_memory(x)] = x
                else:
                    self._weights[_memory(x)] = x
        return found


def _memory(x: torch.Tensor) -> int:
    """Where the values of a tensor are: a view, another package's and what comes out of `vmap` share theirs."""
    while is_functorch_wrapped_tensor(x):
        x = get_unwrapped(x)
    try:
        # The weights may be shared until somebody writes: to ask for their memory in torch's usual way would part them.
        return int(torch._C._data_address(x)) or id(x)  # type: ignore[attr-defined]
    except (NotImplementedError, RuntimeError):  # sparse
        return id(x)


def _underflows(x: torch.Tensor, found: torch.Tensor) -> bool:
    """Whether a positive function of a tensor is zero where no mask has made it so."""
    return bool(((found == 0) & (x > -MARK)).any())


def _tensors(values: Iterable[Any]) -> Iterable[torch.Tensor]:
    for value in values:
        if isinstance(value, torch.Tensor):
            yield value
        elif isinstance(value, tuple | list):
            yield from _tensors(value)
