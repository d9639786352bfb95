"""What the size of a batch does to gradient descent: on quadratics without sampling, and between two minima with it.

On ½Σhᵢxᵢ², with a gradient whose noise has mean 0 and variance sᵢ/B in direction i, the expected squares
vᵢ = E[xᵢ²] follow vᵢ ← (1 − ηhᵢ)²vᵢ + η²sᵢ/B exactly, and the expected loss is ½Σhᵢvᵢ. This is the noisy quadratic
model of Zhang et al., "Which Algorithmic Choices Matter at Which Batch Sizes? Insights From a Noisy Quadratic Model",
NeurIPS 2019, section 3.
"""

from collections.abc import Callable, Iterable

import torch


def fewest_iterations(
    curvatures: torch.Tensor,
    batch: float,
    rates: torch.Tensor,
    start: float = 1.0,
    target: float = 0.01,
    limit: int = 20_000,
) -> tuple[int, float]:
    """How many steps of SGD take the expected loss to a share of its start, with the best of some learning rates.

    The noise of one sample's gradient has variance hᵢ in a direction of curvature hᵢ, as in a regression whose
    targets have noise of variance 1.

    Args:
        curvatures: (d,), the hᵢ.
        batch: B, the size of a batch; ``math.inf`` for gradients without noise.
        rates: (r,), constant learning rates to choose from.
        start: vᵢ before the first step, in every direction.
        target: the share of the first expected loss that is to be reached.
        limit: number of steps after which the search ends.

    Returns:
        The number of steps, and the rate that needs no more. Of several, the one with the lowest loss then.

    Raises:
        ValueError: if no rate reaches the target within ``limit`` steps, or if the batch is not positive or the target
            not a share between 0 and 1.
    """
    if not batch > 0:
        raise ValueError(f"a batch has a positive size, not {batch}")
    if not 0 < target < 1:
        raise ValueError(f"target must be a share between 0 and 1, not {target}")
    shrink = (1 - rates[:, None] * curvatures) ** 2
    grow = rates[:, None] ** 2 * curvatures / batch
    squares = torch.full_like(shrink, start)
    wanted = target * start * curvatures.sum()
    for step in range(1, limit + 1):
        squares.mul_(shrink).add_(grow)
        loss = squares @ curvatures
        lowest = loss.min(dim=0)
        if lowest.values <= wanted:
            return step, float(rates[lowest.indices])
    raise ValueError(
        f"no rate reaches {target} of the first loss within {limit} steps: the noise of B = {batch} is too large"
    )


def noisy_descent(
    slope: Callable[[torch.Tensor], torch.Tensor], start: torch.Tensor, rates: Iterable[float], noise: float
) -> torch.Tensor:
    """Where SGD ends on a loss of one parameter, the mean of two samples' losses f(w) + aw and f(w) − aw.

    Args:
        slope: f', element by element.
        start: (n,), the parameter of each run.
        rates: the learning rate of each step.
        noise: a. Each step draws one of the two samples for each run, from torch's global generator.

    Returns:
        (n,), the parameters after the last step.
    """
    w = start
    for rate in rates:
        sign = torch.randint(0, 2, w.shape) * 2 - 1
        w = w - rate * (slope(w) + noise * sign)
    return w
