"""What may be asked, and what a question that cannot be meant is answered with."""

import builtins

import numpy as np
import pytest
import torch
from torch import nn

from dlchecked.receptive_field import (
    InvalidArgument,
    MissingPackage,
    UnknownOperation,
    effective_receptive_field,
    receptive_field,
    verify,
)


class Two(nn.Module):
    """Two inputs of different size, two outputs."""

    def __init__(self):
        super().__init__()
        self.wide, self.narrow = nn.Conv1d(1, 1, 5, padding=2), nn.Conv1d(2, 1, 1)

    def forward(self, image, guide):
        wide = self.wide(image)
        both = torch.cat([wide, guide[..., ::2]], 1)
        return {"logits": self.narrow(both), "aux": wide}


SHAPES = ((1, 1, 8), (1, 1, 16))


def test_one_of_several_inputs():
    first = receptive_field(Two(), SHAPES, output="logits")
    second = receptive_field(Two(), SHAPES, input=1, output="logits")
    assert (first.size, first.stride, first.input_shape) == ((5,), (1,), (1, 1, 8))
    assert (second.size, second.stride, second.input_shape) == ((1,), (2,), (1, 1, 16))
    assert [second.interval(unit) for unit in (0, 7)] == [((0, 0),), ((14, 14),)]
    assert [layer.name for layer in first.layers] == ["wide", "", "", "narrow"]
    for place in (0, 1):
        assert verify(Two(), SHAPES, input=place, output="logits").ok
    assert receptive_field(Two(), SHAPES, method="numeric", input=np.int64(1), output="logits").interval(3) == ((6, 6),)
    assert effective_receptive_field(Two(), SHAPES, input=1, output="logits", samples=1).gradient.shape == (16,)


def test_a_layer_for_an_output():
    net = nn.Sequential(nn.Conv2d(1, 1, 3), nn.Sequential(nn.ReLU(), nn.MaxPool2d(2)), nn.Flatten(), nn.Linear(25, 2))
    before = {name: list(part.__dict__) for name, part in net.named_modules()}
    found = receptive_field(net, (1, 1, 12, 12), output="1")
    assert (found.size, found.output_shape) == ((4, 4), (1, 1, 5, 5))
    assert receptive_field(net, (1, 1, 12, 12), output="1.0").size == (3, 3)
    assert {name: list(part.__dict__) for name, part in net.named_modules()} == before
    assert all(not part._forward_hooks for part in net.modules())
    assert verify(net, (1, 1, 12, 12), output="1", units=[(0, 0), (-1, np.int64(2))]).ok
    net[1][1].register_module("odd", nn.Identity())
    with pytest.raises(InvalidArgument, match=r"'1\.1\.odd' is a layer that the forward does not call"):
        receptive_field(net, (1, 1, 12, 12), output="1.1.odd")


def test_any_real_number_is_a_tolerance():
    assert verify(nn.Conv1d(1, 1, 3), (1, 1, 8), tolerance=np.float32(1e-6)).ok


@pytest.mark.parametrize("index", ["loss", 1.0])
def test_what_is_no_index_is_refused(index):
    with pytest.raises(UnknownOperation, match="is no index of a tensor"):
        receptive_field(nn.ReLU(), (1, 1, 8), output=lambda out: out[index])


