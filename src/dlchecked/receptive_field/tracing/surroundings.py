"""Running code of a user's without leaving a trace of it."""

import random
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any

import numpy as np
import torch
from torch.utils import checkpoint

# As they were imported: of two runs at the same time, the last to end does not put back what the first put there.
_CHECKPOINTS = checkpoint.CheckpointFunction, checkpoint._checkpoint_without_reentrant_generator
# Of torch's random numbers, as a run began.
_FIRST_STATE: ContextVar[torch.Tensor | None] = ContextVar("_FIRST_STATE", default=None)


def has_drawn() -> bool:
    """Whether the code that runs has drawn random numbers of torch's."""
    first = _FIRST_STATE.get()
    return first is not None and not torch.equal(first, torch.get_rng_state())


@contextmanager
def as_before(foreign: bool = True) -> Iterator[None]:
    """Afterwards, also after an exception, random numbers go on as they would have, and torch's modes are as they were.

    Inside, compiled functions run as they were written, and checkpoints call their function, since a run without
    a way back has nothing to compute again.

    Args:
        foreign: whether others than torch may draw random numbers, whose states take longer to keep.
    """
    state, gradients = torch.get_rng_state(), torch.is_grad_enabled()
    devices = torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else []  # type: ignore[no-untyped-call]
    token = _FIRST_STATE.set(state)
    try:
        checkpoint.CheckpointFunction = _PlainCall  # type: ignore[assignment, misc]
        checkpoint._checkpoint_without_reentrant_generator = _nothing_around
        with _others() if foreign else nullcontext(), _eager():
            yield
    finally:
        _FIRST_STATE.reset(token)
        checkpoint.CheckpointFunction, checkpoint._checkpoint_without_reentrant_generator = _CHECKPOINTS  # type: ignore[misc]
        torch._C._set_grad_enabled(gradients)
        if devices:
            torch.cuda.set_rng_state_all(devices)
        torch.set_rng_state(state)


@contextmanager
def _others() -> Iterator[None]:
    states = random.getstate(), np.random.get_state()
    try:
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])


class _PlainCall:
    """In place of the autograd function of a reentrant checkpoint."""

    @staticmethod
    def apply(function: Any, preserve_rng_state: bool, *args: Any) -> Any:
        return function(*args)


def _nothing_around(*_: Any, **__: Any) -> Iterator[None]:
    """In place of what a checkpoint does before and after it calls its function."""
    yield


@contextmanager
def _eager() -> Iterator[None]:
    """Nothing can have been compiled before torch's compiler was imported."""
    with ExitStack() as stack:
        if "torch._dynamo" in sys.modules:
            stack.enter_context(torch.compiler.set_stance("force_eager"))
        yield
