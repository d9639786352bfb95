"""How what is known of values goes through torch's functions, mostly by these functions themselves."""

from collections.abc import Mapping, Sequence
from functools import cache, partial
from math import prod
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from dlchecked.receptive_field.tracing.known_values import cut, knowing, known_of, learn
from dlchecked.receptive_field.tracing.registry import KNOWING
from dlchecked.receptive_field.tracing.trace import Traced
from dlchecked.receptive_field.tracing.values import (
    LOST,
    MARK,
    MOST_ELEMENTS,
    TRUE,
    UNSCALED_MARK,
    Known,
    larger,
    negative,
    passed_over,
)

_HOMES = (torch, F, torch.Tensor, torch.special)


def _all(names: str) -> set[Any]:
    return {getattr(home, name) for name in names.split() for home in _HOMES if hasattr(home, name)}


_MOVES = _all(
    "reshape view flatten ravel unflatten permute transpose swapaxes swapdims t adjoint movedim moveaxis unsqueeze "
    "squeeze expand broadcast_to expand_as view_as reshape_as repeat tile repeat_interleave split split_with_sizes "
    "tensor_split chunk narrow select unbind index_select flip fliplr flipud roll rot90 __getitem__ pixel_shuffle "
    "pixel_unshuffle channel_shuffle cat concat concatenate stack"
) | {torch.Tensor.unfold}
_SAME = _all(
    "clone contiguous detach detach_ positive to type_as float double half bfloat16 cpu cuda pin_memory requires_grad_ "
    "real type"
)
_DROPOUTS = _all("dropout dropout1d dropout2d dropout3d alpha_dropout feature_alpha_dropout feature_dropout")
_NEGATIVE = _all("neg negative neg_ __neg__")
_CLAMPS = _all("clamp clip clamp_ clip_")
_VANISHING = _all("exp exp2 exp_ sigmoid sigmoid_")
_OF_ONE = _VANISHING | _all(
    "relu relu6 leaky_relu elu selu celu gelu silu mish hardswish hardsigmoid hardtanh tanh softplus "
    "softsign logsigmoid threshold abs absolute expm1 log log2 log10 log1p sqrt rsqrt square reciprocal sign ceil "
    "floor round trunc nan_to_num logical_not bitwise_not isnan isinf isfinite bool long int "
    "__abs__ __invert__ relu_ leaky_relu_ abs_ log_ sqrt_ rsqrt_ square_ tanh_ reciprocal_"
)
_OF_TWO = _all(
    "lt le gt ge eq ne less greater less_equal greater_equal not_equal logical_xor bitwise_xor pow remainder fmod "
    "__xor__ __lt__ __le__ __gt__ __ge__ __eq__ __ne__ __pow__"
)
_LOGICAL = _all("logical_not bitwise_not __invert__ bitwise_xor __xor__")
_TO_BOOLEANS = _all(
    "lt le gt ge eq ne less greater less_equal greater_equal not_equal logical_and logical_or logical_xor logical_not "
    "isnan isinf isfinite any all bool __lt__ __le__ __gt__ __ge__ __eq__ __ne__"
)
_TO_NUMBERS = _all("float double half bfloat16 long int")
# These may be asked for another dtype, though nothing is known of what they are given.
BOOLEANS = _TO_BOOLEANS | _all("to type type_as")
_MAXIMA = _all("amax max logsumexp")
_SUMS = _all("sum mean")
# What one constant among many decides alone, and which; of booleans, that is so of the largest and the smallest.
_DECIDED = {**dict.fromkeys(_all("all prod cumprod"), 0.0), **dict.fromkeys(_all("any"), 1.0)}
_DECIDED_OF_BOOLEANS = {**dict.fromkeys(_all("amin min"), 0.0), **dict.fromkeys(_all("amax max"), 1.0)}


