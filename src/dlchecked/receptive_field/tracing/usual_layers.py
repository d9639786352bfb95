"""The usual layers, answered without running torch's code for them.

What torch does around a layer (calling its forward, reading its parameters, finding out that an argument is no
ordinary tensor) takes longer than the answer itself. So while a forward is run, the usual layers have a call of
their own, in the place where ``Module.compile`` puts one. It answers for the tensors of a run only, takes no
layer that is not as torch made it, and on any doubt lets torch go its own way, which also says what is wrong.
"""

from collections.abc import Callable, Iterable
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.modules import module as torch_module

from dlchecked.receptive_field.tracing.registry import RULES, Rule
from dlchecked.receptive_field.tracing.tensor import TracedTensor

# From a layer's own attributes (to look them up on the layer itself takes twice as long) and its input.
Answer = Callable[[dict[str, Any], TracedTensor], Any]

# To look at what is lent only, where nobody writes to it.
_lent = dict.__getitem__
_PLACE = "_compiled_call_impl"
_CALL = nn.Module.__call__
_GLOBAL_HOOKS = (torch_module._global_forward_hooks, torch_module._global_forward_pre_hooks)
# For every kind of layer the function that it calls, and how it calls a rule for that.
_ANSWERS: dict[type[nn.Module], tuple[Any, Callable[[Rule], Answer]]] = {}
_SEQUENCE = ("", lambda own, x: None)


class Kinds(dict[type, tuple[str, Answer] | None]):
    """What a layer of each kind is recorded as and its answer; None for a kind that goes torch's way."""

    def __missing__(self, kind: type) -> tuple[str, Answer] | None:
        """Looked up once a run, since a user may give all layers of a kind another forward."""
        found = None
        if kind in _ANSWERS and kind.forward is _FORWARDS[kind]:
            function, answering = _ANSWERS[kind]
            rule, operation = RULES[function]
            found = operation, answering(rule)
        elif issubclass(kind, nn.Sequential) and (kind.forward, kind.__iter__, kind.__call__) == _SEQUENTIAL:
            found = _SEQUENCE
        self[kind] = found
        return found


class QuickCall:
    """The call of one layer."""

    __slots__ = ("answer", "kinds", "layer", "operation", "own")

    def __init__(self, layer: nn.Module, kinds: Kinds) -> None:
        """``kinds`` are those of the run, and have an answer for the layer."""
        self.layer = layer
        self.own = layer.__dict__
        self.kinds = kinds
        self.operation: str
        self.answer: Answer
        self.operation, self.answer = kinds[type(layer)] or _SEQUENCE

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What the layer returns."""
        own = self.own
        # Hooks for the way back are none of a forward's business.
        if (
            not (own["_forward_hooks"] or own["_forward_pre_hooks"] or "forward" in own or kwargs)
            and len(args) == 1
            and type(args[0]) is TracedTensor
            and args[0].known is None
        ):
            if not self.operation:
                return _in_turn(own["_modules"].values(), args[0], self.kinds)
            found = _answer(self.layer, own, self.operation, self.answer, args[0])
            if found is not None:
                return found
        return self.layer._call_impl(*args, **kwargs)  # type: ignore[no-untyped-call]


def _answer(layer: Any, own: dict[str, Any], operation: str, answer: Answer, x: TracedTensor) -> Any:
    try:
        found = answer(own, x)
    except Exception:  # torch's own way ends in the same error, and knows where it happened
        return None
    if found is not None:
        # As Trace.note has it.
        calls = found.run.calls
        found.source = len(calls)
        calls.append((layer, operation, found.kept))
    return found


def _in_turn(layers: Iterable[Any], x: Any, kinds: Kinds) -> Any:
    """What comes out of some layers, one after the other, of which the usual ones are asked without torch's call."""
    for layer in layers:
        if type(x) is TracedTensor:
            known = kinds[type(layer)]
            if known is not None:
                own = layer.__dict__
                if x.known is None and not (own["_forward_hooks"] or own["_forward_pre_hooks"] or "forward" in own):
                    if known is _SEQUENCE:
                        x = _in_turn(layer._modules.values(), x, kinds)
                        continue
                    found = _answer(layer, own, *known, x)
                    if found is not None:
                        x = found
                        continue
                x = layer._call_impl(x)
                continue
        x = layer(x)
    return x


def answered(module: nn.Module, x: TracedTensor, kinds: Kinds) -> Any:
    """What comes out of a module of which no line of code needs to run; None if it has other layers."""
    if nn.Module.__call__ is not _CALL or any(_GLOBAL_HOOKS):
        return None
    parts: list[Any] = [module]
    for part in parts:  # which grows on the way
        own = part.__dict__
        if (
            kinds[type(part)] is None
            or own["_forward_hooks"]
            or own["_forward_pre_hooks"]
            or "forward" in own
            or (own["training"] and own["_buffers"])
        ):
            return None
        # The last layers are the likeliest to be unlike the others.
        parts += reversed(own["_modules"].values())
    return _in_turn((module,), x, kinds)


