"""Layers that answer by themselves say what they would say by torch's own way, and leave nothing behind."""

import copy
import queue
import threading

import pytest
import torch
import torch.nn.functional as F
from calls import Calls
from torch import nn
from twenty_networks import NETWORKS

from dlchecked.receptive_field import InvalidArgument, receptive_field
from dlchecked.receptive_field.tracing.usual_layers import _ANSWERS, QuickCall

ODD = {
    "reflecting convolution": (nn.Conv2d(1, 2, 3, padding=1, padding_mode="reflect"), (1, 1, 8, 9)),
    "grouped convolution of lists": (nn.Conv2d(4, 4, [3, 2], groups=2), (1, 4, 8, 9)),
    "batch norm that counts": (nn.Sequential(nn.Conv1d(2, 2, 3), nn.BatchNorm1d(2)), (3, 2, 9)),
    "batch norm without statistics": (nn.BatchNorm2d(2, track_running_stats=False).eval(), (1, 2, 4, 4)),
    "maxima and where they were": (
        Calls(lambda m, x: sum(m.pool(x)), pool=nn.MaxPool1d(2, return_indices=True)),
        (1, 1, 8),
    ),
    "average over three axes": (nn.AvgPool3d(2, 1, ceil_mode=True), (1, 1, 6, 7, 5)),
    "activations in place": (
        nn.Sequential(nn.Conv1d(1, 1, 3), nn.ReLU(inplace=True), nn.SiLU(), nn.ReLU6(), nn.Hardswish(inplace=True)),
        (1, 1, 9),
    ),
    "other activations": (nn.Sequential(nn.GELU("tanh"), nn.Sigmoid(), nn.Hardsigmoid()), (1, 1, 9)),
    "layers of the last dimension": (nn.Sequential(nn.LayerNorm([2, 5]), nn.Linear(5, 3)), (1, 3, 4, 2, 5)),
    "means over all, some and none": (
        nn.Sequential(*[nn.AdaptiveAvgPool2d(size) for size in ((None, 3), (2, 3), (2, 1), 1)]),
        (1, 2, 5, 6),
    ),
}


def answers(module, shape):
    found = receptive_field(module, shape)
    bounds = [ends.tolist() for axis in range(len(shape) - 2) for ends in found.bounds(axis)]
    return str(found), [layer.name for layer in found.layers], found.misaligned, bounds


@pytest.mark.parametrize("name", [*NETWORKS, *ODD])
def test_both_ways_say_the_same(monkeypatch, name):
    module, shape = ODD[name] if name in ODD else (NETWORKS[name].make(), NETWORKS[name].shape)
    quick = answers(module, shape)
    with monkeypatch.context() as patched:
        for kind in list(_ANSWERS):
            patched.delitem(_ANSWERS, kind)
        assert answers(module, shape) == quick


def test_what_is_not_as_torch_made_it_goes_torchs_way():
    hooked, replaced = nn.Conv1d(1, 1, 3), nn.Conv1d(1, 1, 3)
    hooked.register_forward_hook(lambda layer, args, out: F.conv1d(out, layer.weight, dilation=3))
    replaced.forward = lambda x: F.conv1d(x, replaced.weight, dilation=2)
    assert receptive_field(nn.Sequential(hooked, replaced), (1, 1, 24)).size == (13,)


def test_a_sequential_that_is_not_as_torch_made_it_goes_torchs_way():
    class Twice(nn.Sequential):
        def forward(self, x):
            return super().forward(super().forward(x))

    class LastFirst(nn.Sequential):
        def __iter__(self):
            return reversed(self._modules.values())

    hooked = nn.Sequential(nn.Conv1d(1, 1, 3))
    hooked.register_forward_pre_hook(lambda layer, args: F.pad(*args, (5, 0)))
    net = nn.Sequential(Twice(nn.Conv1d(1, 1, 3)), hooked, LastFirst(nn.Conv1d(2, 1, 1), nn.Conv1d(1, 2, 3, 2)))
    found = receptive_field(net, (1, 1, 24))
    assert (found.size, found.stride) == ((9,), (2,))
    assert found.start == (-5,)
    assert [layer.name for layer in found.layers] == ["0.0", "0.0", "", "1.0", "2.1", "2.0"]


