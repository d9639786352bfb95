import itertools
import math

import pytest
import torch

from dlchecked.batches import fewest_iterations, noisy_descent

CURVATURES = torch.tensor([1.0, 0.3, 0.1], dtype=torch.double)


def expected_loss(steps, rate, batch, start=1.0):
    """Not by steps: vₜ = v∞ + (v₀ − v∞)(1 − ηh)²ᵗ, with v∞ = η/(B(2 − ηh)) for noise of variance h/B."""
    limit = rate / (batch * (2 - rate * CURVATURES))
    squares = limit + (start - limit) * (1 - rate * CURVATURES) ** (2 * steps)
    return float((CURVATURES * squares).sum() / 2)


@pytest.mark.parametrize("batch", [1, 4, 64, math.inf])
def test_no_rate_arrives_sooner(batch):
    rates = torch.linspace(0.005, 1.99, 398, dtype=torch.double)
    steps, rate = fewest_iterations(CURVATURES, batch, rates, target=0.05)
    wanted = 0.05 * float(CURVATURES.sum() / 2)
    assert expected_loss(steps, rate, batch) <= wanted
    finer = torch.linspace(0.001, 1.999, 500, dtype=torch.double).tolist()
    assert all(expected_loss(t, r, batch) > wanted for r in finer for t in (steps - 2, steps // 2) if t > 0)
    assert all(expected_loss(steps - 1, float(r), batch) > wanted for r in rates)


def test_the_recursion_is_the_mean_over_all_outcomes_of_the_noise():
    # Noise of ±√(h/B): of variance h/B; three steps have 2³ outcomes in each direction.
    batch, rate, h = 2, 0.4, 0.3
    squares = []
    for signs in itertools.product((-1, 1), repeat=3):
        x = 1.0
        for sign in signs:
            x -= rate * (h * x + sign * math.sqrt(h / batch))
        squares.append(x**2)
    one = torch.tensor([h], dtype=torch.double)
    mean = sum(squares) / len(squares)
    only = torch.tensor([rate], dtype=torch.double)
    assert fewest_iterations(one, batch, only, target=mean + 1e-12)[0] == 3
    assert fewest_iterations(one, batch, only, target=mean - 1e-12)[0] > 3


def test_the_recursion_is_that_of_a_regression_with_noisy_targets():
    # ½(x·w − ε)² has the gradient x(x·w) − xε; its second part, with x and ε of variance h and 1, has variance h.
    torch.manual_seed(0)
    x, noise = torch.randn(200_000).double() * math.sqrt(0.3), torch.randn(200_000).double()
    assert (x * noise).var() == pytest.approx(0.3, rel=0.02)


def test_a_target_below_the_noise_is_refused():
    with pytest.raises(ValueError, match=r"no rate reaches 0\.01 .* B = 1 "):
        fewest_iterations(CURVATURES, 1, torch.tensor([0.5], dtype=torch.double), limit=500)


@pytest.mark.parametrize(
    ("bad", "message"), [({"batch": 0}, "positive size, not 0"), ({"target": 1}, "share .* not 1")]
)
def test_no_batch_and_no_share_are_refused(bad, message):
    with pytest.raises(ValueError, match=message):
        fewest_iterations(CURVATURES, **{"batch": 1, "rates": torch.ones(1).double()} | bad)


def test_noisy_descent_without_noise_is_gradient_descent():
    start = torch.tensor([1.0, -2.0])
    end = noisy_descent(lambda w: 3 * w, start, [0.1, 0.2], noise=0)
    assert torch.allclose(end, start * (1 - 0.3) * (1 - 0.6))


def test_noisy_descent_draws_one_of_two_samples_for_each_run():
    torch.manual_seed(0)
    ends = noisy_descent(lambda w: 0 * w, torch.zeros(4000), [1.0, 2.0], noise=5)
    values, counts = ends.unique(return_counts=True)
    assert values.tolist() == [-15, -5, 5, 15]
    assert counts.min() > 800
