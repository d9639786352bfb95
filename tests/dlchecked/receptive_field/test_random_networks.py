import random
from itertools import product
from math import prod

import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from random_networks import random_case

from dlchecked.receptive_field import ReceptiveFieldError, receptive_field
from dlchecked.receptive_field.measured.ground_truth import GroundTruth

MOST_UNITS = 120


@st.composite
def cases(draw):
    torch.manual_seed(0)
    return random_case(lambda options: draw(st.sampled_from(list(options))))


def compared(module, shape):
    """Compare every unit with both witnesses; False where there is nothing to compare."""
    try:
        with torch.no_grad():
            # In single precision, torch also runs transposed convolutions that leave no output.
            found = module.double()(torch.rand(shape, dtype=torch.float64))
    except (RuntimeError, ValueError, IndexError):
        return False
    if not 0 < prod(found.shape[2:]) <= MOST_UNITS:
        return False
    try:
        fields = receptive_field(module, shape)
    except ReceptiveFieldError as error:
        assert "products" in str(error)  # noqa: PT017
        return False
    truth = GroundTruth(module, shape)
    assert fields.output_shape == truth.output_shape == tuple(found.shape)
    tolerance = 1e-13 if "linear {" in repr(module) or "bicubic" in repr(module) else 0.0
    for axis in range(len(shape) - 2):
        first, last = fields.bounds(axis)
        for unit in truth.units():
            interval = fields.interval(unit)
            assert (first[unit] > last[unit]) if interval is None else (first[unit], last[unit]) == interval[axis]
    masks = {unit: fields.mask(unit) for unit in truth.units()}
    for unit, mask in masks.items():
        assert torch.equal(mask, truth.mask(unit, tolerance)), (unit, module)
    for position in product(*map(range, shape[2:])):
        reached = truth.reached(position)
        for unit, mask in masks.items():
            assert mask[position] or not reached[unit], (unit, position, module)
    return True


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(cases())
def test_every_unit_of_a_random_network(case):
    assume(compared(*case))


# A product whose presence varies along channels and space, before a grouped convolution; an empty slice; a slice of a
# masked attention; a view of nothing; an instance norm of a convolution, before an attention.
@pytest.mark.parametrize("seed", [101846, 202126, 1054633, 1035886, 1026049])
def test_every_unit_of_a_network_that_went_wrong(seed):
    torch.manual_seed(seed)
    assert compared(*random_case(random.Random(seed).choice))
