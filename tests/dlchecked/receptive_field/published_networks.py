"""The convolutional trunks of the networks whose receptive fields are published, one channel wide.

Fields do not depend on how many channels there are, so every convolution makes a single one. The published
numbers are those of TensorFlow's models, which pad so that a layer of stride s makes ceil(n / s) positions
("SAME"), with the odd one after, or not at all ("VALID").
"""

import torch
import torch.nn.functional as F
from torch import nn


def pair(value):
    return (value, value) if isinstance(value, int) else value


def padded_same(x, kernel, stride):
    pads = []
    for n, k in zip(x.shape[:1:-1], pair(kernel)[::-1], strict=True):
        total = max((-(-n // stride) - 1) * stride + k - n, 0)
        pads += [total // 2, total - total // 2]
    return F.pad(x, pads) if any(pads) else x


def conv(x, kernel, stride=1, same=True):
    x = padded_same(x, kernel, stride) if same else x
    return F.conv2d(x, torch.ones(1, x.shape[1], *pair(kernel), dtype=x.dtype), stride=stride)


def conv_symmetric(x, kernel, stride):
    """ResNets pad strided convolutions the same on both sides, whatever the size."""
    return conv(F.pad(x, [(kernel - 1) // 2] * 4), kernel, stride, same=False) if stride > 1 else conv(x, kernel)


def max_pool(x, kernel, stride, same=True):
    return F.max_pool2d(padded_same(x, kernel, stride) if same else x, kernel, stride)


def mean_pool(x):
    return F.avg_pool2d(padded_same(x, 3, 1), 3, 1)


def chain(x, *kernels, stride=1, same=True):
    """Convolutions in turn, of which the last may be strided."""
    for kernel in kernels[:-1]:
        x = conv(x, kernel)
    return conv(x, kernels[-1], stride, same)


class Network(nn.Module):
    """A forward that returns all end points by name."""

    def __init__(self, trunk, *options):
        super().__init__()
        self.trunk, self.options = trunk, options

    def forward(self, x):
        return dict(self.trunk(x, *self.options))


def alexnet(x):
    yield "conv1", (x := conv(x, 11, 4, same=False))
    yield "pool1", (x := max_pool(x, 3, 2, same=False))
    yield "conv2", (x := conv(x, 5))
    x = max_pool(x, 3, 2, same=False)
    for name in ("conv3", "conv4", "conv5"):
        yield name, (x := conv(x, 3))
    yield "pool5", max_pool(x, 3, 2, same=False)


def vgg(x, counts):
    for block, count in enumerate(counts, 1):
        for layer in range(1, count + 1):
            yield f"conv{block}_{layer}", (x := conv(x, 3))
        yield f"pool{block}", (x := max_pool(x, 2, 2, same=False))


def mobilenet(x):
    yield "Conv2d_0", (x := conv(x, 3, 2))
    for i, stride in enumerate((1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1), 1):
        yield str(i), (x := conv(conv(x, 3, stride), 1))


def resnet(x, counts):
    x = max_pool(conv_symmetric(x, 7, 2), 3, 2)
    for block, (count, stride) in enumerate(zip(counts, (2, 2, 2, 1), strict=True), 1):
        for unit in range(count):
            # TensorFlow's models stride in the last unit of a block.
            step = stride if unit == count - 1 else 1
            shortcut = conv(x, 1, step) if unit == 0 else x[:, :, ::step, ::step]
            x = F.relu(conv(conv_symmetric(conv(x, 1), 3, step), 1) + shortcut)
        yield f"block{block}", x


def cat(*branches):
    return torch.cat(branches, 1)


def reduction_2(x):
    return cat(chain(x, 1, 3, stride=2), chain(x, 1, 3, 3, stride=2), max_pool(x, 3, 2))


def mixed_2(x):
    return cat(conv(x, 1), chain(x, 1, 3), chain(x, 1, 3, 3), conv(mean_pool(x), 1))


def inception_v2(x):
    yield "Conv2d_1a", (x := conv(x, 7, 2))
    yield "MaxPool_2a", (x := max_pool(x, 3, 2))
    yield "Conv2d_2b", (x := conv(x, 1))
    yield "Conv2d_2c", (x := conv(x, 3))
    yield "MaxPool_3a", (x := max_pool(x, 3, 2))
    for name in ("3b", "3c", "4a", "4b", "4c", "4d", "4e", "5a", "5b", "5c"):
        yield f"Mixed_{name}", (x := reduction_2(x) if name in ("4a", "5a") else mixed_2(x))


ROW, COLUMN, ROW_3, COLUMN_3 = (1, 7), (7, 1), (1, 3), (3, 1)


def mixed_5(x):
    return cat(conv(x, 1), chain(x, 1, 5), chain(x, 1, 3, 3), conv(mean_pool(x), 1))


def mixed_6(x):
    return cat(conv(x, 1), chain(x, 1, ROW, COLUMN), chain(x, 1, COLUMN, ROW, COLUMN, ROW), conv(mean_pool(x), 1))


def mixed_7(x, *before):
    short, long = conv(x, 1), chain(x, 1, *before)
    crosses = [conv(branch, kernel) for branch in (short, long) for kernel in (ROW_3, COLUMN_3)]
    return cat(conv(x, 1), *crosses, conv(mean_pool(x), 1))


def reduction_6(x, same=False):
    return cat(conv(x, 3, 2, same), chain(x, 1, 3, 3, stride=2, same=same), max_pool(x, 3, 2, same))


def reduction_7(x):
    long = chain(x, 1, ROW, COLUMN, 3, stride=2, same=False)
    return cat(chain(x, 1, 3, stride=2, same=False), long, max_pool(x, 3, 2, same=False))


def stem(x, same=False):
    yield "1a", (x := conv(x, 3, 2, same))
    yield "2a", (x := conv(x, 3, 1, same))
    yield "2b", (x := conv(x, 3))
    yield "MaxPool_3a", (x := max_pool(x, 3, 2, same))
    yield "3b", (x := conv(x, 1, 1, same))
    yield "4a", (x := conv(x, 3, 1, same))
    yield "MaxPool_5a", max_pool(x, 3, 2, same)


def inception_v3(x):
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


def inception_v4(x):
    yield "1a", (x := conv(x, 3, 2, same=False))
    yield "2a", (x := conv(x, 3, same=False))
    yield "2b", (x := conv(x, 3))
    yield "3a", (x := cat(max_pool(x, 3, 2, same=False), conv(x, 3, 2, same=False)))
    yield "4a", (x := cat(chain(x, 1, 3, same=False), chain(x, 1, ROW, COLUMN, 3, same=False)))
    yield "5a", (x := cat(conv(x, 3, 2, same=False), max_pool(x, 3, 2, same=False)))
    for name in ("5b", "5c", "5d", "5e"):
        yield name, (x := cat(conv(x, 1), chain(x, 1, 3), chain(x, 1, 3, 3), conv(mean_pool(x), 1)))
    yield "6a", (x := reduction_6(x))
    for name in ("6b", "6c", "6d", "6e", "6f", "6g", "6h"):
        yield name, (x := mixed_6(x))
    yield "7a", (x := reduction_7(x))
    for name in ("7b", "7c", "7d"):
        yield name, (x := mixed_7(x, COLUMN_3, ROW_3))


def inception_resnet_v2(x, same=False):
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


def resnet_of(*counts):
    return Network(resnet, counts)


NETWORKS = {
    "alexnet_v2": Network(alexnet),
    "vgg_a": Network(vgg, (1, 1, 2, 2, 2)),
    "vgg_16": Network(vgg, (2, 2, 3, 3, 3)),
    "mobilenet_v1": Network(mobilenet),
    "resnet_v1_50": resnet_of(3, 4, 6, 3),
    "resnet_v1_101": resnet_of(3, 4, 23, 3),
    "resnet_v1_152": resnet_of(3, 8, 36, 3),
    "resnet_v1_200": resnet_of(3, 24, 36, 3),
    "inception_v2": Network(inception_v2),
    "inception_v3": Network(inception_v3),
    "inception_v4": Network(inception_v4),
    "inception_resnet_v2": Network(inception_resnet_v2),
    "inception_resnet_v2 same": Network(inception_resnet_v2, True),
}
