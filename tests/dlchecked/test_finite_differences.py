import math

import pytest
import torch

from dlchecked.finite_differences import best_step, derivative, error_bound, gradient, median_error


def f64(*values):
    return torch.tensor(values, dtype=torch.float64)


@pytest.mark.parametrize("scheme", ["forward", "central"])
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (2, 1, 3)])
def test_gradient_is_autograds(scheme, shape):
    torch.manual_seed(0)
    x = torch.randn(shape, dtype=torch.float64, requires_grad=True)
    weights = torch.randn(shape, dtype=torch.float64)

    def f(t):
        return (weights * t.sin()).sum()

    (expected,) = torch.autograd.grad(f(x), x)
    found = gradient(f, x, best_step(torch.float64, scheme), scheme)
    assert found.shape == x.shape
    assert torch.allclose(found, expected, atol=1e-6)


def test_gradient_leaves_its_argument_alone():
    x = f64(1, 2, 3)
    kept = x.clone()
    gradient(lambda t: t.sum(), x, 0.5)
    assert torch.equal(x, kept)


def test_gradient_of_what_is_not_contiguous():
    x = torch.arange(6, dtype=torch.float64).reshape(2, 3).T
    weights = torch.arange(6, dtype=torch.float64).reshape(3, 2)
    assert torch.allclose(gradient(lambda t: (weights * t).sum(), x, 0.5), weights)


@pytest.mark.parametrize(("scheme", "evaluations"), [("forward", 8), ("central", 14)])
def test_number_of_evaluations(scheme, evaluations):
    calls = []
    gradient(lambda t: calls.append(t.clone()) or t.sum(), torch.zeros(7), 0.5, scheme)
    assert len(calls) == evaluations
    assert all(moved.count_nonzero() <= 1 for moved in calls)


def test_truncation_is_that_of_taylor():
    t, step = f64(-1.5, 0.25, 2), 0.125
    assert torch.equal(derivative(torch.square, t, step, "forward") - 2 * t, torch.full((3,), step).double())
    assert torch.equal(derivative(torch.square, t, step) - 2 * t, f64(0, 0, 0))
    assert torch.allclose(derivative(lambda t: t**3, t, step) - 3 * t**2, f64(1, 1, 1) * step**2, atol=1e-14)


def test_median_error():
    t = f64(0, 1, 2, 3, 4)
    assert median_error(lambda t: t**3, lambda t: 3 * t**2, t, 0.25, "forward") == 3 * 2 * 0.25 + 0.25**2


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("scheme", ["forward", "central"])
def test_best_step_minimises_the_bound(dtype, scheme):
    best = best_step(dtype, scheme)
    factors = torch.logspace(-2, 2, 401).tolist()
    bounds = [error_bound(best * factor, dtype, scheme) for factor in factors]
    assert factors[bounds.index(min(bounds))] == pytest.approx(1, rel=1e-3)


def test_bound_in_closed_form():
    u = 2.0**-53
    assert error_bound(best_step(torch.float64, "forward"), torch.float64, "forward") == pytest.approx(2 * math.sqrt(u))
    assert error_bound(best_step(torch.float64), torch.float64) == pytest.approx((3 * u) ** (2 / 3) / 2)


@pytest.mark.parametrize("function", [gradient, derivative])
@pytest.mark.parametrize(
    ("x", "step", "scheme", "complaint"),
    [
        (torch.ones(2), 0.0, "central", "must be positive, not 0"),
        (torch.ones(2), -0.1, "central", "must be positive"),
        (torch.ones(2), float("nan"), "central", "must be positive"),
        (torch.ones(2), 1e-9, "central", "1e-09 vanishes beside 1 in torch.float32: take 1e-07 or more"),
        (-torch.ones(2), 5e-8, "central", "5e-08 vanishes beside -1"),  # upwards it moves
        (torch.ones(2, dtype=torch.int64), 1.0, "central", "x is torch.int64"),
        (torch.ones(2), 0.1, "backward", "'forward' or 'central', not 'backward'"),
    ],
)
def test_bad_arguments_are_refused(function, x, step, scheme, complaint):
    with pytest.raises(ValueError, match=complaint):
        function(torch.sum, x, step, scheme)
