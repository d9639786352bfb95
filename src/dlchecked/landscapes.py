"""Random losses with many minima, each the mean over a few samples, and where descent ends on them.

The loss of a sample is a wide bowl, the same for all, plus waves of random direction, length, phase and height. The
waves of the samples differ, so their gradients still differ where their mean is 0.
"""

from __future__ import annotations

import math

import torch

_BOWL = 0.1
_WAVES = 6


class RandomLosses:
    """Independent losses side by side, each the mean over its samples."""

    def __init__(self, count: int, samples: int, parameters: int) -> None:
        """Draw them, from torch's global generator.

        Args:
            count: how many losses.
            samples: samples of each.
            parameters: parameters of each.
        """
        shape = count, samples, _WAVES
        self.frequencies = 2 * torch.randn(*shape, parameters, dtype=torch.double)
        self.phases = 2 * math.pi * torch.rand(shape, dtype=torch.double)
        self.heights = torch.randn(shape, dtype=torch.double) / 2

    def start(self) -> torch.Tensor:
        """A random place for each loss, (count, parameters)."""
        return 2 * torch.randn(len(self.phases), self.frequencies.shape[-1], dtype=torch.double)

    def value(self, theta: torch.Tensor) -> torch.Tensor:
        """The loss over all samples, (count,), at ``theta`` of shape (count, parameters)."""
        angles = torch.einsum("cswp,cp->csw", self.frequencies, theta) + self.phases
        waves = (self.heights * angles.cos()).sum(2).mean(1)
        return waves + _BOWL * theta.square().sum(1)

    def gradient(self, theta: torch.Tensor, drawn: torch.Tensor | None = None) -> torch.Tensor:
        """The gradient at ``theta``, (count, parameters): of all samples, or of the one ``drawn`` for each loss."""
        frequencies, phases, heights = self.frequencies, self.phases, self.heights
        if drawn is not None:
            at = torch.arange(len(theta)), drawn
            frequencies, phases, heights = frequencies[at][:, None], phases[at][:, None], heights[at][:, None]
        angles = torch.einsum("cswp,cp->csw", frequencies, theta) + phases
        slopes = -torch.einsum("csw,cswp->cp", heights * angles.sin(), frequencies) / phases.shape[1]
        return slopes + 2 * _BOWL * theta

    def descend(self, theta: torch.Tensor, steps: int, first_rate: float = 0.1, noisy: bool = False) -> torch.Tensor:
        """Where descent ends from ``theta`` with a learning rate that falls linearly from ``first_rate`` to 0.

        Args:
            theta: (count, parameters).
            steps: number of updates.
            first_rate: learning rate of the first update.
            noisy: whether each step takes the gradient of one random sample in place of the mean over all.
        """
        count, samples = self.phases.shape[:2]
        for step in range(steps):
            drawn = torch.randint(samples, (count,)) if noisy else None
            theta = theta - first_rate * (1 - step / steps) * self.gradient(theta, drawn)
        return theta
