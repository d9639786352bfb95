"""A copy of a module on which a forward may do whatever it likes.

Structure is copied, and every tensor is lent: it shares its memory with the user's until one of the two is written
to. That takes microseconds where a deep copy takes milliseconds and the module's memory once more.
"""

import copy
import functools
import io
import threading
import types
import weakref
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar, cast

import torch
from torch import fx, nn
from torch.utils.hooks import RemovableHandle

from dlchecked.receptive_field.errors import InvalidArgument

ModuleT = TypeVar("ModuleT", bound=nn.Module)

# What cannot change, and what a forward leaves as it was.
_ATOMS = {
    *(type(None), bool, int, float, complex, str, bytes, type, range, slice, type(Ellipsis), type(NotImplemented)),
    *(torch.dtype, torch.device, torch.Size, torch.layout, torch.memory_format, fx.Graph),
    *(types.ModuleType, types.BuiltinFunctionType, type(threading.Lock()), type(threading.RLock())),
}
# What every module has for itself.
_OWN_CONTAINERS = {name: type(value) for name, value in nn.Module().__dict__.items() if isinstance(value, dict | set)}
_SCRIPTED = (
    "{} is compiled by TorchScript, whose layers cannot be asked what they do; take the module that it was made from"
)
_UNCOPIED = (
    "attribute {name!r} of {kind} holds {what}, which cannot be copied, so that a run of the forward could change it; "
    "take it out of the module first"
)
# torch and torchvision draw no random numbers but torch's.
_KNOWN_CODE = ("torch.", "torchvision.")
_WRAPPERS = (nn.DataParallel, nn.parallel.DistributedDataParallel)
_set = object.__setattr__
# How many attributes the commonest layers have, none of which holds anything that can change but the containers above.
_USUAL: dict[type, int] = {
    type(layer): len(layer.__dict__)
    for layer in (
        *(kind(1, 1, 1, device="meta") for kind in (nn.Conv1d, nn.Conv2d, nn.Conv3d)),
        *(kind(1, device="meta") for kind in (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, nn.LayerNorm)),
        *(kind(1) for kind in (nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d, nn.AvgPool2d, nn.AvgPool3d)),
        *(kind(1) for kind in (nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d)),
        *(kind() for kind in (nn.ReLU, nn.ReLU6, nn.SiLU, nn.GELU, nn.Sigmoid, nn.Tanh, nn.Hardswish, nn.LeakyReLU)),
        *(kind() for kind in (nn.Identity, nn.Dropout, nn.Dropout2d, nn.Flatten, nn.Sequential)),
        nn.Linear(1, 1, device="meta"),
    )
}
_PLAIN: Any = (object.__reduce_ex__, object.__reduce__, object.__getstate__)


class Lent(dict[str, Any]):
    """The parameters or the buffers of a module, none of which is copied before somebody asks for one."""

    __slots__ = ("copier",)
    copier: "Copier"

    def _look(self) -> None:
        """From now on, an ordinary dictionary."""
        value = self.copier.value
        for name, tensor in dict.items(self):
            try:
                dict.__setitem__(self, name, value(tensor))
            except _Uncopied as error:
                raise InvalidArgument(_UNCOPIED.format(name=name, kind="a layer", what=error)) from None
        self.__class__ = _Seen

    def __reduce__(self) -> Any:
        return dict, (dict(self.items()),)

    def __deepcopy__(self, memo: Any) -> Any:
        return copy.deepcopy(dict(self.items()), memo)


class _Seen(Lent):
    __slots__ = ()


def _looked_at(name: str) -> Callable[..., Any]:
    original = getattr(dict, name)

    @functools.wraps(original)
    def look(self: Lent, *args: Any, **kwargs: Any) -> Any:
        self._look()
        return original(self, *args, **kwargs)

    return look


_LOOKS = "__getitem__ __iter__ __or__ __ror__ __reversed__ copy get items keys pop popitem setdefault values"
for _name in _LOOKS.split():
    setattr(Lent, _name, _looked_at(_name))
    setattr(_Seen, _name, getattr(dict, _name))


