"""Variational autoencoders: the pieces of their loss in closed form, and many tiny ones trained side by side.

The loss is that of Kingma and Welling, "Auto-Encoding Variational Bayes", ICLR 2014, sections 2.2 and 2.3: the mean of
−log p(x | z) under q(z | x), plus KL(q(z | x) ‖ p(z)), with prior p(z) = N(0, I), decoder p(x | z) = N(g(z), s² I) and
encoder q(z | x) = N(μ(x), diag σ²(x)). Logarithms are natural.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import nn


def kl_to_prior(mean: torch.Tensor, std: torch.Tensor) -> torch.Tensor:
    """KL(N(mean, diag std²) ‖ N(0, I)) in nats: appendix B of Kingma and Welling.

    Args:
        mean: (…, d).
        std: (…, d), positive.

    Returns:
        (…)

    Raises:
        ValueError: for a standard deviation that is not positive.
    """
    if not bool((std > 0).all()):
        raise ValueError(f"a standard deviation is positive, but the least of these is {float(std.min())}")
    return (mean**2 + std**2 - 1 - 2 * std.log()).sum(-1) / 2


def gaussian_kl(
    mean: torch.Tensor, covariance: torch.Tensor, other_mean: torch.Tensor, other_covariance: torch.Tensor
) -> torch.Tensor:
    """KL(N(mean, covariance) ‖ N(other_mean, other_covariance)) in nats.

    Args:
        mean: (…, d).
        covariance: (…, d, d), positive definite.
        other_mean: (…, d).
        other_covariance: (…, d, d), positive definite.

    Returns:
        (…)
    """
    precision: torch.Tensor = torch.linalg.inv(other_covariance)
    apart = (other_mean - mean).unsqueeze(-1)
    distance = (apart.mT @ precision @ apart).squeeze(-1).squeeze(-1)
    traces = (precision @ covariance).diagonal(dim1=-2, dim2=-1).sum(-1)
    volumes = torch.logdet(other_covariance) - torch.logdet(covariance)
    return (traces - mean.shape[-1] + distance + volumes) / 2


@dataclass(frozen=True)
class LinearGaussian:
    """The VAE that can be solved: p(z) = N(0, I) and p(x | z) = N(W z, s² I).

    It is probabilistic PCA: Tipping and Bishop, "Probabilistic Principal Component Analysis", 1999, section 3.

    Attributes:
        weight: W, (D, d).
        noise: s, the decoder's standard deviation of each pixel.

    Raises:
        ValueError: for a weight that is no matrix, or a noise that is not positive.
    """

    weight: torch.Tensor
    noise: float

    def __post_init__(self) -> None:
        if self.weight.dim() != 2:
            raise ValueError(f"weight is a matrix (D, d), not of shape {tuple(self.weight.shape)}")
        if not self.noise > 0:
            raise ValueError(f"noise is a standard deviation and positive, not {self.noise}")

    def negative_log_evidence(self, x: torch.Tensor) -> torch.Tensor:
        """−log p(x) in nats, with p(x) = N(0, W Wᵀ + s² I): (…, D) to (…)."""
        pixels = self.weight.shape[0]
        covariance = self.weight @ self.weight.T + self.noise**2 * torch.eye(pixels, dtype=x.dtype)
        scaled: torch.Tensor = torch.linalg.solve(covariance, x.unsqueeze(-1)).squeeze(-1)
        distance = (x * scaled).sum(-1)
        return (distance + torch.logdet(covariance) + pixels * math.log(2 * math.pi)) / 2

    def posterior(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Mean and covariance of p(z | x): (…, D) to (…, d) and (d, d); the covariance is the same for all x."""
        latents = self.weight.shape[1]
        precision = torch.eye(latents, dtype=x.dtype) + self.weight.T @ self.weight / self.noise**2
        covariance = torch.linalg.inv(precision)
        return x @ self.weight @ covariance / self.noise**2, covariance

    def negative_elbo(self, x: torch.Tensor, mean: torch.Tensor, covariance: torch.Tensor) -> torch.Tensor:
        """The VAE's loss in nats, no constant left out, for q(z) = N(mean, covariance).

        Args:
            x: (…, D).
            mean: (…, d).
            covariance: (…, d, d), positive definite.

        Returns:
            (…)
        """
        pixels, latents = self.weight.shape
        spread = (self.weight @ covariance @ self.weight.T).diagonal(dim1=-2, dim2=-1).sum(-1)
        error = ((x - mean @ self.weight.T) ** 2).sum(-1) + spread
        reconstruction = (error / self.noise**2 + pixels * math.log(2 * math.pi * self.noise**2)) / 2
        origin, unit = torch.zeros(latents, dtype=x.dtype), torch.eye(latents, dtype=x.dtype)
        return reconstruction + gaussian_kl(mean, covariance, origin, unit)


SIDE = 6
"""The images of blobs have SIDE × SIDE pixels."""


