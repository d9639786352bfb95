"""Columns folded into an image, rows of a table, and writing into dimensions that were merged."""

import pytest
import torch
import torch.nn.functional as F
from calls import Calls
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from dlchecked.receptive_field import InvalidArgument, UnknownOperation, receptive_field
from dlchecked.receptive_field.measured.ground_truth import GroundTruth


@st.composite
def foldings(draw):
    def pair(least, most):
        return tuple(draw(st.integers(least, most)) for _ in range(2))

    kernel, dilation, padding, stride = pair(1, 3), pair(1, 2), pair(0, 2), pair(1, 3)
    counts = pair(1, 4)
    lost = tuple(draw(st.integers(0, stride[a] - 1)) for a in range(2))
    sizes = tuple(
        (counts[a] - 1) * stride[a] + dilation[a] * (kernel[a] - 1) + 1 - 2 * padding[a] + lost[a] for a in range(2)
    )
    return sizes, kernel, dilation, padding, stride, counts


@settings(max_examples=200, deadline=None, derandomize=True)
@given(case=foldings())
def test_every_pixel_of_a_folding(case):
    sizes, kernel, dilation, padding, stride, counts = case
    if min(sizes) < 1:
        return
    # The input has the columns for its only spatial axis, and rows for channels.
    shape = (1, 2 * kernel[0] * kernel[1], counts[0] * counts[1])
    module = Calls(lambda m, x: F.fold(x, sizes, kernel, dilation, padding, stride))
    found, truth = receptive_field(module, shape), GroundTruth(module, shape)
    assert found.output_shape == truth.output_shape
    for unit in truth.units():
        assert found.mask(unit).equal(truth.mask(unit)), unit


def test_unfolded_attended_and_folded_again(check_every_unit):
    def outlook(module, x):
        windows = F.unfold(x, 3, padding=1, stride=2).unflatten(1, (1, 9)).permute(0, 1, 3, 2)
        weights = (
            F.avg_pool2d(x, 2).flatten(2).mT.unsqueeze(1).expand(-1, -1, -1, 9).unsqueeze(-1).expand(-1, -1, -1, -1, 9)
        )
        mixed = (weights.softmax(-1) @ windows.unsqueeze(-1)).squeeze(-1)
        return F.fold(mixed.permute(0, 1, 3, 2).flatten(1, 2), (6, 6), 3, padding=1, stride=2)

    # All weights of a softmax of equal scores are the same whatever the scores: only a gradient sees that.
    uneven = Calls(lambda m, x: outlook(m, x) + F.max_pool2d(x, 3, 1, 1))
    found = receptive_field(uneven, (1, 1, 6, 6))
    truth = GroundTruth(uneven, (1, 1, 6, 6))
    assert all(not (truth.mask(unit) & ~found.mask(unit)).any() for unit in truth.units())
    check_every_unit(Calls(lambda m, x: F.fold(F.unfold(x, 3, padding=1), (6, 5), 3, padding=1)), (1, 1, 6, 5))


def test_a_wrong_number_of_columns():
    with pytest.raises(InvalidArgument, match="windows: got 7, expected 9"):
        receptive_field(Calls(lambda m, x: F.fold(x, (3, 3), 1)), (1, 1, 7))


class Words(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(10, 4)
        self.conv = nn.Conv1d(4, 2, 3)

    def forward(self, x):
        return self.conv(self.table(x.squeeze(1).long()).transpose(1, 2))


def test_words_from_a_table():
    found = receptive_field(Words(), (1, 1, 8))
    assert (found.size, found.stride, found.start, found.output_shape) == ((3,), (1,), (0,), (1, 2, 6))
    words, net = torch.arange(8).view(1, 1, 8), Words()
    before = net(words)
    for place in range(8):
        moved = words.clone()
        moved[..., place] += 1
        reached = (net(moved) != before).any(1)[0]
        assert [bool(found.mask(unit)[place]) for unit in range(6)] == reached.tolist()
    with pytest.raises(UnknownOperation, match="table"):
        receptive_field(Calls(lambda m, x: F.embedding(torch.arange(3), x[0])), (1, 5, 4))


MERGED = {
    "a slice of a traced value": lambda x, y: y.__setitem__((..., slice(1, None)), x.flatten(2)[..., :-1] + y[..., 1:]),
    "its own slice changed": lambda x, y: y.__setitem__((..., slice(2, None)), y[..., 2:] + x.mT.flatten(2)[..., 2:]),
    "a constant": lambda x, y: y.__setitem__((..., slice(3, 7)), 0.0),
    "one position": lambda x, y: y.__setitem__((..., 5), x[..., 0, 0]),
    "a list of positions": lambda x, y: y.__setitem__((..., [1, 4]), 1.0),
    "a mask": lambda x, y: y.__setitem__(torch.arange(12).view(1, 1, 12) % 3 == 0, 0.0),
}


@pytest.mark.parametrize("name", MERGED)
def test_writing_into_merged_dimensions(name, check_every_unit):
    def forward(module, x):
        y = 1 * x.flatten(2)
        MERGED[name](x, y)
        return y

    check_every_unit(Calls(forward), (1, 1, 3, 4))


def test_relative_positions_added_to_the_scores_of_pixels(check_every_unit):
    """Scores of merged pixels are taken apart, something is added, and they are written back behind a class token."""

    def forward(module, x):
        tokens = torch.cat([x.new_ones(1, 1, 2), x.flatten(2).transpose(1, 2)], 1)
        scores = 1 * (tokens @ tokens.mT)
        relative = module.rows(x).flatten(2).transpose(1, 2).view(1, 2, 3, 2)
        apart = scores[:, 1:, 1:].view(1, 2, 3, 2, 3) + relative[..., None]
        scores[:, 1:, 1:] = apart.view(1, 6, 6)
        return (scores.softmax(-1) @ tokens)[:, 1:].transpose(1, 2).view(x.shape)

    check_every_unit(Calls(forward, rows=nn.Conv2d(2, 2, 1)), (1, 2, 2, 3))
