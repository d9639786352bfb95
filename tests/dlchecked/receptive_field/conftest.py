"""The two witnesses that every answer is held against; neither knows a rule about any layer."""

import sys
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path

import pytest
import torch
from torch import nn

from dlchecked.receptive_field import ReceptiveField, receptive_field
from dlchecked.receptive_field.measured.ground_truth import GroundTruth

# The networks are shared by several files of tests and by the benchmark.
sys.path.insert(0, str(Path(__file__).parent))

Check = Callable[..., ReceptiveField]


@pytest.fixture
def check_every_unit() -> Check:
    """Compare a module's fields with the gradients of its positive copy, position by position."""

    def check(module: nn.Module, input_shape: Sequence[int], tolerance: float = 0.0) -> ReceptiveField:
        found = receptive_field(module, input_shape)
        truth = GroundTruth(module, input_shape)
        assert found.output_shape == truth.output_shape
        for unit in truth.units():
            expected = truth.mask(unit, tolerance)
            assert torch.equal(found.mask(unit), expected), unit
            assert found.count(unit) == expected.sum(), unit
            assert found.interval(unit) == _box(expected), unit
        return found

    return check


def _box(mask: torch.Tensor):
    places = mask.nonzero()
    if not len(places):
        return None
    return tuple(zip(places.amin(0).tolist(), places.amax(0).tolist(), strict=True))


@pytest.fixture
def poisoned() -> Callable[[nn.Module, Sequence[int]], torch.Tensor]:
    """Which units of the unchanged module become NaN, for every single input position that is NaN."""

    def poison(module: nn.Module, input_shape: Sequence[int]) -> torch.Tensor:
        spatial = tuple(input_shape[2:])
        places = list(product(*map(range, spatial)))
        images = torch.rand(len(places), *input_shape[1:])
        for image, place in zip(images, places, strict=True):
            image[(slice(None), *place)] = torch.nan
        with torch.no_grad():
            reached = module(images).isnan().any(1)
        return reached.movedim(0, -1).unflatten(-1, spatial)

    return poison