def test_hooks_for_the_way_back_change_nothing():
    net = nn.Sequential(nn.Conv1d(1, 1, 3), nn.Sequential(nn.Conv1d(1, 1, 3)))
    expected = str(receptive_field(net, (1, 1, 12)))
    for part in net.modules():
        part.register_full_backward_hook(lambda *_: pytest.fail("there is no way back"))
        part.register_full_backward_pre_hook(lambda *_: pytest.fail("there is no way back"))
    assert str(receptive_field(net, (1, 1, 12))) == expected


def test_what_others_than_the_next_layer_see_is_not_overwritten():
    def branches(m, x):
        wide, still = m.wide(x), x
        x += 0 * m.narrow(x)
        return torch.cat([wide[..., 1:-1], m.narrow(still[..., :-4])], 1)

    inner = Calls(branches, wide=nn.Sequential(nn.Conv1d(1, 1, 3), nn.ReLU()), narrow=nn.Conv1d(1, 1, 1))
    net = nn.Sequential(nn.Conv1d(1, 1, 3), nn.BatchNorm1d(1), nn.ReLU(inplace=True), inner, nn.Conv1d(2, 1, 1)).eval()
    found = receptive_field(net, (1, 1, 20))
    assert (found.size, found.start) == ((6,), (0,))
    assert [layer.size for layer in found.layers if layer.name == "3.wide.0"] == [(5,)]
    assert found.layers[2].size == (3,)
    assert not found.aligned


def test_the_layers_of_a_sequential_that_a_forward_takes_one_by_one():
    def forward(m, x):
        for layer in m.features:
            x = layer(x)
        return m.features[0](x)

    features = nn.Sequential(nn.Conv1d(1, 1, 3), nn.Sequential(nn.ReLU(), nn.Conv1d(1, 1, 3, 2)), None)
    del features[2]
    assert receptive_field(Calls(forward, features=features), (1, 1, 24)).size == (9,)


def test_a_forward_of_another_make_for_all_layers_of_a_kind_counts(monkeypatch):
    monkeypatch.setattr(nn.Conv1d, "forward", lambda layer, x: F.conv1d(x, layer.weight, dilation=2))
    assert receptive_field(nn.Sequential(nn.Conv1d(1, 1, 3)), (1, 1, 12)).size == (5,)


def test_what_a_forward_changes_counts():
    def forward(m, x):
        x = m.conv(x)
        m.conv.dilation = (2,)
        try:
            return m.conv(x)
        finally:
            m.conv.dilation = (1,)

    assert receptive_field(Calls(forward, conv=nn.Conv1d(1, 1, 3)), (1, 1, 12)).size == (7,)


def test_real_tensors_and_copies_are_none_of_its_business():
    made = queue.Queue()

    def forward(m, x):
        here = threading.Thread(target=lambda: made.put(m.conv(torch.ones(1, 1, 5))))
        here.start()
        here.join()
        made.put(copy.deepcopy(m.conv))
        return m.conv(x)

    conv = nn.Conv1d(1, 1, 3)
    receptive_field(Calls(forward, conv=conv), (1, 1, 12))
    assert torch.equal(made.get(), conv(torch.ones(1, 1, 5)))
    other = made.get()
    assert not isinstance(other._compiled_call_impl, QuickCall)
    assert torch.equal(other.weight, conv.weight)


def test_errors_still_say_where_and_nothing_is_left_behind():
    net = nn.Sequential(nn.Conv1d(1, 2, 3), nn.Sequential(nn.ReLU(), nn.Conv1d(3, 1, 3)))
    with pytest.raises(InvalidArgument, match=r"input channels: got 2, expected 3\n  in '1\.1' \(Conv1d\)"):
        receptive_field(net, (1, 1, 12))
    assert all("_compiled_call_impl" not in part.__dict__ for part in net.modules())
