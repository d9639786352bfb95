# %% [markdown]
# # How receptive fields grow
#
# **Question.** How fast does the field of a unit grow with kernels, strides and dilations, what of it does the unit
# really read, and where does the influence come from?
#
# **Method.** `receptive_field` runs a network once on a symbolic image and returns, for each unit, the exact set of
# pixels that can reach it. Nothing is trained. The answers that rest on this are those to [the questions on
# CNNs](../docs/cnns.md).

# %%
import torch
from matplotlib import pyplot as plt
from torch import nn

from dlchecked.networks import NETWORKS
from dlchecked.receptive_field import (
    effective_receptive_field,
    receptive_field,
)
from figures.cells import cells


def stack(*layers, kernel_size=3):
    return nn.Sequential(
        *[nn.Conv2d(1, 1, kernel_size, **o) for o in layers]
    )


def size(net):
    return receptive_field(net, (1, 1, 512, 512)).size[0]


# %% [markdown]
# ## Kernel, stride, dilation
#
# A larger kernel adds the same at every layer. A stride multiplies what all later layers add, a dilation what its own
# layer adds: with stride 2 in every layer, or with rates 1, 2, 4, …, the field grows exponentially.

# %% alt="Field size against depth. Kernels of 3 and 7 grow along straight lines, the steeper one for 7; stride 2 and doubling dilation lie on one curve that bends upward." caption="Size of the field along an axis, after each of five layers: only strides and dilations that double bend it upward."
depths = range(1, 6)
ways = {
    "kernel 3": lambda n: size(stack(*[{}] * n)),
    "kernel 7": lambda n: size(stack(*[{}] * n, kernel_size=7)),
    "stride 2": lambda n: size(stack(*[{"stride": 2}] * n)),
    "dilation 1, 2, 4, …": lambda n: size(
        stack(*[{"dilation": 2**i} for i in range(n)])
    ),
}
sizes = {way: [of(n) for n in depths] for way, of in ways.items()}

figure, axes = plt.subplots()
for (way, values), style in zip(
    sizes.items(), ["o-", "s-", "^-", "--"], strict=True
):
    axes.plot(depths, values, style, label=way, markersize=5)
axes.set(
    xlabel="layers", ylabel="pixels along an axis", xticks=list(depths)
)
legend = axes.legend()

# %%
for way, values in sizes.items():
    print(f"{way:20}", *(f"{value:4}" for value in values))

# %% [markdown]
# ## What is read
#
# The size is that of a window. With dilation the unit may read only part of it. Two layers with rate 2 leave a grid
# of holes; rates 1, 2, 4 leave none, and 2, 4, 8 leave out about three pixels in four, because a common factor is
# never filled.


# %% alt="Four windows of pixels. Rates 2 and 2: a grid with every second pixel in both directions. Rates 1, 2, 4: a full square. Rates 2, 4, 8: a wider grid of single pixels. Rates 2 and 3: a square without the second row and column from each edge." caption="The pixels that a unit reads. Above each window: the rates of the layers, and how many of its pixels are read."
def window_of(rates):
    net = stack(*[{"dilation": d} for d in rates])
    field = receptive_field(net, (1, 1, 64, 64))
    return field.mask((0, 0))[: field.size[0], : field.size[1]]


def read(rates):
    """How many pixels of the window are read, and how many it has."""
    window = window_of(rates)
    return int(window.sum()), window.numel()


figure, panels = plt.subplots(2, 2, figsize=(4, 4.2))
for axes, rates in zip(
    panels.flat, [(2, 2), (1, 2, 4), (2, 4, 8), (2, 3)], strict=True
):
    count, of = read(rates)
    axes.add_patch(cells(window_of(rates).tolist()))
    axes.set(
        xlim=(-1, 30),
        ylim=(30, -1),
        aspect="equal",
        xticks=[],
        yticks=[],
    )
    axes.set_title(f"{', '.join(map(str, rates))}: {count} of {of}")

# %% [markdown]
# ## The network of the question, and known ones
#
# The table of a network shows how each layer adds to the field. In the question's network the last layer does most of
# the work: seven taps, sixteen pixels apart.

# %%
cnn = nn.Sequential(
    nn.Conv2d(3, 4, kernel_size=3, padding=1),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Conv2d(4, 16, kernel_size=5, stride=2, padding=2),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Conv2d(16, 32, kernel_size=7, dilation=2, padding=3),
    nn.ReLU(),
)
field = receptive_field(cnn, (1, 3, 1024, 1024))
for row in field.layers:
    print(
        f"{row.kind:10} field {row.size[0]:3}, "
        f"units {row.stride[0]} pixels apart"
    )

