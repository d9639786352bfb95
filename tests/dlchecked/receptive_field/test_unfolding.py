"""Windows of one dimension (the method of tensors), and of an image (the function): they share but the name."""

import pytest
import torch.nn.functional as F
from calls import Calls
from hypothesis import given, settings
from hypothesis import strategies as st

from dlchecked.receptive_field import InvalidArgument, receptive_field
from dlchecked.receptive_field.measured.ground_truth import GroundTruth

UNFOLDED = {
    "of four dimensions": ((1, 1, 8, 6), lambda m, x: x.unfold(2, 2, 2).sum(-1)),
    "both axes": ((1, 1, 7, 6), lambda m, x: x.unfold(2, 3, 1).unfold(3, 3, 2).mean((-1, -2))),
    "the same axis twice": ((1, 1, 11), lambda m, x: x.unfold(2, 3, 2).unfold(2, 2, 1).flatten(3)),
    "one place of each": ((1, 2, 9), lambda m, x: x.unfold(-1, 4, 1)[..., 1]),
    "by name": ((1, 1, 8), lambda m, x: x.unfold(dimension=2, size=3, step=2)),
    "the image without a batch": ((1, 1, 6, 6), lambda m, x: F.unfold(x[0], 3).unflatten(1, (4, 4))[None]),
}


@pytest.mark.parametrize("name", UNFOLDED)
def test_every_unit_of_windows(name, check_every_unit):
    shape, forward = UNFOLDED[name]
    check_every_unit(Calls(forward), shape)


@st.composite
def windows(draw):
    lengths = draw(st.lists(st.integers(2, 7), min_size=1, max_size=2))
    steps = []
    shape = [1, 1, *lengths]
    for _ in range(draw(st.integers(1, 2))):
        dim = draw(st.integers(1, len(shape) - 1))
        size, step = draw(st.integers(1, min(shape[dim], 4))), draw(st.integers(1, 3))
        steps.append((dim, size, step))
        shape[dim] = (shape[dim] - size) // step + 1
        shape.append(size)
    return (1, 1, *lengths), steps, draw(st.booleans())


@settings(max_examples=150, deadline=None, derandomize=True)
@given(case=windows())
def test_windows_of_windows(case):
    shape, steps, summed = case

    def forward(module, x):
        for step in steps:
            x = x.unfold(*step)
        return x.sum(-1) if summed else x

    fields = receptive_field(Calls(forward), shape)
    truth = GroundTruth(Calls(forward), shape)
    assert fields.output_shape == truth.output_shape
    for unit in truth.units():
        assert fields.mask(unit).equal(truth.mask(unit)), unit


def test_windows_that_repeat_follow_a_rule():
    found = receptive_field(Calls(lambda m, x: x.unfold(2, 4, 3).mean(-1)), (1, 1, 30))
    assert (found.size, found.stride, found.start, found.halo) == ((4,), (3,), (0,), ((0, 1),))
    by_view = receptive_field(Calls(lambda m, x: x.view(1, 1, -1, 4).mean(-1)), (1, 1, 32))
    assert (by_view.size, by_view.stride, by_view.start) == ((4,), (4,), (0,))


def test_bounds_of_more_dimensions_than_the_input_has():
    found = receptive_field(Calls(lambda m, x: x.unfold(2, 3, 1).unfold(2, 5, 2)), (1, 1, 27))
    first, last = found.bounds(0)
    assert first.shape == last.shape == (11, 3, 5)
    assert all(found.interval(unit) == ((first[unit], last[unit]),) for unit in [(0, 0, 0), (3, 2, 4), (10, 1, 0)])


@pytest.mark.parametrize(("size", "step"), [(9, 1), (2, 0), (-1, 1)])
def test_windows_that_do_not_fit_are_refused(size, step):
    with pytest.raises(InvalidArgument, match="a size of 0 to 8 and a step of 1 or more"):
        receptive_field(Calls(lambda m, x: x.unfold(2, size, step)), (1, 1, 8))
