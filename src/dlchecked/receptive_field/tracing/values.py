"""Numbers of which only some are certain, and how sums and products of such go on."""

from collections.abc import Callable, Iterator, Sequence
from math import inf, isfinite, isnan

import torch

Dims = int | tuple[int, ...]

# What a softmax finds so far below the rest of its row is masked: beside it scores count as ordinary, and exp(−10³) is
# exactly 0 in every precision. The smallest amount in use is 10⁴, before scaling.
MARK = 1e3
# Outside a softmax, where an offset may have other reasons (the values of a scanner, less 1024), it takes that much.
UNSCALED_MARK = 1e4
# Of a larger tensor what is known is forgotten once it would have to be written down element by element.
MOST_ELEMENTS = 1 << 24
# So many values may wait for one another: Python does not go down for ever.
_MOST_STEPS = 64


class Known:
    """An element is what is known of it where that is certain; elsewhere, something ordinary was added to that.

    Of most masks nobody ever needs the values, only that none of them is large. So they may be computed later.

    Attributes:
        values: in double precision, of the tensor's shape; NaN where it may be of any magnitude.
        fixed: of the same shape, whether the value is certain. Such an element depends on nothing.
    """

    __slots__ = ("_most", "_steps", "_values", "fixed")

    def __init__(
        self,
        values: torch.Tensor | Callable[[], torch.Tensor],
        fixed: torch.Tensor,
        most: float | None = None,
        *sources: "Known",
    ) -> None:
        """``most`` is an upper bound of all magnitudes, ``sources`` are what later values will be computed from."""
        self._values = values
        self.fixed = fixed
        self._most = most
        self._steps: int = 1 + max((source._steps for source in sources), default=-1)
        if self._steps > _MOST_STEPS:
            assert self.values is not None

    @property
    def values(self) -> torch.Tensor:
        """The values, computed now if they are not yet."""
        if not isinstance(self._values, torch.Tensor):
            self._values, self._steps = self._values(), 0
        return self._values

    def __iter__(self) -> Iterator[torch.Tensor]:
        return iter((self.values, self.fixed))

    def compact(self, *dims: int) -> "Known":
        """The same without the repetitions that broadcasting made, but for those along some dimensions."""
        if isinstance(self._values, torch.Tensor):
            return Known(compact(self._values, dims), compact(self.fixed, dims), self._most)
        return Known(lambda: compact(self.values, dims), compact(self.fixed, dims), self._most, self)

    def expanded(self, shape: Sequence[int]) -> "Known":
        """The same, broadcast to a shape."""
        if isinstance(self._values, torch.Tensor):
            return Known(self._values.expand(shape), self.fixed.expand(shape), self._most)
        return Known(lambda: self.values.expand(shape), self.fixed.expand(shape), self._most, self)

    @property
    def most(self) -> float:
        """An upper bound of all magnitudes; infinite if one is not known."""
        if self._most is None:
            self._most = _magnitude(self.values)
        return self._most

    @property
    def certain(self) -> bool:
        """Whether all values are plainly certain."""
        return self.fixed.numel() == 1 and bool(self.fixed)

    def zero(self) -> torch.Tensor:
        """Where the value is certainly 0."""
        return self.fixed & (self.values == 0)

    def large(self) -> torch.Tensor:
        """Where it matters that the value is not ordinary."""
        return ~(self.values.abs() < MARK)

    def any_large(self) -> bool:
        """Whether it matters anywhere."""
        if self.most >= MARK:
            self._most = _magnitude(self.values)
        return self.most >= MARK


def _magnitude(x: torch.Tensor) -> float:
    if not x.numel():
        return 0.0
    least, most = x.aminmax()
    found = max(-least.item(), most.item())
    return inf if isnan(found) else found


TRUE = torch.tensor(True)
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
    if isfinite(a.most) and isfinite(b.most):
        return Known(lambda: a.values + b.values, a.fixed & b.fixed, a.most + b.most, a, b)
    infinite = (a.fixed & a.values.isinf()) | (b.fixed & b.values.isinf())
    lost = a.values.isnan() | b.values.isnan()
    values = a.values + b.values
    # What is −∞ stays so, whatever is added.
    values = torch.where(infinite & lost, torch.where(a.values.isinf(), a.values, b.values), values)
    return Known(values, (a.fixed & b.fixed) | infinite)


def negative(a: Known) -> Known:
    """What is known of the negative."""
    return Known(lambda: -a.values, a.fixed, a.most, a)


def inverse(a: Known) -> Known:
    """What is known of one over a number: of an uncertain one, that it is ordinary."""
    return Known(torch.where(a.fixed, 1 / a.values, torch.where(a.large(), torch.nan, 0.0)), a.fixed)


def product(a: Known, b: Known) -> Known:
    """What is known of a product."""
    zero, both = a.zero() | b.zero(), a.fixed & b.fixed
    if a.most < MARK and b.most < MARK:
        return Known(lambda: a.values * b.values, both | zero, a.most * b.most, a, b)
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


def chosen(choice: Callable[[], torch.Tensor], a: Known, b: Known) -> Known:
    """What is known where one of two is chosen; ``choice`` is asked only if that makes a difference."""
    fixed = a.fixed if a.certain and b.certain else torch.where(choice(), a.fixed, b.fixed)
    return Known(lambda: torch.where(choice(), a.values, b.values), fixed, max(a.most, b.most), a, b)


def passed_over(values: torch.Tensor, dim: Dims, by: float = MARK) -> torch.Tensor:
    """What is so far below the largest along some dimensions that neither a softmax nor a maximum notices it."""
    # By the difference, in which a large amount does not swallow the mark.
    return (values.amax(dim, keepdim=True) - values >= by) | values.isneginf()
