"""Blocks that go on and on adding to a concatenation."""

import torch
import torch.nn.functional as F
from calls import Calls
from torch import nn

from dlchecked.receptive_field import receptive_field
from dlchecked.receptive_field.layouts.concatenation import Concatenation

LAYERS = 600


def test_a_dense_block_that_keeps_all_in_a_list():
    def forward(module, x):
        found = [x]
        for _ in range(LAYERS):
            found.append(module.mix(torch.cat([x, found[-1]], 1)))
        return module.head(torch.cat(found, 1))

    module = Calls(forward, mix=nn.Conv1d(2, 1, 3, padding=1), head=nn.Conv1d(LAYERS + 1, 1, 1))
    field = receptive_field(module, (1, 1, 4 * LAYERS))
    assert (field.size, field.stride, field.start) == ((2 * LAYERS + 1,), (1,), (-LAYERS,))


def test_a_dense_block_whose_channels_grow(check_every_unit):
    def growing(layers):
        def forward(module, x):
            for layer in module.layers:
                x = torch.cat([x, layer(x)], 1)
            return x

        grown = nn.ModuleList(nn.Conv1d(i + 1, 1, 3, padding=1) for i in range(layers))
        return Calls(forward, layers=grown)

    check_every_unit(growing(5), (1, 1, 9))
    field = receptive_field(growing(LAYERS), (1, 1, 4 * LAYERS))
    assert (field.size, field.start) == ((2 * LAYERS + 1,), (-LAYERS,))
    assert field.interval(2 * LAYERS) == ((LAYERS, 3 * LAYERS),)
    # What was put off is written down when somebody looks: for each layer, how it lies in all that it reads.
    few = LAYERS // 6
    assert receptive_field(growing(few), (1, 1, 4 * few)).layers[-1].output_shape == (1, few + 1, 4 * few)


def test_many_poolings_of_a_concatenation(check_every_unit):
    def forward(times):
        def pooled(module, x):
            y = torch.cat([x, module.conv(x)], 1)
            for _ in range(times):
                y = F.max_pool1d(y, 2, 1)
            return module.mix(y)

        return pooled

    layers = {"conv": nn.Conv1d(1, 1, 3, padding=1), "mix": nn.Conv1d(2, 1, 1)}
    check_every_unit(Calls(forward(4), **layers), (1, 1, 12))
    assert receptive_field(Calls(forward(2000), **layers), (1, 1, 2100)).size == (2003,)


def test_who_fills_which_channels_is_not_written_down_for_a_layer_that_mixes_them(monkeypatch):
    def forward(module, x):
        found = [x]
        for layer in module.layers:
            found.append(layer(torch.cat(found, 1).relu()))
        return module.head(torch.cat(found, 1))

    written = []
    monkeypatch.setattr(Concatenation, "_terms", lambda *_: written.append(1))
    layers = nn.ModuleList(nn.Conv1d(n, 1, 3, padding=1) for n in range(1, 6))
    assert receptive_field(Calls(forward, layers=layers, head=nn.Conv1d(6, 1, 1)), (1, 1, 40)).size == (11,)
    assert not written