def blob_images(centres: torch.Tensor) -> torch.Tensor:
    """Images of a blob, exp(−r² / 2) at a pixel r pixels from its centre.

    Args:
        centres: (…, 2), row and column in pixels; (2.5, 2.5) is the middle.

    Returns:
        (…, SIDE²), between 0 and 1.
    """
    axis = torch.arange(SIDE, dtype=centres.dtype)
    rows, columns = torch.exp(-((centres.unsqueeze(-1) - axis) ** 2) / 2).unbind(-2)
    return (rows.unsqueeze(-1) * columns.unsqueeze(-2)).flatten(-2)


def blob_centres(place: str, models: int, images: int, seed: int = 0) -> torch.Tensor:
    """Random places of blobs: (models, images, 2), a data set of its own for each model.

    Args:
        place: "square", all of a square of side 3 about the middle, or "ring", a circle of radius 1.6 about it.
        models: number of data sets.
        images: number of blobs in each.
        seed: of the random numbers.

    Raises:
        ValueError: for another place.
    """
    torch.manual_seed(seed)
    middle = (SIDE - 1) / 2
    if place == "square":
        return middle + 3 * (torch.rand(models, images, 2) - 0.5)
    if place == "ring":
        angle = 2 * math.pi * torch.rand(models, images)
        return middle + 1.6 * torch.stack([angle.cos(), angle.sin()], dim=-1)
    raise ValueError(f'blobs lie in a "square" or on a "ring", not in {place!r}')


class VAEs(nn.Module):
    """Independent VAEs with one hidden layer on each side, computed side by side.

    Encoder: tanh layer on the image less `centre`, then μ and log σ.
    Decoder: tanh layer, then a sigmoid for each pixel; it returns the mean g(z).
    """

    centre: torch.Tensor

    def __init__(self, models: int, pixels: int, hidden: int = 24, latents: int = 2) -> None:
        """Weights are uniform with variance 1 / (inputs of the layer), biases 0."""
        super().__init__()
        sizes = [(pixels, hidden), (hidden, 2 * latents), (latents, hidden), (hidden, pixels)]
        self.weights = nn.ParameterList(math.sqrt(3 / i) * (2 * torch.rand(models, i, o) - 1) for i, o in sizes)
        self.biases = nn.ParameterList(torch.zeros(models, 1, o) for _, o in sizes)
        self.register_buffer("centre", torch.zeros(models, 1, pixels))

    def _layer(self, number: int, x: torch.Tensor) -> torch.Tensor:
        return torch.baddbmm(self.biases[number], x, self.weights[number])

    def encode(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(models, N, pixels) to μ and σ, each (models, N, latents)."""
        mean, log_std = self._layer(1, torch.tanh(self._layer(0, x - self.centre))).chunk(2, dim=-1)
        return mean, log_std.exp()

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        """(models, N, latents) to the mean of p(x | z), (models, N, pixels)."""
        return torch.sigmoid(self._layer(3, torch.tanh(self._layer(2, z))))

    def sample_code(self, x: torch.Tensor) -> torch.Tensor:
        """A draw from q(z | x), as μ + σ u with u from N(0, I): (models, N, pixels) to (models, N, latents)."""
        mean, std = self.encode(x)
        return mean + std * torch.randn_like(mean)


def train_vaes(images: torch.Tensor, kl_weight: float, noise: float = 0.2, steps: int = 300, seed: int = 1) -> VAEs:
    """Train a VAE on each data set: full batch, Adam, learning rate falling from 0.02 to 0 on a straight line.

    Two calls with the same images and seed begin with the same weights and draw the same noise, whatever the weight.
    The seed is another than that of `blob_centres`: from the same one the weights would repeat the places of the blobs.
    The decoder begins near the mean image of its data set, by its last biases.

    Args:
        images: (models, N, pixels).
        kl_weight: weight of the KL term in the loss; 1 is a VAE, 0 leaves the term out.
        noise: s, the decoder's standard deviation of each pixel.
        steps: number of updates.
        seed: of weights and noise.

    Returns:
        The trained models.

    Raises:
        ValueError: for images of another number of dimensions, or a noise that is not positive.
    """
    if images.dim() != 3:
        raise ValueError(f"images are (models, N, pixels), not of shape {tuple(images.shape)}")
    if not noise > 0:
        raise ValueError(f"noise is a standard deviation and positive, not {noise}")
    torch.manual_seed(seed)
    vaes = VAEs(images.shape[0], images.shape[2])
    vaes.centre.copy_(images.mean(dim=1, keepdim=True))
    vaes.biases[3].data.copy_(vaes.centre.logit(eps=1e-3))
    optimizer = torch.optim.Adam(vaes.parameters(), lr=0.02, fused=True)
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = 0.02 * (1 - step / steps)
        mean, std = vaes.encode(images)
        decoded = vaes.decode(mean + std * torch.randn_like(mean))
        loss = ((images - decoded) ** 2).sum(-1) / (2 * noise**2) + kl_weight * kl_to_prior(mean, std)
        optimizer.zero_grad()
        loss.mean(dim=1).sum().backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    return vaes.requires_grad_(False)


def nearest_distance(points: torch.Tensor, others: torch.Tensor) -> torch.Tensor:
    """Mean over `points` of the distance to the nearest of `others`: (…, N, D) and (…, M, D) to (…)."""
    return torch.cdist(points, others).min(dim=-1).values.mean(dim=-1)
