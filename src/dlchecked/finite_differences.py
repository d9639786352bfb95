"""Derivatives from function values alone, and how far they can be trusted.

A difference quotient errs twice. Its step ε is not zero (truncation), and both values are rounded, which the division
by ε magnifies. The analysis is that of Press et al., "Numerical Recipes", 3rd edition, section 5.7.
"""

import math
from collections.abc import Callable
from typing import Literal

import torch

Scheme = Literal["forward", "central"]


def gradient(
    f: Callable[[torch.Tensor], torch.Tensor], x: torch.Tensor, step: float, scheme: Scheme = "central"
) -> torch.Tensor:
    """The gradient of a scalar function, one coordinate at a time.

    Args:
        f: maps a tensor of the shape of ``x`` to a scalar; called n + 1 times (forward) or 2n times (central) for
            the n entries of ``x``.
        x: where; left as it is.
        step: ε, added to one entry at a time.
        scheme: ``forward`` for (f(x + ε) − f(x)) / ε, ``central`` for (f(x + ε) − f(x − ε)) / 2ε.

    Returns:
        A tensor of the shape and dtype of ``x``.

    Raises:
        ValueError: if the step is not positive or an entry of ``x`` swallows it, ``x`` has no fractions, or the
            scheme is unknown.
    """
    _check(x, step, scheme)
    with torch.no_grad():
        moved = x.detach().clone(memory_format=torch.contiguous_format)
        entry = moved.view(-1)
        result = torch.empty_like(entry)
        base = f(x.detach()) if scheme == "forward" else None
        for i in range(entry.numel()):
            kept = entry[i].clone()
            entry[i] = kept + step
            above = f(moved)
            entry[i] = kept - step
            result[i] = (above - base) / step if base is not None else (above - f(moved)) / (2 * step)
            entry[i] = kept
    return result.view_as(x)


def derivative(
    f: Callable[[torch.Tensor], torch.Tensor], x: torch.Tensor, step: float, scheme: Scheme = "central"
) -> torch.Tensor:
    """The derivative of a function of one number at each entry of ``x``; f works element by element.

    Raises:
        ValueError: as for ``gradient``.
    """
    _check(x, step, scheme)
    with torch.no_grad():
        if scheme == "forward":
            return (f(x + step) - f(x)) / step
        return (f(x + step) - f(x - step)) / (2 * step)


def median_error(
    f: Callable[[torch.Tensor], torch.Tensor],
    slope: Callable[[torch.Tensor], torch.Tensor],
    x: torch.Tensor,
    step: float,
    scheme: Scheme = "central",
) -> float:
    """Median over the entries of ``x`` of the absolute error of ``derivative``, against the exact ``slope``.

    The difference is computed in the dtype of ``x``, the slope in double precision.
    """
    error = derivative(f, x, step, scheme).double() - slope(x.double())
    return float(error.abs().median())


def error_bound(step: float, dtype: torch.dtype, scheme: Scheme = "central") -> float:
    """Truncation plus rounding, for a function whose value and derivatives are all 1 in size.

    Values are taken to be correct to half a unit in the last place, u, and the step to be exact: forward ε/2 + 2u/ε,
    central ε²/6 + u/ε.
    """
    u: float = torch.finfo(dtype).eps / 2
    return step / 2 + 2 * u / step if scheme == "forward" else step**2 / 6 + u / step


def best_step(dtype: torch.dtype, scheme: Scheme = "central") -> float:
    """The ε that minimises ``error_bound``: 2√u for forward, ∛(3u) for central differences."""
    u: float = torch.finfo(dtype).eps / 2
    return 2 * math.sqrt(u) if scheme == "forward" else math.cbrt(3 * u)


def _check(x: torch.Tensor, step: float, scheme: str) -> None:
    if scheme not in ("forward", "central"):
        raise ValueError(f"the scheme is 'forward' or 'central', not {scheme!r}")
    if not x.is_floating_point():
        raise ValueError(f"a step needs fractions: x is {x.dtype}, not floating point")
    if not step > 0:
        raise ValueError(f"the step must be positive, not {step}")
    swallowed = x[(x + step == x) | (x - step == x)]
    if len(swallowed):
        raise ValueError(
            f"a step of {step:g} vanishes beside {float(swallowed[0]):g} in {x.dtype}: "
            f"take {torch.finfo(x.dtype).eps * abs(float(swallowed[0])):.1g} or more"
        )
