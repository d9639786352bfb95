import math

import pytest
import torch
from torch import nn

from dlchecked.depth import log_gradient_norms, outputs, passes, random_weights, sensitivity, train


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


def as_module(weights, activation=None):
    """One network as torch's own layers."""
    layers = []
    for i, weight in enumerate(weights):
        linear = nn.Linear(*weight.shape, bias=False, dtype=weight.dtype)
        linear.weight.data.copy_(weight)
        layers += [linear] if activation is None or i == len(weights) - 1 else [linear, activation]
    return nn.Sequential(*layers)


def test_each_network_gets_its_gain():
    weights = random_weights(3, 50, 20, torch.tensor([0.5, 1, 2]))
    spread = weights.flatten(1).std(dim=1) * math.sqrt(20)
    assert spread.tolist() == pytest.approx([0.5, 1, 2], rel=0.03)


def test_gains_for_other_networks_are_refused():
    with pytest.raises(ValueError, match=r"shape \(3,\), not \(2,\)"):
        random_weights(3, 1, 1, torch.ones(2))


@pytest.mark.parametrize("activation", [None, nn.Tanh()])
def test_outputs_are_those_of_torchs_layers(activation):
    weights, x = random_weights(4, 5, 6, 1.0), torch.randn(4, 3, 6, dtype=torch.double)
    for i in range(4):
        expected = as_module(weights[i], activation)(x[i])
        assert torch.allclose(outputs(weights, x, activation)[i], expected, atol=1e-14, rtol=0)


def test_gradient_norms_are_autograds():
    weights = random_weights(2, 4, 5, 1.0)
    torch.manual_seed(1)
    logs = log_gradient_norms(weights)
    torch.manual_seed(1)
    at_output = nn.functional.normalize(torch.randn(2, 1, 5, dtype=torch.double), dim=-1)
    assert logs.shape == (2, 5)
    for passed in range(5):
        x = torch.randn(2, 1, 5, dtype=torch.double, requires_grad=True)
        (gradient,) = torch.autograd.grad(outputs(weights[:, 4 - passed :], x), x, at_output)
        assert torch.allclose(gradient.norm(dim=-1).log()[:, 0], logs[:, passed], atol=1e-13, rtol=0)


@pytest.mark.parametrize("activation", [None, nn.Tanh()])
def test_the_norms_of_both_passes_are_those_of_torchs_layers(activation):
    weights = random_weights(3, 4, 5, 1.0)
    torch.manual_seed(1)
    found = passes(weights, activation)
    torch.manual_seed(1)
    x = torch.randn(3, 1, 5, dtype=torch.double)
    at_output = torch.randn(3, 1, 5, dtype=torch.double)
    for i in range(3):
        net, into, out = as_module(weights[i], activation), [x[i]], []
        for step in net:
            value = step(into[-1])
            value.retain_grad()
            into.append(value)
        into[-1].backward(at_output[i])
        every = 1 if activation is None else 2  # modules of a layer; the last has no activation
        signal = [into[every * layer] for layer in range(4)]
        out = [into[min(every * (layer + 1), len(net))].grad for layer in range(4)]
        grads = [step.weight.grad for step in net if isinstance(step, nn.Linear)]
        for norms, tensors in ((found.signal, signal), (found.backward, out), (found.weight, grads)):
            assert norms[i].tolist() == pytest.approx([tensor.norm().item() for tensor in tensors], rel=1e-12)


def test_a_linear_layers_weight_gradient_is_the_product_of_signal_and_gradient():
    found = passes(random_weights(3, 4, 5, 2.0))
    assert torch.allclose(found.weight, found.signal * found.backward, atol=0, rtol=1e-12)


def test_sensitivity_is_the_norm_of_the_jacobian_along_the_direction():
    weights = random_weights(1, 3, 4, 1.0)
    torch.manual_seed(2)
    found = sensitivity(weights, torch.tanh, step=1e-7, samples=2)
    torch.manual_seed(2)
    x = torch.randn(1, 2, 4, dtype=torch.double)
    direction = nn.functional.normalize(torch.randn_like(x), dim=-1)
    net = as_module(weights[0], nn.Tanh())
    exact = [(torch.autograd.functional.jacobian(net, x[0, i]) @ direction[0, i]).norm().item() for i in range(2)]
    assert found.item() == pytest.approx(sum(exact) / 2, rel=1e-5)


def test_a_step_that_rounding_would_lose_is_refused():
    weights = random_weights(1, 2, 3, 1.0).float()
    with pytest.raises(ValueError, match="above 1e-07, not 1e-08"):
        sensitivity(weights, step=1e-8)


@pytest.mark.parametrize("optimizer", [torch.optim.SGD, torch.optim.Adam])
def test_networks_train_as_if_alone(optimizer):
    weights = random_weights(3, 2, 4, 1.0)
    torch.manual_seed(3)
    run = train(weights, lambda p: optimizer(p, lr=0.1), steps=4, activation=torch.tanh, samples=5)
    assert run.losses.shape == run.first_layer_change.shape == (3, 5)
    torch.manual_seed(3)
    x = torch.randn(3, 5, 4, dtype=torch.double)
    for i in range(3):
        net = as_module(weights[i], nn.Tanh())
        alone = optimizer(net.parameters(), lr=0.1)
        losses, moved = [], []
        for _ in range(5):
            alone.zero_grad()
            loss = nn.functional.binary_cross_entropy_with_logits(net(x[i])[:, 0], (x[i, :, 0] > 0).double())
            losses.append(loss.item())
            moved.append(((net[0].weight - weights[i, 0]).norm() / weights[i, 0].norm()).item())
            loss.backward()
            alone.step()
        assert run.losses[i].tolist() == pytest.approx(losses, abs=1e-12)
        assert run.first_layer_change[i].tolist() == pytest.approx(moved, abs=1e-12)


def test_training_leaves_the_given_weights():
    weights = random_weights(1, 2, 3, 1.0)
    before = weights.clone()
    train(weights, lambda p: torch.optim.SGD(p, lr=1), steps=2)
    assert torch.equal(weights, before)