class Copier:
    """Copies of modules and of all that they hold, each thing once.

    Attributes:
        originals: what every copied module was made of, by the id of the copy.
        foreign: whether code runs in the copies that is neither torch's nor torchvision's.
        lend: whether tensors share their memory until they are written to.
        apart: whether all copies have containers of their own for what they do not have yet, such as hooks.
        lent: the copies of tensors that somebody has asked for.
        positive: the parameters, by their ids, if they are made positive; otherwise None.
    """

    def __init__(self, lend: bool, apart: bool = True, positive: bool = False) -> None:
        """``lend`` is for copies that are gone before their user goes on.

        Most copies of layers never get a hook or the like, and need not be ``apart`` then, which is quicker.
        """
        self.lend = lend
        self.apart = apart
        self.positive: dict[int, nn.Parameter] | None = {} if positive else None
        self._blank: dict[str, Any] = {name: kind() for name, kind in _OWN_CONTAINERS.items()}
        self._handles = RemovableHandle.next_id
        self.originals: dict[int, nn.Module] = {}
        self.foreign = False
        self._copies: dict[int, Any] = {}
        self.lent: list[torch.Tensor] = []
        self._unfinished: list[tuple[dict[str, Any], nn.Module]] = []
        self._handlers: dict[type, Callable[[Any], Any]] = {
            torch.Tensor: self._tensor,
            nn.Parameter: self._tensor,
            nn.UninitializedParameter: self._uninitialized,
            nn.UninitializedBuffer: self._uninitialized,
            OrderedDict: self._ordered,
            dict: self._dict,
            list: self._list,
            tuple: self._tuple,
            set: self._set,
            types.FunctionType: self._function,
            types.MethodType: self._method,
            functools.partial: self._partial,
            weakref.ref: self._reference,
        }

    def module(self, original: nn.Module) -> nn.Module:
        """The copy of a module.

        Raises:
            InvalidArgument: if something in it cannot be copied.
        """
        made = self._shell(original)
        while self._unfinished:
            self._finish(*self._unfinished.pop())
        return made

    @property
    def mixed_up(self) -> bool:
        """Whether what one copy got others may have got as well: a hook, also if it is gone again, or the like."""
        return not self.apart and (RemovableHandle.next_id > self._handles or any(self._blank.values()))

    @property
    def zeros_written(self) -> bool:
        """Whether a parameter that is lent has been written to, and holds a zero."""
        lent = [x for x in self.lent if isinstance(x, nn.Parameter) and not x.is_meta]
        return any(not is_untouched(x) and bool((x == 0).any()) for x in lent)

    def release(self) -> None:
        """Give back what was lent, also where a copy is still known to somebody."""
        for tensor in self.lent:
            with suppress(RuntimeError):  # torch does not let all kinds of tensors go
                tensor.data = tensor.new_empty(0)
        # What refers to itself would not be gone at once.
        self._copies.clear()
        self._handlers.clear()

    def _shell(self, original: nn.Module) -> nn.Module:
        """A copy that has submodules, but perhaps no other attributes of its own yet."""
        made: nn.Module | None = self._copies.get(id(original))
        if made is not None:
            return made
        kind = type(original)
        given = original.__dict__
        # Of hooks, only those on the way forward matter.
        alike = not (self.apart or given["_forward_hooks"] or given["_forward_pre_hooks"])
        if not (
            alike and (len(given) == _USUAL.get(kind) or (_is_known(cast(Any, kind)) and _holds_only_atoms(given)))
        ):
            alike = False
            inner = unwrapped(original)
            if inner is not original:
                made = self._copies[id(original)] = self._shell(inner)
                return made
            if isinstance(original, torch.jit.ScriptModule):
                raise InvalidArgument(_SCRIPTED.format(getattr(original, "original_name", "a module")))
        made = self._copies[id(original)] = object.__new__(kind)
        self.originals[id(made)] = original
        parts = given["_modules"]
        if alike:
            own = given | self._blank
            for name in ("_parameters", "_buffers"):
                if given[name]:
                    own[name] = self._lent(given[name])
        else:
            own = given.copy()
            self._unfinished.append((own, made))
            own["_modules"] = type(parts)()
        _set(made, "__dict__", own)
        if parts:
            shell = self._shell
            own["_modules"] = type(parts)(
                [(name, part if part is None else shell(part)) for name, part in parts.items()]
            )
        return made

    def _lent(self, tensors: dict[str, Any]) -> "Lent":
        lent = Lent(tensors)
        lent.copier = self
        return lent

    def _finish(self, own: dict[str, Any], made: nn.Module) -> None:
        own.pop("_compiled_call_impl", None)
        handlers = self._handlers
        self._meet(type(made))
        for name in _slots(cast(Any, type(made))):
            with suppress(AttributeError):  # not assigned yet
                _set(made, name, self.value(getattr(self.originals[id(made)], name)))
        for name, value in own.items():
            kind = type(value)
            if kind in _ATOMS or name == "_modules":
                continue
            if name in _OWN_CONTAINERS:
                if not value:
                    own[name] = kind()
                    continue
                if name == "_parameters" or name == "_buffers":
                    own[name] = self._lent(value)
                    continue
            elif kind is tuple and _ATOMS.issuperset(map(type, value)):
                continue
            try:
                own[name] = handlers[kind](value) if kind in handlers else self._other(value)
            except _Uncopied as error:
                raise InvalidArgument(_UNCOPIED.format(name=name, kind=type(made).__name__, what=error)) from None

    def _meet(self, code: type | types.FunctionType) -> None:
        if not (code.__module__ or "").startswith(_KNOWN_CODE):
            self.foreign = True

    def value(self, value: Any) -> Any:
        """The copy of anything."""
        kind = type(value)
        if kind in _ATOMS:
            return value
        found = self._copies.get(id(value))
        if found is not None:
            return found
        return self._handlers[kind](value) if kind in self._handlers else self._other(value)

    def _tensor(self, original: torch.Tensor) -> torch.Tensor:
        made = self._copies.get(id(original))
        if made is not None:
            return cast(torch.Tensor, made)
        # A forward may ask for it first inside a transformation or a mode, which are none of the copy's business.
        with torch.inference_mode(False), torch._C._DisableFuncTorch():
            values = _lazily(original.detach()) if self.lend else original.detach().clone()
            if type(original) is nn.Parameter:
                values = self._parameter(values, original.requires_grad)
            elif original.requires_grad:
                values.requires_grad_()
        values.__dict__.update(original.__dict__)
        self._copies[id(original)] = values
        self.lent.append(values)
        return values

    def _parameter(self, values: torch.Tensor, learns: bool) -> nn.Parameter:
        """A parameter; in what is lent, frozen ones learn too, so that autograd tells what is made of them."""
        if self.positive is not None and values.is_floating_point() and not values.is_meta:
            generator = torch.Generator().manual_seed(len(self.positive))
            values = torch.empty(values.shape).uniform_(0.5, 1.5, generator=generator).to(values)
        made = nn.Parameter(values, learns or (self.lend and (values.is_floating_point() or values.is_complex())))
        if self.positive is not None:
            self.positive[id(made)] = made
        return made

    def _uninitialized(self, original: Any) -> Any:
        made = self._copies.get(id(original))
        if made is None:
            like = original.data
            made = type(original)(requires_grad=original.requires_grad, device=like.device, dtype=like.dtype)
            made.__dict__.update(original.__dict__)
            self._copies[id(original)] = made
        return made

    def _ordered(self, original: OrderedDict[Any, Any]) -> Any:
        return self._fill(original, OrderedDict())

    def _dict(self, original: dict[Any, Any]) -> Any:
        return self._fill(original, {})

    def _fill(self, original: dict[Any, Any], made: dict[Any, Any]) -> Any:
        found = self._copies.setdefault(id(original), made)
        if found is made:
            for key, value in original.items():
                made[self.value(key)] = self.value(value)
        return found

    def _list(self, original: list[Any]) -> Any:
        made: list[Any] = []
        found = self._copies.setdefault(id(original), made)
        if found is made:
            made.extend(map(self.value, original))
        return found

    def _tuple(self, original: tuple[Any, ...]) -> Any:
        return tuple(map(self.value, original))

    def _set(self, original: set[Any]) -> Any:
        return self._copies.setdefault(id(original), set(map(self.value, original)))

    def _function(self, original: types.FunctionType) -> Any:
        """The same code, which knows the copies instead of what it has closed over."""
        self._meet(original)
        if not original.__closure__:
            return original
        found = self._copies.get(id(original))
        if found is not None:
            return found
        cells = tuple(self._cell(cell) for cell in original.__closure__)
        made = types.FunctionType(
            original.__code__, original.__globals__, original.__name__, original.__defaults__, cells
        )
        made.__kwdefaults__, made.__qualname__ = original.__kwdefaults__, original.__qualname__
        made.__dict__.update(original.__dict__)
        self._copies[id(original)] = made
        return made

    def _cell(self, original: types.CellType) -> types.CellType:
        made: types.CellType | None = self._copies.get(id(original))
        if made is None:
            made = self._copies[id(original)] = types.CellType()
            try:
                contents = original.cell_contents
            except ValueError:  # not assigned yet
                return made
            known = type(contents) in self._handlers or isinstance(contents, nn.Module)
            made.cell_contents = self.value(contents) if known else contents
        return made

    def _method(self, original: types.MethodType) -> Any:
        self.foreign = True
        return types.MethodType(original.__func__, self.value(original.__self__))

    def _partial(self, original: functools.partial[Any]) -> Any:
        arguments = {name: self.value(value) for name, value in original.keywords.items()}
        made = functools.partial(self.value(original.func), *map(self.value, original.args), **arguments)
        made.__dict__.update(original.__dict__)
        return made

    def _reference(self, original: weakref.ref[Any]) -> Any:
        there = original()
        return weakref.ref(self._shell(there)) if isinstance(there, nn.Module) else original

    def _other(self, original: Any) -> Any:
        found = self._copies.get(id(original))
        if found is not None:
            return found
        kind = type(original)
        if isinstance(original, nn.Module):
            return self._shell(original)
        self.foreign = True
        if isinstance(original, type | io.IOBase):
            return original
        if isinstance(original, tuple) and hasattr(kind, "_make"):
            return kind._make(map(self.value, original))
        if _only_attributes(cast(Any, kind)):
            made = self._copies[id(original)] = object.__new__(kind)
            for name, value in vars(original).items():
                made.__dict__[name] = self.value(value)
            return made
        try:
            made = copy.deepcopy(original, self._copies)
        except InvalidArgument:
            raise
        except Exception:
            raise _Uncopied(f"an object of type {kind.__name__}") from None
        self._copies[id(original)] = made
        return made


