"""Numbers of which only some are certain, and how sums and products of such go on."""

from typing import NamedTuple

import torch

Dims = int | tuple[int, ...]

# What a softmax finds so far below the rest of its row is masked: beside it scores count as ordinary, and exp(−10³) is
# exactly 0 in every precision. The smallest amount in use is 10⁴, before scaling.
MARK = 1e3
# Outside a softmax, where an offset may have other reasons (the values of a scanner, less 1024), it takes that much.
UNSCALED_MARK = 1e4
# Of a larger tensor what is known is forgotten once it would have to be written down element by element.
MOST_ELEMENTS = 1 << 24


class Known(NamedTuple):
    """An element is what is known of it where that is certain; elsewhere, something ordinary was added to that.

    Attributes:
        values: in double precision, of the tensor's shape; NaN where it may be of any magnitude.
        fixed: of the same shape, whether the value is certain. Such an element depends on nothing.
    """

    values: torch.Tensor
    fixed: torch.Tensor

    def compact(self, *dims: int) -> "Known":
        """The same without the repetitions that broadcasting made, but for those along some dimensions."""
        return Known(compact(self.values, dims), compact(self.fixed, dims))

    def zero(self) -> torch.Tensor:
        """Where the value is certainly 0."""
        return self.fixed & (self.values == 0)

    def large(self) -> torch.Tensor:
        """Where it matters that the value is not ordinary."""
        return ~(self.values.abs() < MARK)


NOTHING = Known(torch.zeros((), dtype=torch.float64), torch.tensor(False))
LOST = Known(torch.tensor(torch.nan, dtype=torch.float64), torch.tensor(False))


def compact(x: torch.Tensor, dims: tuple[int, ...] = ()) -> torch.Tensor:
    kept = {dim % x.dim() for dim in dims}
    return x[
        tuple(slice(0, 1) if step == 0 and dim not in kept else slice(None) for dim, step in enumerate(x.stride()))
    ]


def certain(number: float) -> Known:
    """A number."""
    return Known(torch.tensor(float(number), dtype=torch.float64), torch.tensor(True))


def total(a: Known, b: Known) -> Known:
    """What is known of a sum."""
    infinite = (a.fixed & a.values.isinf()) | (b.fixed & b.values.isinf())
    lost = a.values.isnan() | b.values.isnan()
    values = a.values + b.values
    # What is −∞ stays so, whatever is added.
    values = torch.where(infinite & lost, torch.where(a.values.isinf(), a.values, b.values), values)
    return Known(values, (a.fixed & b.fixed) | infinite)


def negative(a: Known) -> Known:
    """What is known of the negative."""
    return Known(-a.values, a.fixed)


def inverse(a: Known) -> Known:
    """What is known of one over a number: of an uncertain one, that it is ordinary."""
    return Known(torch.where(a.fixed, 1 / a.values, torch.where(a.large(), torch.nan, 0.0)), a.fixed)


def product(a: Known, b: Known) -> Known:
    """What is known of a product."""
    zero, both = a.zero() | b.zero(), a.fixed & b.fixed
    values = a.values * b.values
    # Something uncertain times something large may have any magnitude.
    uncertain = ~both & ~zero & (_scaled(a, b) | _scaled(b, a))
    values = torch.where(uncertain, torch.nan, values)
    return Known(torch.where(zero & ~both, 0.0, values), both | zero)


def _scaled(a: Known, b: Known) -> torch.Tensor:
    """Where a is uncertain, and b either is too, beside something large, or is a large factor of something ordinary."""
    return ~a.fixed & torch.where(b.fixed, b.large() | a.values.isnan(), a.large() | b.large())


def larger(a: Known, b: Known) -> Known:
    """What is known of the larger of two."""
    return Known(torch.maximum(a.values, b.values), a.fixed & b.fixed)


def chosen(choice: torch.Tensor, a: Known, b: Known) -> Known:
    """What is known where one of two is chosen."""
    return Known(torch.where(choice, a.values, b.values), torch.where(choice, a.fixed, b.fixed))


def passed_over(values: torch.Tensor, dim: Dims, by: float = MARK) -> torch.Tensor:
    """What is so far below the largest along some dimensions that neither a softmax nor a maximum notices it."""
    # By the difference, in which a large amount does not swallow the mark.
    return (values.amax(dim, keepdim=True) - values >= by) | values.isneginf()