def anything_known(args: Sequence[Any], nested: bool = False) -> bool:
    """Whether something is known of a tensor among the arguments of a call, be it that it holds booleans.

    In a list of tensors to be joined, a constant may be a mask.
    """
    for x in args:
        if isinstance(x, Traced):
            if x.known is not None or x.boolean:
                return True
        elif isinstance(x, torch.Tensor):
            if nested and not isinstance(x, nn.Parameter) and known_of(x).any_large():
                return True
        elif isinstance(x, list | tuple) and anything_known(x, nested=True):
            return True
    return False


def carried(rule: Any, function: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], result: Any) -> Any:
    """The result of a call, of which is known what follows from what was known of its arguments."""
    parts = _parts((*args, *kwargs.values()))
    known = function in _JOINING or any(isinstance(x, Traced) and x.known is not None for x in parts)
    if rule not in KNOWING and known:
        result = _carried(rule, function, args, kwargs, result)
    made = [part for part in _parts((result,)) if isinstance(part, Traced)]
    # What is overwritten keeps its dtype.
    if made and not any(made[0] is x for x in parts):
        for part, boolean in zip(made, _are_booleans(function, args, kwargs, len(made)), strict=False):
            part.boolean = boolean
    return result


def _parts(args: tuple[Any, ...]) -> list[Any]:
    return [part for x in args for part in (x if isinstance(x, list | tuple) else (x,))]


def _are_booleans(function: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], count: int) -> list[bool]:
    """Which of the tensors that torch itself makes of such arguments hold booleans."""
    every = _parts((*args, *kwargs.values()))
    dtypes = [x for x in every if isinstance(x, torch.dtype)]
    tensors = [x for x in every if isinstance(x, torch.Tensor)]
    if dtypes or function in _TO_BOOLEANS or function in _TO_NUMBERS:
        return [dtypes == [torch.bool] if dtypes else function in _TO_BOOLEANS] * count
    if function in _MOVES:
        return [all(x.dtype == torch.bool for x in (tensors if function in _JOINING else tensors[:1]))] * count
    if function in _SAME:
        return [tensors[-1].dtype == torch.bool] * count
    if not any(x.dtype == torch.bool for x in tensors):
        return [False] * count
    try:
        found = function(*map(_without_values, args), **{name: _without_values(x) for name, x in kwargs.items()})
    except (RuntimeError, TypeError, NotImplementedError):  # of a number that stands for an integer, say
        return [False] * count
    return [isinstance(x, torch.Tensor) and x.dtype == torch.bool for x in _parts((found,))]


def _without_values(x: Any) -> Any:
    """A tensor's shape and dtype alone."""
    if isinstance(x, list | tuple):
        return type(x)(map(_without_values, x)) if any(isinstance(part, torch.Tensor) for part in x) else x
    return torch.empty(x.shape, dtype=x.dtype, device="meta") if isinstance(x, torch.Tensor) else x


def _carried(rule: Any, function: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], result: Any) -> Any:
    for name in ("input", "self", "tensors"):
        if name in kwargs:
            args, kwargs = (kwargs[name], *args), {key: value for key, value in kwargs.items() if key != name}
    if function in _MOVES:
        return _moved(function, args, kwargs, result)
    if function in _SAME:
        return _with(result, _cast(args, kwargs))
    if function in _DROPOUTS and not _drops(*args, **kwargs):
        return _with(result, known_of(args[0]))
    if function in _OF_ONE:
        return _of_one(function, args, kwargs, result)
    if function in _NEGATIVE:
        return _with(result, negative(known_of(args[0])))
    if function in _CLAMPS:
        return _clamped(args, kwargs, result)
    if function in _OF_TWO and len(args) == 2:
        return _of_two(function, args, result)
    deciding = _DECIDED.get(function, _DECIDED_OF_BOOLEANS.get(function) if _is_boolean(args[0]) else None)
    of_two = any(isinstance(x, torch.Tensor) for x in (*args[1:], *kwargs.values()))
    if (deciding is not None or function in _MAXIMA) and of_two:
        return result
    if deciding is not None:
        return _decided(function, args, kwargs, result, deciding)
    if function in _MAXIMA:
        return _maximum(rule, function, args, kwargs)
    if function in _SUMS:
        return _sum(function, args, kwargs, result)
    return _lost((*args, *kwargs.values()), result)