@functools.cache
def _is_known(kind: Any) -> bool:
    """Whether layers of a kind leave the containers that every module has as they are."""
    wraps = issubclass(kind, (*_WRAPPERS, torch.jit.ScriptModule))
    return not wraps and kind.__module__.startswith(("torch.nn.", "torchvision."))


def _holds_only_atoms(attributes: dict[str, Any]) -> bool:
    """Whether nothing that a module holds can change, but for the containers that every module has."""
    return _ATOMS.issuperset([type(value) for name, value in attributes.items() if name not in _OWN_CONTAINERS])


class _Uncopied(Exception):
    """What it is that cannot be copied."""


@functools.cache
def _slots(kind: Any) -> tuple[str, ...]:
    """The attributes of a class that are in no dictionary."""
    found: list[str] = []
    for base in kind.__mro__:
        names = vars(base).get("__slots__", ())
        found += [names] if isinstance(names, str) else names
    return tuple(name for name in found if name not in ("__dict__", "__weakref__"))


@functools.cache
def _only_attributes(kind: Any) -> bool:
    """Whether all that objects of a class hold is in their dictionary, and nobody says how they are copied."""
    if kind.__new__ is not object.__new__ or _slots(kind) or hasattr(kind, "__deepcopy__"):
        return False
    return bool(kind.__dictoffset__ != 0) and (kind.__reduce_ex__, kind.__reduce__, kind.__getstate__) == _PLAIN


def _lazily(original: torch.Tensor) -> torch.Tensor:
    """A tensor on the same memory until either is written to; a real copy where the memory is not torch's own."""
    try:
        return torch._lazy_clone(original)
    except (RuntimeError, NotImplementedError):
        return original.clone()


def is_untouched(lent: torch.Tensor) -> bool:
    """Whether nobody has written to what was lent."""
    return bool(cast(Any, torch._C)._is_cow_tensor(lent))


def unwrapped(module: nn.Module) -> nn.Module:
    """The module inside wrappers that only change how it is run."""
    while True:
        inner = module._modules.get("_orig_mod") if "_orig_mod" in module._modules else None
        if inner is None and isinstance(module, _WRAPPERS):
            inner = module.module
        if inner is None:
            return module
        module = inner


def copied(module: ModuleT) -> ModuleT:
    """A copy with memory of its own.

    Raises:
        InvalidArgument: if something in it cannot be copied.
    """
    made: Any = Copier(lend=False).module(module)
    return made  # type: ignore[no-any-return]
