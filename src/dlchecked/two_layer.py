"""A network of two layers for binary classification, and the derivatives of its loss by hand.

The network maps x to ``W2 φ(W1 x + b1) + b2``, a single number. Its loss is the mean binary cross-entropy plus λ/2
times the squared Frobenius norms of both matrices. Backpropagation as in Rumelhart, Hinton and Williams, "Learning
representations by back-propagating errors", Nature 323, 1986. Samples are rows, so that a layer is ``X Wᵀ + b``.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F


class Activation(NamedTuple):
    """An activation function and its derivative, both element by element."""

    value: Callable[[torch.Tensor], torch.Tensor]
    slope: Callable[[torch.Tensor], torch.Tensor]


TANH = Activation(torch.tanh, lambda z: 1 - torch.tanh(z) ** 2)
SIGMOID = Activation(torch.sigmoid, lambda z: torch.sigmoid(z) * (1 - torch.sigmoid(z)))
RELU = Activation(torch.relu, lambda z: (z > 0).to(z.dtype))


class Network(NamedTuple):
    """The parameters: W1 (H, D), b1 (H,), W2 (1, H), b2 (1,)."""

    W1: torch.Tensor
    b1: torch.Tensor
    W2: torch.Tensor
    b2: torch.Tensor


class Pass(NamedTuple):
    """What a forward pass computes of N samples: z and h (N, H), out (N,)."""

    z: torch.Tensor
    h: torch.Tensor
    out: torch.Tensor


class Gradients(NamedTuple):
    """Derivatives of the loss, each of the shape of what it is taken by; that by the inputs is (N, D)."""

    W1: torch.Tensor
    b1: torch.Tensor
    W2: torch.Tensor
    b2: torch.Tensor
    X: torch.Tensor


def forward(net: Network, X: torch.Tensor, phi: Activation) -> Pass:
    """The network's values at the rows of X, which is (N, D).

    Raises:
        ValueError: if X has not as many columns as W1.
    """
    if X.dim() != 2 or X.shape[1] != net.W1.shape[1]:
        raise ValueError(f"samples are rows: X of shape {tuple(X.shape)} is not (N, {net.W1.shape[1]})")
    z = X @ net.W1.T + net.b1
    h = phi.value(z)
    return Pass(z, h, (h @ net.W2.T + net.b2).squeeze(1))


def loss(
    net: Network, X: torch.Tensor, y: torch.Tensor, phi: Activation, weight: float, sigmoid: bool = False
) -> torch.Tensor:
    """Mean binary cross-entropy, plus ``weight / 2`` times the squared norms of W1 and W2.

    Args:
        net: the parameters.
        X: (N, D) inputs.
        y: (N,) labels, from 0 to 1.
        phi: the activation between the layers.
        weight: λ, the weight of the penalty.
        sigmoid: whether the output goes through a sigmoid first. Without, it is taken for a probability as it is.

    Raises:
        ValueError: if there is no sigmoid and an output lies outside (0, 1), where the loss is not defined.
    """
    out = forward(net, X, phi).out
    penalty = weight / 2 * (net.W1.square().sum() + net.W2.square().sum())
    if sigmoid:
        return F.binary_cross_entropy_with_logits(out, y) + penalty
    _must_be_probabilities(out)
    return (-y * out.log() - (1 - y) * (1 - out).log()).mean() + penalty


def gradients(
    net: Network, X: torch.Tensor, y: torch.Tensor, phi: Activation, weight: float, sigmoid: bool = False
) -> Gradients:
    """The derivatives of ``loss`` by hand, without automatic differentiation; arguments and errors as there."""
    z, h, out = forward(net, X, phi)
    if sigmoid:
        delta = torch.sigmoid(out) - y
    else:
        _must_be_probabilities(out)
        delta = (out - y) / (out * (1 - out))
    delta = delta.unsqueeze(1) / len(X)  # (N, 1), the mean's 1/N included
    e = (delta @ net.W2) * phi.slope(z)  # (N, H)
    return Gradients(
        W1=e.T @ X + weight * net.W1,
        b1=e.sum(0),
        W2=delta.T @ h + weight * net.W2,
        b2=delta.sum(0),
        X=e @ net.W1,
    )


def draw(
    seed: int, samples: int = 6, inputs: int = 4, hidden: int = 3, phi: Activation = TANH
) -> tuple[Network, torch.Tensor, torch.Tensor]:
    """A random network in double precision with its data: X (samples, inputs) and labels of 0 and 1.

    The second layer is scaled so that the outputs at X lie between 0.1 and 0.9: the cross-entropy is then defined
    without a sigmoid.
    """
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> torch.Tensor:
        return torch.randn(shape, generator=generator, dtype=torch.float64)

    X, y = normal(samples, inputs), torch.arange(samples) % 2
    raw = Network(normal(hidden, inputs), normal(hidden), normal(1, hidden), torch.full((1,), 0.5).double())
    reach = raw.W2.abs().sum() * forward(raw, X, phi).h.abs().max().clamp(min=1)
    return raw._replace(W2=raw.W2 * 0.4 / reach), X, y.double()


def _must_be_probabilities(out: torch.Tensor) -> None:
    outside = out[(out <= 0) | (out >= 1)]
    if len(outside):
        raise ValueError(
            f"the cross-entropy is defined for outputs between 0 and 1, not for {float(outside[0]):.3g}: "
            "put a sigmoid on the output (sigmoid=True)"
        )