def _with(result: Any, known: Known) -> Any:
    """The result, of which something is known besides; it is itself, where nothing new is certain."""
    return learn(result, known.compact())


def _lost(args: tuple[Any, ...], result: Any) -> Any:
    """The result, any of whose elements may have any magnitude if some of the arguments' are not ordinary."""
    parts = [part for x in args for part in (x if isinstance(x, list | tuple) else (x,)) if isinstance(part, Traced)]
    if any(known_of(part).any_large() for part in parts):
        for part in result if isinstance(result, tuple) else (result,):
            if isinstance(part, Traced):
                _with(part, LOST)
    elif isinstance(result, Traced):
        result.known = None
    return result


def _cast(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Known:
    """What is known after a change of dtype."""
    values, fixed = known_of(args[0])
    others = [x.dtype if isinstance(x, torch.Tensor) else x for x in (*args[1:], *kwargs.values())]
    dtype = next((x for x in others if isinstance(x, torch.dtype)), torch.float64)
    if dtype.is_floating_point:
        return Known(values, fixed)
    uncertain = torch.where(values.abs() < MARK, 0.0, torch.nan)
    return Known(torch.where(fixed, values.to(dtype).to(torch.float64), uncertain), fixed)


def _clamped(args: tuple[Any, ...], kwargs: Mapping[str, Any], result: Any) -> Any:
    """Between two bounds, which are numbers or tensors."""
    lowest, highest = ("min", "max")
    named = {**dict(zip((lowest, highest), args[1:], strict=False)), **kwargs}
    known = known_of(args[0])
    if named.get(lowest) is not None:
        known = larger(known, known_of(named[lowest]))
    if named.get(highest) is not None:
        known = negative(larger(negative(known), negative(known_of(named[highest]))))
    return _refined(result, known)


def _moved(function: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], result: Any) -> Any:
    results = result if isinstance(result, tuple) else (result,)
    if sum(prod(part.shape) for part in results) > MOST_ELEMENTS:
        return _lost(args, result)

    facts: list[Known] = []
    sure: set[bool] = set()
    others: set[type] = set()

    def taken(x: Any) -> Any:
        if isinstance(x, Traced) or (isinstance(x, torch.Tensor) and function in _JOINING):
            known = known_of(x)
            sure.add(known.certain)
            facts.append(known.expanded(x.shape))
            return facts[-1]
        if isinstance(x, list | tuple):
            return [taken(part) for part in x] if isinstance(x, list) else tuple([taken(part) for part in x])
        others.add(type(x))
        return x

    def of(field: str) -> Any:
        def stand_in(x: Any) -> Any:
            if isinstance(x, Known):
                return getattr(x, field)
            return type(x)(map(stand_in, x)) if isinstance(x, list | tuple) else x

        found = function(*map(stand_in, given), **{name: stand_in(x) for name, x in options.items()})
        return found if isinstance(result, tuple) else (found,)

    def at(number: int) -> torch.Tensor:
        found: torch.Tensor = values()[number]
        return found

    given, options = [taken(x) for x in args], {name: taken(x) for name, x in kwargs.items()}
    most, values = max(known.most for known in facts), cache(lambda: of("values"))
    fields = (TRUE,) * len(results) if sure == {True} else of("fixed")
    for number, (part, fixed) in enumerate(zip(results, fields, strict=True)):
        _with(part, Known(partial(at, number), fixed, most, *facts))
    if not others <= _LASTING:
        # An index may be written to before somebody asks for the values.
        values()
    return result


_JOINING = _all("cat concat concatenate stack")
# What nobody can change.
_LASTING = {int, bool, slice, type(None), type(Ellipsis)}


def _drops(*args: Any, **kwargs: Any) -> bool:
    named = {**dict(zip(("input", "p", "training"), args, strict=False)), **kwargs}
    return bool(named.get("training", named.get("train", True))) and named.get("p", 0.5) != 0


