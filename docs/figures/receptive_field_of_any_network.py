"""Figures of the page on the receptive field of any network."""

from __future__ import annotations

import torch
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import nn
from torch.nn import functional as F

from dlchecked.receptive_field import effective_receptive_field, receptive_field
from figures.cells import cells
from figures.palette import C1, C2, FG, MUTED, WIDTH


def _frame(axes: Axes, side: int) -> None:
    axes.add_patch(Rectangle((0, 0), side, side, fill=False, edgecolor=MUTED, linewidth=0.8))
    axes.set(aspect="equal", xlim=(-0.3, side + 0.3), ylim=(side + 0.3, -0.3))
    axes.spines[:].set_visible(False)


def units_at_the_border() -> Figure:
    """Rows of the first units of question 3: by the rule, and in truth."""
    cnn = nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1),
        nn.MaxPool2d(2),
        nn.Conv2d(4, 16, 5, stride=2, padding=2),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 7, dilation=2, padding=3),
    )
    field = receptive_field(cnn, (1, 3, 256, 256))
    start, size, stride = field.start[0] or 0, field.size[0], int(field.stride[0] or 0)
    figure, axes = plt.subplots(figsize=(WIDTH, 2.7))
    for unit in range(7):
        (first, last), _ = field.interval((unit, 13)) or ((0, -1), (0, -1))
        axes.barh(unit, last - first + 1, left=first, height=0.6, color=C1, label="in truth" if unit == 0 else None)
        axes.text(last + 4, unit, f"{first} to {last}", va="center", color=FG)
        low = start + stride * unit
        rule = {"fill": False, "edgecolor": FG, "linewidth": 0.9, "label": "by the rule" if unit == 0 else None}
        axes.barh(unit, size, left=low, height=0.6, **rule)
    axes.axvline(0, color=MUTED, linewidth=0.8, linestyle="--")
    axes.set(xlabel="input row", ylabel="unit", yticks=range(7), xlim=(-34, 185), xticks=[-29, 0, 50, 100, 150])
    axes.set_xticklabels(["−29", "0", "50", "100", "150"])
    axes.invert_yaxis()
    figure.legend(loc="outside upper center", ncols=2)
    return figure


def _two(channels: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(channels, 1, 3, padding=1), nn.Conv2d(1, 1, 3, padding=1))


class _UNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.down_1, self.down_2, self.bottom, self.up_2, self.up_1 = _two(1), _two(1), _two(1), _two(2), _two(2)
        self.rise_2, self.rise_1 = nn.ConvTranspose2d(1, 1, 2, stride=2), nn.ConvTranspose2d(1, 1, 2, stride=2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a = self.down_1(x)
        b = self.down_2(F.max_pool2d(a, 2))
        b = self.up_2(torch.cat([b, self.rise_2(self.bottom(F.max_pool2d(b, 2)))], 1))
        return self.up_1(torch.cat([a, self.rise_1(b)], 1))


def unet_steps() -> Figure:
    """Rows that neighbours see at the end of a U-Net."""
    field = receptive_field(_UNet(), (1, 1, 96, 96))
    figure, axes = plt.subplots(figsize=(WIDTH, 3.2))
    units = range(40, 56)
    for unit in units:
        (first, last), _ = field.interval((unit, 48)) or ((0, -1), (0, -1))
        axes.barh(unit, last - first + 1, left=first, height=0.7, color=C1, label="seen" if unit == 40 else None)
    own = [unit + 0.5 for unit in units]
    axes.plot(own, units, color=C2, marker="o", markersize=4, linewidth=1, label="own row")
    axes.set(xlabel="input row", ylabel="unit", yticks=range(40, 56, 5), xlim=(14, 82), xticks=range(20, 81, 10))
    axes.invert_yaxis()
    figure.legend(loc="outside upper center", ncols=2)
    return figure


class _Attention(nn.Module):
    def __init__(self, mask: torch.Tensor | None) -> None:
        super().__init__()
        self.mask = mask

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x.transpose(1, 2)
        return (x + F.scaled_dot_product_attention(x, x, x, attn_mask=self.mask)).transpose(1, 2)


def who_sees_whom() -> Figure:
    """Tokens by tokens, after two layers with three kinds of masks."""
    token = torch.arange(16)
    back = token[:, None] - token
    masks = {"full": None, "causal": back >= 0, "window of 4": (back >= 0) & (back <= 3)}
    figure, panels = plt.subplots(1, 3, figsize=(WIDTH, 1.9))
    for axes, (title, mask) in zip(panels, masks.items(), strict=True):
        field = receptive_field(nn.Sequential(_Attention(mask), _Attention(mask)), (1, 8, 16))
        axes.add_patch(cells([field.mask(unit).tolist() for unit in range(16)]))
        _frame(axes, 16)
        axes.set_title(title)
        axes.set(xticks=[0.5, 15.5], yticks=[0.5, 15.5], xticklabels=["0", "15"], yticklabels=["0", "15"])
        axes.tick_params(length=0)
    return figure


def effective_in_its_box() -> Figure:
    """The squared gradient of a unit above ten random layers."""
    torch.manual_seed(0)
    layers: list[nn.Module] = []
    for channels in (1, *[16] * 9):
        layers += [nn.Conv2d(channels, 16, 3), nn.ReLU()]
    gradient = effective_receptive_field(nn.Sequential(*layers), (1, 1, 21, 21), samples=4).gradient
    level = (gradient / gradient.max()).sqrt().mul(8).ceil()
    figure, axes = plt.subplots(figsize=(3.2, 3.2))
    for step in range(1, 9):
        if (level == step).any():
            axes.add_patch(cells((level == step).tolist(), alpha=step / 8))
    _frame(axes, 21)
    axes.add_patch(Rectangle((5, 5), 11, 11, fill=False, edgecolor=C2, linewidth=1.4, linestyle="--"))
    ticks = [0.5, 5.5, 10.5, 15.5, 20.5]
    axes.set(xlabel="column", ylabel="row", xticks=ticks, yticks=ticks)
    axes.set(xticklabels=["0", "5", "10", "15", "20"], yticklabels=["0", "5", "10", "15", "20"])
    return figure
