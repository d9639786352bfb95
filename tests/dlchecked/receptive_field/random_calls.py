"""Random calls of torch's functions, a family for each file of rules, and what they really depend on.

Every element of the output is compared with every element of the input, batch and channels included: the witness
changes one element of the input after the other, and looks where the real output changes.
"""

import operator
from collections.abc import Callable, Sequence
from itertools import product
from math import prod
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import nn

from dlchecked.receptive_field import InvalidArgument, UnknownOperation, receptive_field

Choose = Callable[[Sequence[Any]], Any]
Function = Callable[[torch.Tensor], torch.Tensor]
MOST_ELEMENTS = 72
# What the library may say of a call that torch takes.
REASONS = ("a tensor of which there may be views", "whose zeros differ from image to image", "torch itself mixes up")
# A small change, and some after which the element is the largest or the smallest of all.
CHANGES = (0.17, 3.0, 60.0, -60.0)


class NotApplicable(Exception):
    """The function that was drawn does not take a tensor of this shape."""


def need(condition: bool) -> None:
    if not condition:
        raise NotApplicable


def weights(*shape: int) -> nn.Parameter:
    """Positive, so that nothing cancels."""
    generator = torch.Generator().manual_seed(prod(shape))
    return nn.Parameter(torch.rand(shape, generator=generator, dtype=torch.float64) + 0.5)


def one_of(choose: Choose, functions: dict[str, Function]) -> Function:
    """One of them, which knows its name."""
    name = choose(list(functions))
    found = functions[name]
    found.name = name
    return found


def mask_of(choose: Choose, *shape: int) -> torch.Tensor:
    """Booleans, not all of them the same."""
    flat = [choose([True, True, False]) for _ in range(prod(shape))]
    return torch.tensor(flat).view(shape)


def dim_of(choose: Choose, x: torch.Tensor, least: int = 1) -> int:
    dims = [dim for dim in range(x.dim()) if x.shape[dim] >= least]
    need(bool(dims))
    return choose(dims) - choose([0, x.dim()])


def some_dims(choose: Choose, x: torch.Tensor) -> tuple[int, ...]:
    need(x.dim() > 0)
    found = tuple(dim for dim in range(x.dim()) if choose([True, False]))
    return found or (choose(range(x.dim())),)


def shapes(choose: Choose, x: torch.Tensor) -> Function:
    dim = dim_of(choose, x)
    size = x.shape[dim]
    order = list(range(x.dim()))
    for i in range(len(order) - 1):
        j = choose(range(i, len(order)))
        order[i], order[j] = order[j], order[i]
    factor = choose([n for n in range(1, size + 1) if size % n == 0])
    other = dim_of(choose, x)
    first, last = sorted((dim % x.dim(), other % x.dim()))
    wide = dim_of(choose, x)
    counts = [choose([1, 1, 2]) for _ in order]
    functions: dict[str, Function] = {
        "permute": lambda x: x.permute(order),
        "transpose": lambda x: x.transpose(dim, other),
        "movedim": lambda x: x.movedim(dim, other),
        "flatten": lambda x: x.flatten(first, last),
        "unflatten": lambda x: x.unflatten(dim, (factor, -1)),
        "view": lambda x: x.reshape(-1).reshape(size, -1),
        "reversed view": lambda x: x.reshape(list(x.shape)[::-1]),
        "unsqueeze": lambda x: x.unsqueeze(dim),
        "squeeze": lambda x: x.narrow(dim, 0, 1).squeeze(dim),
        "expand": lambda x: x.narrow(wide, size_at(x, wide) - 1, 1).expand(x.shape),
        "repeat": lambda x: x.repeat(counts),
        "tile": lambda x: x.tile(counts[-1:]),
        "pixel_shuffle": lambda x: F.pixel_shuffle(x, 2),
        "pixel_unshuffle": lambda x: F.pixel_unshuffle(x, 2),
        "channel_shuffle": lambda x: F.channel_shuffle(x, factor),
        "T": lambda x: x.flatten(1).T if x.dim() > 1 else x,
    }
    name = choose(list(functions))
    need(not name.startswith("pixel") or x.dim() >= 3)
    need(name != "pixel_shuffle" or x.shape[-3] % 4 == 0)
    need(name != "pixel_unshuffle" or (x.shape[-1] % 2 == 0 and x.shape[-2] % 2 == 0))
    need(name != "channel_shuffle" or (x.dim() > 2 and x.shape[1] % factor == 0))
    return one_of(lambda _: name, functions)


