"""What a forward may ask about a tensor, or make in its image, without depending on it."""

from typing import Any

from dlchecked.receptive_field.tracing.registry import knowing_rule, rule
from dlchecked.receptive_field.tracing.tensor import TracedTensor


@rule("is_floating_point")
def is_floating_point(input: TracedTensor) -> bool:
    """As the module's parameters."""
    return input.dtype.is_floating_point


@rule("is_complex")
def is_complex(input: TracedTensor) -> bool:
    """As the module's parameters."""
    return input.dtype.is_complex


@rule("get_device")
def get_device(input: TracedTensor) -> int:
    """As the module's parameters."""
    index = input.device.index
    return -1 if index is None else index


@rule("element_size")
def element_size(input: TracedTensor) -> int:
    """As the module's parameters."""
    return input.dtype.itemsize


@rule("nelement", "numel")
def numel(input: TracedTensor) -> int:
    """How many elements."""
    return input.numel()


@rule("empty_like", "rand_like", "randn_like")
def like(input: TracedTensor, *_: Any, **__: Any) -> TracedTensor:
    """A tensor of the same shape that depends on nothing yet; a forward may write into it."""
    return input.new_empty(*input.shape)


@knowing_rule("zeros_like")
def zeros_like(input: TracedTensor, **options: Any) -> TracedTensor:
    """The same, of zeros."""
    return full_like(input, 0, **options)


@knowing_rule("ones_like")
def ones_like(input: TracedTensor, **options: Any) -> TracedTensor:
    """The same, of ones."""
    return full_like(input, 1, **options)


@knowing_rule("full_like")
def full_like(input: TracedTensor, fill_value: Any, *, dtype: Any = None, **_: Any) -> TracedTensor:
    """The same, of any number."""
    return input.new_full(tuple(input.shape), fill_value, dtype=input.dtype if dtype is None else dtype)
