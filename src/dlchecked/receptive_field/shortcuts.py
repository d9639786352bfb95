"""The usual layers, answered without running torch's code for them.

What torch does around a layer (calling its forward, reading its parameters, finding out that an argument is no
ordinary tensor) takes longer than the answer itself. So while a forward is run, the usual layers have a call of
their own, in the place where ``Module.compile`` puts one. It answers for the tensors of a run only, takes no
layer that is not as torch made it, and on any doubt lets torch go its own way, which also says what is wrong.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.modules import module as torch_module

from dlchecked.receptive_field.registry import RULES
from dlchecked.receptive_field.tensor import TracedTensor

Answer = Callable[[Any, TracedTensor], Any]

_PLACE = "_compiled_call_impl"
_GLOBAL_HOOKS = (
    torch_module._global_forward_hooks,
    torch_module._global_forward_pre_hooks,
    torch_module._global_backward_hooks,
    torch_module._global_backward_pre_hooks,
)
_ANSWERS: dict[type[nn.Module], tuple[str, Answer]] = {}


class Shortcut:
    """The call of one layer."""

    __slots__ = ("answer", "layer", "operation")

    def __init__(self, layer: nn.Module, operation: str, answer: Answer) -> None:
        """``operation`` is what the layer is recorded as."""
        self.layer = layer
        self.operation = operation
        self.answer = answer

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What the layer returns."""
        layer = self.layer
        if len(args) == 1 and not kwargs and type(args[0]) is TracedTensor and _is_as_torch_made_it(layer):
            try:
                found = self.answer(layer, args[0])
            except Exception:  # torch's own way ends in the same error, and knows where it happened
                found = None
            if found is not None:
                found.run.note(layer, self.operation, found)
                return found
        return layer._call_impl(*args, **kwargs)  # type: ignore[no-untyped-call]


def _is_as_torch_made_it(layer: nn.Module) -> bool:
    own = layer.__dict__
    return not (
        own["_forward_hooks"]
        or own["_forward_pre_hooks"]
        or own["_backward_hooks"]
        or own["_backward_pre_hooks"]
        or "forward" in own
    )


@contextmanager
def shortcuts(parts: Iterable[nn.Module]) -> Iterator[None]:
    """The usual layers among some modules answer by themselves.

    Another run of the same module at the same time does no harm: whose shortcut is gone goes torch's way.
    """
    taken = []
    try:
        if not any(_GLOBAL_HOOKS):
            for part in parts:
                known = _ANSWERS.get(type(part))
                if known is None or type(part).forward is not _FORWARDS[type(part)]:
                    continue
                own = part.__dict__
                there = own.get(_PLACE)
                # A layer that its user has compiled keeps what is there.
                if there is None or type(there) is Shortcut:
                    taken.append(own)
                    own[_PLACE] = Shortcut(part, *known)
        yield
    finally:
        for attributes in taken:
            attributes.pop(_PLACE, None)


def _convolution(function: Any) -> Answer:
    def answer(layer: Any, x: TracedTensor) -> Any:
        if layer.padding_mode != "zeros":
            return None
        weights = layer._parameters
        rule = RULES[function][0]
        return rule(x, weights["weight"], weights["bias"], layer.stride, layer.padding, layer.dilation, layer.groups)

    return answer


def _batch_norm(*dimensions: int) -> Answer:
    def answer(layer: Any, x: TracedTensor) -> Any:
        mean = layer._buffers["running_mean"]
        if layer.training or mean is None or len(x.shape) not in dimensions:
            return None
        return RULES[F.batch_norm][0](x, mean, layer._buffers["running_var"])

    return answer


def _activation(function: Any) -> Answer:
    return lambda layer, x: RULES[function][0](x, inplace=layer.inplace)


def _max_pooling(function: Any) -> Answer:
    def answer(layer: Any, x: TracedTensor) -> Any:
        if layer.return_indices:
            return None
        rule = RULES[function][0]
        return rule(x, layer.kernel_size, layer.stride, layer.padding, layer.dilation, layer.ceil_mode)

    return answer


def _average_pooling(function: Any) -> Answer:
    def answer(layer: Any, x: TracedTensor) -> Any:
        return RULES[function][0](x, layer.kernel_size, layer.stride, layer.padding, layer.ceil_mode)

    return answer


_ANSWERS.update(
    {
        nn.Conv1d: ("conv1d", _convolution(torch.conv1d)),
        nn.Conv2d: ("conv2d", _convolution(torch.conv2d)),
        nn.Conv3d: ("conv3d", _convolution(torch.conv3d)),
        nn.BatchNorm1d: ("batch_norm", _batch_norm(2, 3)),
        nn.BatchNorm2d: ("batch_norm", _batch_norm(4)),
        nn.BatchNorm3d: ("batch_norm", _batch_norm(5)),
        nn.ReLU: ("relu", _activation(F.relu)),
        nn.ReLU6: ("relu6", _activation(F.relu6)),
        nn.SiLU: ("silu", _activation(F.silu)),
        nn.MaxPool1d: ("max_pool1d", _max_pooling(F.max_pool1d)),
        nn.MaxPool2d: ("max_pool2d", _max_pooling(F.max_pool2d)),
        nn.MaxPool3d: ("max_pool3d", _max_pooling(F.max_pool3d)),
        nn.AvgPool2d: ("avg_pool2d", _average_pooling(F.avg_pool2d)),
        nn.AvgPool3d: ("avg_pool3d", _average_pooling(F.avg_pool3d)),
    }
)
# Whoever gives a layer another forward for all of its kind is asked, too.
_FORWARDS = {kind: kind.forward for kind in _ANSWERS}
