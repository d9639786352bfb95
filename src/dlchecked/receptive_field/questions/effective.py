"""How much each pixel matters, beside which pixels can matter at all."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from dlchecked.receptive_field.errors import InvalidArgument
from dlchecked.receptive_field.questions.question import Output, question
from dlchecked.receptive_field.results.indices import check_unit, whole
from dlchecked.receptive_field.tracing.copying import copied
from dlchecked.receptive_field.tracing.surroundings import as_before


class EffectiveReceptiveField:
    """How strongly a unit answers to every input position.

    Attributes:
        unit: spatial indices of the unit.
        gradient: (*spatial) the mean squared gradient of the unit, summed over channels.
    """

    def __init__(self, unit: tuple[int, ...], gradient: torch.Tensor) -> None:
        """Made by :func:`effective_receptive_field`."""
        self.unit = unit
        self.gradient = gradient

    def share(self, interval: Sequence[tuple[int, int]]) -> float:
        """The part of the summed squared gradient that lies in a box.

        Args:
            interval: first and last position along each axis, both inclusive.

        Raises:
            InvalidArgument: if there is no such box, or no gradient of which a part could lie anywhere.
        """
        total = self.gradient.sum()
        if not 0 < total < float("inf"):
            raise InvalidArgument(
                f"the squared gradient of unit {self.unit} sums to {float(total)}, of which no part lies anywhere; a "
                "unit behind a ReLU that is off, or behind weights of zero, answers to no pixel: take another unit, "
                "more samples or other weights"
            )
        box = self._box(interval)
        return float(self.gradient[box].sum() / total)

    def _box(self, interval: object) -> tuple[slice, ...]:
        shape = tuple(self.gradient.shape)
        pairs = [tuple(map(whole, pair)) for pair in interval] if _are_pairs(interval) else []  # type: ignore[attr-defined]
        inside = len(pairs) == len(shape) and all(
            first is not None and last is not None and 0 <= first <= last < length
            for (first, last), length in zip(pairs, shape, strict=True)
        )
        if not inside:
            raise InvalidArgument(
                f"interval is (first, last) for each axis, inside an image of {shape}, as ReceptiveField.interval has "
                f"it; got {interval!r}"
            )
        return tuple(slice(first, last + 1) for first, last in pairs)  # type: ignore[operator]

    def draw(self, axes: Any = None, interval: Sequence[tuple[int, int]] | None = None) -> Any:
        """Draw the gradient with matplotlib, and the box of the theoretical field around it.

        Args:
            axes: matplotlib axes to draw on; by default new ones.
            interval: the unit's interval.

        Returns:
            The axes.
        """
        from dlchecked.receptive_field.results.drawing import draw_gradient

        return draw_gradient(self.gradient, axes, interval)


def _one_tensor(found: Any) -> Any:
    if not isinstance(found, torch.Tensor):
        raise InvalidArgument(
            f"the output is a {type(found).__name__}; say which tensor of it is meant, as in output=0"
        )
    return found


def _are_pairs(interval: object) -> bool:
    several = isinstance(interval, tuple | list)
    return several and all(isinstance(pair, tuple | list) and len(pair) == 2 for pair in interval)  # type: ignore[attr-defined]


def effective_receptive_field(
    module: nn.Module,
    input_shape: Sequence[int] | Sequence[Sequence[int]],
    *,
    unit: Sequence[int] | None = None,
    samples: int = 16,
    seed: int = 0,
    input: int = 0,  # noqa: A002
    output: Output = None,
) -> EffectiveReceptiveField:
    """The mean squared gradient of one unit over random inputs, with the module's own weights.

    Luo et al., "Understanding the Effective Receptive Field in Deep Convolutional Neural Networks",
    NeurIPS 2016, sections 2 and 3. The module is copied; its dtype and mode are kept.

    Args:
        module: as for :func:`receptive_field`.
        input_shape: (batch, channels, *spatial); real memory of that size is used.
        unit: spatial indices; by default the middle unit.
        samples: number of standard normal inputs of that shape.
        seed: seed of the inputs.
        input: as for :func:`receptive_field`.
        output: as for :func:`receptive_field`.

    Raises:
        InvalidArgument: if an argument cannot be right.
    """
    counts = whole(samples), whole(seed)
    if counts[0] is None or counts[0] < 1 or counts[1] is None:
        raise InvalidArgument(f"samples is at least 1, and seed an integer; got {samples!r} and {seed!r}")
    module, shape, pick = question(module, input_shape, input, output)
    copy = copied(module)
    example = next(copy.parameters(), torch.empty(0))
    generator = torch.Generator().manual_seed(seed)
    total = torch.zeros(shape[2:], dtype=torch.float64)
    chosen: tuple[int, ...] = ()
    with as_before(), torch.enable_grad():
        for _ in range(samples):
            x = torch.randn(shape, generator=generator, dtype=example.dtype).to(example.device).requires_grad_(True)
            found = _one_tensor(copy(x) if pick is None else pick(copy(x)))
            chosen = check_unit(tuple(n // 2 for n in found.shape[2:]) if unit is None else unit, found.shape[2:])
            (gradient,) = torch.autograd.grad(found[(..., *chosen)].sum(), x)
            total += gradient.double().square().sum((0, 1)).cpu()
    return EffectiveReceptiveField(chosen, total / samples)
