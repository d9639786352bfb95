import math

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from dlchecked.deep_mlp import ACTIVATIONS, DeepMLPs, by_depth, gradient_norms, pirates, squared_error, train

MODULES = {"sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU}


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


def as_sequential(nets, number, activation):
    """The network of this number as torch's own layers; shared layers are one module, many times."""
    linears = []
    for weight, bias in zip(nets.weights, nets.biases, strict=True):
        linear = nn.Linear(weight.shape[1], weight.shape[2]).double()
        linear.weight.data = weight[number].T.clone()
        linear.bias.data = bias[number, 0].clone()
        linears.append(linear)
    order = [0, *[min(layer, len(linears) - 2) for layer in range(1, nets.inner + 1)]]
    body = [module for at in order for module in (linears[at], MODULES[activation]())]
    return nn.Sequential(*body, linears[-1])


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("gain", [None, 1.5])
def test_each_network_does_and_learns_what_torchs_own_layers_do(activation, shared, gain):
    nets = DeepMLPs(3, activation, width=6, inner=4, inputs=5, gain=gain, shared=shared, dtype=torch.float64)
    x, y = pirates(3, 7, inputs=5, dtype=torch.float64)
    alone = as_sequential(nets, 1, activation)
    assert torch.allclose(nets(x)[1], alone(x[1]).squeeze(-1), rtol=1e-12)
    loss = F.mse_loss(alone(x[1]).squeeze(-1), y[1])
    weights = list(dict.fromkeys(module.weight for module in alone if isinstance(module, nn.Linear)))
    norms = torch.stack([grad.norm() for grad in torch.autograd.grad(loss, weights)])
    assert torch.allclose(gradient_norms(nets, x, y)[:, 1], norms, rtol=1e-10)

    ratio = train(nets, lambda p: torch.optim.Adam(p, lr=0.01), x, y, steps=5)
    optimizer = torch.optim.Adam(alone.parameters(), lr=0.01)
    for _ in range(5):
        optimizer.zero_grad()
        F.mse_loss(alone(x[1]).squeeze(-1), y[1]).backward()
        optimizer.step()
    expected = F.mse_loss(alone(x[1]).squeeze(-1), y[1]) / y[1].var(correction=0)
    assert torch.allclose(ratio[1], expected.detach(), rtol=1e-9)


def test_default_weights_are_drawn_as_torchs_own():
    nets = DeepMLPs(40, "tanh", width=32, inner=2)
    linear = nn.Linear(32, 32)
    for mine, theirs in ((nets.weights[1], linear.weight), (nets.biases[1], linear.bias)):
        assert mine.abs().max() <= 1 / math.sqrt(32)
        assert theirs.abs().max() <= 1 / math.sqrt(32)
        assert mine.abs().max() > 0.97 / math.sqrt(32)
    assert math.isclose(nets.weights[1].var().item(), 1 / 96, rel_tol=0.03)


@pytest.mark.parametrize("gain", [1.0, 5 / 3])
def test_other_weights_have_their_gain(gain):
    nets = DeepMLPs(40, "tanh", width=32, inner=2, gain=gain)
    assert math.isclose(nets.weights[1].std().item(), gain / math.sqrt(32), rel_tol=0.03)
    assert not nets.biases[1].any()


def test_batch_norm_is_torchs_own_without_scale_and_shift():
    nets = DeepMLPs(2, "sigmoid", width=6, inner=1, inputs=5, batch_norm=True, dtype=torch.float64)
    x, _ = pirates(2, 7, inputs=5, dtype=torch.float64)
    norm = nn.BatchNorm1d(6, affine=False).double()
    expected = torch.sigmoid(norm(x[0] @ nets.weights[0][0]))  # the bias cancels
    assert torch.allclose(nets.hidden(x)[0][0], expected)


def test_a_skip_adds_the_layer_below():
    nets = DeepMLPs(1, "relu", width=3, inner=1, inputs=2, skip=True)
    with torch.no_grad():
        nets.weights[1].zero_()
        nets.biases[1].fill_(-1)
    first, second = nets.hidden(torch.randn(1, 4, 2))
    assert torch.equal(first, second)


def test_depth_is_measured_against_differences():
    nets = DeepMLPs(2, "tanh", width=4, inner=3, inputs=5, dtype=torch.float64)
    x, _ = pirates(2, 6, inputs=5, dtype=torch.float64)
    signal, gradient = by_depth(nets, x)
    assert signal.shape == gradient.shape == (4, 2)
    last = nets.hidden(x)[-1]
    assert torch.allclose(signal[-1], (last - last.mean(1, keepdim=True)).square().mean((1, 2)).sqrt())
    assert torch.allclose(gradient[-1], nets.weights[-1].square().mean((1, 2)).sqrt())

    def rest(h):
        """The output from what leaves the second activation on."""
        for at in (2, 3):
            h = torch.tanh(h @ nets.weights[at] + nets.biases[at])
        return nets.output(h)

    h, step = nets.hidden(x)[1].detach(), 1e-6
    moved = [(rest(h + step * unit) - rest(h - step * unit)) / (2 * step) for unit in torch.eye(4, dtype=torch.float64)]
    assert torch.allclose(gradient[1], torch.stack(moved).square().mean((0, 2)).sqrt(), rtol=1e-6)


def test_targets_are_standard_and_a_linear_model_fits_them():
    x, y = pirates(3, 100, inputs=5, dtype=torch.float64)
    assert y.mean(1).abs().max() < 1e-14
    assert torch.allclose(y.var(1, correction=0), torch.ones(3, dtype=torch.float64))
    features = torch.cat([x, torch.ones(3, 100, 1, dtype=torch.float64)], 2)
    fit = torch.linalg.lstsq(features, y.unsqueeze(-1)).solution
    assert torch.allclose((features @ fit).squeeze(-1), y)


def test_the_loss_of_the_mean_is_the_variance():
    nets = DeepMLPs(1, "relu", width=2, inner=1, inputs=3, dtype=torch.float64)
    with torch.no_grad():
        nets.weights[-1].zero_()
        nets.biases[-1].zero_()
    x, y = pirates(1, 9, inputs=3, dtype=torch.float64)
    assert torch.allclose(squared_error(nets, x, y), y.var(1, correction=0))


def test_an_unknown_activation_is_refused():
    with pytest.raises(ValueError, match="'gelu', not one of sigmoid, tanh, relu"):
        DeepMLPs(1, "gelu")
