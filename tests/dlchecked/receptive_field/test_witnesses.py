"""The parts that measure: they must see what is there, and must notice what is wrong."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dlchecked.receptive_field import (
    InvalidArgument,
    UnknownOperation,
    effective_receptive_field,
    receptive_field,
    verify,
)
from dlchecked.receptive_field.measured.ground_truth import GroundTruth
from dlchecked.receptive_field.measured.linearized import Linearized
from dlchecked.receptive_field.tracing.registry import RULES


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


class Chooses(nn.Module):
    """Whatever chooses among values hands its gradient to the chosen ones alone."""

    def __init__(self, function):
        super().__init__()
        self.function = function
        self.conv = nn.Conv1d(1, 1, 3, padding=1)

    def forward(self, x):
        return self.function(self.conv(x).unfold(-1, 4, 2))


CHOICES = {
    "median": lambda x: x.median(-1).values,
    "nanmedian": lambda x: x.nanmedian(-1)[0],
    "mode": lambda x: x.mode(-1).values,
    "kthvalue": lambda x: x.kthvalue(2, -1, keepdim=True).values[..., 0],
    "maximum along a dimension": lambda x: x.max(dim=-1)[0],
    "minimum along a dimension": lambda x: torch.min(x, -1, True).values.squeeze(-1),
    "top two": lambda x: x.topk(2).values[..., 1],
    "difference of ranks": lambda x: x.sort(-1, descending=True).values.diff(dim=-1)[..., 0],
    "quantile": lambda x: torch.quantile(x, 0.3, -1),
    "running maximum": lambda x: x.cummax(-1).values[..., -1],
    "larger of two": lambda x: torch.maximum(x[..., 0], x[..., 1]).max(x[..., 2]).fmin(x[..., 3]),
}


@pytest.mark.parametrize("name", CHOICES)
def test_measuring_a_choice_sees_all_that_is_chosen_from(name):
    # Windows of four, two apart, of convolutions over three: unit j sees 2j − 1 to 2j + 4.
    found = receptive_field(Chooses(CHOICES[name]), (1, 1, 12), method="numeric")
    assert found.output_shape == (1, 1, 5)
    seen = [found.mask(unit).nonzero().flatten().tolist() for unit in range(5)]
    assert seen == [[p for p in range(2 * j - 1, 2 * j + 5) if 0 <= p < 12] for j in range(5)]


def test_median_of_everything_and_quantiles_at_once():
    class Middle(nn.Module):
        def forward(self, x):
            return x - x.median()

    found = receptive_field(Middle(), (1, 1, 5), method="numeric")
    assert [found.interval(unit) for unit in range(5)] == [((0, 4),)] * 5
    both = Chooses(lambda x: torch.quantile(x, torch.tensor([0.3, 0.6], dtype=x.dtype), -1)[0])
    with pytest.raises(UnknownOperation, match="one by one"):
        receptive_field(both, (1, 1, 12), method="numeric")


class Spectral(nn.Module):
    def __init__(self):
        super().__init__()
        self.filter = nn.Parameter(torch.ones(5, dtype=torch.complex64))

    def forward(self, x):
        return torch.fft.fft(x) * self.filter


def test_complex_values_can_be_inside_but_not_measured():
    with pytest.raises(InvalidArgument, match=r"complex128.*view_as_real"):
        receptive_field(Spectral(), (1, 1, 5), method="numeric")
    found = receptive_field(Spectral(), (1, 1, 5), method="numeric", output=lambda out: torch.view_as_real(out)[..., 0])
    assert found.interval(2) == ((0, 4),)
    found = receptive_field(Spectral(), (1, 1, 5), method="numeric", output=torch.abs)
    assert found.interval(2) == ((0, 4),)


def test_what_has_no_gradient_cannot_be_measured():
    class Class(nn.Module):
        def forward(self, x):
            return x.argmax(1)

    with pytest.raises(InvalidArgument, match="int64"):
        receptive_field(Class(), (1, 3, 5), method="numeric")
    with pytest.raises(InvalidArgument, match="tuple"):
        receptive_field(nn.LSTM(6, 2), (1, 5, 6), method="numeric")


def test_a_change_shows_behind_a_normalization_over_features():
    class Normalized(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm = nn.LayerNorm(4)
            self.conv = nn.Conv1d(4, 3, 3, padding=1)

        def forward(self, x):
            return self.conv(self.norm(x.transpose(1, 2)).transpose(1, 2))

    found = verify(Normalized(), (1, 4, 9))
    assert found.ok, found
    assert found.confirmed == 1.0


def test_an_instance_norm_whose_gradient_has_its_channels_last():
    x = torch.rand(1, 2, 2, 3, dtype=torch.float64, requires_grad=True)
    weights = torch.rand(1, 2, 3, 2, dtype=torch.float64).movedim(-1, 1)
    with Linearized([]):
        (found,) = torch.autograd.grad((F.instance_norm(x) * weights).sum(), x)
    (expected,) = torch.autograd.grad((F.instance_norm(x) * weights.contiguous()).sum(), x)
    assert torch.allclose(found, expected)


def test_a_softmax_of_zeros_is_measured():
    x = torch.ones(1, 1, 4, dtype=torch.float64, requires_grad=True)
    with Linearized([]):
        found = ((x - 1).softmax(-1))[0, 0, 1]
    assert found == 0.25
    (gradient,) = torch.autograd.grad(found, x)
    assert gradient.flatten().tolist() == [-1 / 16, 3 / 16, -1 / 16, -1 / 16]


def test_there_is_no_share_of_nothing():
    effect = effective_receptive_field(dead(), (1, 1, 12), samples=1)
    assert effect.gradient.abs().sum() == 0
    with pytest.raises(InvalidArgument, match=r"sums to 0\.0"):
        effect.share(((0, 11),))
    pyplot = pytest.importorskip("matplotlib.pyplot")
    pyplot.switch_backend("agg")
    shown = effect.draw().images[0].get_array()
    assert float(shown.max()) == 0.0
    pyplot.close("all")


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
