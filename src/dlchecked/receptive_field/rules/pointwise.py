"""What looks at every element by itself."""

import inspect
from typing import Any

import torch.nn.functional as F

from dlchecked.receptive_field.rules.indexing import chunk
from dlchecked.receptive_field.rules.joining import join
from dlchecked.receptive_field.tracing.registry import HOMES, Rule, Unsupported, rule, view_rule
from dlchecked.receptive_field.tracing.tensor import TracedTensor, is_traced

_FUNCTIONS = (
    "relu relu6 leaky_relu elu selu celu gelu silu mish hardswish hardsigmoid hardtanh sigmoid tanh softplus "
    "softsign logsigmoid tanhshrink softshrink hardshrink threshold rrelu "
    "abs absolute neg negative exp exp2 expm1 log log2 log10 log1p sqrt rsqrt square reciprocal sin cos tan "
    "asin acos atan sinh cosh asinh acosh atanh erf erfc erfinv sign sgn ceil floor round trunc frac logit "
    "clamp clip clamp_min clamp_max nan_to_num sinc bernoulli logical_not bitwise_not isnan isinf isfinite deg2rad "
    "clone __neg__ __abs__ __invert__"
)
# These may hand back their argument itself.
_ALIASES = (
    "dropout dropout1d dropout2d dropout3d alpha_dropout feature_alpha_dropout feature_dropout "
    "detach contiguous positive double half bfloat16 long bool float cpu cuda requires_grad_ pin_memory real int type"
)
_IN_PLACE = (
    "relu_ relu6_ leaky_relu_ elu_ selu_ celu_ hardtanh_ threshold_ rrelu_ sigmoid_ tanh_ dropout_ alpha_dropout_ "
    "feature_dropout_ abs_ neg_ exp_ log_ sqrt_ rsqrt_ square_ clamp_ clip_ clamp_min_ clamp_max_ reciprocal_ detach_"
)


def _pointwise(place: int | None) -> Rule:
    """A rule for a function whose argument number ``place`` says whether to overwrite the input."""

    def unchanged(input: Any, *others: Any, inplace: Any = False, **options: Any) -> TracedTensor:
        """Element by element: the dependencies stay what they are."""
        x = input
        if others or options or type(x) is not TracedTensor:
            more = [value for value in (*others, *options.values()) if is_traced(value)]
            if more or not is_traced(x):
                return join(x, *more)
            inplace = inplace or (place is not None and len(others) >= place and others[place - 1])
        if not inplace:
            return x.same()
        return x

    return unchanged


def _overwritten(x: TracedTensor, *bounds: Any, **options: Any) -> TracedTensor:
    """The same, in place."""
    if any(is_traced(value) for value in (*bounds, *options.values())):
        raise Unsupported("a bound depends on the input")
    return x


def _place_of_inplace(name: str) -> int | None:
    function = getattr(F, name, None)
    if not inspect.isfunction(function):
        return None
    names = list(inspect.signature(function).parameters)
    return names.index("inplace") if "inplace" in names else None


def _known(names: str) -> list[str]:
    return [name for name in names.split() if any(hasattr(home, name) for home in HOMES)]


for _name in _known(_FUNCTIONS):
    rule(_name)(_pointwise(_place_of_inplace(_name)))
for _name in _known(_ALIASES):
    view_rule(_name)(_pointwise(_place_of_inplace(_name)))
for _name in _known(_IN_PLACE):
    rule(_name)(_overwritten)


@view_rule("to", "type_as")
def cast(x: Any, *others: Any, **_: Any) -> Any:
    """Another dtype or device; of a tensor given for an example, nothing else matters."""
    if is_traced(x):
        return x.same()
    like = next(other for other in others if is_traced(other))
    return x.to(dtype=like.dtype, device=like.device)


@rule("prelu")
def prelu(input: TracedTensor, weight: Any) -> TracedTensor:
    """A slope for each channel: still element by element."""
    return input.same()


@rule("glu")
def glu(input: TracedTensor, dim: int = -1) -> TracedTensor:
    """The first half of the channels, gated by the second."""
    first, second = chunk(input, 2, dim)
    return join(first, second)
