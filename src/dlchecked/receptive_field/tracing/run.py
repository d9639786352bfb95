"""Running a module's forward once, on a copy, with a stand-in for its input."""

import gc
from collections.abc import Callable
from typing import Any

from torch import nn

from dlchecked.receptive_field.axis.even_support import identity
from dlchecked.receptive_field.errors import UnknownOperation
from dlchecked.receptive_field.layouts.box import BoxLayout
from dlchecked.receptive_field.tracing import dispatch  # noqa: F401
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
    copier, failure = Copier(lend=True, apart=False), None
    try:
        found = _run_copy(copier, kinds, shape, trace, output)
    except Exception as error:
        failure = error
    if copier.mixed_up:
        return _run_copy(Copier(lend=True), kinds, shape, trace, output)
    if failure is not None:
        raise failure
    return found


def _input(shape: tuple[int, ...], trace: Trace) -> TracedTensor:
    dims = tuple(range(2, len(shape)))
    return traced(BoxLayout(shape, dims, [identity(shape[dim]) for dim in dims]), trace, shape)


def _run_copy(
    copier: Copier, kinds: Kinds, shape: tuple[int, ...], trace: Trace, output: Callable[[Any], Any] | None
) -> Any:
    short: list[dict[str, Any]] = []
    collecting = gc.isenabled()
    # All that is made now goes at once; to look for cycles in it would only take time.
    gc.disable()
    try:
        copy = copier.module(trace.module)
        trace.begin(copier.originals)
        short = shorten(copy, kinds)
        with as_before(copier.foreign or output is not None):
            found = copy(_input(shape, trace))
            found = found if output is None else output(found)
        if trace.refused is not None:
            raise trace.refused
        return found
    except Exception as error:
        compiler = _compiler(error)
        if compiler is None:
            raise
        raise UnknownOperation(
            f"the forward runs what {compiler} has compiled, which cannot be asked what it does; let it call the "
            f"function or module that was compiled\n  {place(error)}"
        ) from None
    finally:
        trace.end()
        lengthen(short)
        copier.release()
        if collecting:
            gc.enable()


def _compiler(error: Exception) -> str | None:
    """Whose complaint it is, if it comes from compiled code."""
    if type(error).__module__.startswith("torch._dynamo"):
        return "torch.compile"
    return "TorchScript" if isinstance(error, RuntimeError) and "TorchScript" in str(error) else None
