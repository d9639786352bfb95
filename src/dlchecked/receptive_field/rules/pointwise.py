"""What looks at every element by itself."""

from typing import Any

from dlchecked.receptive_field.registry import rule
from dlchecked.receptive_field.rules.indexing import chunk
from dlchecked.receptive_field.rules.joining import join
from dlchecked.receptive_field.tensor import TracedTensor

_SHAPELESS = (
    "relu relu6 leaky_relu elu selu celu gelu silu mish hardswish hardsigmoid hardtanh sigmoid tanh softplus "
    "softsign logsigmoid tanhshrink softshrink hardshrink threshold rrelu "
    "dropout dropout1d dropout2d dropout3d alpha_dropout feature_alpha_dropout feature_dropout "
    "abs absolute neg negative exp exp2 expm1 log log2 log10 log1p sqrt rsqrt square reciprocal sin cos tan "
    "asin acos atan sinh cosh asinh acosh atanh erf erfc erfinv sign sgn ceil floor round trunc frac logit "
    "clamp clip clamp_min clamp_max nan_to_num sinc bernoulli logical_not bitwise_not isnan isinf isfinite deg2rad "
    "positive detach contiguous clone to type float double half bfloat16 int long bool cpu cuda type_as "
    "requires_grad_ pin_memory alias identity real "
    "relu_ relu6_ leaky_relu_ elu_ selu_ celu_ hardtanh_ threshold_ rrelu_ sigmoid_ tanh_ "
    "dropout_ alpha_dropout_ feature_dropout_ abs_ neg_ exp_ log_ sqrt_ rsqrt_ square_ clamp_ clip_ clamp_min_ "
    "clamp_max_ reciprocal_ detach_ __neg__ __abs__ __invert__"
)


def _unchanged(x: Any, *_: Any, **__: Any) -> TracedTensor:
    """Element by element: the dependencies stay what they are."""
    result: TracedTensor = x.with_terms(x.layout.terms)
    return result


def _register() -> None:
    from dlchecked.receptive_field.registry import HOMES

    for name in _SHAPELESS.split():
        if any(hasattr(home, name) for home in HOMES):
            rule(name)(_unchanged)


_register()


@rule("prelu")
def prelu(input: TracedTensor, weight: Any) -> TracedTensor:  # noqa: A002
    """A slope for each channel: still element by element."""
    return _unchanged(input)


@rule("glu")
def glu(input: TracedTensor, dim: int = -1) -> TracedTensor:  # noqa: A002
    """The first half of the channels, gated by the second."""
    first, second = chunk(input, 2, dim)
    return join(first, second)
