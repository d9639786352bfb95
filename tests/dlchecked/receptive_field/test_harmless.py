"""Whatever a forward does to itself, the module that was asked about, and all random numbers, stay what they were."""

import copy
import random
import threading
import types
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from calls import Calls
from torch import nn
from torch.nn.utils import parametrizations, parametrize, prune

from dlchecked.receptive_field import (
    InvalidArgument,
    ReceptiveFieldError,
    effective_receptive_field,
    receptive_field,
    verify,
)


def conv(**options):
    return nn.Conv2d(2, 2, 3, padding=1, **options)


def with_attributes(module, **attributes):
    for name, value in attributes.items():
        setattr(module, name, value)
    return module


def averaging(m, x):
    m.average = 0.9 * m.average + 0.1 * x.mean()
    return m.conv(x)


def remembering(m, x):
    m.last = m.conv(x)
    m.seen.append(m.last)
    m.by_shape[tuple(x.shape)] = x
    m.settings.calls += 1
    return m.last


def counting(m, x):
    m.count += 1
    m.table[0] = 5
    m.array[0] += 1
    return m.conv(x)


def renormalizing(m, x):
    m.conv.weight.data = torch.renorm(m.conv.weight.data, 2, 0, 0.1)
    with torch.no_grad():
        m.conv.bias.clamp_(0, 0)
        m.other.weight.data.mul_(2)
        m.other.bias.data[0] = 3
    return m.other(m.conv(x))


def caching(m, x):
    if m.bias is None:
        m.bias = torch.zeros(2, 1, 1)
        m.register_buffer("late", torch.ones(1))
        m.extra = nn.Conv2d(2, 2, 1)
    return m.extra(m.conv(x)) + m.bias


def noise(layer, args):
    return args[0] + random.random() + np.random.randn()


def hooked_with_noise():
    module = nn.Sequential(conv(), nn.RReLU(), nn.Dropout())
    module[1].register_forward_pre_hook(noise)
    return module


def with_a_random_activation():
    """All modules are torch's; what draws the numbers is an attribute of one."""
    layer = nn.TransformerEncoderLayer(
        4, 2, 4, dropout=0.5, activation=lambda x: x + np.random.randn() + random.random(), batch_first=True
    )
    return nn.Sequential(nn.Flatten(0, 1), layer, nn.Unflatten(0, (1, 2)))


def random_numbers(m, x):
    noise = torch.rand(1) + random.random() + float(np.random.rand()) + torch.rand(1, generator=m.generator)
    return F.dropout(m.conv(x) + noise, training=True)


def freezing(m, x):
    m.eval()
    m.conv.requires_grad_(False)
    return m.conv(x)


def hooking(m, x):
    seen = []
    handle = m.conv.register_forward_hook(lambda layer, args, out: seen.append(out))
    m.other.register_forward_pre_hook(lambda layer, args: F.pad(args[0], (1, 0)))
    out = m.other(m.conv(x))
    handle.remove()
    return out if len(seen) == 1 else None


def through_closures():
    inner = conv()
    inner.register_buffer("count", torch.zeros(1))

    def forward(m, x):
        inner.count += 1
        inner.last = x
        return inner(x)

    return Calls(forward, inner=inner)


def old_spectral_norm():
    return nn.utils.spectral_norm(conv())


def pruned():
    return prune.l1_unstructured(conv(), "weight", 1)


class Parent(nn.Module):
    """A layer that knows where it is, and one whose hook and forward are methods of another."""

    def __init__(self):
        super().__init__()
        self.conv, self.other = conv(), conv()
        self.others = [self.conv, self]
        self.conv.register_forward_hook(self.keep)
        self.other.forward = types.MethodType(Parent.instead, self.other)
        self.lock = threading.Lock()

    def keep(self, layer, args, out):
        self.kept = out

    @staticmethod
    def instead(layer, x):
        layer.kept = x
        return F.conv2d(x, layer.weight, padding=1)

    def forward(self, x):
        self.others[0](x)
        return self.other(self.kept)


class Settings:
    calls = 0


class Slotted(nn.Module):
    """Attributes in slots, in tuples with names and in slots of another."""

    __slots__ = ("count", "unset")

    def __init__(self):
        super().__init__()
        self.conv, self.count = conv(), [0]
        self.pair = Pair([1], torch.ones(1, requires_grad=True) * 2)
        self.limits = Limits([1])

    def forward(self, x):
        self.count[0] += 1
        self.pair.steps.append(x)
        self.limits.steps.append(x)
        return self.conv(x) * self.pair.scale


