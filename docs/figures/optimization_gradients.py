"""Figures on implicit differentiation and on deep networks' gradients, drawn from the functions that checks use."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from dlchecked.bilevel import argmin, ridge
from dlchecked.depth import log_gradient_norms, random_weights, train
from figures.palette import C1, C2, C3, FG, MUTED, WIDTH


def validation_tangents() -> Figure:
    """Validation loss by the logarithm of a ridge penalty, with slopes from implicit differentiation."""
    torch.manual_seed(0)
    x, x_other = torch.randn(2, 12, 10, dtype=torch.double)
    weights = torch.randn(10, dtype=torch.double)
    targets = x @ weights + 2 * torch.randn(12, dtype=torch.double)
    targets_other = x_other @ weights + 2 * torch.randn(12, dtype=torch.double)
    objective, closed_form = ridge(x, targets)

    def loss(log_penalty: torch.Tensor) -> torch.Tensor:
        fitted = argmin(objective, closed_form, log_penalty[:, None])
        return (fitted @ x_other.mT - targets_other).square().mean(dim=1)

    along = torch.linspace(-3, 10, 100, dtype=torch.double)
    figure, axes = plt.subplots()
    axes.plot(along, loss(along), color=C1, label="validation loss")
    touching = torch.tensor([0.0, 3.0, 5.5], dtype=torch.double, requires_grad=True)
    values = loss(touching)
    (slopes,) = torch.autograd.grad(values.sum(), touching)
    for i, (at, value, slope) in enumerate(zip(touching.tolist(), values.tolist(), slopes.tolist(), strict=True)):
        reach = torch.tensor([-1.3, 1.3])
        label = "implicit slope" if i == 0 else None
        axes.plot(at + reach, value + slope * reach, color=C2, linestyle="--", label=label)
        axes.plot([at], [value], "o", color=C2, markersize=5)
    axes.set(xlabel="logarithm of the penalty", ylabel="loss")
    axes.legend(loc="upper right")
    return figure


def remedies() -> Figure:
    """The backpropagated signal at the first of thirty tanh layers over that at the last, with each remedy."""
    figure, axes = plt.subplots(figsize=(WIDTH, 3.3))
    axes.axvline(1, color=MUTED, linewidth=0.8, linestyle=":")
    for row, layer in enumerate(_LAYERS.values()):
        for gain, above, colour, marker in ((0.5, 0.1, C1, "o"), (3.0, -0.1, C2, "s")):
            axes.plot(_first_over_last(layer, gain), row - above, marker, color=colour, markersize=8, alpha=0.85)
    axes.text(2e-10, 0.45, "weights too small", color=FG)
    axes.text(1e6, 0.55, "too large", color=FG, ha="right")
    axes.set(xscale="log", xlabel="signal at the first layer / at the last", xlim=(1e-10, 1e6))
    axes.set_yticks(range(len(_LAYERS)), list(_LAYERS))
    axes.set_xticks([1e-9, 1e-6, 1e-3, 1, 1e3])
    axes.invert_yaxis()
    axes.minorticks_off()
    return figure


_Layer = Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]


def _batch_norm(z: torch.Tensor) -> torch.Tensor:
    z = z - z.mean(dim=1, keepdim=True)
    return z / z.square().mean(dim=1, keepdim=True).sqrt()


def _gated(y: torch.Tensor, z: torch.Tensor, gate: torch.Tensor) -> torch.Tensor:
    share = torch.sigmoid(y @ gate - 2)
    return (1 - share) * y + share * z.tanh()


_LAYERS: dict[str, _Layer] = {
    "none": lambda y, z, gate: z.tanh(),
    "skips": lambda y, z, gate: y + z.tanh(),
    "batch norm": lambda y, z, gate: _batch_norm(z).tanh(),
    "layer norm": lambda y, z, gate: F.layer_norm(z, z.shape[-1:]).tanh(),
    "gating": _gated,
}


def _first_over_last(layer: _Layer, gain: float) -> float:
    """The median over 20 networks, as the check of the same question draws them."""
    torch.manual_seed(0)
    outputs = [torch.randn(20, 8, 32).double().requires_grad_()]
    for _ in range(30):
        weights, gate = torch.randn(2, 20, 32, 32).double() / 32**0.5
        outputs.append(layer(outputs[-1], outputs[-1] @ (gain * weights), gate))
    at_last = torch.randn_like(outputs[-1])
    (at_first,) = torch.autograd.grad(outputs[-1], outputs[1], at_last)
    first, last = (gradient.flatten(1).norm(dim=1) for gradient in (at_first, at_last))
    return float((first / last).median())


_GAINS = ((2.0, C2, "--"), (1.0, C1, "-"), (0.5, C3, "-."))


def norm_by_depth() -> Figure:
    """Norm of the gradient by the number of random linear layers passed, for three gains."""
    figure, axes = plt.subplots()
    for gain, colour, line in _GAINS:
        torch.manual_seed(0)
        norms = log_gradient_norms(random_weights(networks=5, depth=30, width=64, gain=gain)).exp()
        for network in norms:
            axes.plot(network, line, color=colour, linewidth=1.2)
        axes.annotate(f"gain {gain:g}", (30, norms[:, -1].mean()), xytext=(5, -3), textcoords="offset points")
    axes.set(yscale="log", xlabel="layers passed", ylabel="norm of the gradient", xlim=(0, 37))
    axes.set_xticks([0, 10, 20, 30])
    axes.minorticks_off()
    return figure


def chain_of_ten() -> Figure:
    """The derivatives with respect to the weights of ten layers of one unit, without biases and with."""
    layers = list(range(1, 11))
    figure, axes = plt.subplots()
    for weight, colour in ((10.0, C2), (0.1, C1)):
        axes.plot(layers, [weight**9 for _ in layers], "--", color=colour)
        axes.plot(layers, [weight ** (10 - layer) for layer in layers], "-o", color=colour, markersize=5)
    axes.text(10, 1e10, "weights 10, no biases", ha="right")
    axes.text(3.3, 1e4, "with biases", ha="right")
    axes.text(10, 3e-9, "weights 0.1, no biases", ha="right")
    axes.text(3.3, 1e-5, "with biases", ha="right")
    axes.set(yscale="log", xlabel="layer", ylabel="derivative w.r.t. its weight", ylim=(1e-11, 1e12))
    axes.set_xticks([1, 4, 7, 10])
    axes.set_yticks([1e-9, 1, 1e9], ["10⁻⁹", "1", "10⁹"])
    axes.minorticks_off()
    return figure


def loss_by_gain() -> Figure:
    """Loss by step of training for twelve linear layers with three gains."""
    torch.manual_seed(0)
    gains = torch.tensor([0.3, 1, 2]).repeat_interleave(5)
    weights = random_weights(networks=15, depth=12, width=24, gain=gains)
    losses = train(weights, lambda p: torch.optim.SGD(p, lr=0.05), steps=30, samples=32).losses
    losses[losses > 1e9] = 1e9  # above the picture, and NaN stays
    figure, axes = plt.subplots()
    for name, runs, (_, colour, line) in zip(("0.3", "1", "2"), losses.split(5), reversed(_GAINS), strict=True):
        for i, run in enumerate(runs):
            label = f"gain {name}" if i == 0 else None
            axes.plot(run, line, color=colour, linewidth=1.2, label=label)
    axes.set(yscale="log", xlabel="step", ylabel="loss", ylim=(1e-3, 1e4))
    axes.minorticks_off()
    axes.legend(loc="upper right")
    return figure
