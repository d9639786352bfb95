"""The largest curvature of a network's loss, its sharpness, along the path of full-batch gradient descent.

On a quadratic a learning rate η diverges if the sharpness is above 2/η. Networks change their sharpness while they
train: it rises until it is about 2/η and stays there (Cohen et al., "Gradient Descent on Neural Networks Typically
Occurs at the Edge of Stability", ICLR 2021). If it begins somewhat above, the loss first rises, and the path ends where
it is lower (Lewkowycz et al., "The Large Learning Rate Phase of Deep Learning: the Catapult Mechanism", 2020).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch
from torch.func import grad, jacrev, vmap

Loss = Callable[[torch.Tensor], torch.Tensor]


def small_networks(count: int, samples: int = 32, inputs: int = 4, hidden: int = 16) -> tuple[torch.Tensor, Loss]:
    """Networks with one layer of tanh units, and the loss of one of them on a regression that all share.

    Returns:
        Their parameters, (count, inputs · hidden + 2 · hidden), in double precision, and half the mean squared error as
        a function of a row of them. The targets have mean 0 and variance 1.
    """
    x = torch.randn(samples, inputs, dtype=torch.double)
    y = torch.sin(2 * x[:, 0]) + x[:, 1] * x[:, 2]
    y = (y - y.mean()) / y.std(correction=0)
    first = torch.randn(count, inputs * hidden, dtype=torch.double) / inputs**0.5
    last = torch.randn(count, hidden, dtype=torch.double) / hidden**0.5

    def loss(theta: torch.Tensor) -> torch.Tensor:
        weights, biases, out = torch.split(theta, [inputs * hidden, hidden, hidden])
        predicted = torch.tanh(x @ weights.reshape(inputs, hidden) + biases) @ out
        half: torch.Tensor = (predicted - y).square().mean() / 2
        return half

    return torch.cat([first, torch.zeros_like(last), last], dim=1), loss


def gradient_descent(loss: Loss, theta: torch.Tensor, rates: Iterable[float]) -> tuple[torch.Tensor, torch.Tensor]:
    """Full-batch gradient descent of each network by itself.

    Args:
        loss: of the parameters of one network.
        theta: (count, d), the parameters of each.
        rates: the learning rate of each step.

    Returns:
        The parameters after the last step, and the losses before each step, (count, steps).
    """
    slopes, value = vmap(grad(loss)), vmap(loss)
    losses = []
    for rate in rates:
        losses.append(value(theta))
        theta = theta - rate * slopes(theta)
    return theta, torch.stack(losses, dim=1)


def sharpness(loss: Loss, theta: torch.Tensor) -> torch.Tensor:
    """The largest eigenvalue of the Hessian of each network, (count,), at ``theta`` of shape (count, d)."""
    largest: torch.Tensor = torch.linalg.eigvalsh(vmap(jacrev(grad(loss)))(theta))[:, -1]
    return largest


def two_layer_catapult(
    times: float, networks: int, width: int, steps: int
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Gradient descent on ½f², f = u·v/√width, with a rate that is ``times`` one over the first curvature.

    At f = 0 the loss has one curvature that is not 0, (|u|² + |v|²)/width. The model of Lewkowycz et al. 2020,
    section 2.1.

    Returns:
        The losses, (networks, steps + 1); the learning rates and the last curvatures, (networks,) each.
    """
    u, v = torch.randn(2, networks, width, dtype=torch.double)

    def curvature(u: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
        total: torch.Tensor = (u.square() + v.square()).sum(1)
        return total / width

    rate = times / curvature(u, v)
    losses = []
    for _ in range(steps + 1):
        f = (u * v).sum(1) / width**0.5
        losses.append(f.square() / 2)
        move = (rate * f / width**0.5)[:, None]
        u, v = u - move * v, v - move * u
    return torch.stack(losses, dim=1), rate, curvature(u, v)
