"""The parts that measure: they must see what is there, and must notice what is wrong."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dlchecked.receptive_field import InvalidArgument, effective_receptive_field, receptive_field, verify
from dlchecked.receptive_field.numeric import GroundTruth
from dlchecked.receptive_field.registry import RULES


class Attends(nn.Module):
    def forward(self, x):
        x = x.transpose(1, 2)
        return F.scaled_dot_product_attention(x, x, x, is_causal=True).transpose(1, 2)


@torch.no_grad()
def dead():
    net = nn.Sequential(nn.Conv1d(1, 1, 3), nn.ReLU(), nn.Conv1d(1, 1, 3, padding=1))
    net[0].bias.fill_(-1e6)
    net[2].weight.zero_()
    return net


SMALL = {
    "dead ReLU and zero kernel": (dead(), (1, 1, 12)),
    "max pooling": (nn.Sequential(nn.MaxPool2d(3, 2, 1, dilation=1, ceil_mode=True), nn.Conv2d(1, 1, 2)), (1, 1, 9, 8)),
    "saturated sigmoid": (nn.Sequential(nn.Conv1d(1, 1, 3), nn.Sigmoid(), nn.AvgPool1d(2)), (1, 1, 12)),
    "causal attention": (Attends(), (1, 2, 9)),
    "LSTM": (nn.LSTM(6, 2), (1, 5, 6)),
}


@pytest.mark.parametrize("name", ["dead ReLU and zero kernel", "max pooling", "saturated sigmoid", "causal attention"])
def test_both_witnesses_agree(name):
    module, shape = SMALL[name]
    found = verify(module, shape)
    assert found.ok, found
    assert found.units > 0
    assert found.confirmed > 0.99


def test_a_wrong_rule_is_noticed(monkeypatch):
    function, name = RULES[torch.conv1d]

    def too_narrow(x, weight, *args, **kwargs):
        return function(x[..., :-1], weight[..., :-1], *args, **kwargs)

    def too_wide(x, weight, *args, **kwargs):
        return function(x.flip(-1) + x, weight, *args, **kwargs)

    def too_short(x, weight, *args, **kwargs):
        return function(x[..., :-1], weight, *args, **kwargs)

    net = nn.Conv1d(1, 1, 3)
    wrongs = ((too_narrow, {"gradient", "perturbation"}), (too_wide, {"gradient"}), (too_short, {"shape"}))
    for wrong, witnesses in wrongs:
        monkeypatch.setitem(RULES, torch.conv1d, (wrong, name))
        found = verify(net, (1, 1, 8))
        assert not found.ok
        assert {where.witness for where in found.disagreements} == witnesses


def test_measured_fields_answer_the_same_questions():
    net = nn.Sequential(nn.Conv2d(1, 1, 3, 2, 1), nn.ReLU(), nn.Conv2d(1, 1, (3, 2)))
    exact, measured = (receptive_field(net, (1, 1, 24, 20), method=method) for method in ("exact", "numeric"))
    assert (measured.size, measured.stride, measured.start) == (exact.size, exact.stride, exact.start)
    assert measured.output_shape == exact.output_shape
    for unit in ((0, 0), (3, 4), (-1, -1)):
        assert measured.interval(unit) == exact.interval(unit)
        assert torch.equal(measured.mask(unit), exact.mask(unit))
        assert measured.count(unit) == exact.count(unit)
    assert torch.equal(measured.extent(1), exact.extent(1))
    assert measured.aligned is None
    assert len(measured.layers) == 0


def test_measuring_needs_no_rule():
    class Decomposes(nn.Module):
        def forward(self, x):
            return torch.linalg.solve_triangular(torch.ones(5, 5).tril().to(x), x, upper=False)

    found = receptive_field(Decomposes(), (1, 1, 5, 3), method="numeric")
    assert found.interval((2, 1)) == ((1, 2), (1, 1))
    with pytest.raises(InvalidArgument, match="method"):
        receptive_field(nn.ReLU(), (1, 1, 4), method="guess")


def test_the_ground_truth_sees_what_is_structural():
    truth = GroundTruth(dead(), (1, 1, 12))
    assert truth.mask((4,)).nonzero().flatten().tolist() == [3, 4, 5, 6, 7]


def test_the_effective_field_is_smaller_than_the_theoretical_one():
    torch.manual_seed(0)
    net = nn.Sequential(*[nn.Conv2d(4, 4, 3, padding=1) for _ in range(10)])
    before = [p.clone() for p in net.parameters()]
    found = effective_receptive_field(net, (1, 4, 41, 41), samples=1)
    interval = receptive_field(net, (1, 4, 41, 41)).interval(found.unit)
    assert found.unit == (20, 20)
    assert interval == ((10, 30), (10, 30))
    assert found.share(interval) == pytest.approx(1)
    assert found.share(((15, 25), (15, 25))) > 0.8
    assert all(torch.equal(p, q) for p, q in zip(net.parameters(), before, strict=True))
    assert all(p.grad is None for p in net.parameters())


def test_fields_can_be_drawn():
    pyplot = pytest.importorskip("matplotlib.pyplot")
    pyplot.switch_backend("agg")
    net = nn.Sequential(nn.Conv2d(1, 1, 3, padding=2, dilation=2), nn.Conv2d(1, 1, 3))
    found = receptive_field(net, (1, 1, 16, 12))
    axes = found.draw((0, 0))
    assert "unit (0, 0) sees 0 to 4, 0 to 4: 25 positions" in axes.get_title()
    assert len(axes.patches) == 1
    effective_receptive_field(net, (1, 1, 16, 12), samples=1).draw(interval=found.interval((5, 5)))
    receptive_field(nn.Conv1d(1, 1, 3), (1, 1, 9)).draw()
    with pytest.raises(InvalidArgument, match="one or two"):
        receptive_field(nn.Conv3d(1, 1, 3), (1, 1, 5, 5, 5)).draw()
    pyplot.close("all")
    assert "<table>" in found._repr_html_()
