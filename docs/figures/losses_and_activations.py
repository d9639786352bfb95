"""Figures of the chapter on losses and activations, drawn from the functions that its checks use."""

from __future__ import annotations

import torch
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from dlchecked import deep_mlp
from dlchecked.deep_mlp import DeepMLPs, by_depth, pirates
from dlchecked.losses import cross_entropy, cross_entropy_slope, squared_error, squared_error_slope
from figures.palette import C1, C2, C3, C4, C5, MUTED, WIDTH


def losses_and_their_slopes() -> Figure:
    """Squared error and cross-entropy of label 1 against the logit, and how hard each pulls."""
    z = torch.linspace(-6, 6, 97, dtype=torch.float64)
    figure, (top, bottom) = plt.subplots(2, 1, figsize=(WIDTH, 4.6), sharex=True)
    for axes, squared, entropy in (
        (top, squared_error(z, 1), cross_entropy(z, 1)),
        (bottom, -squared_error_slope(z, 1), -cross_entropy_slope(z, 1)),
    ):
        axes.plot(z, entropy, color=C1, label="cross-entropy")
        axes.plot(z, squared, color=C2, linestyle="--", label="L2")
        axes.axvline(0, color=MUTED, linewidth=0.6)
    top.set(ylabel="loss")
    top.legend(loc="upper right")
    bottom.set(ylabel="minus its slope", xlabel="logit z of a sample with label 1", xticks=range(-6, 7, 2))
    return figure


def loss_by_step() -> Figure:
    """The training loss of the network that does not learn, and of one that does, for targets of mean 2, variance 1."""
    figure, axes = plt.subplots(figsize=(WIDTH, 3.2))
    for activation, width, gain, shared, colour, line, label, at in (
        ("sigmoid", 128, None, True, C2, "-", "the network of the question", 22),
        ("tanh", 32, 5 / 3, False, C4, "--", "tanh, larger weights", 26),
    ):
        torch.manual_seed(0)
        nets = DeepMLPs(20, activation, width=width, gain=gain, shared=shared)
        x, y = pirates(20, samples=16)
        middle = _losses(nets, x, y + 2, steps=60).median(1).values
        axes.semilogy(range(61), middle, line, color=colour)
        axes.annotate(label, (at, float(middle[at])), xytext=(6, 6), textcoords="offset points")
    axes.axhline(1, color=MUTED, linewidth=0.6, linestyle=":")
    axes.set(xlabel="step of gradient descent", ylabel="loss / variance of the targets", xticks=range(0, 61, 10))
    return figure


def _losses(nets: DeepMLPs, x: torch.Tensor, y: torch.Tensor, steps: int) -> torch.Tensor:
    """The loss of each network before the first step and after each: (steps + 1, count)."""
    optimizer = torch.optim.SGD(nets.parameters(), lr=0.01)
    losses = []
    for _ in range(steps + 1):
        optimizer.zero_grad()
        loss = deep_mlp.squared_error(nets, x, y)
        losses.append(loss.detach())
        loss.sum().backward()
        optimizer.step()
    return torch.stack(losses)


def gradient_by_depth() -> Figure:
    """The derivative of the output by the units of each layer, for five networks."""
    figure, axes = plt.subplots(figsize=(WIDTH, 3.8))
    for activation, gain, colour, line, label, beside in (
        ("tanh", 5 / 3, C4, "-", "tanh, gain 5/3", (0, 7)),
        ("relu", 2**0.5, C3, "--", "ReLU, gain √2", (0, -16)),
        ("tanh", None, C1, "-", "tanh", (0, 8)),
        ("relu", None, C5, "--", "ReLU", (28, -6)),
        ("sigmoid", None, C2, ":", "sigmoid", (22, -2)),
    ):
        torch.manual_seed(0)
        nets = DeepMLPs(20, activation, width=128, gain=gain)
        x, _ = pirates(20, samples=8)
        _, gradient = by_depth(nets, x)
        middle = gradient.median(1).values
        axes.semilogy(range(1, 26), middle, line, color=colour)
        axes.annotate(label, (1, float(middle[0])), xytext=beside, textcoords="offset points")
    axes.set_ylim(1e-23, 1e3)
    axes.set(xlabel="hidden layer", ylabel="size of the derivative", xticks=[1, 5, 10, 15, 20, 25])
    return figure


def dead_unit() -> Figure:
    """A unit that is flat at all training samples, a sample that would wake it, and the unit after weight decay."""
    x = torch.linspace(0, 5, 101)
    samples = torch.tensor([2.5, 3.0, 4.0])
    figure, axes = plt.subplots()
    axes.plot(x, torch.relu(2 - x), color=C1)
    axes.plot(x, torch.relu(2 - x / 2), "--", color=C3)
    axes.plot(samples, torch.relu(2 - samples), "o", color=C2, markersize=7)
    axes.plot([1], [1], "s", color=C3, markersize=7)
    axes.text(3.25, -0.3, "training samples", ha="center")
    axes.text(0.85, 0.85, "a new\nsample", ha="right", va="center")
    axes.text(2.4, 1.0, "after weight decay:\nReLU(2 − x/2)")
    axes.text(0.35, 1.95, "ReLU(2 − x)")
    axes.set(xlabel="input x", ylabel="output of the unit", ylim=(-0.5, 2.3), xticks=range(6), yticks=[0, 1, 2])
    return figure
