import pytest
import torch

from dlchecked.bilevel import argmin, golden_section, implicit_jacobian, ridge


def double(*shape):
    return torch.randn(*shape, dtype=torch.double)


def quadratic(seed, m=3, n=2):
    """½ yᵀQy − yᵀ(Mz + |z|² c), and its minimiser by a formula that autograd can differentiate."""
    torch.manual_seed(seed)
    root, mixed, c = double(m, m), double(m, n), double(m)
    curvature = root @ root.mT + torch.eye(m)

    def objective(y, z):
        return y @ curvature @ y / 2 - y @ (mixed @ z + (z @ z) * c)

    def formula(z):
        return (z @ mixed.mT + z.square().sum(-1, keepdim=True) * c) @ curvature.inverse()

    return objective, formula


@pytest.mark.parametrize("seed", range(3))
def test_the_jacobian_is_that_of_the_closed_form(seed):
    objective, formula = quadratic(seed)
    z = double(2)
    expected = torch.autograd.functional.jacobian(formula, z)
    assert expected.shape == (3, 2)
    assert torch.allclose(implicit_jacobian(objective, formula(z), z), expected, atol=1e-12, rtol=0)


@pytest.mark.parametrize("seed", range(3))
def test_the_backward_pass_is_that_of_the_closed_form(seed):
    objective, formula = quadratic(seed)
    z, cotangent = double(5, 2).requires_grad_(), double(5, 3)
    layer = argmin(objective, formula, z)
    assert torch.equal(layer, formula(z))
    (found,) = torch.autograd.grad(layer, z, cotangent)
    (expected,) = torch.autograd.grad(formula(z), z, cotangent)
    assert torch.allclose(found, expected, atol=1e-12, rtol=0)


def test_the_backward_pass_agrees_with_differences_of_the_solutions():
    def objective(y, z):
        return torch.cosh(y - z.sum()).sum() + (y @ y) * (1 + z @ z)

    def newton(z):
        y = torch.zeros(len(z), 1, dtype=z.dtype)
        for _ in range(30):
            shift, scale = y - z.sum(1, keepdim=True), 2 + 2 * (z * z).sum(1, keepdim=True)
            y = y - (torch.sinh(shift) + scale * y) / (torch.cosh(shift) + scale)
        return y

    torch.manual_seed(0)
    assert torch.autograd.gradcheck(lambda z: argmin(objective, newton, z), double(4, 3).requires_grad_())


@pytest.mark.parametrize("loss", [torch.square, torch.clone])  # of a linear one the first gradient is a constant
def test_a_second_backward_pass_is_refused(loss):
    objective, formula = quadratic(0)
    z = double(1, 2).requires_grad_()
    outer = loss(argmin(objective, formula, z)).sum() + z.pow(3).sum()
    (first,) = torch.autograd.grad(outer, z, create_graph=True)
    with pytest.raises(RuntimeError, match="once, not twice"):
        first.sum().backward()


def test_a_flat_minimum_has_no_derivative():
    with pytest.raises(ValueError, match="not positive definite"):
        implicit_jacobian(lambda y, z: (y**4 / 4 - z * y).sum(), torch.zeros(1), torch.zeros(1))
    z = torch.zeros(2, 1, requires_grad=True)
    layer = argmin(lambda y, z: (y**4 / 4 - z * y).sum(), lambda z: torch.tensor([[1.0], [0.0]]), z)
    with pytest.raises(ValueError, match="not positive definite"):
        layer.sum().backward()


def test_golden_section_finds_the_minimum_of_each_entry():
    torch.manual_seed(0)
    centres = 6 * torch.rand(50, dtype=torch.double) - 3
    found = golden_section(lambda y: torch.cosh(y - centres), -3, 3, like=centres, steps=45)
    assert torch.allclose(found, centres, atol=1e-7, rtol=0)


def test_golden_section_finds_a_minimum_at_an_end():
    like = torch.zeros(1, dtype=torch.double)
    assert float(golden_section(lambda y: y, -1, 2, like)) == pytest.approx(-1, abs=1e-7)
    assert float(golden_section(lambda y: -y, -1, 2, like)) == pytest.approx(2, abs=1e-7)


def test_an_empty_interval_is_refused():
    with pytest.raises(ValueError, match="low = 1 and high = 1"):
        golden_section(torch.cos, 1, 1, like=torch.zeros(1))


def test_the_ridge_solution_is_a_stationary_point():
    torch.manual_seed(0)
    objective, solver = ridge(double(8, 3), double(8))
    z = double(4, 1)
    for y, log_penalty in zip(solver(z), z, strict=True):
        gradient = torch.autograd.functional.jacobian(lambda y, z=log_penalty: objective(y, z), y)
        assert gradient.abs().max() < 1e-12
