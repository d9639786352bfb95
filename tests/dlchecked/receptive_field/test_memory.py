"""What shares memory with what is as torch has it: as it declares, and as it does."""

import inspect
import warnings
from itertools import product

import pytest
import torch
import torch.nn.functional as F
from calls import Calls
from torch import nn

from dlchecked.receptive_field import UnknownOperation, receptive_field
from dlchecked.receptive_field.tracing.registry import RULES, SHARING, WRITING

SHAPES = ((1, 4, 4, 4), (4, 4), (1, 1), (4,), (2, 4, 4))
# What may follow the input.
OPTIONS = (
    *((), (0,), (1,), (2,), (0, 0), (0, 1), (1, 1), (2, 2), (0, 0, 1), (1, 1, 1), (2, 2, 1), (0, -1), (0, (2, 2))),
    *(
        (0.0, 1.0),
        (0.5, False),
        (0.0, True),
        (0, -1.0),
        (1.0, True),
        (((0, 1),)),
        ([4, 4],),
        ([1, 4, 4, 4],),
        ([0, 1],),
    ),
    *((torch.float32,), (torch.float64,), ("cpu",), (True,), (slice(None),), (..., 0), ([1, 1],), ((0, 0, 0, 0),)),
    *((1, 0.5), (4, 1.0), ([4],), ([2, 2],), ([1, 2, 3, 0],), ([4, 4], 1), (0, 0, 4)),
)
LIKE = "like"


def calls(function):
    """A function called on real tensors in every way that it allows: its input, and what it returns."""
    for shape, options in product(SHAPES, (*OPTIONS, (LIKE,), (LIKE, LIKE), (None, LIKE, LIKE))):
        x = torch.rand(shape)
        args = tuple(torch.rand(shape) if option is LIKE else option for option in options)
        try:
            yield x, function(x, *args)
        except Exception:
            continue
    for equation, shape in (("ij->ji", (4, 4)), ("ij->ij", (4, 4)), ("ii->i", (4, 4)), ("i->i", (4,))):
        x = torch.rand(shape)
        try:
            yield x, function(equation, x)
        except Exception:
            continue
    for options in ({}, {"scale_factor": 1}, {"size": (4, 4)}, {"inplace": False}, {"p": 0.5, "training": False}):
        x = torch.rand(1, 4, 4, 4)
        try:
            yield x, function([x], **options) if function in (torch.cat, torch.stack) else function(x, **options)
        except Exception:
            continue


def tensors(value):
    if isinstance(value, torch.Tensor):
        return [value]
    return [part for inner in value for part in tensors(inner)] if isinstance(value, tuple | list) else []


@pytest.fixture(scope="module")
def done():
    """Every function with a rule that could be called, with whether it returned its input's memory, and wrote there."""
    found = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for function in RULES:
            for x, result in calls(function):
                wrote = x._version > 0
                place = x.untyped_storage().data_ptr()
                shared = not wrote and any(
                    part.layout is torch.strided and part.numel() and part.untyped_storage().data_ptr() == place
                    for part in tensors(result)
                )
                before = found.get(function, (False, False))
                found[function] = (before[0] or shared, before[1] or wrote)
    return found


def test_most_functions_were_called(done):
    missing = sorted({RULES[function][1] for function in RULES if function not in done})
    print(missing)
    assert len(done) > 0.8 * len(RULES)


def test_what_torch_hands_back_is_known_to_share_memory(done):
    """For einsum, whether it does depends on the equation: its rule says so by itself."""
    known = SHARING | WRITING | {torch.einsum}
    assert {RULES[f][1] for f, (shared, _) in done.items() if shared and f not in known} == set()


def test_what_torch_writes_into_is_known_to_be_written(done):
    written = [f for f, (_, wrote) in done.items() if wrote and f not in WRITING]
    assert {RULES[f][1] for f in written if "inplace" not in inspect.signature(f).parameters} == set()


def test_what_torch_declares():
    for function, (_, name) in RULES.items():
        # An operator of this name is that of the method; the function's own copies.
        spelled = "im2col" if function is F.unfold else getattr(function, "__name__", "")
        for schema in torch._C._jit_get_schemas_for_operator(f"aten::{spelled}"):
            if not any(a.is_out for a in schema.arguments):
                if any(r.alias_info is not None and not r.alias_info.is_write for r in schema.returns):
                    assert function in SHARING, name
                if any(a.alias_info is not None and a.alias_info.is_write for a in schema.arguments):
                    assert function in WRITING, name