def _of_one(function: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], result: Any) -> Any:
    x, *others = args
    values, fixed = x.known.compact() if x is not result else known_of(x)
    if any(isinstance(other, torch.Tensor) for other in (*others, *kwargs.values())):
        return _lost(args, result)
    own = values.to(x.dtype) if x.dtype.is_floating_point else values
    computed = function((values != 0) if function in _LOGICAL else own.clone(), *others, **kwargs).to(torch.float64)
    vanishing = ~fixed & (values <= -UNSCALED_MARK) if function in _VANISHING else torch.zeros((), dtype=torch.bool)
    ordinary = torch.where(values.abs() < MARK, 0.0, torch.nan)
    known = torch.where(fixed, computed, torch.where(vanishing, 0.0, ordinary))
    return _refined(result, Known(known, fixed | vanishing))


def _refined(result: Any, known: Known) -> Any:
    """The result, cut where more is certain than before; an overwritten tensor remains the one that it is."""
    found = knowing(result, known)
    result.kept, result.known = found.kept, found.known
    return result


def _of_two(function: Any, args: tuple[Any, ...], result: Any) -> Any:
    a, b = (known_of(x) for x in args[:2])
    fixed = a.fixed & b.fixed
    if not bool(fixed.any() if function in _TO_BOOLEANS else fixed.all()):
        return _lost(args, result)

    def computed() -> torch.Tensor:
        operands = [x.values.bool() if function in _LOGICAL else x.values for x in (a, b)]
        return torch.where(fixed, function(*operands).to(torch.float64), 0.0)

    return _refined(result, Known(computed, fixed, 1.0 if function in _TO_BOOLEANS else None, a, b))


def _maximum(rule: Any, function: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    dims, keepdim = _reduced(args, kwargs)
    values, fixed = args[0].known.compact(*dims)
    found = rule(cut(args[0], passed_over(values, dims, UNSCALED_MARK)), *args[1:], **kwargs)
    largest = torch.logsumexp(values, dims, keepdim) if function in _all("logsumexp") else values.amax(dims, keepdim)
    _with(found[0] if isinstance(found, tuple) else found, Known(largest, fixed.all(dims, keepdim)))
    return found


def _is_boolean(x: Any) -> bool:
    return isinstance(x, Traced) and x.boolean


def _decided(function: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], result: Any, deciding: float) -> Any:
    """What one constant alone decides, of all or of those so far, whatever the others are."""
    dims, keepdim = _reduced(args, kwargs)
    values, fixed = args[0].known.compact(*dims)
    decides = fixed & ((values != 0) == bool(deciding))
    if function in _all("cumprod"):
        decided, whole, computed = decides.cummax(dims[0]).values, torch.tensor(False), values
    else:
        decided, whole = decides.any(dims, keepdim), fixed.all(dims, keepdim)
        computed = function(values, *args[1:], **kwargs)
    result = _lost(args, result)
    found = result[0] if isinstance(result, tuple) else result
    computed = computed[0] if isinstance(computed, tuple) else computed
    uncertain = known_of(found).values
    certain = torch.where(decided, deciding, torch.where(whole, computed.to(torch.float64), uncertain))
    _refined(found, Known(certain, decided | whole))
    return result


def _sum(function: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], result: Any) -> Any:
    dims, keepdim = _reduced(args, kwargs)
    values, fixed = args[0].known.compact(*dims)
    added, fixed = function(values, dims, keepdim), fixed.all(dims, keepdim)
    return _with(result, Known(torch.where(added.isinf() & ~fixed, torch.nan, added), fixed))


def _reduced(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> tuple[tuple[int, ...], bool]:
    """The dimensions that a reduction goes over, and whether they stay."""
    dim = kwargs.get("dim", kwargs.get("axis", args[1] if len(args) > 1 else None))
    keepdim = kwargs.get("keepdim", args[2] if len(args) > 2 else False)
    if dim is None or (not isinstance(dim, int) and len(dim) == 0):
        return tuple(range(args[0].dim())), keepdim
    return (dim,) if isinstance(dim, int) else tuple(dim), keepdim
