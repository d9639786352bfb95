"""A weight times a constant mask is zero by structure; a weight that happens to be zero is not."""

import pytest
import torch
import torch.nn.functional as F
from calls import Calls
from torch import nn
from torch.nn.utils import parametrize, prune

from dlchecked.receptive_field import UnknownOperation, receptive_field
from dlchecked.receptive_field.tracing.constants import zeros_of

TAPS = torch.tensor([1.0, 1.0, 0.0])
TRIANGLE = torch.ones(9, 9).tril()


def conv():
    return nn.Conv1d(2, 2, 3, padding=1)


def parametrized():
    class Masked(nn.Module):
        def forward(self, weight):
            return weight.masked_fill(TAPS == 0, 0.0) / 2

    layer = conv()
    parametrize.register_parametrization(layer, "weight", Masked())
    return Calls(lambda m, x: m.conv(x), conv=layer)


MASKED = {
    "causal convolution": Calls(lambda m, x: F.conv1d(x, m.conv.weight * TAPS.to(x), padding=1), conv=conv()),
    "of a parametrization": parametrized(),
    "linear": Calls(lambda m, x: F.linear(x, m.square.weight * TRIANGLE.to(x)), square=nn.Linear(9, 9)),
    "triangle": Calls(lambda m, x: x @ m.square.weight.triu().t(), square=nn.Linear(9, 9)),
    "scale": Calls(
        lambda m, x: m.conv(x) + x.flip(-1) * (m.scale.weight * TRIANGLE[3].to(x)), conv=conv(), scale=nn.Linear(9, 1)
    ),
}


@pytest.mark.parametrize("name", MASKED)
def test_every_unit(name, check_every_unit):
    check_every_unit(MASKED[name], (1, 2, 9))


COMPUTED = {
    "rectified": lambda w: w.relu(),
    "squared": lambda w: w * w,
    "rounded": lambda w: w.round(),
    "of two": lambda w: w * w.flip(-1),
    "clamped": lambda w: (w - 1).clamp(min=0),
    "moved": lambda w: w * 0.5,
}


@pytest.mark.parametrize("name", COMPUTED)
def test_a_weight_that_happens_to_be_zero_counts(name):
    module = Calls(lambda m, x: F.conv1d(x, COMPUTED[name](m.conv.weight)), conv=conv())
    nn.init.zeros_(module.conv.weight)
    assert zeros_of(COMPUTED[name](module.conv.weight)) is None
    assert receptive_field(module, (1, 2, 9)).size == (3,)


def test_a_tap_of_which_any_channel_is_left_counts(check_every_unit):
    mask = torch.ones(2, 2, 3)
    mask[:, :, 0], mask[0, 0, 1], mask[1, 1, 1], mask[0, 1, 2] = 0, 0, 0, 0
    pruned = Calls(lambda m, x: m.conv(x), conv=prune.custom_from_mask(conv(), "weight", mask))
    assert check_every_unit(pruned, (1, 2, 9)).size == (2,)
    pruned.call = lambda m, x: m.conv(torch.cat([x[:, :1], x[:, 1:].roll(1, -1)], 1))
    with pytest.raises(UnknownOperation, match="alike in all channels"):
        receptive_field(pruned, (1, 2, 9))


def test_a_masked_weight_of_a_transposed_convolution_is_refused():
    forward = Calls(lambda m, x: F.conv_transpose1d(x, m.conv.weight * TAPS), conv=conv())
    with pytest.raises(UnknownOperation, match="kernel has constant zeros"):
        receptive_field(forward, (1, 2, 9))