def test_what_is_written_in_place_is_handed_back():
    """So that a forward that goes on with the result goes on with the tensor that it wrote into."""
    for name in ("relu_", "add_", "mul_", "copy_", "zero_", "fill_", "clamp_", "tril_"):
        function = getattr(torch.Tensor, name)
        args = {"add_": (1,), "mul_": (2,), "copy_": (torch.zeros(4),), "fill_": (0,), "clamp_": (0,)}.get(name, ())

        def forward(m, x, function=function, args=args):
            y = x.clone()
            assert function(y, *args) is y
            return y + x

        receptive_field(Calls(forward), (1, 1, 4, 4))


def zeroed(view):
    def forward(m, x):
        y = view(x)
        y[..., :2] = 0
        return m.conv(x)

    return forward


VIEWS = {
    "to": lambda x: x.to(x.dtype),
    "to device": lambda x: x.to("cpu"),
    "to other": lambda x: x.to(torch.zeros(1)),
    "type_as": lambda x: x.type_as(x),
    "float": lambda x: x.float(),
    "cpu": lambda x: x.cpu(),
    "contiguous": lambda x: x.contiguous(),
    "detach": lambda x: x.detach(),
    "data": lambda x: x.data,
    "view": lambda x: x.view(1, 1, 8),
    "view_as": lambda x: x.view_as(x),
    "reshape": lambda x: x.reshape(1, 1, 2, 4),
    "reshape_as": lambda x: x.reshape_as(x),
    "expand_as": lambda x: x.expand_as(x),
    "unfold": lambda x: x.unfold(2, 3, 3),
    "squeeze, by name": lambda x: torch.squeeze(input=x),
    "dropout": lambda x: F.dropout(x, training=False),
    "split": lambda x: x.split(4, -1)[0],
    "einsum": lambda x: torch.einsum("ncl->nlc", x).mT,
    "Parameter": nn.Parameter,
    "Variable": torch.autograd.Variable,
}


SEEN = ("detach", "data", "view", "split", "Variable")


@pytest.mark.parametrize("name", VIEWS)
def test_writing_into_what_shares_memory_is_refused_or_seen(name):
    module = Calls(zeroed(VIEWS[name]), conv=nn.Conv1d(1, 1, 1))
    if name in SEEN:
        found = receptive_field(module, (1, 1, 8))
        assert [found.count(unit) for unit in range(8)] == [0, 0, 1, 1, 1, 1, 1, 1]
        return
    with pytest.raises(UnknownOperation, match="views"):
        receptive_field(module, (1, 1, 8))


@pytest.mark.parametrize("scale", [lambda x: x.type_as(x).mul_(0), lambda x: x.to(x.dtype).zero_()])
def test_multiplying_what_shares_memory_by_zero_is_refused(scale):
    def forward(m, x):
        scale(x)
        return m.conv(x)

    with pytest.raises(UnknownOperation, match="views"):
        receptive_field(Calls(forward, conv=nn.Conv1d(1, 1, 1)), (1, 1, 8))


COPIES = {
    "clone": lambda x: x.clone(),
    "layer norm": lambda x: F.layer_norm(x.mT, (1,)).mT,
    "softmax over channels": lambda x: x.softmax(1),
    "abs": lambda x: x.abs(),
    "plus": lambda x: x + 0,
    "flip of nothing": lambda x: x.flip(()),
    "mean of one": lambda x: x.mean(1, keepdim=True),
    "relu": F.relu,
}


@pytest.mark.parametrize("name", COPIES)
def test_writing_into_a_copy_changes_nothing_else(name):
    found = receptive_field(Calls(zeroed(COPIES[name]), conv=nn.Conv1d(1, 1, 1)), (1, 1, 8))
    assert [found.count(unit) for unit in range(8)] == [1] * 8


@pytest.mark.parametrize("function", [torch.abs, torch.exp, lambda x, out: torch.mul(x, x, out=out)])
def test_results_that_go_elsewhere_are_refused(function):
    def forward(m, x):
        out = torch.zeros_like(x)
        function(x, out=out)
        return out

    with pytest.raises(UnknownOperation, match="out="):
        receptive_field(Calls(forward), (1, 1, 8))


@pytest.mark.parametrize("write", [torch.exp_, torch.Tensor.exp_, lambda x: F.relu(x, True), nn.ReLU(inplace=True)])
def test_what_was_known_of_a_view_is_forgotten_when_its_memory_is_written(write):
    """Of a mask of −∞ nothing is left once its exponential stands in its place."""

    def forward(m, x):
        scores = (x.mT * x).masked_fill(torch.ones(4, 4, dtype=torch.bool).triu(1), float("-inf"))
        write(scores.view(4, 4))
        return (scores.softmax(-1) @ x.mT).mT

    found = receptive_field(Calls(forward), (1, 1, 4))
    assert found.count(0) == 4
