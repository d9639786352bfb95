"""Normalizations: local with stored statistics, as wide as the statistics where they are computed."""

from typing import Any

from dlchecked.receptive_field.axis.windows import sliding
from dlchecked.receptive_field.rules.arguments import expect_size
from dlchecked.receptive_field.tracing.registry import rule
from dlchecked.receptive_field.tracing.tensor import TracedTensor


@rule("batch_norm")
def batch_norm(
    input: TracedTensor,
    running_mean: Any,
    running_var: Any,
    weight: Any = None,
    bias: Any = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> TracedTensor:
    """Element by element in eval mode; in training mode a channel's mean is over all pixels of the batch."""
    known = running_mean if running_mean is not None else weight
    if known is not None and known.numel() != input.shape[1]:
        expect_size("channels", input.shape[1], known.numel())
    if not training:
        return input.same()
    return input.mixed(0, *range(2, len(input.shape)))


@rule("instance_norm")
def instance_norm(
    input: TracedTensor,
    running_mean: Any = None,
    running_var: Any = None,
    weight: Any = None,
    bias: Any = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> TracedTensor:
    """A channel's mean is over all pixels of the image."""
    if not use_input_stats:
        return input.same()
    return input.mixed(*range(2, len(input.shape)))


@rule("layer_norm", "rms_norm")
def layer_norm(
    input: TracedTensor, normalized_shape: Any, weight: Any = None, bias: Any = None, eps: Any = None
) -> TracedTensor:
    """The mean is over the last dimensions."""
    sizes = [normalized_shape] if isinstance(normalized_shape, int) else list(normalized_shape)
    count = len(input.shape)
    for offset, size in enumerate(sizes):
        expect_size("normalized_shape", int(size), input.shape[count - len(sizes) + offset])
    return input.mixed(*range(count - len(sizes), count))


@rule("group_norm")
def group_norm(
    input: TracedTensor, num_groups: int, weight: Any = None, bias: Any = None, eps: float = 1e-5
) -> TracedTensor:
    """The mean is over the channels of a group and all pixels of the image."""
    shape = tuple(input.shape)
    if weight is not None:
        expect_size("channels", shape[1], weight.shape[0])
    layout = input.layout.reshaped((shape[0], num_groups, shape[1] // num_groups, *shape[2:]))
    mixed = input.derived(layout).mixed(*range(2, len(shape) + 1))
    return input.derived(mixed.layout.reshaped(shape))


@rule("local_response_norm")
def local_response_norm(
    input: TracedTensor, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> TracedTensor:
    """Neighbouring channels of the same pixel."""
    window = sliding(input.shape[1], size, 1, 1, size // 2, input.shape[1])
    return input.slid({1: window})


@rule("normalize")
def normalize(input: TracedTensor, p: float = 2.0, dim: Any = 1, eps: float = 1e-12, out: None = None) -> TracedTensor:
    """The norm is over one dimension."""
    dims = (dim,) if isinstance(dim, int) else tuple(dim)
    return input.mixed(*(input.dimension(d) for d in dims))
