"""Twenty networks on which tools for receptive fields go wrong, and what is true of each.

``width`` scales the channels of the well-known ones: fields do not depend on it, running times do.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn


class Truth(NamedTuple):
    make: Callable[[], nn.Module]
    shape: tuple[int, ...]
    size: tuple[int, ...]
    stride: tuple[int, ...]
    start: tuple[int, ...]


class ConvBN(nn.Sequential):
    def __init__(self, inputs, outputs, kernel, stride=1, padding=0, groups=1):
        super().__init__(
            nn.Conv2d(inputs, outputs, kernel, stride, padding, groups=groups, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
        )


def question_net():
    return nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(4, 16, 5, stride=2, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 7, dilation=2, padding=3),
        nn.ReLU(),
    )


def vgg16(width=64, last_pool=True):
    layers, inputs = [], 3
    for block, count in enumerate((2, 2, 3, 3, 3)):
        for _ in range(count):
            outputs = width * min(2**block, 8)
            layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU(inplace=True)]
            inputs = outputs
        layers.append(nn.MaxPool2d(2, 2))
    return nn.Sequential(*(layers if last_pool else layers[:-1]))


def alexnet(width=64):
    w = width
    return nn.Sequential(
        nn.Conv2d(3, w, 11, stride=4, padding=2),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(3, 2),
        nn.Conv2d(w, 3 * w, 5, padding=2),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(3, 2),
        *[nn.Conv2d(3 * w, 3 * w, 3, padding=1), nn.ReLU(inplace=True)] * 3,
        nn.MaxPool2d(3, 2),
    )


class Bottleneck(nn.Module):
    """Of version 1 the first convolution strides, of version 1.5 the second."""

    def __init__(self, inputs, width, stride, first_strides):
        super().__init__()
        strides = (stride, 1) if first_strides else (1, stride)
        self.conv1 = nn.Conv2d(inputs, width, 1, strides[0], bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, strides[1], 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, 4 * width, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * width)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = None
        if stride > 1 or inputs != 4 * width:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, 4 * width, 1, stride, bias=False), nn.BatchNorm2d(4 * width)
            )

    def forward(self, x):
        identity = x if self.downsample is None else self.downsample(x)
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        out += identity
        return self.relu(out)


def resnet50(width=64, first_strides=False):
    layers = [nn.Conv2d(3, width, 7, 2, 3, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True)]
    layers.append(nn.MaxPool2d(3, 2, 1))
    inputs = width
    for block, (count, stride) in enumerate(zip((3, 4, 6, 3), (1, 2, 2, 2), strict=True)):
        units = []
        for unit in range(count):
            units.append(Bottleneck(inputs, width * 2**block, stride if unit == 0 else 1, first_strides))
            inputs = 4 * width * 2**block
        layers.append(nn.Sequential(*units))
    return nn.Sequential(*layers).eval()


def mobilenet(width=32):
    layers, inputs = [ConvBN(3, width, 3, 2, 1)], width
    strides = (1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1)
    widths = (2, 4, 4, 8, 8, 16, 16, 16, 16, 16, 16, 32, 32)
    for stride, factor in zip(strides, widths, strict=True):
        layers += [ConvBN(inputs, inputs, 3, stride, 1, groups=inputs), ConvBN(inputs, width * factor, 1)]
        inputs = width * factor
    return nn.Sequential(*layers).eval()


class Branches(nn.Module):
    """All branches on the same input, side by side."""

    def __init__(self, *branches):
        super().__init__()
        self.branches = nn.ModuleList(branches)

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.branches], 1)


def in_turn(inputs, width, *kernels, stride=1):
    """Convolutions that keep the size, but for a strided last one without padding."""
    layers = []
    for i, kernel in enumerate(kernels):
        k = (kernel, kernel) if isinstance(kernel, int) else kernel
        last = i == len(kernels) - 1 and stride > 1
        layers.append(ConvBN(inputs, width, k, stride if last else 1, 0 if last else (k[0] // 2, k[1] // 2)))
        inputs = width
    return nn.Sequential(*layers)


def pooled(inputs, width):
    return nn.Sequential(nn.AvgPool2d(3, 1, 1), ConvBN(inputs, width, 1))


def inception_v3(width=64):
    row, column, w = (1, 7), (7, 1), width
    layers = [ConvBN(3, w, 3, 2), ConvBN(w, w, 3), ConvBN(w, w, 3, 1, 1), nn.MaxPool2d(3, 2)]
    layers += [ConvBN(w, w, 1), ConvBN(w, 3 * w, 3), nn.MaxPool2d(3, 2)]
    inputs = 3 * w
    for _ in range(3):
        layers.append(
            Branches(in_turn(inputs, w, 1), in_turn(inputs, w, 1, 5), in_turn(inputs, w, 1, 3, 3), pooled(inputs, w))
        )
        inputs = 4 * w
    layers.append(Branches(in_turn(inputs, w, 3, stride=2), in_turn(inputs, w, 1, 3, 3, stride=2), nn.MaxPool2d(3, 2)))
    inputs = 6 * w
    for _ in range(4):
        long = in_turn(inputs, w, 1, column, row, column, row)
        layers.append(Branches(in_turn(inputs, w, 1), in_turn(inputs, w, 1, row, column), long, pooled(inputs, w)))
        inputs = 4 * w
    layers.append(
        Branches(
            in_turn(inputs, w, 1, 3, stride=2), in_turn(inputs, w, 1, row, column, 3, stride=2), nn.MaxPool2d(3, 2)
        )
    )
    inputs = 6 * w
    for _ in range(2):
        crosses = [Branches(in_turn(w, w, (1, 3)), in_turn(w, w, (3, 1))) for _ in range(2)]
        layers.append(
            Branches(
                in_turn(inputs, w, 1),
                nn.Sequential(in_turn(inputs, w, 1), crosses[0]),
                nn.Sequential(in_turn(inputs, w, 1, 3), crosses[1]),
                pooled(inputs, w),
            )
        )
        inputs = 6 * w
    return nn.Sequential(*layers).eval()


class Residual(nn.Module):
    def __init__(self, body):
        super().__init__()
        self.body = body

    def forward(self, x):
        return x + self.body(x)


def four_branches():
    body = nn.Sequential(
        Branches(in_turn(2, 2, 1), in_turn(2, 2, 3), in_turn(2, 2, 5), in_turn(2, 2, 3, 5)), nn.Conv2d(8, 2, 1)
    )
    return nn.Sequential(nn.Conv2d(1, 2, 3, 2, 1), Residual(body)).eval()


class UNet(nn.Module):
    def __init__(self, up):
        super().__init__()
        self.enter = nn.Conv2d(1, 2, 3, padding=1)
        self.deep = nn.Sequential(nn.Conv2d(2, 2, 3, padding=1), nn.ReLU(), nn.Conv2d(2, 2, 3, padding=1))
        self.up = up
        self.leave = nn.Conv2d(4, 1, 3, padding=1)

    def forward(self, x):
        skip = torch.relu(self.enter(x))
        deep = self.up(self.deep(F.max_pool2d(skip, 2)))
        return self.leave(torch.cat([skip, deep], 1))


class FunctionalOnly(nn.Module):
    def forward(self, x):
        kernel = torch.ones(1, 1, 5, 5, dtype=x.dtype)
        x = F.relu(F.conv2d(x, kernel, stride=2, padding=2))
        x = F.max_pool2d(F.pad(x, (1, 1, 1, 1)), 3, 2)
        return torch.tanh(F.conv2d(x, kernel[..., :3, :3], padding=2))


class SqueezeExcite(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3, padding=1)
        self.gate = nn.Sequential(nn.Conv2d(4, 2, 1), nn.ReLU(), nn.Conv2d(2, 4, 1), nn.Sigmoid())

    def forward(self, x):
        x = self.conv(x)
        return x * self.gate(F.adaptive_avg_pool2d(x, 1))


def dilated(*rates):
    return nn.Sequential(*[nn.Conv2d(1, 1, 3, padding=rate, dilation=rate) for rate in rates])


def down_and_up():
    return nn.Sequential(
        nn.Conv2d(1, 1, 5, 1, 2), nn.Conv2d(1, 1, 3, 2, 1), nn.Conv2d(1, 1, 3, 1, 1), nn.ConvTranspose2d(1, 1, 2, 2)
    )


def asymmetric():
    return nn.Sequential(
        nn.Conv2d(1, 1, (6, 3), 2, (2, 1)),
        nn.Conv2d(1, 1, (3, 3), 1, (4, 1), dilation=(4, 2)),
        nn.Conv2d(1, 1, (4, 1), 1, (1, 0)),
    )


def even_and_dilated():
    return nn.Sequential(nn.Conv2d(1, 1, 2, dilation=3), nn.Conv2d(1, 1, 4, 2, dilation=2))


def one_dimensional():
    return nn.Sequential(nn.Conv1d(1, 1, 9, 2, 4), nn.MaxPool1d(2), nn.Conv1d(1, 1, 3, dilation=4))


def three_dimensional():
    return nn.Sequential(nn.Conv3d(1, 1, 3, (1, 2, 2), 1), nn.Conv3d(1, 1, (3, 2, 10), (1, 2, 2)))


def both(*values):
    return tuple((value, value) for value in values)


NETWORKS = {
    "the question's net": Truth(question_net, (1, 3, 64, 64), *both(112, 8, -29)),
    "VGG-16, pool5": Truth(lambda: vgg16(1), (1, 3, 64, 32), *both(212, 32, -90)),
    "VGG-16, conv5_3": Truth(lambda: vgg16(1, last_pool=False), (1, 3, 48, 32), *both(196, 16, -90)),
    "AlexNet": Truth(lambda: alexnet(1), (1, 3, 127, 63), *both(195, 32, -66)),
    "ResNet-50, version 1.5": Truth(lambda: resnet50(1), (1, 3, 64, 32), *both(427, 32, -213)),
    "ResNet-50, version 1": Truth(lambda: resnet50(1, first_strides=True), (1, 3, 64, 32), *both(483, 32, -241)),
    "MobileNet-v1": Truth(lambda: mobilenet(1), (1, 3, 96, 32), *both(315, 32, -157)),
    "Inception-v3": Truth(lambda: inception_v3(1), (1, 3, 139, 75), *both(1311, 32, -618)),
    "four branches and a residual": Truth(four_branches, (1, 1, 24, 20), *both(15, 2, -7)),
    "asymmetric and dilated": Truth(asymmetric, (1, 1, 30, 17), (28, 11), (2, 2), (-12, -3)),
    "dilations 1, 2, 4, 8": Truth(lambda: dilated(1, 2, 4, 8), (1, 1, 33, 12), *both(31, 1, -15)),
    "even and dilated": Truth(even_and_dilated, (1, 1, 16, 14), *both(10, 2, 0)),
    "down and up by transposed convolution": Truth(down_and_up, (1, 1, 20, 12), *both(11, 1, -5)),
    "U-Net, transposed": Truth(lambda: UNet(nn.ConvTranspose2d(2, 2, 2, 2)), (1, 1, 22, 16), *both(14, 1, -7)),
    "U-Net, bilinear": Truth(
        lambda: UNet(nn.Upsample(scale_factor=2, mode="bilinear")), (1, 1, 22, 16), *both(16, 1, -7)
    ),
    "functional only": Truth(FunctionalOnly, (1, 1, 36, 20), *both(17, 4, -12)),
    "global pooling": Truth(
        lambda: nn.Sequential(nn.Conv2d(1, 2, 3, padding=1), nn.AdaptiveAvgPool2d(1)), (1, 1, 64, 64), *both(64, 0, 0)
    ),
    "squeeze and excitation": Truth(SqueezeExcite, (1, 1, 64, 64), *both(64, 0, 0)),
    "one dimension": Truth(one_dimensional, (1, 1, 120), (43,), (4,), (-4,)),
    "three dimensions": Truth(three_dimensional, (1, 1, 6, 12, 44), (5, 5, 21), (1, 4, 4), (-1, -1, -1)),
}