# %% [markdown]
# Older published networks see less than an image of 224 × 224 pixels, later ones more: the field of each unit in
# the last map of ResNet-50 hangs over the border on all sides.


# %%
def last(maps):
    return list(maps.values())[-1]


known = {}
for name in (
    "alexnet_v2",
    "vgg_16",
    "mobilenet_v1",
    "resnet_v1_50",
    "inception_v3",
):
    known[name] = seen = receptive_field(
        NETWORKS[name], (1, 3, 224, 224), output=last
    )
    print(
        f"{name:13} field {seen.size[0]:4}, "
        f"units {seen.stride[0]} pixels apart"
    )

# %% [markdown]
# ## How much each pixel matters
#
# The field says who can matter. How much a pixel does, the gradient tells: averaged over random images, its square is
# large in the middle and fades long before the border. The first curve counts the paths from each pixel; the others
# are means over twenty networks of ten layers with random weights, without and with ReLUs.

# %% alt="Three curves over 21 pixels, each scaled to its peak: the number of paths, a smooth bell, and uneven ones around it, the mean squared gradients of linear networks and of networks with ReLUs. All are close to zero at both ends." caption="The middle counts far more than the edges. Along the middle row, each curve scaled to its peak."
paths = torch.ones(1)
for _ in range(10):
    paths = nn.functional.conv1d(
        paths[None, None], torch.ones(1, 1, 3), padding=2
    ).flatten()

curves = {"paths": paths}
for name, activation in {
    "linear": nn.Identity,
    "ReLU": nn.ReLU,
}.items():
    total = torch.zeros(21)
    for seed in range(20):
        torch.manual_seed(seed)
        layers = [nn.Conv2d(1, 16, 3), activation()]
        for _ in range(9):
            layers += [nn.Conv2d(16, 16, 3), activation()]
        net = nn.Sequential(*layers)
        effect = effective_receptive_field(
            net, (1, 1, 21, 21), samples=4
        )
        middle = effect.gradient[10]
        total += middle / middle.sum()
    curves[name] = total

figure, axes = plt.subplots()
for (name, curve), style in zip(
    curves.items(), ["-", "--", ":"], strict=True
):
    axes.plot(range(-10, 11), curve / curve.max(), style, label=name)
axes.set(
    xlabel="columns from the unit",
    ylabel="influence",
    xticks=range(-10, 11, 5),
)
legend = axes.legend()

# %% [markdown]
# ## What came out
#
# - Five layers see [11, 31, 63 and 63 pixels](check:fields-of-five-layers) along an axis: with kernel 3, with kernel
#   7, with stride 2, and with doubling dilation. Doubling costs no more weights than kernel 3 does.
# - Of their windows, [rates 2 and 2 read 25 of 81 pixels, rates 1, 2, 4 all of 225, rates 2, 4, 8 only 225 of 841,
#   and rates 2, 3 read 81 of 121](check:fields-read).
# - A unit of the question's network sees [112 × 112 pixels, and units lie 8 pixels
#   apart](check:field-of-the-question); of ResNet-50, [483](check:field-of-resnet) pixels along an axis. In an image
#   of 224 × 224 all its fields [reach beyond both borders](check:field-of-resnet); those of AlexNet v2 and VGG-16 are
#   [195 and 212](check:field-of-resnet) pixels wide.
#
# Try it: give the question's network a third pooling, or the last layer dilation 4, and see which layer's share
# grows.
#
# <!--pytest.mark.exact("fields-of-five-layers")-->

# %%
assert [values[-1] for values in sizes.values()] == [11, 31, 63, 63]

# %% [markdown]
# <!--pytest.mark.exact("fields-read")-->

# %%
assert read(rates=(2, 2)) == (25, 81)
assert read(rates=(1, 2, 4)) == (225, 225)
assert read(rates=(2, 4, 8)) == (225, 841)
assert read(rates=(2, 3)) == (81, 121)

# %% [markdown]
# <!--pytest.mark.exact("field-of-the-question")-->

# %%
assert field.size == (112, 112)
assert field.stride == (8, 8)

# %% [markdown]
# <!--pytest.mark.exact("field-of-resnet")-->

# %%
resnet = known["resnet_v1_50"]
assert resnet.size == (483, 483)
units = range(resnet.output_shape[-1])
starts = [resnet.start[1] + unit * resnet.stride[1] for unit in units]
assert max(starts) < 0
assert min(starts) + 483 > 224
assert known["alexnet_v2"].size == (195, 195)
assert known["vgg_16"].size == (212, 212)
