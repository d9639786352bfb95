"""Writing into a tensor that others share memory with: each of them is looked at anew in what was written."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import torch

from dlchecked.receptive_field.axis.windows import Window, gathering, picking
from dlchecked.receptive_field.layouts.box import AnyLayout, layout_of
from dlchecked.receptive_field.layouts.layout import broadcast
from dlchecked.receptive_field.layouts.terms import Terms
from dlchecked.receptive_field.layouts.unions import simplify
from dlchecked.receptive_field.rules.shape import permute, reshape
from dlchecked.receptive_field.tracing.dispatch import forget
from dlchecked.receptive_field.tracing.known_values import known_of, learn
from dlchecked.receptive_field.tracing.registry import HOMES, Unsupported
from dlchecked.receptive_field.tracing.tensor import TracedTensor
from dlchecked.receptive_field.tracing.trace import Origin
from dlchecked.receptive_field.tracing.value_rules import carried
from dlchecked.receptive_field.tracing.values import LOST, MOST_ELEMENTS, Known, compact

# Where each position along the first dimensions comes from, if it was written: from which of those that were.
Picked = list[tuple[int, Window]]

# Of what these make, torch promises that it is a view; a reshape, say, may as well be a copy.
_VIEWS = (
    "view unflatten unsqueeze squeeze permute transpose swapaxes swapdims t adjoint movedim moveaxis "
    "__getitem__ select narrow split split_with_sizes chunk tensor_split unbind detach"
)
_PROMISED = {getattr(home, name) for name in _VIEWS.split() for home in HOMES if hasattr(home, name)}


def overwrite(x: TracedTensor, kept: AnyLayout, known: Known | None = None) -> TracedTensor:
    """Give a tensor other contents, in place, and with it those that share its memory.

    Raises:
        Unsupported: if it is not known whether, or where, one of them shares it.
    """
    others = [] if x.aliases is None else [alias for alias in x.aliases.values() if alias is not x]
    if others and _say_the_same(x, others, kept, known):
        others = []
    x.kept, x.known = kept, known
    view: Any = x
    while others and view.origin is not None:
        found, view = _put_back(view), view.origin.base
        view.kept, view.known = found.kept, found.known
        others = [alias for alias in others if alias is not view]
    for alias in others:  # each of them later than that of which it is a view
        again = _look(alias)
        alias.kept, alias.known = again.kept, again.known
    return x


def _say_the_same(x: TracedTensor, others: Sequence[Any], kept: AnyLayout, known: Known | None) -> bool:
    """Whether those that share memory with a tensor can stay as they are when it gets other contents.

    Raises:
        Unsupported: if it is not known whether they do share it, and it makes a difference.
    """
    same = layout_of(kept).terms == x.layout.terms
    promised = all(alias.origin is None or _is_promised(alias.origin) for alias in (x, *others))
    if not (promised or same):
        raise Unsupported("it writes into a tensor of which there may be views")
    if not promised:
        forget(x)
    return not promised or (same and known is None and all(alias.known is None for alias in others))


def _is_promised(origin: Origin) -> bool:
    """Whether what was made is a view for certain."""
    index = origin.options[0] if origin.function is torch.Tensor.__getitem__ else ()
    items = index if isinstance(index, tuple) else (index,)
    plain = all(x is None or x is ... or (isinstance(x, int | slice) and not isinstance(x, bool)) for x in items)
    return plain and origin.function in _PROMISED


def _look(view: Any) -> Any:
    """A view made once more."""
    base, number, rule, function, options, kwargs = view.origin
    found = rule(base, *options, **kwargs)
    if base.known is not None:
        found = carried(rule, function, (base, *options), kwargs, found)
    return found[number] if isinstance(found, tuple) else found


def _put_back(view: Any) -> TracedTensor:
    """That of which something is a view, once that has got other contents."""
    base, number, _, function, options, kwargs = view.origin

    def look(x: torch.Tensor) -> torch.Tensor:
        found = function(x, *options, **kwargs)
        seen: torch.Tensor = found if isinstance(found, torch.Tensor) else found[number]
        return seen

    seen = look(torch.empty(base.shape, device="meta"))
    if seen.numel() == base.numel() and seen.is_contiguous():
        found = reshape(view, tuple(base.shape))
    else:
        places, order = [], []
        for dim, size in enumerate(base.shape):
            shape = [size if d == dim else 1 for d in range(len(base.shape))]
            coordinates = look(torch.arange(size).view(shape).expand(base.shape))
            order += [d for d, n in enumerate(coordinates.shape) if n > 1 and coordinates.stride(d)]
            places.append(compact(coordinates).flatten().tolist())
        alone = [d for d in range(len(view.shape)) if d not in order]
        found = with_written(base, places, reshape(permute(view, order + alone), [len(part) for part in places]))
    if base.known is None and view.known is None:
        return found
    if base.numel() > MOST_ELEMENTS:
        raise Unsupported("it writes into a part of a large mask; masked_fill would be right")
    values, fixed = (field.expand(base.shape).clone() for field in known_of(base))
    for field, part in zip((values, fixed), known_of(view), strict=True):
        look(field).copy_(part)
    return learn(found, Known(values, fixed))


def picked_at(x: TracedTensor, places: Iterable[Sequence[int]]) -> tuple[TracedTensor, Picked]:
    """The tensor, in which every dimension is one atom, and where the written positions of its first ones come from."""
    layout = x.layout
    for dim in range(len(layout.groups)):
        layout = layout.with_single(dim)
    picked = []
    for dim, positions in enumerate(places):
        inverse = np.full(x.shape[dim], -1)
        inverse[positions] = np.arange(len(positions))
        picked.append((dim, picking(tuple(inverse.tolist()))))
    return x.derived(layout), picked


def with_written(x: TracedTensor, places: Sequence[Sequence[int]], value: TracedTensor) -> TracedTensor:
    """What a tensor holds once another one, of as many positions, is written to some places."""
    single, picked = picked_at(x, places)
    mine, theirs = broadcast(
        [single.layout._replace(terms=outside(single, picked)), value.slid(dict(picked)).layout], tuple(x.shape)
    )
    return x.derived(mine._replace(terms=simplify((*mine.terms, *theirs.terms))), x.shape)


def outside(x: TracedTensor, picked: Picked) -> Terms:
    """What is left of a tensor outside a box: the complement along one dimension after the other."""
    found: list[Any] = []
    inside = x
    for dim, window in picked:
        taken = window.taps[0] >= 0
        if taken.all():
            continue
        positions = np.arange(len(taken))
        found.extend(inside.slid({dim: gathering(np.where(taken, -1, positions)[None])}).layout.terms)
        inside = inside.slid({dim: gathering(np.where(taken, positions, -1)[None])})
    return simplify(found)


def lost_if_large(x: TracedTensor) -> Known | None:
    """What is known of a tensor after something else was written into it: that it may not be ordinary."""
    if x.known is None or not x.known.compact().any_large():
        return None
    return LOST.expanded(x.shape)
