"""Running a module's forward once, on a copy, with a stand-in for its input."""

import gc
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, NamedTuple

import torch
from torch import nn

from dlchecked.receptive_field.axis.even_support import identity
from dlchecked.receptive_field.errors import UnknownOperation
from dlchecked.receptive_field.layouts.box import BoxLayout
from dlchecked.receptive_field.tracing import dispatch  # noqa: F401
from dlchecked.receptive_field.tracing.constants import WEIGHTS, Doubt, Weights
from dlchecked.receptive_field.tracing.copying import Copier
from dlchecked.receptive_field.tracing.surroundings import as_before
from dlchecked.receptive_field.tracing.tensor import TracedTensor, traced
from dlchecked.receptive_field.tracing.trace import Trace, place
from dlchecked.receptive_field.tracing.usual_layers import Kinds, answered, lengthen, shorten


def run_forward(
    module: nn.Module, shape: tuple[int, ...], trace: Trace, output: Callable[[Any], Any] | None = None
) -> Any:
    """Whatever a copy of the module returns for a traced input, or what is picked of it."""
    kinds = Kinds()
    found = answered(trace.module, _input(shape, trace), kinds)
    if found is not None:
        return found if output is None else output(found)

    def run(learning: bool = True, **how: bool) -> _Outcome:
        with torch.inference_mode(False), torch.set_grad_enabled(learning):
            return _run_copy(Copier(lend=True, **how), kinds, shape, trace, output)

    found = run(apart=False)
    if found.mixed_up:
        found = run()
    if found.doubtful:
        found = run(positive=True)
    if "leaf Variable" in str(found.error):
        # What is written to in earnest does not learn.
        found = run(learning=False, positive=True)
    if found.error is not None:
        raise found.error
    return found.returned


class _Outcome(NamedTuple):
    """What a run ended in.

    Attributes:
        returned: what it returned.
        error: what it raised instead.
        mixed_up: as that of the copier.
        doubtful: whether a zero or a choice that matters may have been made by a weight.
    """

    returned: Any
    error: Exception | None
    mixed_up: bool
    doubtful: bool


def _input(shape: tuple[int, ...], trace: Trace) -> TracedTensor:
    dims = tuple(range(2, len(shape)))
    return traced(BoxLayout(shape, dims, [identity(shape[dim]) for dim in dims]), trace, shape)


def _run_copy(
    copier: Copier, kinds: Kinds, shape: tuple[int, ...], trace: Trace, output: Callable[[Any], Any] | None
) -> _Outcome:
    short: list[dict[str, Any]] = []
    found, failure, weights = None, None, Weights(copier.positive, copier.lent, trace)
    token, collecting = WEIGHTS.set(weights), gc.isenabled()
    # All that is made now goes at once; to look for cycles in it would only take time.
    gc.disable()
    try:
        copy = copier.module(trace.module)
        trace.begin(copier.originals)
        short = shorten(copy, kinds)
        watched = nullcontext() if copier.positive is None else weights.weighed
        with as_before(copier.foreign or output is not None), watched:
            found = copy(_input(shape, trace))
            found = found if output is None else output(found)
        failure = trace.refused
    except Doubt:
        pass
    except Exception as error:
        failure = _told(error)
    finally:
        doubtful = copier.positive is None and (weights.doubtful or copier.zeros_written)
        WEIGHTS.reset(token)
        trace.end()
        lengthen(short)
        mixed_up = copier.mixed_up
        copier.release()
        if collecting:
            gc.enable()
    return _Outcome(found, failure, mixed_up, doubtful)


def _told(error: Exception) -> Exception:
    """The error, or whose complaint it is, if it comes from compiled code."""
    compiler = _compiler(error)
    if compiler is None:
        return error
    return UnknownOperation(
        f"the forward runs what {compiler} has compiled, which cannot be asked what it does; let it call the "
        f"function or module that was compiled\n  {place(error)}"
    )


def _compiler(error: Exception) -> str | None:
    """Whose complaint it is, if it comes from compiled code."""
    if type(error).__module__.startswith("torch._dynamo"):
        return "torch.compile"
    return "TorchScript" if isinstance(error, RuntimeError) and "TorchScript" in str(error) else None
