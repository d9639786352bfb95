from itertools import product
from math import prod

import torch
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from random_networks import random_case

from dlchecked.receptive_field import ReceptiveFieldError, receptive_field
from dlchecked.receptive_field.numeric import GroundTruth

MOST_UNITS = 120


@st.composite
def cases(draw):
    torch.manual_seed(0)
    return random_case(lambda options: draw(st.sampled_from(list(options))))


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(cases())
def test_every_unit_of_a_random_network(case):
    module, shape = case
    try:
        with torch.no_grad():
            found = module(torch.rand(shape))
    except (RuntimeError, ValueError, IndexError):
        assume(False)
    assume(0 < prod(found.shape[2:]) <= MOST_UNITS)
    try:
        fields = receptive_field(module, shape)
    except ReceptiveFieldError as error:
        assert "products" in str(error)  # noqa: PT017
        assume(False)
    truth = GroundTruth(module, shape)
    assert fields.output_shape == truth.output_shape == tuple(found.shape)
    tolerance = 1e-13 if "linear {" in repr(module) or "bicubic" in repr(module) else 0.0
    masks = {unit: fields.mask(unit) for unit in truth.units()}
    for unit, mask in masks.items():
        assert torch.equal(mask, truth.mask(unit, tolerance)), (unit, module)
    for position in product(*map(range, shape[2:])):
        reached = truth.reached(position)
        for unit, mask in masks.items():
            assert mask[position] or not reached[unit], (unit, position, module)