def shorten(module: nn.Module, kinds: Kinds) -> list[dict[str, Any]]:
    """Let the usual layers in a copy answer by themselves whom others than a Sequential may call.

    Returns:
        The attributes of all that do; ``lengthen`` undoes it.
    """
    if nn.Module.__call__ is not _CALL or any(_GLOBAL_HOOKS):
        return []
    parts: list[Any] = [module]
    called: list[Any] = [module]
    for part in parts:  # which grows on the way
        if part is not None and type(part) not in _ANSWERS:
            inner = part._modules.values()
            parts += inner
            if kinds[type(part)] is not _SEQUENCE:
                called += inner
    short = []
    for part in called:
        if kinds[type(part)] is not None:
            own = part.__dict__
            own[_PLACE] = QuickCall(part, kinds)
            short.append(own)
    return short


def lengthen(short: Iterable[dict[str, Any]]) -> None:
    """Let layers that answered by themselves be gone as soon as nobody needs them."""
    for own in short:
        own.pop(_PLACE, None)


def _convolution(rule: Rule) -> Answer:
    def answer(own: dict[str, Any], x: TracedTensor) -> Any:
        if own["padding_mode"] != "zeros":
            return None
        parameters = own["_parameters"]
        return rule(
            x,
            _lent(parameters, "weight"),
            _lent(parameters, "bias"),
            own["stride"],
            own["padding"],
            own["dilation"],
            own["groups"],
        )

    return answer


def _batch_norm(*dimensions: int) -> Callable[[Rule], Answer]:
    def answering(rule: Rule) -> Answer:
        def answer(own: dict[str, Any], x: TracedTensor) -> Any:
            mean = _lent(own["_buffers"], "running_mean")
            if own["training"] or mean is None or len(x.shape) not in dimensions:
                return None
            return rule(x, mean, None)

        return answer

    return answering


def _activation(rule: Rule) -> Answer:
    # Of what shares memory with others, more is to be noted.
    return lambda own, x: rule(x, inplace=own["inplace"]) if x.aliases is None else None


def _plain(rule: Rule) -> Answer:
    return lambda own, x: rule(x)


def _linear(rule: Rule) -> Answer:
    return lambda own, x: rule(x, _lent(own["_parameters"], "weight"))


def _layer_norm(rule: Rule) -> Answer:
    return lambda own, x: rule(x, own["normalized_shape"])


def _adaptive_pooling(rule: Rule) -> Answer:
    return lambda own, x: rule(x, own["output_size"])


def _max_pooling(rule: Rule) -> Answer:
    def answer(own: dict[str, Any], x: TracedTensor) -> Any:
        if own["return_indices"]:
            return None
        return rule(x, own["kernel_size"], own["stride"], own["padding"], own["dilation"], own["ceil_mode"])

    return answer


def _average_pooling(rule: Rule) -> Answer:
    return lambda own, x: rule(x, own["kernel_size"], own["stride"], own["padding"], own["ceil_mode"])


_ANSWERS.update(
    {
        nn.Conv1d: (torch.conv1d, _convolution),
        nn.Conv2d: (torch.conv2d, _convolution),
        nn.Conv3d: (torch.conv3d, _convolution),
        nn.BatchNorm1d: (F.batch_norm, _batch_norm(2, 3)),
        nn.BatchNorm2d: (F.batch_norm, _batch_norm(4)),
        nn.BatchNorm3d: (F.batch_norm, _batch_norm(5)),
        nn.ReLU: (F.relu, _activation),
        nn.ReLU6: (F.relu6, _activation),
        nn.SiLU: (F.silu, _activation),
        nn.Hardswish: (F.hardswish, _activation),
        nn.Hardsigmoid: (F.hardsigmoid, _activation),
        nn.GELU: (F.gelu, _plain),
        nn.Sigmoid: (torch.sigmoid, _plain),
        nn.Linear: (F.linear, _linear),
        nn.LayerNorm: (F.layer_norm, _layer_norm),
        nn.AdaptiveAvgPool2d: (F.adaptive_avg_pool2d, _adaptive_pooling),
        nn.MaxPool1d: (F.max_pool1d, _max_pooling),
        nn.MaxPool2d: (F.max_pool2d, _max_pooling),
        nn.MaxPool3d: (F.max_pool3d, _max_pooling),
        nn.AvgPool2d: (F.avg_pool2d, _average_pooling),
        nn.AvgPool3d: (F.avg_pool3d, _average_pooling),
    }
)
# Whoever gives a layer another forward for all of its kind is asked, too.
_FORWARDS = {kind: kind.forward for kind in _ANSWERS}
_SEQUENTIAL = (nn.Sequential.forward, nn.Sequential.__iter__, nn.Module.__call__)