class Pair(NamedTuple):
    steps: list
    scale: torch.Tensor


@dataclass(slots=True)
class Limits:
    steps: list


MODULES = {
    "layers": lambda: nn.Sequential(conv(), nn.BatchNorm2d(2), nn.Dropout(), nn.ReLU(inplace=True)),
    "average": lambda: with_attributes(Calls(averaging, conv=conv()), average=nn.Buffer(torch.zeros(()))),
    "attributes": lambda: with_attributes(
        Calls(remembering, conv=conv()), last=None, seen=[], by_shape={}, settings=Settings()
    ),
    "in place": lambda: with_attributes(
        Calls(counting, conv=conv()),
        count=nn.Buffer(torch.zeros(1)),
        table=torch.arange(3.0),
        array=np.arange(3.0),
    ),
    "weights": lambda: Calls(renormalizing, conv=conv(), other=conv()),
    "cache": lambda: with_attributes(Calls(caching, conv=conv()), bias=None),
    "random numbers": lambda: with_attributes(Calls(random_numbers, conv=conv()), generator=torch.Generator()),
    "random hook": hooked_with_noise,
    "random activation": with_a_random_activation,
    "modes": lambda: Calls(freezing, conv=conv()),
    "hooks": lambda: Calls(hooking, conv=conv(), other=conv()),
    "closure": through_closures,
    "parent": Parent,
    "slots": Slotted,
    "spectral norm": lambda: parametrizations.spectral_norm(conv()),
    "older spectral norm": old_spectral_norm,
    "weight norm": lambda: parametrizations.weight_norm(conv()),
    "orthogonal": lambda: nn.Sequential(parametrizations.orthogonal(conv())),
    "pruned": pruned,
    "lazy": lambda: nn.Sequential(nn.LazyConv2d(2, 3, padding=1), nn.LazyBatchNorm2d(), nn.ReLU()),
    "recurrent": lambda: Calls(lambda m, x: m.lstm(x.flatten(2).mT)[0].mT.unflatten(-1, (4, 4)), lstm=nn.LSTM(2, 2)),
}


def state(value, seen=None):
    """All that can be told about anything, down to bits and to which things are the same."""
    seen = {} if seen is None else seen
    if isinstance(value, torch.Tensor):
        told = [type(value).__name__, value.requires_grad, value.is_leaf, id(value)]
        told.append(state(value.grad, seen) if value.is_leaf else None)
        if not torch.nn.parameter.is_lazy(value):
            told += [value.dtype, value._version, value.data_ptr(), value.detach().clone().contiguous().tolist()]
        return told
    if value is None or isinstance(value, int | float | str | type | torch.dtype):
        return value
    if id(value) in seen:
        return seen[id(value)]
    seen[id(value)] = f"thing {len(seen)}"
    if isinstance(value, dict):
        return [id(value), [(state(k, seen), state(v, seen)) for k, v in value.items()]]
    if isinstance(value, list | tuple | set):
        return [id(value), [state(v, seen) for v in value]]
    if isinstance(value, np.ndarray):
        return [id(value), value.tolist()]
    if isinstance(value, torch.Generator):
        return value.get_state().tolist()
    if isinstance(value, types.FunctionType):
        return [id(value), [state(cell.cell_contents, seen) for cell in value.__closure__ or ()]]
    slots = [getattr(value, name, None) for name in getattr(type(value), "__slots__", ())]
    return [
        id(value),
        type(value),
        state(slots, seen)[1],
        state(vars(value), seen) if hasattr(value, "__dict__") else None,
    ]


def surroundings():
    return [
        torch.get_rng_state().tolist(),
        [str(part) for part in np.random.get_state()],
        random.getstate(),
        torch.is_grad_enabled(),
        nn.Module.__call__,
        torch.utils.checkpoint.CheckpointFunction,
    ]


# Of which torch itself makes no deep copy, before as after: locks, computed tensors, lazy buffers.
UNCOPIED = ("parent", "slots", "older spectral norm", "pruned", "lazy")
QUESTIONS = {
    "exact": lambda module: receptive_field(module, (1, 2, 4, 4)),
    "numeric": lambda module: receptive_field(module, (1, 2, 4, 4), method="numeric").bounds(0),
    "verify": lambda module: verify(module, (1, 2, 4, 4), units=[(0, 0)]),
    "effective": lambda module: effective_receptive_field(module, (1, 2, 4, 4), samples=2),
}


