"""Deep multilayer perceptrons, many side by side, and how signal and gradient fare in them by depth.

A leading dimension holds independent networks, one for each seed, so that one run trains all of them. The loss is
summed over it; an optimizer that works entry by entry (SGD, momentum, Adam) then trains each network as if alone.

With weights of mean 0 and variance v, drawn afresh for each layer, the mean square of a gradient changes by about the
factor ``width · v · E[φ'²]`` from layer to layer (Glorot and Bengio, "Understanding the difficulty of training deep
feedforward neural networks", AISTATS 2010, equations 5 and 6; He et al., "Delving Deep into Rectifiers", ICCV 2015,
section 2.2). torch's default, v = 1 / (3 · width), makes that a third of E[φ'²].
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import torch
from torch import nn

Optimizer = Callable[[Iterable[nn.Parameter]], torch.optim.Optimizer]

ACTIVATIONS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
}
"""The activations by name."""


class DeepMLPs(nn.Module):
    """Independent networks of one architecture: a first layer, `inner` layers of one width, and a linear output.

    An activation follows each layer but the last, so that there are inner + 1 of them.
    """

    def __init__(
        self,
        count: int,
        activation: str,
        width: int = 32,
        inner: int = 24,
        inputs: int = 42,
        gain: float | None = None,
        shared: bool = False,
        batch_norm: bool = False,
        skip: bool = False,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        """Draw the weights.

        Args:
            count: number of networks.
            activation: a name in ACTIVATIONS.
            width: units of each hidden layer.
            inner: number of layers from width to width.
            inputs: number of features of a sample.
            gain: weights are normal with standard deviation gain / √fan_in, biases 0; without a gain, both are drawn
                as nn.Linear draws them, uniformly up to 1 / √fan_in.
            shared: whether all inner layers are one layer, applied again and again, as in ``[layer] * inner``.
            batch_norm: whether what enters an activation is first normalised over the batch (without scale and
                shift).
            skip: whether what enters an inner layer is added to what leaves its activation.
            dtype: of the weights.

        Raises:
            ValueError: if the activation is unknown.
        """
        super().__init__()
        if activation not in ACTIVATIONS:
            raise ValueError(f"activation is {activation!r}, not one of {', '.join(ACTIVATIONS)}")
        self.activation = ACTIVATIONS[activation]
        self.batch_norm = batch_norm
        self.skip = skip
        self.inner = inner
        sizes = [(inputs, width)] + [(width, width)] * (min(inner, 1) if shared else inner) + [(width, 1)]
        self.weights = nn.ParameterList()
        self.biases = nn.ParameterList()
        for fan_in, fan_out in sizes:
            weight = torch.empty(count, fan_in, fan_out, dtype=dtype)
            bias = torch.zeros(count, 1, fan_out, dtype=dtype)
            if gain is None:
                weight.uniform_(-1, 1).div_(math.sqrt(fan_in))
                bias.uniform_(-1, 1).div_(math.sqrt(fan_in))
            else:
                weight.normal_().mul_(gain / math.sqrt(fan_in))
            self.weights.append(weight)
            self.biases.append(bias)

    def hidden(self, x: torch.Tensor) -> list[torch.Tensor]:
        """What leaves each activation, or each skip, first to last.

        Args:
            x: (count, N, inputs).

        Returns:
            inner + 1 tensors (count, N, width).
        """
        found: list[torch.Tensor] = []
        for layer in range(self.inner + 1):
            at = min(layer, len(self.weights) - 2)
            z = torch.baddbmm(self.biases[at], found[-1] if found else x, self.weights[at])
            if self.batch_norm:
                z = z - z.mean(1, keepdim=True)
                z = z * (z.square().mean(1, keepdim=True) + 1e-5).rsqrt()
            h = self.activation(z)
            found.append(found[-1] + h if self.skip and found else h)
        return found

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(count, N, inputs) to (count, N)."""
        return self.output(self.hidden(x)[-1])

    def output(self, h: torch.Tensor) -> torch.Tensor:
        """The last layer alone: (count, N, width) to (count, N)."""
        return torch.baddbmm(self.biases[-1], h, self.weights[-1]).squeeze(-1)


def pirates(count: int, samples: int, inputs: int = 42, dtype: torch.dtype = torch.float32) -> tuple[torch.Tensor, ...]:
    """Data that a linear model fits: for each of `count` networks, standard normal inputs and a weighted sum of them.

    Returns:
        x, (count, samples, inputs), and y, (count, samples), of mean 0 and (population) variance 1.
    """
    x = torch.randn(count, samples, inputs, dtype=dtype)
    y = (x @ torch.randn(count, inputs, 1, dtype=dtype)).squeeze(-1)
    y = y - y.mean(1, keepdim=True)
    return x, y / y.std(1, correction=0, keepdim=True)


def squared_error(nets: DeepMLPs, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """The mean over samples of (prediction − y)², one for each network."""
    errors: torch.Tensor = nets(x) - y
    return errors.square().mean(1)


def train(nets: DeepMLPs, optimizer: Optimizer, x: torch.Tensor, y: torch.Tensor, steps: int) -> torch.Tensor:
    """Full-batch training on the mean squared error, in place.

    Returns:
        The loss of each network after the last step, over the (population) variance of its targets: 1 for the best
        constant prediction. (count,)
    """
    chosen = optimizer(nets.parameters())
    for _ in range(steps):
        chosen.zero_grad()
        squared_error(nets, x, y).sum().backward()  # type: ignore[no-untyped-call]
        chosen.step()
    with torch.no_grad():
        return squared_error(nets, x, y) / y.var(1, correction=0)


def gradient_norms(nets: DeepMLPs, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """The norm of the loss's gradient by each weight matrix: (distinct layers, count)."""
    grads = torch.autograd.grad(squared_error(nets, x, y).sum(), list(nets.weights))
    # In double precision: the square of 1e-22 underflows in single.
    return torch.stack([grad.double().flatten(1).norm(dim=1) for grad in grads])


def by_depth(nets: DeepMLPs, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Signal and gradient after each activation, first to last.

    Returns:
        The root mean square, over units and samples, of how far a unit is from its own mean over the samples, and that
        of the derivative of the output by a unit. (inner + 1, count) each.
    """
    hidden = nets.hidden(x)
    grads = torch.autograd.grad(nets.output(hidden[-1]).sum(), hidden)
    signal = [h.double().var(1, correction=0).mean(1).sqrt() for h in hidden]
    gradient = [grad.double().square().mean((1, 2)).sqrt() for grad in grads]
    return torch.stack(signal).detach(), torch.stack(gradient)
