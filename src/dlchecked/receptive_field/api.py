"""The question and its answer."""

import gc
from collections.abc import Callable, Sequence
from typing import Any, Literal

import torch
from torch import nn

from dlchecked.receptive_field import rules  # noqa: F401
from dlchecked.receptive_field.asking import Output, question
from dlchecked.receptive_field.boxes import Box
from dlchecked.receptive_field.copying import Copier, unwrapped
from dlchecked.receptive_field.errors import InvalidArgument, UnknownOperation
from dlchecked.receptive_field.guard import as_before
from dlchecked.receptive_field.numeric import GroundTruth, MeasuredFields
from dlchecked.receptive_field.report import Fields
from dlchecked.receptive_field.result import ReceptiveField
from dlchecked.receptive_field.shortcuts import Kinds, answered, lengthen, shorten
from dlchecked.receptive_field.straight import identity
from dlchecked.receptive_field.tensor import TracedTensor, is_traced, traced
from dlchecked.receptive_field.trace import Trace, place


def receptive_field(
    module: nn.Module,
    input_shape: Sequence[int] | Sequence[Sequence[int]],
    *,
    method: Literal["exact", "numeric"] = "exact",
    input: int = 0,  # noqa: A002
    output: Output = None,
) -> ReceptiveField:
    """The exact theoretical receptive field of every unit of a module's output.

    The module's own forward is run once on a stand-in for its input that has a shape but no values, and that
    notes for every position what it depends on. Nothing is computed, and the module is left as it was, also after an
    error.
    For definitions see Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural Networks",
    Distill 2019, whose size, stride and padding (= −start) are those of the result, and Luo et al.,
    "Understanding the Effective Receptive Field in Deep Convolutional Neural Networks", NeurIPS 2016,
    section 1, for the difference to the effective one.

    What counts is structure. A parameter may have any values, so a kernel tap that happens to be zero still
    counts; zeros and −∞ among the constants of a forward (masks, fixed kernels) are meant and cut dependencies. So
    does what a softmax makes exactly 0, since a mask has lowered it by 10³ or more below the largest of its row.
    Two things are beyond structure: a product with zeros that padding made counts as depending on both factors,
    and so does what only an identity of algebra makes constant, such as the sum of a softmax.

    Args:
        module: any module.
        input_shape: (batch, channels, *spatial), with any number of spatial axes, in pixels (positions); of a module
            that takes several tensors, a tuple of such shapes.
        method: "exact", or "numeric": gradients of a positive copy in double precision. That needs no rule
            for any layer, but real memory and a backward pass for every unit asked for; it has no table of
            layers, and size, stride and start are those of the whole fields inside the image.
        input: which of several inputs is asked about, from 0 on; the others then depend on nothing.
        output: which output is asked about: the name of a layer (of several calls the last), the key or number of
            one of the tensors that the module returns, or a function such as ``lambda out: out["logits"][0]``.

    Returns:
        The fields of all units; spatial units are the indices after batch and channels of the output.

    Raises:
        InvalidArgument: if an argument, or the input's shape for this module, cannot be right.
        UnknownOperation: if the forward calls something of which it is not known what depends on what.
        ValueDependence: if the forward looks at values that depend on the input.
    """
    if method not in ("exact", "numeric"):
        raise InvalidArgument(f'method is "exact" or "numeric"; got {method!r}')
    asked = question(module, input_shape, input, output)
    try:
        if method == "numeric":
            return ReceptiveField(None, MeasuredFields(GroundTruth(*asked)), asked.shape)
        trace = Trace(unwrapped(asked.module))
        trace.rank = len(asked.shape)
        mixed = _single(run_forward(asked.module, asked.shape, trace, asked.output), trace)
        mixed = mixed.mixed(*range(len(mixed.shape))[:2])
        return ReceptiveField(trace, Fields(mixed.layout, asked.shape[2:]), asked.shape)
    except MemoryError:
        raise InvalidArgument(
            f"the fields for an input of shape {asked.shape} do not fit into memory; a smaller input would be right"
        ) from None


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
    return traced(Box(shape, 2, [identity(length) for length in shape[2:]]), trace, shape)


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
            return found if output is None else output(found)
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


def _single(found: Any, trace: Trace) -> TracedTensor:
    if is_traced(found):
        return found
    if isinstance(found, torch.Tensor):
        raise InvalidArgument(f"the output of {type(trace.module).__name__} does not depend on its input")
    keys = f" with keys {list(found)}" if isinstance(found, dict) else ""
    raise InvalidArgument(
        f"{type(trace.module).__name__} returns a {type(found).__name__}{keys}; say which tensor of it is meant, "
        f"for example output={next(iter(found)) if isinstance(found, dict) and found else 0!r}"
    )
