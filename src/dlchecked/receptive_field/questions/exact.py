"""The question and its answer."""

from collections.abc import Sequence
from typing import Any, Literal

import torch
from torch import nn

from dlchecked.receptive_field import rules  # noqa: F401
from dlchecked.receptive_field.errors import InvalidArgument
from dlchecked.receptive_field.measured.ground_truth import GroundTruth, MeasuredFields
from dlchecked.receptive_field.questions.question import Output, question
from dlchecked.receptive_field.results.fields import Fields
from dlchecked.receptive_field.results.receptive_field import ReceptiveField
from dlchecked.receptive_field.tracing.copying import unwrapped
from dlchecked.receptive_field.tracing.run import run_forward
from dlchecked.receptive_field.tracing.tensor import TracedTensor, is_traced
from dlchecked.receptive_field.tracing.trace import Trace


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
    counts; zeros and −∞ among the constants of a forward (masks, fixed kernels, masks of weights) are meant and
    cut dependencies. So does what a softmax makes exactly 0, since a mask has lowered it by 10³ or more below the
    largest of its row; elsewhere, before an exponential, a sigmoid or a maximum, it takes 10⁴. Where other functions
    have changed a mask (a power), or a weight has scaled it, it counts as letting all through.
    Two things are beyond structure: a product with zeros that padding made counts as depending on both factors,
    and so does what only an identity of algebra makes constant, such as the sum of a softmax. Two are beyond
    notice: a forward that asks for the type of a tensor, or for its dtype, gets that of the stand-in, which is that of
    the parameters; and one that takes its way by random numbers, or by what its weights happen to be, is followed
    along the way that it took.

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
