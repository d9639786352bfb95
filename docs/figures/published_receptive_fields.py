"""Figures of the page on published receptive fields."""

from __future__ import annotations

from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from torch import nn

from dlchecked.networks import NETWORKS
from dlchecked.receptive_field import receptive_field
from figures.palette import C1, C2, FG, WIDTH

NAMES = {
    "alexnet_v2": "AlexNet v2",
    "vgg_16": "VGG-16",
    "mobilenet_v1": "MobileNet v1",
    "resnet_v1_50": "ResNet-50 v1",
    "inception_v2": "Inception v2",
    "resnet_v1_101": "ResNet-101 v1",
    "inception_v3": "Inception v3",
    "resnet_v1_152": "ResNet-152 v1",
    "resnet_v1_200": "ResNet-200 v1",
    "inception_v4": "Inception v4",
    "inception_resnet_v2": "Inception-ResNet v2",
}


def sizes() -> Figure:
    """The sizes of the published fields beside the image."""
    figure, axes = plt.subplots(figsize=(WIDTH, 3.4))
    for row, name in enumerate(NAMES):
        field = receptive_field(NETWORKS[name], (1, 3, 224, 224), output=lambda maps: list(maps.values())[-1])
        axes.barh(row, field.size[0], height=0.62, color=C1)
        axes.text(max(field.size[0], 224) + 40, row, str(field.size[0]), va="center", color=FG)
    axes.axvline(224, color=C2, linewidth=1.4, linestyle="--")
    axes.annotate("image", (224, 1), (3, 2), xycoords=("data", "axes fraction"), textcoords="offset points", color=FG)
    axes.set(xlabel="pixels", yticks=range(len(NAMES)), xlim=(0, 3500), xticks=[0, 1000, 2000, 3000])
    axes.set_yticklabels(NAMES.values())
    axes.invert_yaxis()
    return figure


def branches_apart() -> Figure:
    """Two branches of different stride, unit by unit."""
    left = nn.Sequential(nn.ZeroPad1d((2, 1)), nn.Conv1d(1, 1, 5, stride=2))
    right = nn.Sequential(nn.Conv1d(1, 1, 3), nn.Conv1d(1, 1, 3))
    figure, axes = plt.subplots(figsize=(WIDTH, 2.5))
    for branch, colour, offset, label in ((left, C1, -0.18, "stride 2"), (right, C2, 0.18, "stride 1")):
        field = receptive_field(branch, (1, 1, 8))
        for unit in range(4):
            ((first, last),) = field.interval(unit) or ((0, -1),)
            axes.barh(
                unit + offset,
                last - first + 0.9,
                left=first - 0.45,
                height=0.3,
                color=colour,
                label=label if unit == 0 else None,
            )
    axes.set(xlabel="input", ylabel="unit", yticks=range(4), xticks=range(8), xlim=(-0.6, 9.8))
    axes.legend(loc="upper right")
    axes.invert_yaxis()
    return figure
