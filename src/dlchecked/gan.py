"""The game of a generative adversarial network, small enough to be computed without sampling.

On K points, data and fakes are two vectors of probabilities, p and q, and a discriminator is a vector of logits a,
one for each point, D = σ(a): every expectation is a sum. After Goodfellow et al., "Generative Adversarial Nets",
NeurIPS 2014 (arXiv:1406.2661), sections 3 and 4. `Critics` are discriminators of numbers, many side by side.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F


def discriminator_loss(a: torch.Tensor, p: torch.Tensor, q: torch.Tensor) -> torch.Tensor:
    """−E_p[log D] − E_q[log(1 − D)], the sum of the two terms, in nats (Goodfellow et al. 2014, eq. 1, negated).

    Args:
        a: (…, K) finite logits of the discriminator.
        p: (…, K) probabilities of the data.
        q: (…, K) probabilities of the fakes.

    Returns:
        (…) losses.
    """
    return (p * F.softplus(-a) + q * F.softplus(a)).sum(-1)


def generator_loss(a: torch.Tensor, q: torch.Tensor, saturating: bool = False) -> torch.Tensor:
    """The generator's loss −E_q[log D], or the saturating one, E_q[log(1 − D)] (Goodfellow et al. 2014, section 3).

    Args:
        a: (…, K) finite logits of the discriminator.
        q: (…, K) probabilities of the fakes.
        saturating: which of the two.

    Returns:
        (…) losses, in nats.
    """
    return (q * _cost(a, saturating)).sum(-1)


def _cost(a: torch.Tensor, saturating: bool) -> torch.Tensor:
    return -F.softplus(a) if saturating else F.softplus(-a)


def jensen_shannon(p: torch.Tensor, q: torch.Tensor) -> torch.Tensor:
    """Jensen–Shannon divergence of (…, K) probabilities, in nats: 0 if they agree, log 2 if they share no point."""
    m = (p + q) / 2
    return (torch.xlogy(p, p) + torch.xlogy(q, q) - 2 * torch.xlogy(m, m)).sum(-1) / 2


@dataclass(frozen=True)
class Game:
    """A game's course: the start and what each of its steps left.

    Attributes:
        p: (…, K) probabilities of the data.
        a: (steps + 1, …, K) logits of the discriminator.
        q: (steps + 1, …, K) probabilities of the fakes.
    """

    p: torch.Tensor
    a: torch.Tensor
    q: torch.Tensor

    @property
    def discriminator_loss(self) -> torch.Tensor:
        """(steps + 1, …) losses of the discriminator."""
        return discriminator_loss(self.a, self.p, self.q)

    @property
    def generator_loss(self) -> torch.Tensor:
        """(steps + 1, …) losses of the generator, −E_q[log D]."""
        return generator_loss(self.a, self.q)

    @property
    def distance(self) -> torch.Tensor:
        """(steps + 1, …) Jensen–Shannon divergences of data and fakes."""
        return jensen_shannon(self.p, self.q)


def play(
    p: torch.Tensor,
    q: torch.Tensor,
    a: torch.Tensor,
    steps: int,
    discriminator_lr: float,
    generator_lr: float,
    saturating: bool = False,
) -> Game:
    """Gradient descent of both players in turn on their expected losses: D, and then G against the new D.

    The generator is a softmax: its parameters are K logits, log q at the start. A learning rate of 0 freezes a player.

    Args:
        p: (…, K) probabilities of the data.
        q: (…, K) probabilities of the fakes at the start, none of them 0.
        a: (…, K) logits of the discriminator at the start.
        steps: number of rounds; each player makes one step in each.
        discriminator_lr: learning rate of the discriminator.
        generator_lr: learning rate of the generator.
        saturating: whether the generator descends E_q[log(1 − D)] rather than −E_q[log D].

    Raises:
        ValueError: if p, q and a differ in shape, p or q are no probabilities, or q has a 0, which no softmax can give.
    """
    if not p.shape == q.shape == a.shape:
        raise ValueError(f"p, q and a must have one shape; got {(*p.shape,)}, {(*q.shape,)} and {(*a.shape,)}")
    for name, law in (("p", p), ("q", q)):
        if bool((law < 0).any()) or not torch.allclose(law.sum(-1), torch.ones_like(law.sum(-1))):
            raise ValueError(f"{name} must be probabilities, from 0 up, with sum 1 along the last axis; got {law}")
    if bool((q <= 0).any()):
        raise ValueError(f"q must be positive everywhere, since a softmax is never 0; got {q}")
    theta = q.log()
    course_a, course_q = [a], [q]
    for _ in range(steps):
        d = torch.sigmoid(a)
        a = a + discriminator_lr * (p * (1 - d) - q * d)
        cost = _cost(a, saturating)
        theta = theta - generator_lr * q * (cost - (q * cost).sum(-1, keepdim=True))
        q = torch.softmax(theta, -1)
        course_a.append(a)
        course_q.append(q)
    return Game(p, torch.stack(course_a), torch.stack(course_q))


class Critics(nn.Module):
    """Discriminators of numbers, side by side: in each run a network 1 → hidden → 1 with tanh, which gives a logit.

    The runs share nothing: the gradient of a sum over runs is each run's own.
    """

    def __init__(self, runs: int, hidden: int = 16) -> None:
        """Weights and biases are drawn as by ``nn.Linear``: uniformly within ±1/√(number of inputs)."""
        super().__init__()
        self.first = nn.Parameter(torch.empty(2, runs, hidden, 1).uniform_(-1, 1))
        self.last = nn.Parameter(torch.empty(runs, 1, hidden).uniform_(-1, 1) / hidden**0.5)
        self.bias = nn.Parameter(torch.empty(runs, 1).uniform_(-1, 1) / hidden**0.5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(runs, N) numbers in, (runs, N) logits out."""
        weight, bias = self.first
        return (self.last @ torch.tanh(weight * x[:, None] + bias))[:, 0] + self.bias


