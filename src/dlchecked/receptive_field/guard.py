"""Keeping a module as it was while its forward runs."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from dlchecked.receptive_field.shortcuts import Kinds, shortcuts, survey
from dlchecked.receptive_field.tensor import is_real


class _WritesGoElsewhere(TorchFunctionMode):
    """In-place operations on real tensors work on a copy.

    A BatchNorm in training mode counts its batches in a buffer before anything else.
    """

    def __torch_function__(
        self,
        function: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        name = getattr(function, "__name__", "")
        writes = (name.endswith("_") and not name.endswith("__")) or name.startswith("__i")
        if writes and args and is_real(args[0]):
            args = (args[0].detach().clone(), *args[1:])
        return function(*args, **(kwargs or {}))


@contextmanager
def untouched(module: nn.Module) -> Iterator[None]:
    """Parameters and buffers keep their values, and random numbers their sequence, also after an exception."""
    kinds = Kinds()
    called, training = survey(module, kinds)
    if not training:
        with shortcuts(called, kinds):
            yield
        return
    state = torch.get_rng_state()
    writing = any(part._buffers for part in training)
    try:
        with shortcuts(called, kinds), _WritesGoElsewhere() if writing else nullcontext():
            yield
    finally:
        torch.set_rng_state(state)
