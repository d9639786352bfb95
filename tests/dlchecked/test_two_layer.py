import pytest
import torch
import torch.nn.functional as F

from dlchecked.finite_differences import gradient
from dlchecked.two_layer import RELU, SIGMOID, TANH, Network, draw, forward, gradients, loss

ACTIVATIONS = {"tanh": TANH, "sigmoid": SIGMOID, "relu": RELU}


@pytest.mark.parametrize("sigmoid", [False, True])
@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("sizes", [(1, 1, 1), (1, 4, 3), (6, 1, 3), (6, 4, 1), (7, 5, 2)])
def test_derivatives_are_autograds(sigmoid, name, sizes):
    phi = ACTIVATIONS[name]
    samples, inputs, hidden = sizes
    net, X, y = draw(0, samples, inputs, hidden, phi)
    tensors = [t.requires_grad_() for t in (*net, X)]
    found = gradients(net, X, y, phi, 0.3, sigmoid)
    expected = torch.autograd.grad(loss(net, X, y, phi, 0.3, sigmoid), tensors)
    for ours, theirs in zip(found, expected, strict=True):
        assert ours.shape == theirs.shape
        assert torch.allclose(ours, theirs, atol=1e-13, rtol=1e-13)


@pytest.mark.parametrize("sigmoid", [False, True])
def test_derivatives_are_finite_differences(sigmoid):
    net, X, y = draw(3)
    found = gradients(net, X, y, TANH, 0.3, sigmoid)
    for name, tensor in net._asdict().items():
        near = gradient(lambda t, name=name: loss(net._replace(**{name: t}), X, y, TANH, 0.3, sigmoid), tensor, 1e-5)
        assert torch.allclose(near, getattr(found, name), atol=1e-6)
    near = gradient(lambda t: loss(net, t, y, TANH, 0.3, sigmoid), X, 1e-5)
    assert torch.allclose(near, found.X, atol=1e-6)


def test_the_loss_is_torchs():
    net, X, y = draw(1)
    out = forward(net, X, TANH).out
    assert torch.allclose(loss(net, X, y, TANH, 0), F.binary_cross_entropy(out, y))
    assert torch.allclose(loss(net, X, y, TANH, 0, sigmoid=True), F.binary_cross_entropy(torch.sigmoid(out), y))
    penalty = loss(net, X, y, TANH, 4.0) - loss(net, X, y, TANH, 0.0)
    assert torch.allclose(penalty, 2 * (net.W1.norm() ** 2 + net.W2.norm() ** 2))


def test_soft_labels_are_allowed():
    net, X, _ = draw(1)
    out = forward(net, X, TANH).out.detach()
    assert gradients(net, X, out, TANH, 0.0).W2.abs().max() == 0


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("hidden", [1, 3])
def test_drawn_outputs_are_probabilities(name, hidden):
    for seed in range(20):
        net, X, y = draw(seed, hidden=hidden, phi=ACTIVATIONS[name])
        out = forward(net, X, ACTIVATIONS[name]).out
        assert 0.1 - 1e-12 <= float(out.min()) <= float(out.max()) <= 0.9 + 1e-12
        assert set(y.tolist()) == {0.0, 1.0}


@pytest.mark.parametrize("shape", [(6, 3), (4,), (2, 6, 4)])
def test_samples_that_are_no_rows_are_refused(shape):
    net, _, _ = draw(0)
    with pytest.raises(ValueError, match=r"samples are rows: .* is not \(N, 4\)"):
        forward(net, torch.zeros(shape), TANH)


@pytest.mark.parametrize("function", [loss, gradients])
@pytest.mark.parametrize("out", [-0.5, 0.0, 1.0, 1.5])
def test_outputs_that_are_no_probabilities_are_refused(function, out):
    net = Network(torch.zeros(2, 1), torch.zeros(2), torch.zeros(1, 2), torch.tensor([out]))
    X, y = torch.ones(1, 1), torch.ones(1)
    with pytest.raises(ValueError, match=f"not for {out:.3g}: put a sigmoid"):
        function(net, X, y, TANH, 0.0)
    function(net, X, y, TANH, 0.0, sigmoid=True)
