"""The convolutional trunks of networks whose receptive fields are published, one channel wide.

Each is a module without parameters that returns its end points by name. Fields do not depend on the number of
channels, so a convolution makes a single one here. The networks are those of TensorFlow's slim models, which
Araujo, Norris and Sim measured ("Computing Receptive Fields of Convolutional Neural Networks", Distill 2019).
They pad so that a layer of stride s makes ceil(n / s) positions ("SAME"), with the odd zero after the image, or
not at all ("VALID").

- AlexNet v2: Krizhevsky, "One weird trick for parallelizing convolutional neural networks", 2014.
- VGG: Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", ICLR 2015,
  table 1, columns A and D.
- MobileNet v1: Howard et al., "MobileNets: Efficient Convolutional Neural Networks for Mobile Vision
  Applications", 2017, table 1.
- ResNet v1: He et al., "Deep Residual Learning for Image Recognition", CVPR 2016, table 1; that of 200 layers,
  He et al., "Identity Mappings in Deep Residual Networks", ECCV 2016.
- Inception v2: Ioffe and Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing Internal
  Covariate Shift", ICML 2015, appendix.
- Inception v3: Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", CVPR 2016, table 1.
- Inception v4, Inception-ResNet v2: Szegedy et al., "Inception-v4, Inception-ResNet and the Impact of Residual
  Connections on Learning", AAAI 2017, section 3.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

Kernel = int | tuple[int, int]
EndPoints = Iterator[tuple[str, torch.Tensor]]


class Network(nn.Module):
    """A forward that returns all end points by name."""

    def __init__(self, trunk: Callable[..., EndPoints], *options: Any) -> None:
        """``trunk`` yields the end points of an image, given the options."""
        super().__init__()
        self.trunk, self.options = trunk, options

    def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        """(N, C, H, W) to end points, in order."""
        return dict(self.trunk(x, *self.options))


def pair(value: Kernel) -> tuple[int, int]:
    """Rows and columns."""
    return (value, value) if isinstance(value, int) else value


def padded_same(x: torch.Tensor, kernel: Kernel, stride: int) -> torch.Tensor:
    """As TensorFlow pads: to ceil(n / stride) positions, half of the zeros before, the odd one after."""
    pads: list[int] = []
    for n, k in zip(x.shape[:1:-1], pair(kernel)[::-1], strict=True):
        total = max((-(-n // stride) - 1) * stride + k - n, 0)
        pads += [total // 2, total - total // 2]
    return F.pad(x, pads) if any(pads) else x


def conv(x: torch.Tensor, kernel: Kernel, stride: int = 1, same: bool = True) -> torch.Tensor:
    """A convolution to one channel; all its weights are 1."""
    x = padded_same(x, kernel, stride) if same else x
    return F.conv2d(x, torch.ones(1, x.shape[1], *pair(kernel), dtype=x.dtype), stride=stride)


def conv_symmetric(x: torch.Tensor, kernel: int, stride: int) -> torch.Tensor:
    """ResNets pad strided convolutions the same on both sides, whatever the size."""
    return conv(F.pad(x, [(kernel - 1) // 2] * 4), kernel, stride, same=False) if stride > 1 else conv(x, kernel)


def max_pool(x: torch.Tensor, kernel: int, stride: int, same: bool = True) -> torch.Tensor:
    """Max pooling, padded or not."""
    return F.max_pool2d(padded_same(x, kernel, stride) if same else x, kernel, stride)


def mean_pool(x: torch.Tensor) -> torch.Tensor:
    """The mean of 3 × 3 positions."""
    return F.avg_pool2d(padded_same(x, 3, 1), 3, 1)


def chain(x: torch.Tensor, *kernels: Kernel, stride: int = 1, same: bool = True) -> torch.Tensor:
    """Convolutions in turn, of which the last may be strided."""
    for kernel in kernels[:-1]:
        x = conv(x, kernel)
    return conv(x, kernels[-1], stride, same)


def cat(*branches: torch.Tensor) -> torch.Tensor:
    """Branches side by side, as channels."""
    return torch.cat(branches, 1)


def alexnet(x: torch.Tensor) -> EndPoints:
    """AlexNet v2, whose first layer is not padded."""
    yield "conv1", (x := conv(x, 11, 4, same=False))
    yield "pool1", (x := max_pool(x, 3, 2, same=False))
    yield "conv2", (x := conv(x, 5))
    x = max_pool(x, 3, 2, same=False)
    for name in ("conv3", "conv4", "conv5"):
        yield name, (x := conv(x, 3))
    yield "pool5", max_pool(x, 3, 2, same=False)


def vgg(x: torch.Tensor, counts: Sequence[int]) -> EndPoints:
    """VGG, by the number of convolutions before each pooling."""
    for block, count in enumerate(counts, 1):
        for layer in range(1, count + 1):
            yield f"conv{block}_{layer}", (x := conv(x, 3))
        yield f"pool{block}", (x := max_pool(x, 2, 2, same=False))


def mobilenet(x: torch.Tensor) -> EndPoints:
    """MobileNet v1: each convolution 3 × 3 of a channel by itself, then 1 × 1 of all."""
    yield "Conv2d_0", (x := conv(x, 3, 2))
    for i, stride in enumerate((1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1), 1):
        yield str(i), (x := conv(conv(x, 3, stride), 1))


def resnet(x: torch.Tensor, counts: Sequence[int]) -> EndPoints:
    """ResNet v1 with bottlenecks, by the number of units in each block."""
    x = max_pool(conv_symmetric(x, 7, 2), 3, 2)
    for block, (count, stride) in enumerate(zip(counts, (2, 2, 2, 1), strict=True), 1):
        for unit in range(count):
            # TensorFlow's models stride in the last unit of a block.
            step = stride if unit == count - 1 else 1
            shortcut = conv(x, 1, step) if unit == 0 else x[:, :, ::step, ::step]
            x = F.relu(conv(conv_symmetric(conv(x, 1), 3, step), 1) + shortcut)
        yield f"block{block}", x


def reduction_2(x: torch.Tensor) -> torch.Tensor:
    """Inception v2, to half the size."""
    return cat(chain(x, 1, 3, stride=2), chain(x, 1, 3, 3, stride=2), max_pool(x, 3, 2))


def mixed_2(x: torch.Tensor) -> torch.Tensor:
    """Inception v2; v4 has it too, at the largest size."""
    return cat(conv(x, 1), chain(x, 1, 3), chain(x, 1, 3, 3), conv(mean_pool(x), 1))


def inception_v2(x: torch.Tensor) -> EndPoints:
    """Inception v2."""
    yield "Conv2d_1a", (x := conv(x, 7, 2))
    yield "MaxPool_2a", (x := max_pool(x, 3, 2))
    yield "Conv2d_2b", (x := conv(x, 1))
    yield "Conv2d_2c", (x := conv(x, 3))
    yield "MaxPool_3a", (x := max_pool(x, 3, 2))
    for name in ("3b", "3c", "4a", "4b", "4c", "4d", "4e", "5a", "5b", "5c"):
        yield f"Mixed_{name}", (x := reduction_2(x) if name in ("4a", "5a") else mixed_2(x))


ROW, COLUMN, ROW_3, COLUMN_3 = (1, 7), (7, 1), (1, 3), (3, 1)


def mixed_5(x: torch.Tensor) -> torch.Tensor:
    """Inception v3 at 1/8 of the size."""
    return cat(conv(x, 1), chain(x, 1, 5), chain(x, 1, 3, 3), conv(mean_pool(x), 1))


def mixed_6(x: torch.Tensor) -> torch.Tensor:
    """Inception v3 and v4 at 1/16 of the size."""
    return cat(conv(x, 1), chain(x, 1, ROW, COLUMN), chain(x, 1, COLUMN, ROW, COLUMN, ROW), conv(mean_pool(x), 1))


def mixed_7(x: torch.Tensor, *before: Kernel) -> torch.Tensor:
    """Inception v3 and v4 at 1/32 of the size; ``before`` are the kernels of the longest branch."""
    short, long = conv(x, 1), chain(x, 1, *before)
    crosses = [conv(branch, kernel) for branch in (short, long) for kernel in (ROW_3, COLUMN_3)]
    return cat(conv(x, 1), *crosses, conv(mean_pool(x), 1))


def reduction_6(x: torch.Tensor, same: bool = False) -> torch.Tensor:
    """To 1/16 of the size."""
    return cat(conv(x, 3, 2, same), chain(x, 1, 3, 3, stride=2, same=same), max_pool(x, 3, 2, same))


def reduction_7(x: torch.Tensor) -> torch.Tensor:
    """To 1/32 of the size."""
    long = chain(x, 1, ROW, COLUMN, 3, stride=2, same=False)
    return cat(chain(x, 1, 3, stride=2, same=False), long, max_pool(x, 3, 2, same=False))


def stem(x: torch.Tensor, same: bool = False) -> EndPoints:
    """To 1/8 of the size, in Inception v3 and Inception-ResNet v2."""
    yield "1a", (x := conv(x, 3, 2, same))
    yield "2a", (x := conv(x, 3, 1, same))
    yield "2b", (x := conv(x, 3))
    yield "MaxPool_3a", (x := max_pool(x, 3, 2, same))
    yield "3b", (x := conv(x, 1, 1, same))
    yield "4a", (x := conv(x, 3, 1, same))
    yield "MaxPool_5a", max_pool(x, 3, 2, same)


def inception_v3(x: torch.Tensor) -> EndPoints:
    """Inception v3."""
    for name, x in stem(x):  # noqa: B020
        yield name, x
    for name in ("5b", "5c", "5d"):
        yield name, (x := mixed_5(x))
    yield "6a", (x := reduction_6(x))
    for name in ("6b", "6c", "6d", "6e"):
        yield name, (x := mixed_6(x))
    yield "7a", (x := reduction_7(x))
    for name in ("7b", "7c"):
        yield name, (x := mixed_7(x, 3))


def inception_v4(x: torch.Tensor) -> EndPoints:
    """Inception v4."""
    yield "1a", (x := conv(x, 3, 2, same=False))
    yield "2a", (x := conv(x, 3, same=False))
    yield "2b", (x := conv(x, 3))
    yield "3a", (x := cat(max_pool(x, 3, 2, same=False), conv(x, 3, 2, same=False)))
    yield "4a", (x := cat(chain(x, 1, 3, same=False), chain(x, 1, ROW, COLUMN, 3, same=False)))
    yield "5a", (x := cat(conv(x, 3, 2, same=False), max_pool(x, 3, 2, same=False)))
    for name in ("5b", "5c", "5d", "5e"):
        yield name, (x := mixed_2(x))
    yield "6a", (x := reduction_6(x))
    for name in ("6b", "6c", "6d", "6e", "6f", "6g", "6h"):
        yield name, (x := mixed_6(x))
    yield "7a", (x := reduction_7(x))
    for name in ("7b", "7c", "7d"):
        yield name, (x := mixed_7(x, COLUMN_3, ROW_3))


def inception_resnet_v2(x: torch.Tensor, same: bool = False) -> EndPoints:
    """Inception-ResNet v2; ``same`` pads its stem and its reductions too."""
    for name, x in stem(x, same):  # noqa: B020
        yield name, x
    yield "Mixed_5b", (x := mixed_5(x))
    for _ in range(10):
        x = x[:, :1] + conv(cat(conv(x, 1), chain(x, 1, 3), chain(x, 1, 3, 3)), 1)
    yield "6a", (x := reduction_6(x, same))
    for _ in range(20):
        x = x + conv(cat(conv(x, 1), chain(x, 1, ROW, COLUMN)), 1)
    yield "PreAuxLogits", x
    long = chain(x, 1, 3, 3, stride=2, same=same)
    pooled = max_pool(x, 3, 2, same)
    yield "7a", (x := cat(chain(x, 1, 3, stride=2, same=same), chain(x, 1, 3, stride=2, same=same), long, pooled))
    for _ in range(10):
        x = x + conv(cat(conv(x, 1), chain(x, 1, ROW_3, COLUMN_3)), 1)
    yield "Conv2d_7b", conv(x, 1)


NETWORKS = {
    "alexnet_v2": Network(alexnet),
    "vgg_a": Network(vgg, (1, 1, 2, 2, 2)),
    "vgg_16": Network(vgg, (2, 2, 3, 3, 3)),
    "mobilenet_v1": Network(mobilenet),
    "resnet_v1_50": Network(resnet, (3, 4, 6, 3)),
    "resnet_v1_101": Network(resnet, (3, 4, 23, 3)),
    "resnet_v1_152": Network(resnet, (3, 8, 36, 3)),
    "resnet_v1_200": Network(resnet, (3, 24, 36, 3)),
    "inception_v2": Network(inception_v2),
    "inception_v3": Network(inception_v3),
    "inception_v4": Network(inception_v4),
    "inception_resnet_v2": Network(inception_resnet_v2),
    "inception_resnet_v2 same": Network(inception_resnet_v2, True),
}
"""The networks by the names that TensorFlow gives them."""