def test_a_layer_is_asked_about_before_the_forward_writes_to_what_it_returned():
    class Writes(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv1d(1, 1, 3, padding=1)

        def forward(self, x):
            return self.conv(x).add_(x.mean(-1, keepdim=True))

    found = receptive_field(Writes(), (1, 1, 8), output="conv")
    assert found.size == receptive_field(Writes(), (1, 1, 8)).layers[0].size == (3,)
    assert receptive_field(Writes(), (1, 1, 8)).count(4) == 8
    assert verify(Writes(), (1, 1, 8), output="conv").ok


def test_a_layer_of_a_network_in_mixed_modes_keeps_them():
    net = nn.Sequential(nn.BatchNorm1d(1), nn.Conv1d(1, 1, 3)).eval()
    assert receptive_field(net, (1, 1, 9), output="0").size == (1,)
    assert not any(part.training for part in net.modules())
    net[0].train()
    assert receptive_field(net, (1, 1, 9), output="0").size == (9,)
    assert [part.training for part in net.modules()] == [False, True, False]


def test_a_number_for_an_output():
    class Pair(nn.Module):
        def forward(self, x):
            return x, x[..., ::2]

    assert receptive_field(Pair(), (1, 1, 8), output=1).stride == (2,)
    with pytest.raises(InvalidArgument, match="Pair returns 2 outputs"):
        receptive_field(Pair(), (1, 1, 8), output=2)


class Layered(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer1, self.layer4 = nn.Conv2d(3, 3, 3), nn.Conv2d(3, 3, 3)

    def forward(self, x):
        return self.layer4(self.layer1(x))


class Named(nn.Module):
    def forward(self, x, *, mask):
        return x * mask


LAYERED = Layered()
WRONG = {
    "a tensor for its shape": (
        lambda: receptive_field(LAYERED, torch.rand(1, 3, 8, 8)),
        r"no tensor; \(1, 3, 8, 8\) would be right",
    ),
    "a layer for its name": (
        lambda: receptive_field(LAYERED, (1, 3, 8, 8), output=LAYERED.layer1),
        "output='layer1' would be right",
    ),
    "the number of an only output": (
        lambda: receptive_field(LAYERED, (1, 3, 8, 8), output=0),
        "Layered returns one tensor",
    ),
    "inputs too many": (lambda: receptive_field(Two(), SHAPES * 2), "takes 2 inputs, and there are 4 shapes"),
    "an input by name": (lambda: receptive_field(Named(), (1, 1, 8)), "of Named takes mask by name"),
    "a number of units": (lambda: verify(nn.ReLU(), (1, 1, 8), units=3), r"such as \[\(0, 0\)\]; got 3"),
    "a batch that was forgotten": (
        lambda: receptive_field(Layered(), (3, 8, 8)),
        r"lacks the batch.*\(1, 3, 8, 8\) would",
    ),
    "one before a pooling": (lambda: receptive_field(nn.MaxPool2d(2), (3, 8, 8)), r"lacks the batch"),
    "one before an upsampling": (
        lambda: receptive_field(nn.ConvTranspose2d(3, 3, 2), (3, 8, 8)),
        r"lacks the batch.*\(1, 3, 8, 8\) would be right",
    ),
    "a truth value for a size": (lambda: receptive_field(nn.ReLU(), (1, True, 8)), "positive integers; got"),
    "no shape": (lambda: receptive_field(nn.ReLU(), None), "positive integers; got None"),
    "an absurd size": (lambda: receptive_field(nn.ReLU(), (1, 1, 10**12)), "up to 16,777,216 positions"),
    "absurd upsampling": (
        lambda: receptive_field(nn.Upsample(scale_factor=1e9), (1, 1, 10**6)),
        "an output of 1,000,000,000,000,000 positions",
    ),
    "an input too few": (
        lambda: receptive_field(Two(), (1, 1, 8)),
        r"forward of Two takes 2 inputs \(image, guide\).*input_shape=\(\(1, 1, 8\), \(1, 1, 8\)\)",
    ),
    "no such input": (lambda: receptive_field(Two(), SHAPES, input=2), "which of the 2 inputs is asked about"),
    "no such layer": (lambda: receptive_field(Layered(), (1, 3, 8, 8), output="layer3"), "did you mean 'layer[14]'"),
    "no such key": (lambda: receptive_field(Two(), SHAPES, output="logit"), "did you mean 'logits'"),
    "no output at all": (lambda: receptive_field(nn.ReLU(), (1, 1, 8), output=1.5), "output is a function"),
    "a choice that is open": (lambda: receptive_field(Two(), SHAPES), "for example output='logits'"),
    "a choice that is open, of gradients": (
        lambda: effective_receptive_field(nn.LSTM(4, 2), (1, 3, 4), samples=1),
        "say which tensor of it is meant",
    ),
    "no such axis": (lambda: receptive_field(nn.ReLU(), (1, 1, 8)).bounds(5), "axis is one of the 1 spatial axes"),
    "no such axis of extents": (lambda: receptive_field(nn.ReLU(), (1, 1, 8)).extent("x"), "axis is one of"),
    "a unit that is a truth value": (lambda: receptive_field(nn.ReLU(), (1, 1, 8)).mask(True), "tuple of integers"),
    "a unit without indices": (lambda: receptive_field(nn.ReLU(), (1, 1, 8)).mask(None), "tuple of integers"),
    **{
        f"a tolerance of {tolerance}": (
            lambda tolerance=tolerance: verify(nn.ReLU(), (1, 1, 4), tolerance=tolerance),
            "tolerance is a fraction",
        )
        for tolerance in (float("nan"), -1, None, True, 2.0)
    },
    "a unit to verify that there is not": (lambda: verify(nn.ReLU(), (1, 1, 4), units=[(4,)]), "out of range"),
    **{
        f"{samples} samples": (
            lambda samples=samples: effective_receptive_field(nn.ReLU(), (1, 1, 4), samples=samples),
            "samples is at least 1",
        )
        for samples in (0, -1, 1.5, None, True)
    },
    **{
        f"the share of {interval}": (
            lambda interval=interval: effective_receptive_field(nn.Conv1d(1, 1, 3), (1, 1, 8)).share(interval),
            "inside an image of",
        )
        for interval in (((0, 8),), ((-1, 3),), ((3, 2),), ((0, 1), (0, 1)), (0, 1), None)
    },
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_meant(name):
    ask, complaint = WRONG[name]
    with pytest.raises(InvalidArgument, match=complaint):
        ask()


def test_a_batch_that_the_forward_itself_takes_off():
    class Inner(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(3, 2, 3)

        def forward(self, x):
            return self.conv(x[0])[None]

    assert receptive_field(Inner(), (1, 3, 8, 8)).size == (3, 3)


def test_integers_of_numpy():
    found = receptive_field(nn.Conv2d(1, 1, 3), np.array([1, 1, 8, 8]))
    assert found.input_shape == (1, 1, 8, 8)
    assert receptive_field(nn.Conv2d(1, 1, 3), (np.int64(1), 1, np.int32(8), 8)).size == (3, 3)
    assert found.interval(np.array([1, 2])) == found.interval((1, 2)) == found.interval(torch.tensor([1, 2]))
    assert found.bounds(np.int64(-1))[0].equal(found.bounds(1)[0])


def test_without_matplotlib(monkeypatch):
    imported = builtins.__import__

    def without(name, *args):
        if name.startswith("matplotlib"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return imported(name, *args)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingPackage, match='matplotlib, which the extra "examples"'):
        receptive_field(nn.Conv1d(1, 1, 3), (1, 1, 9)).draw()
