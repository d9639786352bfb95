import pytest
import torch
from torch import nn

from dlchecked.sharpness import gradient_descent, sharpness, small_networks, two_layer_catapult


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


def quadratic(theta):
    return (torch.tensor([1.0, 3.0, 5.0]).double() * theta**2).sum() / 2


def test_the_sharpness_of_a_quadratic_is_its_largest_curvature():
    assert sharpness(quadratic, torch.randn(4, 3).double()).tolist() == pytest.approx([5] * 4)


def test_descent_is_torchs_own_with_the_rate_of_each_step():
    rates = [0.1, 0.2, 0.3]
    theta, loss = small_networks(2)
    end, losses = gradient_descent(loss, theta, rates)
    assert losses.shape == (2, 3)
    for i in range(2):
        row = theta[i].clone().requires_grad_()
        for step, rate in enumerate(rates):
            value = loss(row)
            assert losses[i, step].item() == pytest.approx(value.item())
            (slope,) = torch.autograd.grad(value, row)
            row = (row - rate * slope).detach().requires_grad_()
        assert torch.allclose(end[i], row, atol=1e-12, rtol=0)


def test_a_rate_above_two_over_the_sharpness_diverges_on_a_quadratic_only():
    start = torch.ones(1, 3).double()
    _, below = gradient_descent(quadratic, start, [1.9 / 5] * 100)
    _, above = gradient_descent(quadratic, start, [2.1 / 5] * 100)
    assert below[0, -1] < below[0, 0] < above[0, -1]


def test_the_small_networks_are_torchs_layers():
    torch.manual_seed(3)
    theta, loss = small_networks(2)
    torch.manual_seed(3)
    x = torch.randn(32, 4, dtype=torch.double)
    y = torch.sin(2 * x[:, 0]) + x[:, 1] * x[:, 2]
    y = (y - y.mean()) / y.std(correction=0)
    net = nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Linear(16, 1, bias=False)).double()
    net[0].weight.data = theta[1, :64].reshape(4, 16).T.clone()
    net[0].bias.data = theta[1, 64:80].clone()
    net[2].weight.data = theta[1, 80:].clone()[None]
    expected = nn.functional.mse_loss(net(x)[:, 0], y) / 2
    assert loss(theta[1]).item() == pytest.approx(expected.item())


def test_the_catapult_is_gradient_descent_on_its_loss():
    torch.manual_seed(1)
    losses, rate, last = two_layer_catapult(times=3, networks=2, width=5, steps=4)
    torch.manual_seed(1)
    u, v = torch.randn(2, 2, 5, dtype=torch.double)

    def loss(theta):
        return ((theta[:5] @ theta[5:]) / 5**0.5) ** 2 / 2

    for i in range(2):
        first = (u[i].square() + v[i].square()).sum().item() / 5
        assert rate[i].item() == pytest.approx(3 / first)
        _, expected = gradient_descent(loss, torch.cat([u[i], v[i]])[None], [rate[i].item()] * 5)
        assert losses[i].tolist() == pytest.approx(expected[0].tolist())
    assert last.shape == (2,)