def size_at(x: torch.Tensor, dim: int) -> int:
    return x.shape[dim]


def indexing(choose: Choose, x: torch.Tensor) -> Function:
    dim = dim_of(choose, x)
    size = x.shape[dim]
    start = choose(range(size))
    stop = choose(range(start, size)) + 1
    step = choose([1, 1, 2, 3])
    picks = [choose(range(-size, size)) for _ in range(choose([1, 2, 3]))]
    front = (slice(None),) * (dim % x.dim())
    window = choose(range(1, size + 1))
    kept = mask_of(choose, size)
    widths = [choose([0, 1, 2, -1 if size > 1 else 0]) for _ in range(2)]
    mode = choose(["constant", "reflect", "replicate", "circular"])
    cut = choose(range(1, size + 1))
    functions: dict[str, Function] = {
        "slice": lambda x: x[(*front, slice(start, stop, step))],
        "ellipsis": lambda x: x[..., -1],
        "integer": lambda x: x[(*front, picks[0])],
        "list": lambda x: x[(*front, picks)],
        "grid": lambda x: x[(*front, torch.tensor([picks, picks[::-1]]))],
        "booleans": lambda x: x[(*front, kept)],
        "new axis": lambda x: x[(*front, None, slice(start, stop))],
        "select": lambda x: x.select(dim, start),
        "narrow": lambda x: x.narrow(dim, start, stop - start),
        "index_select": lambda x: x.index_select(dim, torch.tensor(picks) % size),
        "flip": lambda x: x.flip(dim),
        "roll": lambda x: x.roll(picks[0], dim),
        "roll all": lambda x: x.roll(picks[0]),
        "roll twice": lambda x: x.roll((start, stop), (dim, dim)),
        "rot90": lambda x: x.rot90(start, (0, x.dim() - 1)),
        "repeat_interleave": lambda x: x.repeat_interleave(step, dim),
        "unfold": lambda x: x.unfold(dim, window, step),
        "chunk": lambda x: x.chunk(step, dim)[-1],
        "split": lambda x: x.split(cut, dim)[-1],
        "unbind": lambda x: x.unbind(dim)[-1],
        "pad": lambda x: F.pad(x, widths, mode),
        "unfold an image": lambda x: F.unfold(x, (min(2, x.shape[-2]), min(window, x.shape[-1])), stride=step),
        "fold": lambda x: F.fold(F.unfold(x, 2, 1, 1, step), x.shape[-2:], 2, 1, 1, step),
    }
    name = choose(list(functions))
    need(name != "rot90" or x.dim() > 1)
    need(name not in ("unfold an image", "fold") or x.dim() in (3, 4))
    if name == "pad":
        need(x.dim() in (3, 4, 5) or mode == "constant")
        need(mode == "constant" or (x.shape[-1] > max(widths) and min(widths) >= 0))
        if mode != "constant":
            widths = widths + [0, 0] * (x.dim() - 3)
        need(x.shape[-1] + sum(widths[:2]) > 0)
    return one_of(lambda _: name, functions)


