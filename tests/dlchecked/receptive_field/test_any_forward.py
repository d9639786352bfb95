"""Forwards that no table of layers could describe: what counts is what the forward does."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dlchecked.receptive_field import receptive_field


class Calls(nn.Module):
    """A forward given as a function of the module's layers and its input."""

    def __init__(self, function, *layers):
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.function = function

    def forward(self, x):
        return self.function(self.layers, x)


def conv1(kernel=3, **options):
    return nn.Conv1d(1, 1, kernel, **options)


def conv2(kernel=3, inputs=1, outputs=1, **options):
    return nn.Conv2d(inputs, outputs, kernel, **options)


SOBEL = torch.tensor([[1.0, 0, -1], [2, 0, -2], [1, 0, -1]])
LAPLACE = torch.tensor([[0.0, 1, 0], [1, -4, 1], [0, 1, 0]])


def filtered(kernel):
    return lambda layers, x: F.conv2d(x, kernel[None, None].to(x), padding=1)


def looped(layers, x):
    for _ in range(3):
        x = layers[0](x)
        if x.shape[-1] > 12:
            x = F.max_pool1d(x, 2)
    return x


def windowed(layers, x):
    n, c, h, w = x.shape
    tokens = x.view(n, c, h // 2, 2, w // 3, 3).permute(0, 2, 4, 3, 5, 1).reshape(-1, 6, c)
    tokens = F.scaled_dot_product_attention(tokens, tokens, tokens)
    return tokens.view(n, h // 2, w // 3, 2, 3, c).permute(0, 5, 1, 3, 2, 4).reshape(n, c, h, w)


def shifted_windows(layers, x):
    return torch.roll(windowed(layers, torch.roll(x, (-1, -1), (2, 3))), (1, 1), (2, 3))


def by_hand(mask):
    def attend(layers, x):
        tokens = x.flatten(2).transpose(1, 2)
        scores = tokens @ tokens.transpose(-2, -1) / math.sqrt(tokens.shape[-1])
        length = tokens.shape[1]
        if mask is not None:
            scores = scores.masked_fill(mask(length), float("-inf"))
        return (scores.softmax(-1) @ tokens).transpose(1, 2).reshape(x.shape)

    return attend


def future(length):
    return torch.ones(length, length, dtype=torch.bool).triu(1)


def far(length):
    place = torch.arange(length)
    return (place[:, None] - place).abs() > 2


def sdpa(**options):
    def attend(layers, x):
        tokens = x.flatten(2).transpose(1, 2)
        return F.scaled_dot_product_attention(tokens, tokens, tokens, **options).transpose(1, 2).view(x.shape)

    return attend


def encoder(layers, x):
    return layers[0](x.transpose(1, 2)).transpose(1, 2)


def recurrent(layers, x):
    return layers[0](x.transpose(1, 2))[0].transpose(1, 2)


def vision_transformer(layers, x):
    patches = layers[0](x)
    tokens = patches.flatten(2).transpose(1, 2)
    tokens = torch.cat([torch.zeros(tokens.shape[0], 1, tokens.shape[2], dtype=tokens.dtype), tokens], 1)
    tokens = layers[1](tokens)
    return tokens[:, 1:].transpose(1, 2).reshape(patches.shape)


def written(layers, x):
    out = torch.zeros_like(x)
    out[:, :, 1:] = layers[0](x)[:, :, :-1]
    out[:, :, 0] = x[:, :, 5]
    return out


def temporal_shift(layers, x):
    out = x.clone()
    out[:, :1, :-1] = x[:, :1, 1:]
    out[:, 1:2, 1:] = x[:, 1:2, :-1]
    return out[:, :2] * 1.0


FORWARDS = {
    "loop, shared module, control flow on shapes": ((1, 1, 40), Calls(looped, conv1())),
    "slices": ((1, 1, 12, 11), Calls(lambda m, x: m[0](x[:, :, 1:-2:2, ::3])[..., 1:], conv2(2))),
    "space to depth by slices": (
        (1, 1, 8, 8),
        Calls(lambda m, x: m[0](torch.cat([x[..., i::2, j::2] for i in (0, 1) for j in (0, 1)], 1)), conv2(3, 4)),
    ),
    "permute": ((1, 1, 9, 8), Calls(lambda m, x: m[0](x.permute(0, 1, 3, 2)), conv2((3, 1)))),
    "transposed branch": ((1, 1, 7, 7), Calls(lambda m, x: m[0](x) + m[0](x.mT), conv2((3, 1), padding=(1, 0)))),
    "flip": ((1, 1, 12), Calls(lambda m, x: m[0](torch.flip(m[0](x), (-1,))), conv1(stride=2))),
    "flip added": ((1, 1, 9), Calls(lambda m, x: x + x.flip(2), conv1())),
    "rot90": ((1, 1, 6, 8), Calls(lambda m, x: m[0](torch.rot90(x, 1, (2, 3))), conv2((3, 1)))),
    "roll twice along one dimension": ((1, 1, 9, 8), Calls(lambda m, x: m[0](x.roll((2, -3, 4), (2, 3, -2))), conv2())),
    "roll": ((1, 1, 9, 8), Calls(lambda m, x: m[0](x.roll((2, -3), (2, 3))), conv2())),
    "cat along space": (
        (1, 1, 8, 5),
        Calls(lambda m, x: m[1](torch.cat([x, m[0](x)], 2)), conv2(padding=(0, 1)), conv2((3, 1))),
    ),
    "cat along space, ragged": ((1, 1, 9), Calls(lambda m, x: m[0](torch.cat([x[..., 4:], x[..., :6]], 2)), conv1())),
    "stack": ((1, 1, 9), Calls(lambda m, x: torch.stack([x, m[0](x)], 1).sum(1), conv1(padding=1))),
    "expand and repeat": (
        (1, 1, 4, 5),
        Calls(lambda m, x: x.mean(2, keepdim=True).expand(-1, -1, 3, -1).repeat(1, 1, 1, 2)),
    ),
    "repeat_interleave": ((1, 1, 7), Calls(lambda m, x: m[0](x.repeat_interleave(2, -1)), conv1())),
    "view pooling": ((1, 1, 12), Calls(lambda m, x: m[0](x.view(1, 1, 6, 2).mean(-1)), conv1())),
    "merge and split": ((1, 1, 6, 4), Calls(lambda m, x: m[0](x.flatten(2)).view(1, 1, 4, 6), conv1(padding=1))),
    "regrouped": ((1, 1, 4, 6), Calls(lambda m, x: m[0](x.reshape(1, 1, 6, 4)), conv2((1, 3)))),
    "split and chunk": (
        (1, 1, 12),
        Calls(lambda m, x: torch.cat([a * b for a, b in zip(x.split(4, -1), x.chunk(3, -1)[::-1], strict=True)], -1)),
    ),
    "split in three": ((1, 1, 7), Calls(lambda m, x: m[0](torch.cat(x.tensor_split(3, -1)[::-1], -1)), conv1())),
    "split at places": (
        (1, 1, 8),
        Calls(lambda m, x: torch.cat([part.cumsum(-1) for part in x.tensor_split((3, 2, -1), -1)], -1)),
    ),
    "index_select": ((1, 1, 8), Calls(lambda m, x: m[0](x.index_select(2, torch.tensor([3, 0, 7, 7]))), conv1(2))),
    "fancy index": ((1, 1, 8), Calls(lambda m, x: x[:, :, [1, 5, 2]] + x[..., 3:4])),
    "channel shuffle": (
        (1, 2, 11),
        Calls(
            lambda m, x: F.channel_shuffle(torch.cat([x, m[0](x)], 1), 2)[:, :2],
            nn.Conv1d(2, 2, 3, padding=1, groups=2),
        ),
    ),
    "in-place": ((1, 1, 9), Calls(lambda m, x: F.relu(m[0](x), inplace=True).add_(m[0](x)).mul_(2), conv1())),
    "writing into zeros": ((1, 1, 9), Calls(written, conv1(padding=1))),
    "temporal shift": ((1, 3, 7), Calls(temporal_shift)),
    "unfold and matrix product": (
        (1, 1, 6, 7),
        Calls(lambda m, x: F.unfold(x, (3, 2), padding=(1, 0), stride=(2, 1)).sum(1).view(1, 1, 3, 6)),
    ),
    "windows of one dimension": ((1, 1, 12), Calls(lambda m, x: x.unfold(2, 4, 3).mean(-1))),
    "constant matrix": ((1, 1, 8), Calls(lambda m, x: x @ torch.ones(8, 8).triu().to(x))),
    "constant kernel with zeros": ((1, 1, 6, 7), Calls(filtered(SOBEL))),
    "constant mask": ((1, 1, 8), Calls(lambda m, x: m[0](x * (torch.arange(8) % 3 > 0).to(x)), conv1())),
    "einsum": ((1, 2, 5, 6), Calls(lambda m, x: torch.einsum("nchw,ncuw->nchu", x, x))),
    "padding by hand": ((1, 1, 8), Calls(lambda m, x: m[0](F.pad(x, (3, 1), mode="circular")), conv1())),
    "transposed convolution": ((1, 1, 6, 5), nn.ConvTranspose2d(1, 1, (4, 3), (2, 3), 1, (1, 2), dilation=(1, 2))),
    "transposed, kernel below stride": ((1, 1, 6), nn.Sequential(nn.ConvTranspose1d(1, 1, 2, 3), conv1(2))),
    "down and up": (
        (1, 1, 16),
        nn.Sequential(conv1(4, stride=2, padding=1), nn.ConvTranspose1d(1, 1, 4, 2, 1), conv1()),
    ),
    "pixel shuffle": ((1, 4, 5, 4), nn.Sequential(nn.Conv2d(4, 4, 3, padding=1), nn.PixelShuffle(2), conv2())),
    "pixel unshuffle": ((1, 1, 8, 6), nn.Sequential(conv2(padding=1), nn.PixelUnshuffle(2), conv2(3, 4))),
    "unshuffled and shuffled is the same": ((1, 1, 4, 6), nn.Sequential(nn.PixelUnshuffle(2), nn.PixelShuffle(2))),
    "adaptive pooling": ((1, 1, 11, 8), nn.Sequential(nn.AdaptiveAvgPool2d((4, 4)), conv2((2, 1)))),
    "adaptive max pooling": ((1, 1, 11), nn.AdaptiveMaxPool1d(5)),
    "global pooling": ((1, 1, 8, 6), nn.Sequential(conv2(), nn.AdaptiveAvgPool2d(1))),
    "linear over space": ((1, 1, 5, 6), Calls(lambda m, x: m[0](x), nn.Linear(6, 3))),
    "squeeze and excitation": (
        (1, 2, 6, 5),
        Calls(lambda m, x: x * m[0](x.mean((2, 3), keepdim=True)).sigmoid(), nn.Conv2d(2, 2, 1)),
    ),
    "gate of rows": ((1, 1, 6, 5), Calls(lambda m, x: x * torch.sigmoid(x.mean(3, keepdim=True)))),
    "LSTM": ((1, 1, 9), Calls(recurrent, nn.LSTM(1, 2, batch_first=True))),
    "GRU, two layers": ((1, 1, 9), Calls(recurrent, nn.GRU(1, 2, num_layers=2, batch_first=True))),
    "bidirectional RNN": ((1, 1, 7), Calls(recurrent, nn.RNN(1, 2, bidirectional=True, batch_first=True))),
    "forward half of a bidirectional LSTM": (
        (1, 1, 7),
        Calls(lambda m, x: recurrent(m, x)[:, :2], nn.LSTM(1, 2, bidirectional=True, batch_first=True)),
    ),
    "cumulative sum": ((1, 1, 8), Calls(lambda m, x: m[0](x.cumsum(-1)), conv1(stride=2))),
    "softmax over space": ((1, 1, 4, 5), Calls(lambda m, x: x.softmax(-1))),
    "instance norm": ((1, 2, 5, 6), nn.InstanceNorm2d(2)),
    "group norm": ((1, 4, 9), nn.Sequential(nn.GroupNorm(2, 4), nn.Conv1d(4, 1, 3))),
    "layer norm over channels": (
        (1, 3, 7),
        Calls(lambda m, x: m[0](x.transpose(1, 2)).transpose(1, 2), nn.LayerNorm(3)),
    ),
    "layer norm over rows": ((1, 1, 4, 6), nn.LayerNorm(6)),
    "attention by hand": ((1, 2, 3, 4), Calls(by_hand(None))),
    "causal attention by hand": ((1, 2, 9), Calls(by_hand(future))),
    "windowed attention by hand": ((1, 2, 9), Calls(by_hand(far))),
    "causal attention over pixels": ((1, 2, 3, 4), Calls(by_hand(future))),
    "attention": ((1, 2, 3, 4), Calls(sdpa())),
    "causal attention": ((1, 2, 8), Calls(sdpa(is_causal=True))),
    "attention in windows": ((1, 2, 4, 6), Calls(windowed)),
    "attention in shifted windows": ((1, 2, 4, 6), Calls(shifted_windows)),
    "multi-head attention": (
        (1, 4, 6),
        Calls(lambda m, x: m[0](*[x.permute(2, 0, 1)] * 3)[0].permute(1, 2, 0), nn.MultiheadAttention(4, 2)),
    ),
    "causal multi-head attention": (
        (1, 4, 6),
        Calls(
            lambda m, x: m[0](*[x.permute(2, 0, 1)] * 3, attn_mask=future(x.shape[2]))[0].permute(1, 2, 0),
            nn.MultiheadAttention(4, 2),
        ),
    ),
    "transformer encoder": (
        (1, 4, 6),
        Calls(encoder, nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0, batch_first=True)),
    ),
    "vision transformer": (
        (1, 1, 6, 9),
        Calls(
            vision_transformer,
            conv2(3, 1, 4, stride=3),
            nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0, batch_first=True),
        ),
    ),
}


