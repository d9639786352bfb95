"""Gradient descent, momentum and Newton's method, where their paths can be followed and their steps counted.

The rates that are best on a quadratic, and the heavy ball itself, are those of Polyak, "Some methods of speeding up the
convergence of iteration methods", USSR Computational Mathematics and Mathematical Physics 4(5), 1964.
"""

from collections.abc import Callable, Sequence
from math import hypot, sqrt

import torch

Function = Callable[[torch.Tensor], torch.Tensor]


def descent_path(
    function: Function,
    start: torch.Tensor,
    rate: float | torch.Tensor,
    steps: int,
    momentum: float | torch.Tensor = 0.0,
) -> torch.Tensor:
    """The points that gradient descent visits, with momentum if there is any: v ← μv − η∇f(x), x ← x + v, v = 0 first.

    Args:
        function: maps (..., d) to (...), each point by itself.
        start: (..., d), a point for each run.
        rate: the learning rate η, one for all runs or a tensor that broadcasts to ``start``.
        steps: number of updates.
        momentum: the coefficient μ, likewise.

    Returns:
        (steps + 1, ..., d), the start first.
    """
    x, velocity = start.detach(), torch.zeros_like(start)
    path = [x]
    for _ in range(steps):
        velocity = momentum * velocity - rate * gradient(function, x)
        x = x + velocity
        path.append(x)
    return torch.stack(path)


def newton_path(function: Function, start: torch.Tensor, steps: int) -> torch.Tensor:
    """The points that Newton's method visits, without damping: x ← x − H⁻¹∇f(x), H the Hessian of f at x.

    Args:
        function: maps (..., d) to (...), each point by itself.
        start: (..., d), a point for each run.
        steps: number of updates.

    Returns:
        (steps + 1, ..., d), the start first.

    Raises:
        torch.linalg.LinAlgError: if a Hessian on the way has no inverse.
    """
    x = start.detach()
    path = [x]
    for _ in range(steps):
        x = x - torch.linalg.solve(hessian(function, x), gradient(function, x))
        path.append(x)
    return torch.stack(path)


def gradient(function: Function, x: torch.Tensor) -> torch.Tensor:
    """The gradient of ``function`` at each of the points ``x``, in their shape (..., d)."""
    x = x.detach().requires_grad_()
    return torch.autograd.grad(function(x).sum(), x)[0]


def hessian(function: Function, x: torch.Tensor) -> torch.Tensor:
    """The second derivatives of ``function`` at each of the points ``x`` of shape (..., d): (..., d, d)."""
    x = x.detach().requires_grad_()
    slopes = torch.autograd.grad(function(x).sum(), x, create_graph=True)[0]
    rows = [torch.autograd.grad(slope.sum(), x, retain_graph=True)[0] for slope in slopes.unbind(-1)]
    return torch.stack(rows, dim=-2)


def best_rate(smallest: float, largest: float) -> float:
    """The constant learning rate with which gradient descent shrinks the error fastest, for curvatures in this range.

    Each step multiplies the error by (κ − 1)/(κ + 1) at worst, κ = largest/smallest.

    Raises:
        ValueError: if the curvatures are not positive and in this order.
    """
    _check(smallest, largest)
    return 2 / (smallest + largest)


def best_heavy_ball(smallest: float, largest: float) -> tuple[float, float]:
    """The constant learning rate and momentum with which the error shrinks fastest in the long run.

    The error shrinks like ((√κ − 1)/(√κ + 1))ᵗ, up to a factor linear in t, κ = largest/smallest (Polyak 1964).

    Raises:
        ValueError: if the curvatures are not positive and in this order.
    """
    _check(smallest, largest)
    low, high = sqrt(smallest), sqrt(largest)
    return 4 / (low + high) ** 2, ((high - low) / (high + low)) ** 2


def _check(smallest: float, largest: float) -> None:
    if not 0 < smallest <= largest:
        raise ValueError(f"curvatures must be 0 < smallest <= largest, not {smallest} and {largest}")


def steps_on_quadratic(
    curvatures: Sequence[float], rate: float, momentum: float = 0.0, tolerance: float = 1e-6, limit: int = 1_000_000
) -> int:
    """How many steps of gradient descent it takes from (1, …, 1) to within ``tolerance`` of the minimum 0 of ½Σhᵢxᵢ².

    In plain floats: a hundred thousand steps on two numbers are a matter of milliseconds so, of seconds in tensors.

    Raises:
        ValueError: if it takes more than ``limit`` steps, as it does wherever the rate is too large.
    """
    x, velocity = [1.0 for _ in curvatures], [0.0 for _ in curvatures]
    for step in range(limit + 1):
        if hypot(*x) < tolerance:
            return step
        velocity = [momentum * v - rate * h * a for v, h, a in zip(velocity, curvatures, x, strict=True)]
        x = [a + v for a, v in zip(x, velocity, strict=True)]
    raise ValueError(f"not within {tolerance} after {limit} steps: give a smaller rate than {rate}, or a higher limit")
