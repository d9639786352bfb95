"""What is known of a tensor's values whatever the input is: the constants of a forward, its masks above all."""

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import torch
from torch import nn

from dlchecked.receptive_field.terms import restrict_to_mask, somewhere
from dlchecked.receptive_field.trace import Traced
from dlchecked.receptive_field.unions import simplify

if TYPE_CHECKING:
    from dlchecked.receptive_field.tensor import TracedTensor

Dims = int | tuple[int, ...]
T = TypeVar("T", bound="TracedTensor")

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
        return Known(_compact(self.values, dims), _compact(self.fixed, dims))

    def zero(self) -> torch.Tensor:
        """Where the value is certainly 0."""
        return self.fixed & (self.values == 0)

    def large(self) -> torch.Tensor:
        """Where it matters that the value is not ordinary."""
        return ~(self.values.abs() < MARK)


NOTHING = Known(torch.zeros((), dtype=torch.float64), torch.tensor(False))
LOST = Known(torch.tensor(torch.nan, dtype=torch.float64), torch.tensor(False))


def _compact(x: torch.Tensor, dims: tuple[int, ...] = ()) -> torch.Tensor:
    kept = {dim % x.dim() for dim in dims}
    return x[
        tuple(slice(0, 1) if step == 0 and dim not in kept else slice(None) for dim, step in enumerate(x.stride()))
    ]


def is_constant(x: Any) -> bool:
    """Whether a tensor is a constant of the forward: not a weight, whose zeros are values and no structure."""
    real = isinstance(x, torch.Tensor) and not isinstance(x, Traced)
    return real and not (x.requires_grad or isinstance(x, nn.Parameter))


def known_of(x: Any) -> Known:
    """What is known of an operand; it broadcasts to the operand's shape."""
    if isinstance(x, Traced):
        return NOTHING if x.known is None else x.known.compact()
    if isinstance(x, torch.Tensor):
        if isinstance(x, nn.Parameter) or x.is_complex():
            return NOTHING
        values = x.detach().to("cpu", torch.float64)
        if is_constant(x):
            return Known(values, torch.tensor(True))
        # Made of weights; but no weight is a mark.
        return Known(torch.where(values <= -MARK, values, 0.0), torch.isneginf(values))
    if isinstance(x, bool | int | float):
        return Known(torch.tensor(float(x), dtype=torch.float64), torch.tensor(True))
    return NOTHING


def constant_of(x: Any) -> torch.Tensor | None:
    """The values of a tensor that depends on nothing, if it is one."""
    if not isinstance(x, Traced):
        return x if isinstance(x, torch.Tensor) else None
    return x.known.values if x.known is not None and bool(x.known.fixed.all()) else None


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


def cut(x: T, where: torch.Tensor) -> T:
    """The tensor, of which some elements depend on nothing; ``where`` broadcasts to its shape."""
    where = _compact(where)
    if not where.any():
        return x
    for dim in range(where.dim()):
        if where.shape[dim] > 1 and bool((where == where.narrow(dim, 0, 1)).all()):
            where = where.narrow(dim, 0, 1)
    dims = [dim - where.dim() + len(x.shape) for dim in range(where.dim()) if where.shape[dim] > 1]
    layout = x.layout
    for dim in dims:
        layout = layout.with_single(dim)
    ranges = layout.ranges()
    left = (~where).reshape([n for n in where.shape if n > 1]).numpy()
    terms = simplify(
        somewhere(restrict_to_mask(term, tuple(ranges[dim][0] for dim in dims), left) for term in layout.terms)
    )
    return x.derived(layout._replace(terms=terms), x.shape)  # type: ignore[return-value]


def knowing(x: T, known: Known) -> T:
    """A new tensor of which this is known besides: what is certain depends on nothing."""
    values, fixed = known
    found = cut(x, fixed)
    found = found.same() if found is x else found  # type: ignore[assignment]
    if bool(fixed.any()) or bool(known.large().any()):
        found.known = Known(values.expand(x.shape), fixed.expand(x.shape))
    return found
