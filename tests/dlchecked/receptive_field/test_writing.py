"""Tensors that a forward writes into."""

import operator
from itertools import product

import pytest
import torch
from calls import Calls
from random_calls import dependencies
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


def written(write):
    """What becomes of a tensor of eight positions that is not the input itself."""

    def forward(module, x):
        y = x + 0
        found = write(y, x)
        return y if found is None else found

    return forward


def shifted(y, x):
    y[..., 1:] += x[..., :-1]


def every_second(y, x):
    y[:, :, ::2] *= x[:, :, 1::2]


def filtered(y, x):
    for place in range(1, 8):
        y[..., place] += 0.5 * y[..., place - 1]


def halves(y, x):
    first, second = y.chunk(2, -1)
    first += second
    return torch.cat([first, second], -1)


def exchanged(y, x):
    y[..., :4], y[..., 4:] = y[..., 4:], y[..., :4]


def scores(y, x):
    y = (y.mT @ y)[:, None] / 99
    y[:, :, 1:, 1:] = y[:, :, 1:, 1:].view(1, 1, 7, 7) + x.flip(-1)[..., 1:, None] / 99
    y.mT[..., 2, :].masked_fill_(torch.arange(8) > 2, -torch.inf)
    return (y.softmax(-1) @ x.mT[:, None])[:, 0].mT


WRITES = {
    "a slice": shifted,
    "every second": every_second,
    "a recursive filter": filtered,
    "a part of a view": lambda y, x: [y.view(1, 1, 4, 2)[..., 0].add_(x[..., 1::2]), y][1],
    "a half": halves,
    "two halves exchanged": exchanged,
    "scores of a mask": scores,
    "the whole, under a view": lambda y, x: [y[..., 2:], y.add_(x.flip(-1))][0],
    "a view, under another": lambda y, x: [y[..., 3:].mT, y[..., 1:6].mul_(x[..., :5])][0],
    "one position": lambda y, x: [y.select(2, 3).copy_(x[..., 5]), y][1],
    "zeros": lambda y, x: [y.unbind(2)[4].zero_(), y][1],
    "what is detached": lambda y, x: [y.detach().mul_(0), y][1],
    "exchanged dimensions": lambda y, x: [y.transpose(1, 2).squeeze(2)[:, 2:].add_(x[:, 0, :6]), y][1],
    "a copy": lambda y, x: [y[..., [1, 3]].mul_(x[..., :2]), y][1],
    "what was copied": lambda y, x: [y[..., torch.arange(3)], y.mul_(x.flip(-1))][0],
    "single positions": lambda y, x: [y.__setitem__((..., [5, 1]), x[..., 2:4]), y][1],
}


@pytest.mark.parametrize("name", WRITES)
def test_who_shares_memory_sees_what_was_written(name):
    # By changes: autograd does not go back over all of these.
    forward, shape = written(WRITES[name]), (1, 1, 8)
    truth = dependencies(lambda x: forward(None, x), shape)
    found = receptive_field(Calls(forward), shape)
    assert found.output_shape == tuple(truth.shape[:-3])
    for unit in product(*map(range, found.output_shape[2:])):
        assert torch.equal(found.mask(unit), truth[:, :, *unit].flatten(0, -2).any(0)), unit


def test_writing_under_a_view(check_every_unit):
    check_every_unit(WritesUnderAView(), (1, 1, 9))


@pytest.mark.parametrize(
    "share", [lambda y: y.reshape(1, 8), lambda y: y.contiguous(), lambda y: y.to(y.dtype), lambda y: y.unfold(2, 3, 1)]
)
def test_what_may_share_memory_is_refused(share):
    def forward(module, x):
        y = x + 0
        share(y).mul_(0)
        return y

    with pytest.raises(UnknownOperation, match="may be views"):
        receptive_field(Calls(forward), (1, 1, 8))


def test_what_is_known_of_a_tensor_is_forgotten_when_it_is_overwritten(check_every_unit):
    # Autograd cannot go back over the overwritten tensor: the witness sees the same sum in a new one.
    expected = check_every_unit(AddsBetween(torch.add), (1, 1, 12))
    found = receptive_field(AddsBetween(operator.iadd), (1, 1, 12))
    assert all(torch.equal(found.mask(unit), expected.mask(unit)) for unit in range(12))
    assert found.mask(6).nonzero().flatten().tolist() == [1, 2, 3, 5, 6, 7]
