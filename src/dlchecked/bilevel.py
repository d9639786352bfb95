"""A layer that returns the minimiser of an inner problem, and the derivative of the minimiser.

At an isolated minimiser y* of f(·, z) the gradient by y is 0 and stays 0 as z moves, so that K dy*/dz + R = 0 with
K = ∂²f/∂y² and R = ∂²f/∂y∂z. The derivative −K⁻¹R depends on the solution, not on how it was found: Amos and Kolter,
"OptNet: Differentiable Optimization as a Layer in Neural Networks", ICML 2017, section 3, do the same under
constraints.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.func import grad, jacrev, vmap

Objective = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""f(y, z): a number, of y with shape (m,) and z with shape (n,), in torch's differentiable functions."""

Solver = Callable[[torch.Tensor], torch.Tensor]
"""From z, shape (batch, n), to the minimisers, shape (batch, m). It need not be differentiable."""

_INVERSE_GOLDEN_RATIO = (5**0.5 - 1) / 2


def implicit_jacobian(f: Objective, y: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
    """The derivative −K⁻¹R of a minimiser of f(·, z).

    Args:
        f: twice differentiable near (y, z).
        y: (m,), the minimiser.
        z: (n,), where it was found.

    Returns:
        (m, n): a row for each entry of the minimiser, a column for each of z.

    Raises:
        ValueError: if K is not positive definite, so that y is no isolated minimiser of second order.
    """
    curvature = _cholesky(jacrev(grad(f))(y, z))
    mixed = jacrev(grad(f), argnums=1)(y, z)
    jacobian: torch.Tensor = -torch.cholesky_solve(mixed, curvature)
    return jacobian


def argmin(f: Objective, solver: Solver, z: torch.Tensor) -> torch.Tensor:
    """The minimisers of f(·, z) by y, differentiable by z whatever the solver is.

    Args:
        f: twice differentiable near each solution. The gradient reaches what it takes as z, and no other tensor that
            it uses: parameters to be trained have to be entries of z.
        solver: called once, without gradients.
        z: (batch, n).

    Returns:
        (batch, m), what the solver returned.

    Raises:
        ValueError: in the backward pass, if K is not positive definite at one of the solutions.
        RuntimeError: if a second derivative is taken through the result.
    """
    solution: torch.Tensor = _Argmin.apply(z, f, solver)  # type: ignore[no-untyped-call]
    return solution


class _Argmin(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, z: torch.Tensor, f: Objective, solver: Solver) -> torch.Tensor:
        y = solver(z.detach())
        ctx.save_for_backward(y, z)
        ctx.f = f
        return y

    @staticmethod
    def backward(ctx: Any, y_grad: torch.Tensor) -> tuple[torch.Tensor, None, None]:
        y, z = ctx.saved_tensors

        def slope_along_v(z: torch.Tensor, y: torch.Tensor, v: torch.Tensor) -> Any:
            return grad(ctx.f)(y, z) @ v

        with torch.no_grad():
            curvature = _cholesky(vmap(jacrev(grad(ctx.f)))(y, z))
            v = torch.cholesky_solve(y_grad[..., None], curvature)[..., 0]
            z_grad = -vmap(grad(slope_along_v))(z, y, v)
        return _Once.apply(z_grad, z), None, None  # type: ignore[no-untyped-call]


class _Once(torch.autograd.Function):
    """Lets a gradient pass, once; without the tie to z a second derivative would silently count it as a constant."""

    @staticmethod
    def forward(ctx: Any, gradient: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
        return gradient.clone()

    @staticmethod
    def backward(ctx: Any, _: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        raise RuntimeError("argmin can be differentiated once, not twice")


def _cholesky(curvature: torch.Tensor) -> torch.Tensor:
    """The Cholesky factor of K, shape (..., m, m)."""
    factor: torch.Tensor
    factor, failed = torch.linalg.cholesky_ex(curvature)
    if failed.any():
        raise ValueError(
            "the Hessian by y is not positive definite: the derivative of the minimiser is defined at an isolated "
            "minimiser with positive curvature in every direction"
        )
    return factor


def golden_section(
    f: Callable[[torch.Tensor], torch.Tensor], low: float, high: float, like: torch.Tensor, steps: int = 40
) -> torch.Tensor:
    """Minimise by comparing values only: no derivative is taken, and none could be taken of the result.

    Args:
        f: maps a tensor to a tensor of the same shape, entry by entry; each entry has one minimum in the interval.
        low: left end of the interval.
        high: right end of it.
        like: a tensor of the shape and dtype of what f takes.
        steps: each shrinks the interval by 0.618. Comparisons cannot tell points apart that lie closer than about
            the square root of the rounding unit, so that more than 40 seldom help.

    Returns:
        The minimisers, in the shape of ``like``.

    Raises:
        ValueError: if the interval is empty.
    """
    if not low < high:
        raise ValueError(f"an interval has low < high, not low = {low} and high = {high}")
    left = torch.full_like(like, low)
    right = torch.full_like(like, high)
    for _ in range(steps):
        step = _INVERSE_GOLDEN_RATIO * (right - left)
        inner_left, inner_right = right - step, left + step
        is_left = f(inner_left) < f(inner_right)
        left, right = torch.where(is_left, left, inner_left), torch.where(is_left, inner_right, right)
    return (left + right) / 2


def ridge(features: torch.Tensor, targets: torch.Tensor) -> tuple[Objective, Solver]:
    """Ridge regression as an inner problem, z being the logarithm of its penalty λ.

    Args:
        features: (samples, m).
        targets: (samples,).

    Returns:
        The objective ‖features · y − targets‖² + λ‖y‖², for z of shape (1,), and its solution in closed form.
    """
    gram, moment = features.mT @ features, features.mT @ targets

    def objective(y: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
        residual = features @ y - targets
        return residual @ residual + z[0].exp() * (y @ y)

    def solver(z: torch.Tensor) -> torch.Tensor:
        penalised = gram + z.exp()[..., None] * torch.eye(len(gram), dtype=gram.dtype)
        solution: torch.Tensor = torch.linalg.solve(penalised, moment)
        return solution

    return objective, solver
