"""Branches of which nothing is left, beside one that reads each position itself: they add nothing to any field."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dlchecked.receptive_field import receptive_field


class Beside(nn.Module):
    """A branch, concatenated with as much of the input, and mixed."""

    def __init__(self, branch, axes=1):
        super().__init__()
        self.branch = branch
        self.mix = (nn.Conv1d, nn.Conv2d)[axes - 1](2, 1, 1)

    def forward(self, x):
        found = self.branch(x)
        return self.mix(torch.cat([x[(..., *map(slice, found.shape[2:]))], found], 1))


def mean(x):
    return x.mean(-1, keepdim=True)


@pytest.mark.parametrize(
    "branch",
    [
        lambda x: (x * torch.zeros(1)).roll(1, -1),
        lambda x: x.masked_fill(torch.tensor(True), 2.0).cumsum(-1),
        # All of the mean, but for its only position, is padding.
        lambda x: mean(F.pad(mean(x), (1, -1))),
        # A query alone has the weight 1 for itself.
        lambda x: (mean(x) @ mean(x).mT).softmax(-1),
        lambda x: F.pad(x[..., :0].unflatten(-1, (-1, 2)).mean(-1), (0, 8)),
        lambda x: F.adaptive_avg_pool1d(x[..., 8:].reshape(1, 1, 0), 1),
    ],
)
def test_a_branch_that_reads_nothing(branch):
    found = receptive_field(Beside(branch), (1, 1, 8))
    units = range(found.output_shape[-1])
    assert [found.interval((unit,)) for unit in units] == [((unit, unit),) for unit in units]


def causal_attention(x):
    tokens, later = x.mT, torch.ones(8, 8, dtype=torch.bool).triu(1)
    return ((tokens @ tokens.mT).masked_fill(later, float("-inf")).softmax(-1) @ tokens).mT


def test_what_the_first_queries_of_a_causal_attention_do_not_read(check_every_unit):
    found = check_every_unit(Beside(lambda x: mean(causal_attention(x)[..., :3])), (1, 1, 8))
    assert found.interval((0,)) == ((0, 2),)


def test_the_zeros_of_a_triangle(check_every_unit):
    found = check_every_unit(Beside(lambda x: x.tril(-1).mean((2, 3), keepdim=True), 2), (1, 1, 4, 4))
    assert found.mask((0, 0)).int().tolist() == [[1, 0, 0, 0], [1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0]]


def test_a_slice_of_zeros():
    seen = []

    class Slice(nn.Module):
        def forward(self, x):
            seen.append(x.tril(-1)[..., 3:])
            return x

    receptive_field(Slice(), (1, 1, 4, 4))
    assert seen[0].layout.terms == ()
