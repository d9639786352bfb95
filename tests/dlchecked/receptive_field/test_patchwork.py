"""Channels that change places, with numbers for what each holds, beside the same without any numbers."""

import pytest
import torch
import torch.nn.functional as F
from calls import Calls
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from dlchecked.receptive_field import receptive_field
from dlchecked.receptive_field.layouts import patchwork
from dlchecked.receptive_field.measured.ground_truth import GroundTruth
from dlchecked.receptive_field.tracing import tensor

CHANNELS, LENGTH = 6, 10
SHAPE = 1, CHANNELS, LENGTH


def shuffled(module, x):
    groups = 2 if x.shape[1] % 2 == 0 else 1
    return x.unflatten(1, (groups, -1)).transpose(1, 2).flatten(1, 2)


STEPS = {
    "shuffle": shuffled,
    "half beside the convolved other": lambda module, x: torch.cat([x[:, :3], module.narrow(x[:, 3:6])], 1),
    "convolved beside it": lambda module, x: torch.cat([module.halve(x), x], 1)[:, 1:7],
    "every second": lambda module, x: torch.cat([x[:, ::2], x[:, 1::2]], 1),
    "backwards": lambda module, x: x.flip(1),
    "padded": lambda module, x: F.pad(x, (0, 0, 1, -1)),
    "pooled": lambda module, x: F.avg_pool1d(x, 3, 1, 1),
    "by channel": lambda module, x: module.alone(x),
    "rows and channels viewed as one": lambda module, x: (
        x.view(1, 2, 3, -1).transpose(2, 3).transpose(2, 3).flatten(1, 2)
    ),
    "places before channels": lambda module, x: x.transpose(1, 2).contiguous().transpose(1, 2),
    "added": lambda module, x: x + shuffled(module, x),
    "once more": lambda module, x: torch.cat([x, x.roll(1, 2)], 1)[:, 3:9],
}


def network(steps):
    def forward(module, x):
        x = torch.cat([x[:, :3], module.narrow(x[:, 3:])], 1)
        for step in steps:
            x = STEPS[step](module, x)
        return x[:, :1]

    layers = {"narrow": nn.Conv1d(3, 3, 3, padding=1), "halve": nn.Conv1d(6, 3, 5, padding=2)}
    return Calls(forward, **layers, alone=nn.Conv1d(6, 6, 3, padding=1, groups=6))


def answers(module):
    found = receptive_field(module, SHAPE)
    return [found.mask(unit).tolist() for unit in range(found.output_shape[2])], str(found)


@settings(deadline=None)
@given(st.lists(st.sampled_from(sorted(STEPS)), max_size=6))
def test_numbers_only_ever_agree(steps):
    module = network(steps)
    with pytest.MonkeyPatch.context() as without:
        for home in (patchwork, tensor):
            without.setattr(home, "patched", lambda kept: None)
        expected = answers(module)
    assert answers(module) == expected


def test_a_shuffle_and_its_half(check_every_unit):
    steps = ["shuffle", "half beside the convolved other"] * 2
    check_every_unit(network(steps), SHAPE)
    check_every_unit(network([*steps, "pooled", "by channel", "backwards"]), SHAPE)


@settings(deadline=None)
@given(steps=st.lists(st.tuples(st.sampled_from([1, 2]), st.booleans(), st.integers(0, 2)), min_size=1, max_size=4))
def test_concatenations_within_one_another_along_any_dimensions(steps):
    def forward(module, x):
        found = x[:, :1, :1].expand(1, 2, 3)
        for dim, alone, position in steps:
            other = x[:, :1, position : position + 1].expand(found.shape)
            found = torch.cat([found] if alone else [found, other], dim)
        return found.unsqueeze(1)  # units are channels by positions

    module = Calls(forward)
    found, truth = receptive_field(module, (1, 2, 3)), GroundTruth(module, (1, 2, 3))
    for unit in truth.units():
        assert found.mask(unit).equal(truth.mask(unit)), unit
