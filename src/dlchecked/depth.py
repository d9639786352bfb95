"""Signal and gradient across many layers, for several networks at once.

The gradient with respect to an early layer's output is a product with one Jacobian for each later layer. For
independent weights of mean 0 and standard deviation gain / √width, each linear layer multiplies the expected squared
norm by gain²; on the gradient's exponential decay or growth see Pascanu, Mikolov and Bengio, "On the difficulty of
training recurrent neural networks", ICML 2013, section 2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F

Activation = Callable[[torch.Tensor], torch.Tensor]


def random_weights(networks: int, depth: int, width: int, gain: float | torch.Tensor) -> torch.Tensor:
    """Normal weights with standard deviation gain / √width, in double precision.

    Args:
        networks: how many networks.
        depth: layers of each.
        width: units of each layer.
        gain: one for all networks, or one for each, shape (networks,).

    Returns:
        (networks, depth, width, width); ``weights[i, l] @ x`` is layer l of network i.

    Raises:
        ValueError: if the gains are not one for each network.
    """
    gains = torch.as_tensor(gain, dtype=torch.double)
    if gains.dim() and gains.shape != (networks,):
        raise ValueError(f"a gain for each of {networks} networks has shape ({networks},), not {tuple(gains.shape)}")
    weights = torch.randn(networks, depth, width, width, dtype=torch.double) / width**0.5
    scaled: torch.Tensor = gains.reshape(-1, 1, 1, 1) * weights
    return scaled


def outputs(weights: torch.Tensor, x: torch.Tensor, activation: Activation | None = None) -> torch.Tensor:
    """What the networks compute.

    Args:
        weights: (networks, depth, width, width).
        x: (networks, samples, width).
        activation: after each layer but the last; none for linear networks.

    Returns:
        (networks, samples, width).
    """
    depth = weights.shape[1]
    for layer in range(depth):
        x = x @ weights[:, layer].mT
        if activation is not None and layer < depth - 1:
            x = activation(x)
    return x


def log_gradient_norms(weights: torch.Tensor) -> torch.Tensor:
    """How the gradient's norm changes on its way back through linear layers.

    Args:
        weights: (networks, depth, width, width).

    Returns:
        (networks, depth + 1): the natural logarithm of the norm after 0, 1, … depth layers, counted from the output,
        for a random gradient of norm 1 at the output.
    """
    networks, depth, width, _ = weights.shape
    gradient = F.normalize(torch.randn(networks, 1, width, dtype=weights.dtype), dim=-1)
    norms = [gradient.norm(dim=-1)]
    for layer in reversed(range(depth)):
        gradient = gradient @ weights[:, layer]
        norms.append(gradient.norm(dim=-1))
    return torch.cat(norms, dim=1).log()


@dataclass(frozen=True)
class Passes:
    """Norms by layer in one forward and one backward pass; each (networks, depth), the first layer first.

    Attributes:
        signal: of what enters the layer.
        backward: of the gradient with respect to what leaves it.
        weight: of the gradient with respect to its weights.
    """

    signal: torch.Tensor
    backward: torch.Tensor
    weight: torch.Tensor


def passes(weights: torch.Tensor, activation: Activation | None = None) -> Passes:
    """What a standard normal input and a standard normal gradient at the output are on their ways through the networks.

    Args:
        weights: (networks, depth, width, width).
        activation: as for `outputs`.
    """
    networks, depth, width, _ = weights.shape
    layers = [weights[:, layer].detach().requires_grad_() for layer in range(depth)]
    values = [torch.randn(networks, 1, width, dtype=weights.dtype)]
    for layer, weight in enumerate(layers):
        z = values[-1] @ weight.mT
        values.append(activation(z) if activation is not None and layer < depth - 1 else z)
    gradients = torch.autograd.grad(values[-1], [*values[1:], *layers], torch.randn_like(values[-1]))

    def norms(tensors: Sequence[torch.Tensor]) -> torch.Tensor:
        return torch.stack([each.detach().flatten(1).norm(dim=1) for each in tensors], dim=1)

    return Passes(norms(values[:-1]), norms(gradients[:depth]), norms(gradients[depth:]))


def sensitivity(
    weights: torch.Tensor, activation: Activation | None = None, step: float = 1e-8, samples: int = 1
) -> torch.Tensor:
    """How far the outputs move for a small move of the input, by two forward passes and no gradient.

    Args:
        weights: (networks, depth, width, width).
        activation: as for `outputs`.
        step: length of the move, in a random direction, from a standard normal input. Small, for networks whose signal
            explodes soon saturate, but not so small that rounding loses it.
        samples: inputs for each network.

    Returns:
        (networks,): the distance between the two outputs divided by the step, averaged over the inputs.

    Raises:
        ValueError: if the step is not above the rounding unit of the weights' dtype, so that it would be lost.
    """
    if not step > (lost := torch.finfo(weights.dtype).eps):
        raise ValueError(f"in {weights.dtype} a step has to be well above {lost:.1g}, not {step:g}")
    networks, _, width, _ = weights.shape
    x = torch.randn(networks, samples, width, dtype=weights.dtype)
    direction = F.normalize(torch.randn_like(x), dim=-1)
    moved = outputs(weights, x + step * direction, activation) - outputs(weights, x, activation)
    distances: torch.Tensor = moved.norm(dim=-1)
    return distances.mean(dim=1) / step


@dataclass(frozen=True)
class Training:
    """What an onlooker sees of a training run who looks at no gradient.

    Attributes:
        losses: (networks, steps + 1), before the first update and after each.
        first_layer_change: (networks, steps + 1), how far the first layer's weights are from where they began, as a
            share of their norm there.
    """

    losses: torch.Tensor
    first_layer_change: torch.Tensor


def train(
    weights: torch.Tensor,
    optimizer: Callable[[Iterable[torch.Tensor]], torch.optim.Optimizer],
    steps: int,
    activation: Activation | None = None,
    samples: int = 32,
) -> Training:
    """Train each network on its own random data to tell whether the first input is positive.

    The first output is the logit; the loss is the binary cross-entropy, averaged over a network's samples. Networks
    do not influence each other as long as the optimizer works entry by entry, as SGD and Adam do.

    Args:
        weights: (networks, depth, width, width), left as they are.
        optimizer: makes an optimizer of parameters, as in ``lambda p: torch.optim.SGD(p, lr=0.1)``.
        steps: number of full-batch updates.
        activation: as for `outputs`.
        samples: standard normal inputs for each network.

    Returns:
        The course of the losses and of the first layer's weights.
    """
    x = torch.randn(weights.shape[0], samples, weights.shape[-1], dtype=weights.dtype)
    is_positive = (x[..., 0] > 0).to(x)
    trained = weights.clone().requires_grad_(True)
    chosen = optimizer([trained])
    losses, changes = [], []
    for step in range(steps + 1):
        logits = outputs(trained, x, activation)[..., 0]
        loss = F.binary_cross_entropy_with_logits(logits, is_positive, reduction="none").mean(dim=1)
        losses.append(loss.detach())
        moved = (trained.detach() - weights)[:, 0].flatten(1).norm(dim=1)
        changes.append(moved / weights[:, 0].flatten(1).norm(dim=1))
        if step < steps:
            (trained.grad,) = torch.autograd.grad(loss.sum(), trained)
            chosen.step()
    return Training(torch.stack(losses, dim=1), torch.stack(changes, dim=1))
