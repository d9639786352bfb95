"""What is kept as boxes, or as branches side by side, says what the terms that it stands for say."""

import random

import pytest
import torch
import torch.nn.functional as F
from calls import Calls
from random_networks import random_case
from torch import nn
from twenty_networks import NETWORKS

from dlchecked.receptive_field import ReceptiveFieldError, receptive_field
from dlchecked.receptive_field.layouts import concatenation
from dlchecked.receptive_field.layouts.box import BoxLayout
from dlchecked.receptive_field.rules import joining
from dlchecked.receptive_field.tracing import run, tensor


@pytest.fixture
def terms_only(monkeypatch):
    """Terms are written down after every layer, and merged as terms."""

    def patched():
        monkeypatch.setattr(run, "BoxLayout", lambda *box: BoxLayout(*box).layout)
        for home in (concatenation, joining, tensor):
            monkeypatch.setattr(home, "boxed", lambda layout: layout)
        for home in (concatenation, joining):
            monkeypatch.setattr(home, "MOST_UNWRITTEN", 0)

    return patched, monkeypatch.undo


def everything(module, shape):
    try:
        found = receptive_field(module, shape)
    except ReceptiveFieldError as error:
        return str(error)
    bounds = [ends.tolist() for axis in range(len(shape) - 2) for ends in found.bounds(axis)]
    return (
        str(found),
        found.halo,
        found.minimum_input,
        [layer.start for layer in found.layers],
        found.misaligned,
        bounds,
    )


def assert_same_either_way(module, shape, terms_only):
    patch, undo = terms_only
    quick = everything(module, shape)
    patch()
    try:
        assert everything(module, shape) == quick
    finally:
        undo()


@pytest.mark.parametrize("name", NETWORKS)
def test_of_the_twenty_networks(name, terms_only):
    assert_same_either_way(NETWORKS[name].make(), NETWORKS[name].shape, terms_only)


def test_of_random_networks(terms_only):
    for seed in range(25):
        torch.manual_seed(seed)
        module, shape = random_case(random.Random(seed).choice)
        try:
            with torch.no_grad():
                module(torch.rand(shape))
        except (RuntimeError, ValueError, IndexError, UserWarning):
            continue
        assert_same_either_way(module, shape, terms_only)


def test_an_empty_part_of_a_concatenation_is_not_seen():
    def forward(m, x):
        return m.mix(torch.cat([m.wide(x)[:, :0], m.narrow(x)], 1))

    net = Calls(forward, wide=nn.Conv1d(2, 2, 5, padding=2), narrow=nn.Conv1d(2, 2, 1), mix=nn.Conv1d(2, 1, 1))
    assert receptive_field(net, (1, 2, 9)).size == (1,)


def pooled_and_sliced(m, x):
    x = torch.cat([m.wide(x), torch.ones_like(x), m.narrow(x)], 1)
    x = torch.cat([m.pool(x), m.pool(m.narrow(x[:, :2]))], 1)
    return torch.cat([x[:, 3:], x[:, :1].flip(-1)], 1)


def written(m, x):
    x = torch.cat([m.wide(x), x], 1)
    y = x.relu()
    x[:, 1:, 1:] = x.clone()[:, :-1, :-1]
    return m.mix(x + y)


FORWARDS = {
    "a pooled concatenation, sliced": pooled_and_sliced,
    "written into": written,
    "depthwise": lambda m, x: m.depthwise(torch.cat([m.wide(x), x], 1)),
    "normed over channels": lambda m, x: m.wide(x) + torch.cat([m.wide(x), x], 1).logsumexp(1, keepdim=True),
    "padded, and padded again": lambda m, x: m.mix(m.pool(torch.cat([m.wide(x), x], 1)).roll(1, -1)),
    "one side each": lambda m, x: m.mix(torch.cat([m.wide(x), m.wide(x.mT).mT], 1)),
    "apart": lambda m, x: m.mix(torch.cat([x.roll(3, -1), x.roll(-3, -1)], 1)),
    "gated by a mean of all": lambda m, x: m.mix(torch.cat([x * m.wide(x).mean((2, 3), True), x], 1)),
    "gated by a mean of rows": lambda m, x: m.wide(x) * x.mean(2, keepdim=True) + m.narrow(x).mean(3, keepdim=True),
    "gated by what a part sees": lambda m, x: m.wide(x) + x[:, :, 1:3, :].mean((2, 3), True) + m.narrow(x),
    "gated from a corner": lambda m, x: m.wide(x) * x[..., :1, :1],
    "channels last": lambda m, x: m.wide(F.layer_norm(m.wide(x).permute(0, 2, 3, 1), (2,)).permute(0, 3, 1, 2)) + x,
    "of fewer dimensions": lambda m, x: m.wide(x) + x[0, 0] + x.mean((0, 1, 2)),
    "normed, then joined": lambda m, x: m.wide(x.softmax(-1)) + m.narrow(x).mT.softmax(-1).mT,
    "a mean of all, padded": lambda m, x: m.mix(m.pool(torch.cat([F.pad(x.mean((2, 3), True), (3, 2, 1, 4)), x], 1))),
    "read along what is mixed": lambda m, x: m.wide(x.mean(3, keepdim=True).expand(-1, -1, -1, 6).roll(1, -1)) + x,
    "in a tensor without a batch": lambda m, x: m.mix(m.pool(torch.cat([m.wide(x[0]), x[0]], 0)))[None],
}


@pytest.mark.parametrize("name", FORWARDS)
def test_every_unit_after_a_concatenation(name, check_every_unit, terms_only):
    module = Calls(
        FORWARDS[name],
        wide=nn.Conv2d(2, 2, (1, 3), padding=(0, 1)),
        narrow=nn.Conv2d(2, 2, 1),
        mix=nn.Conv2d(4, 2, 1),
        depthwise=nn.Conv2d(4, 8, 3, groups=4),
        pool=nn.MaxPool2d(2),
    )
    check_every_unit(module, (1, 2, 6, 6))
    assert_same_either_way(module, (1, 2, 6, 6), terms_only)


def test_a_forward_that_goes_on_and_on_adding_to_a_concatenation(check_every_unit, monkeypatch):
    def forward(m, x):
        found = x
        for _ in range(7):
            found = torch.cat([found, m.conv(found[:, -1:])], 1).roll(1, -1)
        return found

    module = Calls(forward, conv=nn.Conv1d(1, 1, 3, padding=1))
    for home in (concatenation, joining):
        monkeypatch.setattr(home, "MOST_UNWRITTEN", 9)
    check_every_unit(module, (1, 1, 12))