def teach(critics: Critics, real: torch.Tensor, fake: torch.Tensor, steps: int = 1, lr: float = 0.3) -> None:
    """Gradient descent of each critic on its own loss, over (runs, N) numbers of the data and (runs, N) fakes."""
    parameters = list(critics.parameters())
    for _ in range(steps):
        losses = F.softplus(-critics(real)).mean(-1) + F.softplus(critics(fake)).mean(-1)
        gradients = torch.autograd.grad(losses.sum(), parameters)
        with torch.no_grad():
            for parameter, gradient in zip(parameters, gradients, strict=True):
                parameter.sub_(lr * gradient)


def pull(critics: Critics, fake: torch.Tensor, saturating: bool = False) -> torch.Tensor:
    """The direction of steepest descent of the generator's loss, −∂L_G/∂θ, for the generator G(z) = θ + z.

    Args:
        critics: the discriminators.
        fake: (runs, N) values of G.
        saturating: which loss of the generator.

    Returns:
        (runs,) pulls: a positive one moves the fakes up.
    """
    theta = torch.zeros(fake.shape[0], 1, dtype=fake.dtype, requires_grad=True)
    loss = _cost(critics(fake + theta), saturating).mean(-1).sum()
    return -torch.autograd.grad(loss, theta)[0][:, 0]


def chase(runs: int, head_start: int, rounds: int, saturating: bool = False) -> torch.Tensor:
    """Games on a line: the data are N(4, ½²), the fakes θ + N(0, ½²), and θ begins at 0.

    In a round, the critic makes a step of gradient descent (learning rate 0.3), and then θ one (0.1). Each step of the
    critic sees 64 new numbers of either kind; θ sees the fakes that the critic saw.

    Args:
        runs: number of games, each with a critic of its own.
        head_start: how many steps the critics make before the first round.
        rounds: number of rounds.
        saturating: which loss of the generator.

    Returns:
        (rounds + 1, runs) values of θ.

    Raises:
        ValueError: if head_start or rounds is negative.
    """
    if head_start < 0 or rounds < 0:
        raise ValueError(f"head_start and rounds must be 0 or more; got {head_start} and {rounds}")
    critics = Critics(runs)
    theta = torch.zeros(runs)
    course = [theta]
    for step in range(head_start + rounds):
        real, noise = torch.randn(2, runs, 64) / 2
        fake = theta[:, None] + noise
        teach(critics, 4 + real, fake)
        if step >= head_start:
            theta = theta + 0.1 * pull(critics, fake, saturating)
            course.append(theta)
    return torch.stack(course)
