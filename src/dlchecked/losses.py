"""Squared error and cross-entropy of a probability that a sigmoid makes of a logit, as functions of that logit.

With p = σ(z) and dp/dz = p(1 − p), for a label y of 0 or 1:

    squared error   (p − y)²                          slope 2(p − y)p(1 − p)
    cross-entropy   −y log p − (1 − y) log(1 − p)     slope p − y

So the slope of the squared error vanishes at both ends, on the wrong one too; that of cross-entropy does not (Bishop,
"Pattern Recognition and Machine Learning", 2006, equation 4.91 for the latter).
"""

from __future__ import annotations

import torch
from torch.nn import functional as F


def squared_error(z: torch.Tensor, y: float) -> torch.Tensor:
    """(σ(z) − y)², element by element."""
    return (torch.sigmoid(z) - y) ** 2


def squared_error_slope(z: torch.Tensor, y: float) -> torch.Tensor:
    """The derivative of the squared error with respect to the logit: 2(p − y)p(1 − p)."""
    p = torch.sigmoid(z)
    # 1 − σ(z) as σ(−z): no digits are lost where p is close to 1.
    return 2 * (p - y) * p * torch.sigmoid(-z)


def cross_entropy(z: torch.Tensor, y: float) -> torch.Tensor:
    """−y log σ(z) − (1 − y) log(1 − σ(z)), element by element; finite for any finite logit."""
    # Not softplus, which drops e^(−z) above z = 20.
    return -y * F.logsigmoid(z) - (1 - y) * F.logsigmoid(-z)


def cross_entropy_slope(z: torch.Tensor, y: float) -> torch.Tensor:
    """The derivative of the cross-entropy with respect to the logit: p − y."""
    return torch.sigmoid(z) - y


def squared_error_time(z: torch.Tensor) -> torch.Tensor:
    """How long the flow dz/dt = −slope of the squared error takes from logit z < 0, for label 1, to probability ½.

    The integral of 1 / (2p(1 − p)²) over the logits passed, for large −z close to e^(−z) / 2. With steps of rate η
    it takes about 1/η times as many steps.

    Raises:
        ValueError: if a logit is not negative.
    """
    _check_negative(z)
    return (torch.exp(-z) - 1 - 3 * z + 3 * -torch.expm1(z) - torch.expm1(2 * z) / 2) / 2


def cross_entropy_time(z: torch.Tensor) -> torch.Tensor:
    """As `squared_error_time`, for cross-entropy: −z + 1 − e^z.

    Raises:
        ValueError: if a logit is not negative.
    """
    _check_negative(z)
    return -z - torch.expm1(z)


def _check_negative(z: torch.Tensor) -> None:
    if not bool((z < 0).all()):
        raise ValueError(f"the flow starts on the wrong side, at a logit below 0, not at {float(z.max())}")