@pytest.fixture(params=["training", "evaluation"])
def training(request):
    return request.param == "training"


def made(name, training):
    torch.manual_seed(0)
    module = MODULES[name]().train(training)
    if name not in ("lazy", "slots", "attributes", "parent", "modes", "hooks"):
        module(torch.rand(1, 2, 4, 4)).sum().backward()
    return module


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("name", MODULES)
def test_nothing_changes(name, question, training):
    np.random.seed(1)
    np.random.randn()  # which leaves a second number to be handed out
    module = made(name, training)
    before, around = state(module), surroundings()
    QUESTIONS[question](module)
    assert state(module) == before
    assert surroundings() == around
    if name not in UNCOPIED:
        copy.deepcopy(module)


class Fails(nn.Module):
    def forward(self, x):
        torch.linalg.svdvals(x)
        raise KeyError("not reached where there is no rule")


@pytest.mark.parametrize("name", [name for name in MODULES if name != "closure"])
def test_nothing_changes_after_a_failure(name, training):
    module = nn.Sequential(made(name, training), Fails())
    before, around = state(module), surroundings()
    for question in QUESTIONS.values():
        with pytest.raises((ReceptiveFieldError, KeyError)):
            question(module)
        assert state(module) == before
        assert surroundings() == around


WIDE = ("recurrent", "random activation")


def test_answers_of_those_modules():
    sizes = {name: receptive_field(MODULES[name]().eval(), (1, 2, 16, 16)).size for name in MODULES if name not in WIDE}
    fives = {"weights", "hooks", "parent"}
    assert sizes == {name: (5, 5) if name in fives else (3, 3) for name in sizes}


def test_a_hook_registered_by_the_forward_counts_for_its_layer_only():
    def forward(m, x):
        m.other.register_forward_pre_hook(lambda layer, args: F.conv2d(args[0], layer.weight, dilation=2))
        return m.last(m.other(m.conv(x)))

    module = Calls(forward, conv=conv(), other=conv(), last=conv())
    assert receptive_field(module, (1, 2, 32, 32)).size == (11, 11)


def test_a_copy_that_somebody_keeps_leaves_the_module_its_memory():
    kept = []
    conv = nn.Conv1d(1, 1, 3)
    outside = types.SimpleNamespace(keep=kept.append)

    def forward(m, x):
        outside.keep(m.conv.weight)
        return m.conv(x)

    receptive_field(Calls(forward, conv=conv), (1, 1, 8))
    place = conv.weight.data_ptr()
    with torch.no_grad():
        conv.weight.add_(1)
    assert kept
    assert conv.weight.data_ptr() == place


def test_memory_that_is_not_torchs_own():
    values = np.ones((1, 1, 3), dtype=np.float32)
    conv = nn.Conv1d(1, 1, 3)
    conv.weight = nn.Parameter(torch.from_numpy(values))

    def forward(m, x):
        m.conv.weight.data.mul_(2)
        return m.conv(x)

    assert receptive_field(Calls(forward, conv=conv), (1, 1, 8)).size == (3,)
    assert (values == 1).all()


def test_what_cannot_be_copied_is_named():
    module = with_attributes(Calls(lambda m, x: m.conv(x), conv=conv()), source=(n for n in range(3)))
    for question in QUESTIONS.values():
        with pytest.raises(InvalidArgument, match="attribute 'source' of Calls holds an object of type generator"):
            question(module)


def test_constants_that_a_forward_writes_count():
    """A mask filled in place is the mask, also where layers in training mode write to their buffers."""

    def forward(m, x):
        mask = torch.ones(8)
        mask[4:].fill_(0)
        mask.mul_(1)
        return m.norm(x * mask)

    found = receptive_field(Calls(forward, norm=nn.BatchNorm1d(1)).train(), (1, 1, 8))
    assert found.interval((0,)) == ((0, 3),)


def test_weights_are_parametrized_in_the_copy():
    class Symmetric(nn.Module):
        def forward(self, weight):
            self.last = weight
            return weight + weight.flip(-1)

    layer = nn.Conv1d(1, 1, 3)
    parametrize.register_parametrization(layer, "weight", Symmetric())
    before = state(layer)
    assert receptive_field(layer, (1, 1, 8)).size == (3,)
    assert state(layer) == before
