import math

import pytest
import torch
from torch.nn import functional as F

from dlchecked.losses import (
    cross_entropy,
    cross_entropy_slope,
    cross_entropy_time,
    squared_error,
    squared_error_slope,
    squared_error_time,
)

Z = torch.linspace(-30, 30, 241, dtype=torch.float64)


@pytest.mark.parametrize("y", [0.0, 1.0])
@pytest.mark.parametrize(
    ("loss", "slope"), [(squared_error, squared_error_slope), (cross_entropy, cross_entropy_slope)]
)
def test_slopes_are_autograds(loss, slope, y):
    z = Z.clone().requires_grad_()
    (expected,) = torch.autograd.grad(loss(z, y).sum(), z)
    assert torch.allclose(slope(Z, y), expected, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("y", [0.0, 1.0])
def test_losses_are_torchs_own(y):
    target = torch.full_like(Z, y)
    assert torch.allclose(cross_entropy(Z, y), F.binary_cross_entropy_with_logits(Z, target, reduction="none"))
    assert torch.allclose(squared_error(Z, y), F.mse_loss(torch.sigmoid(Z), target, reduction="none"))


def test_cross_entropy_is_finite_where_the_probability_rounds_to_zero():
    assert cross_entropy(torch.tensor(-1000.0), 1.0) == 1000


@pytest.mark.parametrize(
    ("time", "slope"), [(squared_error_time, squared_error_slope), (cross_entropy_time, cross_entropy_slope)]
)
@pytest.mark.parametrize("start", [-0.5, -3.0, -8.0])
def test_times_are_the_integral_of_one_over_the_slope(time, slope, start):
    n = 20_000  # Simpson's rule
    z = torch.linspace(start, 0, n + 1, dtype=torch.float64)
    weights = torch.ones(n + 1, dtype=torch.float64)
    weights[1:-1:2], weights[2:-1:2] = 4, 2
    integral = float((weights / -slope(z, 1.0)).sum()) * -start / n / 3
    assert math.isclose(float(time(torch.tensor(start, dtype=torch.float64))), integral, rel_tol=1e-9)


@pytest.mark.parametrize("time", [squared_error_time, cross_entropy_time])
def test_the_right_side_is_no_start(time):
    with pytest.raises(ValueError, match=r"below 0, not at 0\.5"):
        time(torch.tensor([-1.0, 0.5]))