@pytest.mark.parametrize("name", FORWARDS)
def test_every_unit_of_a_forward(name, check_every_unit):
    shape, module = FORWARDS[name]
    check_every_unit(module, shape)


def test_a_unit_that_sees_nothing_has_no_interval():
    found = receptive_field(nn.ConvTranspose1d(1, 1, 1, stride=2), (1, 1, 5))
    assert [found.interval(i) for i in range(4)] == [((0, 0),), None, ((1, 1),), None]
    assert found.count(1) == 0
    assert not found.mask(1).any()


def test_a_constant_kernel_whose_zeros_make_no_product(check_every_unit):
    found = check_every_unit(Calls(filtered(LAPLACE)), (1, 1, 6, 7))
    assert found.count((1, 1)) == 5
    assert found.aligned


def test_a_zero_in_a_parameter_still_counts(check_every_unit):
    layer = conv2(padding=1)
    layer.weight.data = SOBEL[None, None].clone()
    assert check_every_unit(layer, (1, 1, 5, 5)).count((2, 2)) == 9


def test_an_output_without_spatial_dimensions_has_one_unit():
    net = nn.Sequential(conv2(2), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1, 5))
    found = receptive_field(net, (1, 1, 6, 7))
    assert found.output_shape == (1, 5)
    assert (found.size, found.stride, found.start) == ((6, 7), (0, 0), (0, 0))
    assert found.interval(()) == ((0, 5), (0, 6))
    assert found.count(()) == 42
    several = receptive_field(Calls(lambda m, x: torch.cat([x[:, :, 0], x[:, :, 1:].sum(2)], 1).sum(2)), (1, 2, 4, 3))
    assert several.interval(()) == ((0, 3), (0, 2))
    assert several.size == (4, 3)


def test_many_views_of_one_tensor_are_no_trouble(check_every_unit):
    def many(layers, x):
        rows = [x[:, :, i : i + 3] for i in range(5)]
        parts = [F.dropout(row, 0.5, training=False) for row in rows]
        return torch.cat(parts, 2) + torch.cat(rows[::-1], 2)

    check_every_unit(Calls(many), (1, 1, 8))


@pytest.mark.filterwarnings("ignore:indexing with dtype torch.uint8")
def test_bytes_that_index_are_booleans(check_every_unit):
    kept = torch.tensor([1, 0, 1, 1], dtype=torch.uint8)
    found = check_every_unit(Calls(lambda m, x: x[:, :, kept]), (1, 1, 4))
    assert [found.interval(unit) for unit in range(3)] == [((0, 0),), ((2, 2),), ((3, 3),)]
