import inspect

import pytest
import torch
from torch import nn

from dlchecked.receptive_field import InvalidArgument, UnknownOperation, ValueDependence, receptive_field


class Inner(nn.Module):
    def forward(self, x):
        return torch.linalg.svdvals(x)  # the line


class Outer(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(1, 1, 3), Inner())

    def forward(self, x):
        return self.body(x)


class Branching(nn.Module):
    def forward(self, x):
        return x if x.mean() > 0 else -x


class Several(nn.Module):
    def forward(self, x):
        return {"a": x, "b": 2 * x}


def test_an_unknown_operation_is_named_with_layer_and_line():
    with pytest.raises(UnknownOperation) as caught:
        receptive_field(Outer(), (1, 1, 8, 8))
    message = str(caught.value)
    line = inspect.getsourcelines(Inner.forward)[1] + 1
    assert "linalg_svdvals" in message
    assert "'body.1' (Inner)" in message
    assert f"line {line} of {__file__}" in message
    assert "the line" in message
    assert 'method="numeric"' in message


def test_a_forward_that_looks_at_values_is_refused():
    with pytest.raises(ValueDependence, match="Branching"):
        receptive_field(Branching(), (1, 1, 4, 4))


@pytest.mark.filterwarnings("ignore:Sparse")
@pytest.mark.parametrize("sparse", [torch.Tensor.to_sparse, torch.Tensor.to_sparse_csr])
def test_a_sparse_operand_is_refused(sparse):
    class Graph(nn.Module):
        def forward(self, x):
            return (sparse(torch.eye(4)) @ x[0].mT).mT[None]

    with pytest.raises(UnknownOperation, match=r"(?s)sparse operand; to_dense\(\) would be right.*line "):
        receptive_field(Graph(), (1, 1, 4))


def test_an_output_of_several_tensors_needs_a_choice():
    with pytest.raises(InvalidArgument, match=r"dict with keys \['a', 'b'\].*output="):
        receptive_field(Several(), (1, 1, 4, 4))
    assert receptive_field(Several(), (1, 1, 4, 4), output=lambda out: out["b"]).size == (1, 1)


@pytest.mark.parametrize(
    ("module", "shape", "complaint"),
    [
        (nn.Conv2d, (1, 3, 8, 8), "got a class"),
        (torch.relu, (1, 3, 8, 8), "nn.Module"),
        (nn.ReLU(), (8, 8), "no spatial axis"),
        (nn.ReLU(), 224, "input_shape"),
        (nn.ReLU(), (1, 3, 0), "positive"),
        (nn.ReLU(), (1, 3, 2.5), "positive integers"),
        (nn.Conv2d(3, 4, 3), (1, 1, 8, 8), "input channels: got 1, expected 3"),
        (nn.Conv2d(3, 4, 3), (1, 3, 8, 8, 8), "dimensions of the input"),
        (nn.Conv2d(3, 4, 9), (1, 3, 8, 8), "extent 9 does not fit into 8"),
        (nn.MaxPool2d(9), (1, 3, 8, 8), "extent 9 does not fit into 8"),
        (nn.BatchNorm2d(4), (1, 3, 8, 8), "channels: got 3, expected 4"),
    ],
)
def test_wrong_arguments_are_refused(module, shape, complaint):
    with pytest.raises(InvalidArgument, match=complaint):
        receptive_field(module, shape)


@pytest.mark.parametrize(
    ("unit", "complaint"),
    [((0,), "1 indices"), ((0, 6), "out of range"), ((-7, 0), "out of range"), ("00", "tuple of integers")],
)
def test_units_that_do_not_exist_are_refused(unit, complaint):
    found = receptive_field(nn.Conv2d(1, 1, 3), (1, 1, 8, 8))
    for question in (found.interval, found.mask, found.count):
        with pytest.raises(InvalidArgument, match=complaint):
            question(unit)


def test_units_may_be_counted_from_the_end():
    found = receptive_field(nn.Conv2d(1, 1, 3), (1, 1, 8, 8))
    assert found.interval((-1, -6)) == ((5, 7), (0, 2))


class Scattered(nn.Module):
    def forward(self, x):
        return x if x.mT.is_contiguous() else x.flip(-1)


class Replaced(nn.Module):
    def forward(self, x):
        y = torch.zeros_like(x)
        y.data = x
        return y


@pytest.mark.parametrize(("module", "complaint"), [(Scattered(), "is_contiguous has no rule"), (Replaced(), "copy_")])
def test_what_has_to_do_with_memory_is_refused(module, complaint):
    with pytest.raises(UnknownOperation, match=rf"(?s){complaint}.*line "):
        receptive_field(module, (1, 1, 3, 4))
