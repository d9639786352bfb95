"""How a call of the forward finds its rule: every function of torch that meets a traced tensor asks here."""

import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
import torch

from dlchecked.receptive_field.errors import ReceptiveFieldError, UnknownOperation
from dlchecked.receptive_field.tracing.registry import KNOWING, RULES, SHARING, WRITING, Unsupported
from dlchecked.receptive_field.tracing.tensor import TracedTensor
from dlchecked.receptive_field.tracing.trace import Origin, Traced, location, refusal
from dlchecked.receptive_field.tracing.value_rules import BOOLEANS, anything_known, carried
from dlchecked.receptive_field.tracing.values import LOST


def dispatch(
    cls: type[Traced], function: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
) -> Any:
    """Answer a call of a torch function with at least one traced tensor among its arguments.

    It has the signature of ``__torch_function__``, whose body it is.

    Raises:
        UnknownOperation: if there is no rule for the function, or none for these arguments.
        ReceptiveFieldError: if the rule finds the arguments impossible.
    """
    kwargs = kwargs or {}
    entry = RULES.get(function)
    if entry is None:
        raise _refusal(_name(function), args, kwargs, "has no rule")
    found, name = entry
    if kwargs.get("out") is not None:
        raise _refusal(name, args, kwargs, "is not covered: it writes its result elsewhere (out=)")
    known = function in BOOLEANS or anything_known((*args, *kwargs.values()) if kwargs else args)
    try:
        result = found(*args, **kwargs)
        if known:
            result = carried(found, function, args, kwargs, result)
    except Unsupported as error:
        raise _refusal(name, args, kwargs, f"is not covered: {error}") from None
    except TypeError as error:
        # One level deep, it is the call itself that failed: an argument that the rule does not take.
        if error.__traceback__ is not None and error.__traceback__.tb_next is None:
            raise _refusal(name, args, kwargs, f"is not covered: {error}") from None
        raise
    except RuntimeError:
        # A transformation's stand-ins for real tensors have no values either.
        _refuse_transform(name, args, kwargs)
        if any(isinstance(x, torch.Tensor) and x.layout is not torch.strided for x in (*args, *kwargs.values())):
            raise _refusal(
                name, args, kwargs, "is not covered: it has a sparse operand; to_dense() would be right"
            ) from None
        raise
    except ReceptiveFieldError as error:
        if error.args and "\n" not in str(error):
            error.args = (f"{error}\n  {location(_first(args, kwargs).run)}",)
        raise
    parts: Iterable[Any] = (result,) if type(result) is cls else result if isinstance(result, tuple) else ()
    made = [part for part in parts if type(part) is cls]
    for part in made:
        part.run.record(name, part, sys._getframe(1))
    if function in SHARING and not (function is torch.Tensor.__getitem__ and _picks(args[1])):
        base = _first(args, kwargs)
        share(base, made, *([(found, function, args[1:], kwargs)] if args and args[0] is base else []))
    if found not in KNOWING and (function in WRITING or (made and args and made[0] is args[0])):
        forget(_first(args, kwargs))
    return result


def answer(
    cls: type[Traced], function: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
) -> Any:
    """Answer a call that came by another way than torch's functions, as from within a transformation of functions.

    It has the signature of ``__torch_dispatch__``, whose body it is. Of torch's own code only that which keeps
    tensors for later comes this way, and wants another tensor on the same memory.

    Raises:
        UnknownOperation: if it is anything else.
    """
    if function.overloadpacket in (torch.ops.aten.detach, torch.ops.aten.alias):
        return dispatch(cls, torch.Tensor.detach, types, args[:1])
    name, kwargs = function._schema.name, kwargs or {}
    _refuse_transform(name, args, kwargs)
    raise _refusal(name, args, kwargs, "has no rule")


def _refuse_transform(name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
    """Name the outermost transformation of a function that is running, as vmap or grad, if one is."""
    found, frame = None, sys._getframe(1)
    while frame.f_back is not None:
        frame = frame.f_back
        if frame.f_globals.get("__name__", "").startswith("torch._functorch"):
            found = frame.f_code.co_qualname.partition(".")[0]
    if found is not None:
        raise _refusal(f"{found} of a function that calls {name}", args, kwargs, "has no rule") from None


def share(base: Traced, views: Iterable[Traced], call: tuple[Any, ...] = (None, None, (), {})) -> None:
    """Note that some tensors may share memory with another, and by which call they came to do so."""
    if base.aliases is None:
        # By their ids: to compare traced tensors is an operation of the forward.
        base.aliases = WeakValueDictionary({id(base): base})
    for number, view in enumerate(views):
        if view is not base:
            base.aliases[id(view)] = view
            view.aliases = base.aliases
            view.origin = Origin(base, number, *call)


def _picks(index: Any) -> bool:
    """Whether an index picks positions one by one, so that what it finds is a copy."""
    items = index if isinstance(index, tuple) else (index,)
    return any(isinstance(x, list) or (isinstance(x, torch.Tensor | np.ndarray) and x.ndim > 0) for x in items)


def forget(x: Traced) -> None:
    """Forget what was known of the values of those that share a tensor's memory: they may have any magnitude now."""
    for alias in list(x.aliases.values()) if x.aliases is not None else ():
        if alias is not x and alias.known is not None:
            alias.known = LOST.expanded(alias.shape)


def _refusal(name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any], reason: str) -> UnknownOperation:
    return refusal(_first(args, kwargs).run, name, reason)


def _first(args: Any, kwargs: Mapping[str, Any]) -> Traced:
    for value in (*args, *kwargs.values()):
        if isinstance(value, list | tuple):
            for part in value:
                if isinstance(part, Traced):
                    return part
        if isinstance(value, Traced):
            return value
    raise AssertionError("torch dispatched a call without a traced tensor")


def _name(function: Any) -> str:
    name = str(getattr(function, "__name__", function))
    # To read or to set an attribute, torch asks by the methods of its descriptor.
    return str(function.__self__.__name__) if name in ("__get__", "__set__", "__delete__") else name


def _method(name: str) -> Callable[..., Any]:
    function = getattr(torch.Tensor, name)

    def method(self: TracedTensor, *args: Any, **kwargs: Any) -> Any:
        return dispatch(TracedTensor, function, (), (self, *args), kwargs)

    return method


# A forward calls methods of tensors; each goes the way of the torch function behind it.
_OPERATORS = (
    "add radd iadd sub rsub isub mul rmul imul truediv rtruediv itruediv floordiv pow rpow mod matmul rmatmul "
    "neg abs invert and or xor lt le gt ge eq ne getitem setitem"
)
_METHODS = {name for name in dir(torch.Tensor) if not name.startswith("_")} | {
    f"__{name}__" for name in _OPERATORS.split()
}
for _method_name in _METHODS - TracedTensor.__dict__.keys():
    if callable(getattr(torch.Tensor, _method_name, None)):
        setattr(TracedTensor, _method_name, _method(_method_name))
# Only here, since the rules, which answer, are about traced tensors themselves.
TracedTensor.__torch_function__ = classmethod(dispatch)  # type: ignore[attr-defined]
TracedTensor.__torch_dispatch__ = classmethod(answer)  # type: ignore[attr-defined]
