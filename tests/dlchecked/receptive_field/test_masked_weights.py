"""A weight times a constant mask is zero by structure; a weight that happens to be zero is not."""

import contextlib
import copy

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


class Writes(nn.Module):
    """A layer that writes to its own weight before it is used, and leaves it so."""

    def __init__(self, layer, write):
        super().__init__()
        self.layer = layer
        self.write = write

    def forward(self, x):
        self.write(self.layer)
        return self.layer(x)


def without_gradients(write):
    def written(layer):
        with torch.no_grad():
            write(layer.weight)

    return written


def scaled(layer):
    layer.weight.data *= TAPS.to(layer.weight)


def replaced(layer):
    layer.weight.data = layer.weight.data * TAPS.to(layer.weight)


def cleared(weight):
    weight[:, :, 2] = 0


def pixels(kind):
    """The mask of a PixelCNN: of a 3 × 3 kernel the pixels before the middle one, and in kind "B" that too."""
    mask = torch.ones(3, 3)
    mask[2], mask[1, 1 + (kind == "B") :] = 0, 0
    return mask


def autoregressive(multiply):
    first, second = (nn.Conv2d(1, 1, 3, padding=1) for _ in range(2))
    return Calls(lambda m, x: multiply(m.b, multiply(m.a, x, "A"), "B"), a=first, b=second)


def multiplied(layer, x, kind):
    return F.conv2d(x, layer.weight * pixels(kind).to(x), padding=1)


def overwritten(layer, x, kind):
    layer.weight.data *= pixels(kind).to(x)
    return layer(x)


def tril_before(layer, args):
    layer.weight.data.tril_()


def hooked():
    layer = nn.Linear(9, 9)
    layer.register_forward_pre_hook(tril_before)
    return layer


PLACES = torch.arange(9)[:, None] - torch.arange(9)


MASKED = {
    "causal convolution": Calls(lambda m, x: F.conv1d(x, m.conv.weight * TAPS.to(x), padding=1), conv=conv()),
    "of a parametrization": parametrized(),
    "data scaled": Writes(conv(), scaled),
    "data replaced": Writes(conv(), replaced),
    "written without gradients": Writes(conv(), without_gradients(cleared)),
    "written by a hook": hooked(),
    "taken from a row": Calls(
        lambda m, x: F.linear(x, m.row.weight[0, PLACES + 8] * (PLACES >= 0)), row=nn.Linear(17, 1)
    ),
    "on a diagonal": Calls(lambda m, x: F.linear(x, torch.diag_embed(m.row.weight[0])), row=nn.Linear(9, 1)),
    "padded": Calls(lambda m, x: F.conv1d(x, F.pad(m.conv.weight, (0, 2)), padding=2), conv=conv()),
    "beside zeros": Calls(
        lambda m, x: F.conv1d(x, torch.cat([m.conv.weight, torch.zeros(2, 2, 1).to(x)], 2), padding=2), conv=conv()
    ),
    "of two weights": Calls(
        lambda m, x: F.linear(x, m.one.weight * TRIANGLE.to(x) * m.two.weight), one=nn.Linear(9, 9), two=nn.Linear(9, 9)
    ),
    "normalized": Calls(
        lambda m, x: F.linear(x, m.square.weight.tril() / m.square.weight.norm()), square=nn.Linear(9, 9)
    ),
    "without its history": Calls(
        lambda m, x: F.linear(x, m.square.weight.detach() * TRIANGLE.to(x)), square=nn.Linear(9, 9)
    ),
    "linear": Calls(lambda m, x: F.linear(x, m.square.weight * TRIANGLE.to(x)), square=nn.Linear(9, 9)),
    "triangle": Calls(lambda m, x: x @ m.square.weight.triu().t(), square=nn.Linear(9, 9)),
    "scale": Calls(
        lambda m, x: m.conv(x) + x.flip(-1) * (m.scale.weight * TRIANGLE[3].to(x)), conv=conv(), scale=nn.Linear(9, 1)
    ),
}


@pytest.mark.parametrize("name", MASKED)
def test_every_unit(name, check_every_unit):
    check_every_unit(MASKED[name], (1, 2, 9))


@pytest.mark.parametrize("multiply", [multiplied, overwritten])
def test_every_unit_of_an_autoregressive_network(multiply, check_every_unit):
    found = check_every_unit(autoregressive(multiply), (1, 1, 6, 6))
    assert found.interval((3, 3)) == ((1, 3), (1, 5))
    assert not found.mask((3, 3))[3, 3:].any()


STATES = {"as it is": contextlib.nullcontext, "no_grad": torch.no_grad, "inference_mode": torch.inference_mode}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("learns", [True, False])
@pytest.mark.parametrize("name", MASKED)
def test_zeros_that_are_values_make_no_difference(name, learns, state):
    shape = (1, 2, 9)
    expected = receptive_field(MASKED[name], shape)
    module = copy.deepcopy(MASKED[name])
    for parameter in module.parameters():
        nn.init.zeros_(parameter)
        parameter.requires_grad_(learns)
    with STATES[state]():
        found = receptive_field(module, shape)
    assert all(torch.equal(found.mask(unit), expected.mask(unit)) for unit in range(found.output_shape[2]))
    assert all(not parameter.any() and parameter.requires_grad == learns for parameter in module.parameters())


def test_what_writes_to_weights_that_do_not_learn(check_every_unit):
    def write(layer):
        layer.weight[:, :, 2] = 0

    net = Writes(conv().requires_grad_(False), write)
    assert check_every_unit(net, (1, 2, 9)).size == (2,)
    assert net.layer.weight.all()


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
    with pytest.raises(UnknownOperation, match="not alike in all channels"):
        receptive_field(pruned, (1, 2, 9))


def test_a_masked_weight_of_a_transposed_convolution_is_refused():
    forward = Calls(lambda m, x: F.conv_transpose1d(x, m.conv.weight * TAPS), conv=conv())
    with pytest.raises(UnknownOperation, match="kernel has constant zeros"):
        receptive_field(forward, (1, 2, 9))