def convolution(choose: Choose, x: torch.Tensor) -> Function:
    need(x.dim() in (3, 4, 5))
    axes = x.dim() - 2
    channels = x.shape[1]
    groups = choose([n for n in range(1, channels + 1) if channels % n == 0])
    pick = lambda options: [choose(options) for _ in range(axes)]  # noqa: E731
    kernel, dilation, stride = pick([1, 2, 3]), pick([1, 1, 2]), pick([1, 1, 2])
    outputs = groups * choose([1, 2])
    if choose([True, True, False]):
        padding = choose([pick([0, 1, 2]), "valid", *(["same"] if set(stride) == {1} else [])])
        weight = weights(outputs, channels // groups, *kernel)
        function = (F.conv1d, F.conv2d, F.conv3d)[axes - 1]
        return lambda x: function(x, weight, None, stride, padding, dilation, groups)
    extra = [choose(range(max(s, d))) for s, d in zip(stride, dilation, strict=True)]
    padding = pick([0, 1])
    weight = weights(channels, outputs // groups, *kernel)
    transposed = (F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d)[axes - 1]
    return lambda x: transposed(x, weight, None, stride, padding, extra, groups, dilation)


def pooling(choose: Choose, x: torch.Tensor) -> Function:
    need(x.dim() in (3, 4, 5))
    axes = x.dim() - 2
    kernel, stride = choose([1, 2, 3]), choose([None, 1, 2, 3])
    padding, ceil, dilation = choose([0, 0, 1]), choose([True, False]), choose([1, 1, 2])
    size = choose([1, 2, 3, 5])
    which = axes - 1
    functions: dict[str, Function] = {
        "maximum": lambda x: getattr(F, f"max_pool{axes}d")(x, kernel, stride, padding, dilation, ceil),
        "maxima and where": lambda x: sum(
            getattr(F, f"max_pool{axes}d")(x, kernel, stride, padding, dilation, ceil, True)
        ),
        "average": lambda x: getattr(F, f"avg_pool{axes}d")(x, kernel, stride, padding, ceil),
        "norm": lambda x: (F.lp_pool1d, F.lp_pool2d, F.lp_pool3d)[which](x, 2.0, kernel, stride, ceil),
        "adaptive average": lambda x: getattr(F, f"adaptive_avg_pool{axes}d")(x, size),
        "adaptive maximum": lambda x: getattr(F, f"adaptive_max_pool{axes}d")(x, size),
    }
    return one_of(choose, functions)


def resampling(choose: Choose, x: torch.Tensor) -> Function:
    need(x.dim() in (3, 4, 5))
    linear = ("linear", "bilinear", "trilinear")[x.dim() - 3]
    mode = choose(["nearest", "nearest-exact", "area", linear, *(["bicubic"] if x.dim() == 4 else [])])
    where = choose([{"scale_factor": n} for n in (2.0, 0.5, 1.5, 1.0)] + [{"size": n} for n in (1, 2, 3, 5)])
    corners = choose([True, False]) if mode in (linear, "bicubic") else None
    antialias = mode in ("bilinear", "bicubic") and choose([True, False])
    if antialias:
        # A weight that is zero, but for rounding, would show.
        seen = F.interpolate(
            torch.eye(x.numel()).double().view(-1, *x.shape[1:]),
            **where,
            mode=mode,
            align_corners=corners,
            antialias=True,
        )
        need(not bool(((seen != 0) & (seen.abs() < 1e-15)).any()))
    return lambda x: F.interpolate(x, **where, mode=mode, align_corners=corners, antialias=antialias)


def normalization(choose: Choose, x: torch.Tensor) -> Function:
    need(x.dim() >= 2)
    channels = x.shape[1]
    groups = choose([n for n in range(1, channels + 1) if channels % n == 0])
    count = choose(range(1, x.dim() + 1))
    shape = tuple(x.shape[-count:])
    dims = some_dims(choose, x)
    # Of two values, a normalization makes the same whatever they are.
    enough = {
        "batch": x.numel() // channels > 2,
        "instance": prod(x.shape[2:]) > 2 and x.dim() > 2,
        "layer": prod(shape) > 2,
        "root mean square": prod(shape) > 1,
        "group": prod(x.shape[2:]) * (channels // groups) > 2,
        "local response": x.dim() > 2,
        "norm": all(x.shape[dim] > 1 for dim in dims),
        "stored": True,
    }
    name = choose(list(enough))
    need(enough[name])
    functions: dict[str, Function] = {
        "batch": lambda x: F.batch_norm(x, None, None, training=True),
        "stored": lambda x: F.batch_norm(x, torch.zeros(channels).double(), torch.ones(channels).double()),
        "instance": lambda x: F.instance_norm(x),
        "layer": lambda x: F.layer_norm(x, shape),
        "root mean square": lambda x: F.rms_norm(x, shape),
        "group": lambda x: F.group_norm(x, groups),
        "local response": lambda x: F.local_response_norm(x, 3),
        "norm": lambda x: F.normalize(x, dim=dims if len(dims) > 1 else dims[0]),
    }
    return one_of(lambda _: name, functions)


def reduction(choose: Choose, x: torch.Tensor) -> Function:
    dims, dim, kept = some_dims(choose, x), dim_of(choose, x), choose([True, False])
    more = dim_of(choose, x, 2)
    rank = choose(range(1, x.shape[dim] + 1))
    functions: dict[str, Function] = {
        **{name: (lambda x, f=name: getattr(x, f)(dims, keepdim=kept)) for name in ("sum", "mean", "amax", "amin")},
        "logsumexp": lambda x: (x / 64).logsumexp(dims, keepdim=kept),
        "all of them": lambda x: x.sum(),
        "product": lambda x: x.prod(dim, keepdim=kept),
        "deviation": lambda x: x.std(more, keepdim=kept),
        "variance and mean": lambda x: sum(torch.var_mean(x, more, keepdim=kept)),
        "norm": lambda x: x.norm(dim=dim, keepdim=kept),
        "argmax": lambda x: x.argmax(more, keepdim=kept).double(),
        "any": lambda x: (x > 3).any(dim, keepdim=kept).double(),
        "all": lambda x: (x > 0).all(dim, keepdim=kept).double(),
    }
    ordering: dict[str, Function] = {
        "max": lambda x: x.max(dim, keepdim=kept).values,
        "min": lambda x: x.min(dim, keepdim=kept)[0],
        "median": lambda x: x.median(dim, keepdim=kept).values,
        "k-th": lambda x: x.kthvalue(rank, dim, keepdim=kept).values,
        "quantile": lambda x: x.quantile(0.4, dim, keepdim=kept),
        "sorted": lambda x: x.sort(dim).values,
        "ranks": lambda x: x.argsort(more).double(),
        "top": lambda x: x.topk(rank, dim).values,
        "running sum": lambda x: x.cumsum(dim),
        "running product": lambda x: x.cumprod(dim),
    }
    every = {**functions, **ordering}
    return one_of(choose, every)


def products(choose: Choose, x: torch.Tensor) -> Function:
    need(x.dim() >= 1)
    last = x.shape[-1]
    outputs = choose([1, 2, 3])
    constant = mask_of(choose, last, outputs).double()
    rows = mask_of(choose, outputs, x.shape[-2]).double() if x.dim() > 1 else None
    table = weights(last, outputs)
    functions: dict[str, Function] = {
        "linear": lambda x: F.linear(x, table.T),
        "times weights": lambda x: x @ table,
        "times constants": lambda x: x @ constant,
        "einsum with constants": lambda x: torch.einsum("al,lo->ao", x.flatten(0, -2), constant),
    }
    if x.dim() > 1:
        a, b = (choose([0, 1, 2]) for _ in range(2))
        functions |= {
            "constants times": lambda x: rows @ x,
            "by itself": lambda x: x @ x.mT,
            "einsum": lambda x: torch.einsum("al,bl->ab", x.flatten(0, -2), x.flatten(0, -2)),
            "outer einsum": lambda x: torch.einsum("a,b->ab", x.flatten()[:3], x.flatten()[-3:]),
            "vector": lambda x: x @ x.flatten()[:last],
            "baddbmm": lambda x: torch.baddbmm(
                x.flatten(0, -2)[None], rows_of(x, a)[None], rows_of(x, b)[None].mT @ x.flatten(0, -2)[None]
            ),
            "bilinear": lambda x: F.bilinear(x, x, weights(outputs, last, last)),
        }
    return one_of(choose, functions)


def rows_of(x: torch.Tensor, shift: int) -> torch.Tensor:
    return x.flatten(0, -2).roll(shift, 0)


LARGE = (float("-inf"), -1e9, -1e4)


def attention(choose: Choose, x: torch.Tensor) -> Function:
    need(x.dim() in (2, 3))
    rows, last = x.shape[-2:]
    need(rows > 1 and last > 1)
    dim = dim_of(choose, x, 2)
    allowed = mask_of(choose, rows, rows) | torch.eye(rows, dtype=torch.bool)
    amount = choose(LARGE)
    added = torch.where(allowed, 0.0, amount).double()
    causal = torch.ones(rows, rows, dtype=torch.bool).tril()
    heads = choose([n for n in (1, 2, 3) if last % n == 0])
    project, out = (nn.Parameter(weights(n * last, last).detach() / 32) for n in (3, 1))
    after = choose(["scaled", "plain", "clone", "minus the largest"])

    def scores(x: torch.Tensor) -> torch.Tensor:
        return x @ x.mT / 4096

    def mixed(x: torch.Tensor, masked: torch.Tensor) -> torch.Tensor:
        changed = {
            "scaled": lambda s: s / 2,
            "plain": lambda s: s,
            "clone": lambda s: s.clone(),
            "minus the largest": lambda s: s - s.amax(-1, keepdim=True),
        }[after](masked)
        return changed.softmax(-1) @ x

    def several(x: torch.Tensor, mask: torch.Tensor | None, weighted: bool = True) -> torch.Tensor:
        x = x if x.dim() == 2 else x.transpose(0, 1)
        found = F.multi_head_attention_forward(
            *(x, x, x),
            last,
            heads,
            project,
            None,
            None,
            None,
            False,
            0.0,
            out,
            None,
            need_weights=weighted,
            attn_mask=mask,
        )
        return found[0]

    functions: dict[str, Function] = {
        "softmax": lambda x: (x / 64).softmax(dim),
        "log softmax": lambda x: (x / 64).log_softmax(dim),
        "filled": lambda x: mixed(x, scores(x).masked_fill(~allowed, amount)),
        "added": lambda x: mixed(x, scores(x) + added),
        "where": lambda x: mixed(x, torch.where(allowed, scores(x), amount)),
        "booleans": lambda x: F.scaled_dot_product_attention(x / 64, x / 64, x, allowed),
        "additive": lambda x: F.scaled_dot_product_attention(x / 64, x / 64, x, added),
        "causal": lambda x: F.scaled_dot_product_attention(x / 64, x / 64, x, is_causal=True),
        "made like the scores": lambda x: mixed(
            x, scores(x).masked_fill(torch.ones_like(scores(x)).triu(1).bool(), amount)
        ),
        "baddbmm": lambda x: mixed(
            x,
            torch.baddbmm(added.expand(len(images(x)), rows, rows), images(x) / 64, images(x).mT / 64).view(
                scores(x).shape
            ),
        ),
        "gate": lambda x: torch.sigmoid(scores(x) + added) @ x,
        "several heads": lambda x: several(x, ~allowed),
        "several heads without a mask": lambda x: several(x, None, False),
        "several causal heads": lambda x: several(x, ~causal),
        "several heads, a mask made like": lambda x: several(x, torch.ones_like(scores(x)[..., :, :]).triu(1).bool()),
    }
    name = choose(list(functions))
    need(name != "several heads, a mask made like" or x.dim() == 2)
    return one_of(lambda _: name, functions)


def images(x: torch.Tensor) -> torch.Tensor:
    return x if x.dim() == 3 else x[None]


def recurrent(choose: Choose, x: torch.Tensor) -> Function:
    need(x.dim() == 3)
    kind = choose([nn.LSTM, nn.GRU, nn.RNN])
    both, first, depth = choose([True, False]), choose([True, False]), choose([1, 1, 2])
    torch.manual_seed(0)
    layer = kind(x.shape[-1], 2, depth, batch_first=first, bidirectional=both).double()
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.abs_().mul_(0.3).add_(0.01)
    count = depth * (1 + both)
    batch = x.shape[0 if first else 1]
    started = choose([True, False])

    def run(x: torch.Tensor) -> torch.Tensor:
        x = x / 64
        state = x.reshape(-1)[:batch].reshape(1, batch, 1).expand(count, batch, 2)
        states = (state, 2 * state) if kind is nn.LSTM else state
        output, final = layer(x, states) if started else layer(x)
        return torch.cat([output.flatten(), (final[1] if kind is nn.LSTM else final).flatten()])

    return run


def joining(choose: Choose, x: torch.Tensor) -> Function:
    dim = dim_of(choose, x)
    mask = mask_of(choose, *x.shape[-choose(range(1, x.dim() + 1)) :])
    number = choose([0.0, 1.0])
    functions: dict[str, Function] = {
        "sum": lambda x: x + x.flip(dim),
        "difference": lambda x: x - 2 * x.roll(1, dim),
        "product": lambda x: x * x.flip(dim),
        "quotient": lambda x: x / (3 + x.flip(dim).abs()),
        "larger": lambda x: torch.maximum(x, x.flip(dim)),
        "power": lambda x: (x.abs() / 32 + 1) ** (x.flip(dim) / 32),
        "side by side": lambda x: torch.cat([x, x.flip(dim)], dim),
        "with constants": lambda x: torch.cat([x, torch.ones(x.shape).double()], dim),
        "stacked": lambda x: torch.stack([x, x.flip(dim)], dim),
        "where": lambda x: torch.where(mask, x, x.flip(dim)),
        "masked": lambda x: x * mask,
        "filled": lambda x: x.masked_fill(mask, number),
        "lower": lambda x: x.tril() if x.dim() > 1 else x,
        "upper": lambda x: x.triu(1) if x.dim() > 1 else x,
        "lerp": lambda x: torch.lerp(x, x.flip(dim), 0.3),
        "addcmul": lambda x: torch.addcmul(x, x.flip(dim), x.roll(1, dim)),
        "reduced": lambda x: x * x.mean(dim, keepdim=True),
        "cut at": lambda x: x.clamp(max=x.flip(dim) + 1),
        "prelu": lambda x: F.prelu(x, weights(1)),
    }
    return one_of(choose, functions)


def writing(choose: Choose, x: torch.Tensor) -> Function:
    dim = dim_of(choose, x)
    size = x.shape[dim]
    start = choose(range(size))
    stop = choose(range(start, size)) + 1
    front = (slice(None),) * (dim % x.dim())
    where = (*front, slice(start, stop))
    mask = mask_of(choose, *x.shape)
    change = choose([operator.iadd, operator.imul])

    def written(x: torch.Tensor, index: Any, value: Any, into: Any = torch.clone) -> torch.Tensor:
        found = into(x)
        found[index] = value
        return found

    def in_place(x: torch.Tensor) -> torch.Tensor:
        found = x.clone()
        return change(found, x.flip(dim))

    functions: dict[str, Function] = {
        "a part": lambda x: written(x, where, x.flip(dim)[where]),
        "a part of zeros": lambda x: written(x, where, x.flip(dim)[where], torch.zeros_like),
        "one value": lambda x: written(x, where, x.flatten()[0]),
        "a number": lambda x: written(x, where, 0.0),
        "numbers by booleans": lambda x: written(x, mask, 0.5),
        "in place": in_place,
        "filled": lambda x: x.clone().masked_fill_(mask, 1.0),
        "copied": lambda x: torch.empty_like(x).copy_(x.flip(dim)),
        "an alias": lambda x: overwritten(x, dim),
        "a view": lambda x: through_a_view(x, dim),
    }
    return one_of(choose, functions)


def overwritten(x: torch.Tensor, dim: int) -> torch.Tensor:
    y = x.clone()
    y.to(y.dtype).mul_(0)
    return y + x.flip(dim)


def through_a_view(x: torch.Tensor, dim: int) -> torch.Tensor:
    y = x.clone()
    y.select(dim, 0).copy_(x.select(dim, -1))
    return y


def pointwise(choose: Choose, x: torch.Tensor) -> Function:
    names = [
        "relu",
        "gelu",
        "silu",
        "mish",
        "hardswish",
        "sigmoid",
        "tanh",
        "softplus",
        "elu",
        "celu",
        "selu",
        "leaky_relu",
        "logsigmoid",
        "tanhshrink",
        "softsign",
        "exp",
        "sin",
        "erf",
        "abs",
        "square",
        "neg",
        "floor",
        "round",
        "sign",
        "atan",
        "asinh",
    ]
    name = choose(names)
    function = getattr(torch, name) if hasattr(torch, name) else getattr(F, name)
    return one_of(choose, {"pointwise": lambda x: function(x / 64)})


# Behind other calls these may look at an element and yet show nothing of it, whatever it is changed to.
CHOOSING = {
    *("amax", "amin", "argmax", "any", "all", "max", "min", "median", "k-th", "quantile", "sorted", "ranks", "top"),
    *("larger", "power", "cut at", "maximum", "maxima and where", "adaptive maximum", "in place", "pointwise"),
}

FAMILIES: dict[str, Callable[[Choose, torch.Tensor], Function]] = {
    f.__name__: f
    for f in (
        *(shapes, indexing, convolution, pooling, resampling, normalization, reduction, products),
        *(attention, recurrent, joining, writing, pointwise),
    )
}


def uneven(x: torch.Tensor) -> Function:
    """Between two calls: each element gets a scale and a shift of its own, so that no identity of algebra holds."""
    scale = (1.5 + torch.arange(x.numel(), dtype=torch.float64).sin()).view(x.shape)
    # Of the size that it started with, so that nothing saturates later; in two steps, since a division by less than
    # 1/1000 makes numbers beside which a mask of −10⁹ need not be noticed.
    root = float(x.abs().max()) ** 0.5 or 1.0
    return lambda x: x / root / root * scale + scale**2


class Call(NamedTuple):
    """A function of some calls, a shape for it, and the calls by name."""

    function: Function
    shape: tuple[int, ...]
    names: tuple[str, ...]

    @property
    def shows_all(self) -> bool:
        """Whether the witness sees every dependency."""
        return not CHOOSING.intersection(self.names[1:])


def random_call(choose: Choose, family: str) -> Call:
    """Some calls, one of them of a family."""
    shape = tuple(choose([1, 2, 3, 4]) for _ in range(choose([2, 3, 3, 4, 4, 5])))
    need(1 < prod(shape) <= MOST_ELEMENTS)
    kinds = [family]
    if choose([True, False]):
        kinds.insert(0, choose(["shapes", "indexing", "joining"]))
    if choose([True, False]):
        kinds.append(choose(list(FAMILIES)))
    steps: list[Function] = []
    names: list[str] = []
    x = sample(shape)
    for kind in kinds:
        try:
            step = FAMILIES[kind](choose, x)
            if steps:
                steps.append(uneven(x))
                x = steps[-1](x)
            with torch.no_grad():
                x = step(x.clone())
        except (RuntimeError, ValueError, IndexError, NotImplementedError):
            raise NotApplicable from None
        need(x.is_floating_point() and 0 < x.numel() <= MOST_ELEMENTS and bool(x.isfinite().all()))
        steps.append(step)
        names.append(getattr(step, "name", kind))

    def function(x: torch.Tensor) -> torch.Tensor:
        for step in steps:
            x = step(x)
        return x

    return Call(function, shape, tuple(names))


def sample(shape: Sequence[int]) -> torch.Tensor:
    generator = torch.Generator().manual_seed(7)
    return torch.rand(tuple(shape), generator=generator, dtype=torch.float64) + 0.5


class Everywhere(nn.Module):
    """A function of a tensor of any shape, all of whose dimensions are spatial, and all of its output's."""

    def __init__(self, function: Function, inside: bool) -> None:
        super().__init__()
        self.function = function
        self.inside = inside
        self.example = nn.Parameter(torch.zeros(1, dtype=torch.float64))

    def forward(self, x: Any) -> Any:
        return self.function(x[0, 0] if self.inside else x)[None, None]


@torch.no_grad()
def dependencies(function: Function, shape: Sequence[int]) -> torch.Tensor:
    """(*output, *input) booleans: which elements change when one element of the input does."""
    base = sample(shape)
    before = function(base.clone())
    found = torch.zeros(*before.shape, base.numel(), dtype=torch.bool)
    for place in range(base.numel()):
        for change in CHANGES:
            moved = base.clone()
            moved.view(-1)[place] += change
            found[..., place] |= function(moved) != before
    return found.view(*before.shape, *shape)


def compared(call: Call, all_axes: bool) -> tuple[int, int]:
    """How many dependencies the answer lacks, and how many it has too many.

    Raises:
        UnknownOperation: if it is refused.
    """
    truth = dependencies(call.function, call.shape)
    outputs = tuple(truth.shape[: truth.dim() - len(call.shape)])
    if not all_axes:
        truth = truth.flatten(len(outputs), len(outputs) + 1).any(len(outputs))
    try:
        answer = receptive_field(Everywhere(call.function, all_axes), (1, 1, *call.shape) if all_axes else call.shape)
    except InvalidArgument as error:
        assert "does not depend on its input" in str(error)  # noqa: PT017
        return int(truth.sum()), 0
    assert answer.output_shape == (1, 1, *outputs)
    claimed = torch.stack([answer.mask(unit) for unit in product(*map(range, outputs))]).view(truth.shape)
    return int((truth & ~claimed).sum()), int((claimed & ~truth).sum()) if call.shows_all else 0


def attack(choose: Choose, family: str) -> Call | None:
    """Hold one random call against the witness; None where the library refuses it, for a reason that it has.

    Raises:
        NotApplicable: if torch does not take what was drawn.
        AssertionError: if the answer is wrong.
    """
    call = random_call(choose, family)
    all_axes = len(call.shape) < 3 or choose([True, False])
    try:
        found = compared(call, all_axes)
    except UnknownOperation as error:
        assert any(reason in str(error) for reason in REASONS), (call, str(error))  # noqa: PT017
        return None
    assert found == (0, 0), (call, all_axes, found)
    return call
