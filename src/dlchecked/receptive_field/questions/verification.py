"""Holding an answer against two witnesses that know no rule about any layer."""

from collections.abc import Iterable, Sequence
from itertools import product
from math import prod
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from dlchecked.receptive_field.errors import InvalidArgument
from dlchecked.receptive_field.measured.ground_truth import GroundTruth, Unit
from dlchecked.receptive_field.questions.exact import receptive_field
from dlchecked.receptive_field.questions.question import Output, question
from dlchecked.receptive_field.results.indices import check_unit


class Disagreement(NamedTuple):
    """A unit about whose field a witness says something else.

    Attributes:
        unit: its spatial indices; empty where the witness is the shape.
        witness: "gradient", "perturbation", or "shape" where even the shape of the output differs.
        missing: positions that the witness saw and the answer lacks.
        surplus: positions of the answer that the witness did not see (gradient only: a perturbation can be
            too weak to be seen far from the centre).
    """

    unit: Unit
    witness: str
    missing: int
    surplus: int


class Verification(NamedTuple):
    """What the witnesses said.

    Attributes:
        units: how many units were compared.
        positions: how many pairs of a unit and a position.
        confirmed: the share of all dependencies that the perturbation saw too.
        disagreements: empty if all is well.
    """

    units: int
    positions: int
    confirmed: float
    disagreements: tuple[Disagreement, ...]

    @property
    def ok(self) -> bool:
        """Whether no witness disagrees."""
        return not self.disagreements


def verify(
    module: nn.Module,
    input_shape: Sequence[int] | Sequence[Sequence[int]],
    *,
    units: Iterable[Unit] | None = None,
    input: int = 0,  # noqa: A002
    output: Output = None,
    tolerance: float = 0.0,
) -> Verification:
    """Compare the exact fields with what really changes in a positive copy of the module, unit by unit.

    The first witness is the gradient; the second, the output after a change at every single position. Both cost
    real passes: one backward a unit, one forward a position. The module itself is only copied.

    Args:
        module: as for :func:`receptive_field`.
        input_shape: as for :func:`receptive_field`; small images do.
        units: the units to compare; by default all.
        input: as for :func:`receptive_field`.
        output: as for :func:`receptive_field`.
        tolerance: gradients up to this fraction of the largest count as rounding: 1e-12 for resampling.

    Returns:
        What was compared and what disagreed.

    Raises:
        InvalidArgument: if an argument cannot be right.
        ReceptiveFieldError: as :func:`receptive_field`.
    """
    if not isinstance(tolerance, int | float | np.floating) or isinstance(tolerance, bool) or not 0 <= tolerance < 1:
        raise InvalidArgument(f"tolerance is a fraction of the largest gradient, such as 1e-12; got {tolerance!r}")
    given: object = units
    if not isinstance(given, Iterable | None):
        raise InvalidArgument(f"units is a list of units, such as [(0, 0)]; got {units!r}")
    found = receptive_field(module, input_shape, input=input, output=output)
    truth = GroundTruth(*question(module, input_shape, input, output))
    if found.output_shape != truth.output_shape:
        return Verification(0, 0, 0.0, (Disagreement((), "shape", 0, 0),))
    chosen = list(truth.units()) if units is None else [check_unit(unit, found.output_shape[2:]) for unit in units]
    lengths = found.input_shape[2:]
    reached = _perturbed(truth, lengths)
    disagreements, seen, total = [], 0, 0
    for unit in chosen:
        claimed, by_gradient, by_change = (
            found.mask(unit),
            truth.mask(unit, tolerance),
            reached[(slice(None),) * len(lengths) + unit],
        )
        if not torch.equal(claimed, by_gradient):
            missing, surplus = (by_gradient & ~claimed).sum(), (claimed & ~by_gradient).sum()
            disagreements.append(Disagreement(unit, "gradient", int(missing), int(surplus)))
        if (by_change & ~claimed).any():
            disagreements.append(Disagreement(unit, "perturbation", int((by_change & ~claimed).sum()), 0))
        seen, total = seen + int((by_change & claimed).sum()), total + int(claimed.sum())
    return Verification(len(chosen), len(chosen) * prod(lengths), seen / total if total else 1.0, tuple(disagreements))


def _perturbed(truth: GroundTruth, lengths: Sequence[int]) -> torch.Tensor:
    """(*input, *output) booleans: whether a change at a position reaches a unit."""
    rows = [truth.reached(position) for position in product(*map(range, lengths))]
    return torch.stack(rows).reshape(*lengths, *rows[0].shape)
