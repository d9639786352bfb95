"""Tensors that a forward writes into."""

import operator

import pytest
import torch
from torch import nn

from dlchecked.receptive_field import UnknownOperation, receptive_field


class WritesUnderAView(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(1, 1, 3, padding=1)

    def forward(self, x):
        y = self.conv(x)
        row = y[:, :, 2:]
        y += x.flip(2)
        return row


class AddsBetween(nn.Module):
    """Reads a tensor, adds to it by `add`, and reads it again."""

    def __init__(self, add):
        super().__init__()
        self.conv = nn.Conv1d(1, 1, 3, padding=1)
        self.mix = nn.Conv1d(2, 1, 1)
        self.add = add

    def forward(self, x):
        side_by_side = torch.cat([x, self.conv(x)], 1)
        before = self.mix(side_by_side)
        side_by_side = self.add(side_by_side, side_by_side.roll(4, -1))
        return before + 2 * self.mix(side_by_side)


def test_writing_into_a_tensor_that_is_also_seen_elsewhere_is_refused():
    with pytest.raises(UnknownOperation, match="views"):
        receptive_field(WritesUnderAView(), (1, 1, 9))


def test_what_is_known_of_a_tensor_is_forgotten_when_it_is_overwritten(check_every_unit):
    # Autograd cannot go back over the overwritten tensor: the witness sees the same sum in a new one.
    expected = check_every_unit(AddsBetween(torch.add), (1, 1, 12))
    found = receptive_field(AddsBetween(operator.iadd), (1, 1, 12))
    assert all(torch.equal(found.mask(unit), expected.mask(unit)) for unit in range(12))
    assert found.mask(6).nonzero().flatten().tolist() == [1, 2, 3, 5, 6, 7]
