"""Random networks of all parts that are supported, two channels wide."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

Choose = Callable[[Sequence[Any]], Any]


class Call(nn.Module):
    """A part of a forward, written as a function of its layers and its input."""

    def __init__(self, label, function, *layers):
        super().__init__()
        self.label = label
        self.function = function
        self.layers = nn.ModuleList(layers)

    def forward(self, x):
        return self.function(self.layers, x)

    def extra_repr(self):
        return self.label


def conv(choose, axes):
    pick = lambda options: tuple(choose(options) for _ in range(axes))  # noqa: E731
    kernel, stride, dilation = pick([1, 2, 3, 3, 5]), pick([1, 1, 2, 3]), pick([1, 1, 2, 3])
    padding = choose([pick([0, 1, 1, 2, 4]), "valid", *(["same"] if set(stride) == {1} else [])])
    mode = choose(["zeros", "zeros", "zeros", "reflect", "replicate", "circular"])
    made = (nn.Conv1d, nn.Conv2d)[axes - 1]
    return made(2, 2, kernel, stride, padding, dilation, groups=choose([1, 1, 2]), padding_mode=mode)


def transposed(choose, axes):
    pick = lambda options: tuple(choose(options) for _ in range(axes))  # noqa: E731
    stride = pick([1, 2, 3])
    extra = tuple(choose(range(s)) for s in stride)
    made = (nn.ConvTranspose1d, nn.ConvTranspose2d)[axes - 1]
    return made(2, 2, pick([1, 2, 3, 4]), stride, pick([0, 1]), extra, groups=choose([1, 2]), dilation=pick([1, 1, 2]))


def pool(choose, axes):
    kernel, stride = choose([2, 2, 3]), choose([1, 2, 2, 3])
    padding, ceil = choose([0, 0, 1]), choose([False, True])
    kind = choose(["max", "average", "norm", "adaptive"])
    if kind == "max":
        made = (nn.MaxPool1d, nn.MaxPool2d)[axes - 1]
        return made(kernel, stride, padding, choose([1, 1, 2]), ceil_mode=ceil)
    if kind == "average":
        return (nn.AvgPool1d, nn.AvgPool2d)[axes - 1](kernel, stride, padding, ceil, choose([True, False]))
    if kind == "norm":
        return (nn.LPPool1d, nn.LPPool2d)[axes - 1](2, kernel, stride, ceil)
    return (nn.AdaptiveAvgPool1d, nn.AdaptiveMaxPool2d)[axes - 1](choose([1, 2, 3, 5]))


def resize(choose, axes):
    modes = ("nearest", "nearest-exact", "area", ("linear", "bilinear")[axes - 1], *(("bicubic",) if axes == 2 else ()))
    mode = choose(modes)
    corners = choose([True, False]) if mode.endswith(("linear", "cubic")) else None
    where = choose([{"scale_factor": 2.0}, {"scale_factor": 0.5}, {"scale_factor": 1.5}, {"size": 5}])
    return Call(f"{mode} {where} {corners}", lambda m, x: F.interpolate(x, **where, mode=mode, align_corners=corners))


def moved(choose, axes):
    dim = choose([-1, -axes])
    first, step, shift = choose([0, 1, 2]), choose([1, 2, 3]), choose([1, 2, -1])
    forwards = {
        "flip": lambda m, x: x.flip(dim),
        "roll": lambda m, x: x.roll(shift, dim),
        "slice": lambda m, x: x.movedim(dim, 0)[first::step].movedim(0, dim),
        "narrow": lambda m, x: x.narrow(dim, 0, max(x.shape[dim] - 1, 1)),
        "transpose": lambda m, x: x.transpose(-1, -axes),
        "repeat": lambda m, x: x.repeat_interleave(2, dim),
        "cat along space": lambda m, x: torch.cat([x, x.flip(dim)], dim),
        "pad": lambda m, x: F.pad(x, (first, step - 1)),
        "view pooling": lambda m, x: x[..., : x.shape[-1] // 2 * 2].unflatten(-1, (-1, 2)).mean(-1),
        "flat": lambda m, x: m[0](x.flatten(2)).view(x.shape),
        "shuffled": lambda m, x: x.unflatten(1, (1, 2)).transpose(1, 2).flatten(1, 2),
        "one channel": lambda m, x: x[:, :1].expand(-1, 2, *[-1] * axes),
        "written": written,
    }
    name = choose(list(forwards))
    layers = [nn.Conv1d(2, 2, 3, padding=1)] if name == "flat" else []
    return Call(f"{name} {dim} {first} {step} {shift}", forwards[name], *layers)


def written(layers, x):
    out = torch.zeros_like(x)
    out[..., 1:] = x[..., :-1]
    out[:, 1] = x[:, 0]
    return out


def everywhere(choose, axes):
    dim = choose([-1, -axes])
    forwards = {
        "softmax": lambda m, x: uneven(uneven(x).softmax(dim)),
        "cumulative sum": lambda m, x: x.cumsum(dim),
        "instance norm": lambda m, x: uneven(F.instance_norm(uneven(x))),
        "group norm": lambda m, x: uneven(F.group_norm(uneven(x), 2)),
        # Where padding made x zero, the product with x itself would be.
        "gate": lambda m, x: (x + 1) * torch.sigmoid(x.mean(dim, keepdim=True)),
        "attention": attention(None),
        "causal attention": attention(lambda n: torch.ones(n, n, dtype=torch.bool).triu(1)),
        "local attention": attention(
            lambda n: (
                torch.ones(n, n, dtype=torch.bool).triu(2).logical_or_(torch.ones(n, n, dtype=torch.bool).tril(-2))
            )
        ),
        "recurrent": lambda m, x: m[0](x.flatten(2).transpose(1, 2))[0].transpose(1, 2).reshape(x.shape),
    }
    name = choose(list(forwards))
    layers = [nn.GRU(2, 2, batch_first=True)] if name == "recurrent" else []
    return Call(f"{name} {dim}", forwards[name], *layers)


def uneven(x):
    """Each element scaled and shifted by amounts of its own, which keeps identities of algebra out of the way.

    What sums to a constant does so no more; what would shift or scale all that a softmax or a norm reads alike, so
    that it made no difference, does no more.
    """
    weights = (1.5 + torch.arange(x[0].numel(), dtype=x.dtype).sin()).view(x.shape[1:])
    return (x + weights**2) * weights


def attention(mask):
    def attend(layers, x):
        tokens = x.flatten(2).transpose(1, 2)
        scores = tokens @ tokens.mT
        if mask is not None:
            scores = scores.masked_fill(mask(tokens.shape[1]), float("-inf"))
        return (scores.softmax(-1) @ tokens).transpose(1, 2).reshape(x.shape)

    return attend


def cropped(x, shape):
    return x[(..., *[slice(n) for n in shape])]


def joined(choose, axes, depth):
    one, two = network(choose, axes, depth - 1, choose([0, 1, 2])), network(choose, axes, depth - 1, choose([1, 2]))
    how = choose(["add", "multiply", "concatenate"])

    def meet(layers, x):
        a, b = layers[0](x), layers[1](x)
        shape = [min(p, q) for p, q in zip(a.shape[2:], b.shape[2:], strict=True)]
        a, b = cropped(a, shape), cropped(b, shape)
        if how == "concatenate":
            return layers[2](torch.cat([a, b], 1))
        # A product with nothing but padding would be zero whatever the other factor is.
        return a + b if how == "add" else (a + 1) * (b + 1)

    mix = (nn.Conv1d, nn.Conv2d)[axes - 1](4, 2, 1, groups=choose([1, 2]))
    return Call(how, meet, one, two, mix)


def network(choose: Choose, axes: int, depth: int, length: int) -> nn.Module:
    """A chain of parts; ``depth`` more levels of branches may be nested in it."""
    parts = []
    for _ in range(length):
        kinds = [conv, conv, conv, pool, transposed, resize, moved, moved, everywhere, "pointwise"]
        kind = choose(kinds + [joined] * 3 if depth else kinds)
        if kind == "pointwise":
            parts.append(choose([nn.ReLU(), nn.GELU(), nn.BatchNorm2d(2) if axes == 2 else nn.BatchNorm1d(2)]))
        else:
            parts.append(kind(choose, axes, depth) if kind is joined else kind(choose, axes))
    return nn.Sequential(*parts)


def random_case(choose: Choose) -> tuple[nn.Module, tuple[int, ...]]:
    """A module in eval mode and an input shape; torch may well refuse the two together."""
    axes = choose([1, 2, 2])
    lengths = [choose([5, 6, 7, 8, 9]) for _ in range(axes)]
    return network(choose, axes, 2, choose([1, 2, 3, 4, 5])).eval(), (1, 2, *lengths)
