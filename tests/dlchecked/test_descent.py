from math import sqrt

import pytest
import torch

from dlchecked.descent import (
    best_heavy_ball,
    best_rate,
    descent_path,
    gradient,
    hessian,
    newton_path,
    steps_on_quadratic,
)


def rosenbrock(x):
    return (1 - x[..., 0]) ** 2 + 100 * (x[..., 1] - x[..., 0] ** 2) ** 2


def quadratic(curvatures):
    h = torch.tensor(curvatures, dtype=torch.double)
    return lambda x: (h * x**2).sum(-1) / 2


def test_the_gradient_is_that_of_each_point():
    x, y = torch.randn(2, 3, 4, dtype=torch.double)
    found = gradient(rosenbrock, torch.stack([x, y], dim=-1))
    slope_x = -2 * (1 - x) - 400 * x * (y - x**2)
    assert torch.allclose(found, torch.stack([slope_x, 200 * (y - x**2)], dim=-1), atol=1e-11, rtol=1e-13)


def test_the_hessian_is_that_of_each_point():
    x, y = torch.randn(2, 3, 4, dtype=torch.double)
    found = hessian(rosenbrock, torch.stack([x, y], dim=-1))
    assert torch.allclose(found[..., 0, 0], 2 - 400 * y + 1200 * x**2, atol=1e-11, rtol=1e-13)
    assert torch.allclose(found[..., 0, 1], -400 * x, atol=1e-11, rtol=1e-13)
    assert torch.equal(found[..., 0, 1], found[..., 1, 0])
    assert torch.allclose(found[..., 1, 1], torch.full_like(x, 200))


@pytest.mark.parametrize(("rate", "momentum"), [(1e-3, 0.0), (5e-4, 0.9)])
def test_the_path_is_that_of_torchs_own_sgd(rate, momentum):
    start = torch.tensor([-1.2, 1.0], dtype=torch.double)
    path = descent_path(rosenbrock, start, rate, 50, momentum)
    theirs = start.clone().requires_grad_()
    optimizer = torch.optim.SGD([theirs], lr=rate, momentum=momentum)
    for point in path:
        assert torch.allclose(theirs.detach(), point, atol=1e-12, rtol=0)
        optimizer.zero_grad()
        rosenbrock(theirs).backward()
        optimizer.step()


def test_runs_side_by_side_are_the_runs_one_by_one():
    starts = torch.tensor([[-1.2, 1.0], [0.5, 0.5]], dtype=torch.double)
    rates = torch.tensor([[1e-3], [2e-3]], dtype=torch.double)
    momenta = torch.tensor([[0.5], [0.9]], dtype=torch.double)
    together = descent_path(rosenbrock, starts, rates, 20, momenta)
    newton = newton_path(rosenbrock, starts, 3)
    for run in range(2):
        alone = descent_path(rosenbrock, starts[run], float(rates[run]), 20, float(momenta[run]))
        assert torch.allclose(together[:, run], alone, atol=1e-13, rtol=0)
        assert torch.allclose(newton[:, run], newton_path(rosenbrock, starts[run], 3), atol=1e-12, rtol=0)


def test_newton_takes_one_step_on_a_quadratic_and_doubles_its_digits_elsewhere():
    start = torch.tensor([3.0, -2.0], dtype=torch.double)
    assert newton_path(quadratic([1.0, 1e4]), start, 1)[-1].abs().max() < 1e-15
    # f = x − log x has f' = 1 − 1/x: Newton's error e becomes e² exactly.
    path = newton_path(lambda x: (x - x.log()).sum(-1), torch.tensor([0.5], dtype=torch.double), 5)
    assert torch.allclose((1 - path).flatten(), torch.tensor([0.5 ** (2**n) for n in range(6)]).double(), atol=1e-15)


@pytest.mark.parametrize("ratio", [1.0, 3.0, 50.0])
def test_no_rate_is_better_than_the_best(ratio):
    def worst_factor(rate):
        return max(abs(1 - rate * 2.0), abs(1 - rate * 2.0 * ratio))

    best = worst_factor(best_rate(2.0, 2.0 * ratio))
    assert best == pytest.approx((ratio - 1) / (ratio + 1))
    assert best <= min(worst_factor(k / 1000) for k in range(1, 1000)) + 1e-12


@pytest.mark.parametrize("ratio", [1.0, 3.0, 50.0])
def test_no_heavy_ball_is_better_than_the_best(ratio):
    def worst_factor(rate, momentum):
        """The spectral radius of (x, v) → (x + v', v'), v' = μv − ηhx, over the two curvatures."""
        radii = []
        for h in (1.0, ratio):
            step = torch.tensor([[1 - rate * h, momentum], [-rate * h, momentum]], dtype=torch.double)
            radii.append(torch.linalg.eigvals(step).abs().max().item())
        return max(radii)

    rate, momentum = best_heavy_ball(1.0, ratio)
    expected = (sqrt(ratio) - 1) / (sqrt(ratio) + 1)
    # A double eigenvalue is found to the root of the precision only.
    assert worst_factor(rate, momentum) == pytest.approx(expected, abs=1e-6)
    others = [worst_factor(a * rate, b / 20) for a in (0.5, 0.8, 0.95, 1.05, 1.2, 1.5) for b in range(20)]
    assert expected <= min(others) + 1e-9


@pytest.mark.parametrize("curvatures", [[1.0, 10.0], [1.0, 3.0, 100.0], [2.0]])
def test_steps_are_those_of_the_path(curvatures):
    for rate, momentum in (
        (best_rate(curvatures[0], curvatures[-1]), 0.0),
        best_heavy_ball(curvatures[0], curvatures[-1]),
    ):
        steps = steps_on_quadratic(curvatures, rate, momentum, tolerance=1e-4)
        path = descent_path(quadratic(curvatures), torch.ones(len(curvatures)).double(), rate, steps, momentum)
        assert (path.norm(dim=-1) < 1e-4).tolist() == [False] * steps + [True]


@pytest.mark.parametrize("smallest", [0.0, 3.0])
def test_curvatures_out_of_order_are_refused(smallest):
    for best in (best_rate, best_heavy_ball):
        with pytest.raises(ValueError, match=f"0 < smallest <= largest, not {smallest}"):
            best(smallest, 2.0)


def test_a_rate_that_diverges_is_told():
    with pytest.raises(ValueError, match=r"a smaller rate than 0\.3"):
        steps_on_quadratic([1.0, 10.0], rate=0.3, limit=100)
