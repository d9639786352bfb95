"""What a forward may ask about a tensor, or make in its image, without depending on it."""

from typing import Any

from dlchecked.receptive_field.tracing.registry import knowing_rule, rule
from dlchecked.receptive_field.tracing.tensor import TracedTensor

# As the module's parameters.
rule("is_floating_point")(lambda input: input.dtype.is_floating_point)
rule("is_complex")(lambda input: input.dtype.is_complex)
rule("get_device")(lambda input: -1 if input.device.index is None else input.device.index)
rule("element_size")(lambda input: input.dtype.itemsize)
rule("nelement", "numel")(TracedTensor.numel)


@rule("empty_like", "rand_like", "randn_like")
def like(input: TracedTensor, *_: Any, **__: Any) -> TracedTensor:
    """A tensor of the same shape that depends on nothing yet; a forward may write into it."""
    return input.new_empty(*input.shape)


@knowing_rule("full_like")
def full_like(input: TracedTensor, fill_value: Any, *, dtype: Any = None, **_: Any) -> TracedTensor:
    """The same, of any number."""
    return input.new_full(tuple(input.shape), fill_value, dtype=input.dtype if dtype is None else dtype)


knowing_rule("zeros_like")(lambda input, **options: full_like(input, 0, **options))
knowing_rule("ones_like")(lambda input, **options: full_like(input, 1, **options))
