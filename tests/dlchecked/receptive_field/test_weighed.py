"""What a forward decides by the values of its weights is no structure: another network of its kind decides otherwise."""

import copy

import pytest
import torch
import torch.nn.functional as F
from calls import Calls
from torch import nn

from dlchecked.receptive_field import UnknownOperation, receptive_field

PLACES = torch.arange(6)[:, None] - torch.arange(6)


def ternary(m, x):
    weight = m.conv.weight
    return F.conv1d(x, weight * (weight.abs() > weight.abs().mean()).to(x))


def pruned(m, x):
    kept = torch.zeros(3).to(x)
    kept[m.conv.weight[0, 0].topk(1).indices] = 1
    return F.conv1d(x, m.conv.weight * kept)


def large_ones(m, x):
    weight = m.conv.weight.detach()
    return F.conv1d(x, torch.where(weight > weight.mean(), weight, torch.zeros_like(weight)))


def learned_order(m, x):
    return x[..., m.square.weight[0].argsort()]


def learned_mask(m, x):
    tokens = x.transpose(1, 2)
    return F.scaled_dot_product_attention(tokens, tokens, tokens, m.square.weight > 0.9).transpose(1, 2)


def underflowing(m, x):
    return F.linear(x, (m.square.weight * 1e4).softmax(-1))


def pruned_through_a_view(m, x):
    kept = torch.zeros_like(m.conv.weight.detach())
    kept.view(-1)[m.conv.weight.flatten().topk(2).indices] = 1
    return F.conv1d(x, m.conv.weight * kept)


def pruned_by_scattering(m, x):
    kept = torch.zeros(3).to(x).scatter_(0, m.conv.weight[0, 0].topk(1).indices, 1.0)
    return F.conv1d(x, m.conv.weight * kept)


def pruned_by_an_operator(m, x):
    kept = torch.ones(6, dtype=torch.bool)
    part = kept[3:]
    part &= m.square.weight[0, 3:] > 0.1
    return x.masked_fill(~kept, 0)


def kept_in_a_buffer(m, x):
    m.kept.copy_(m.square.weight[0] > 0.1)
    return x.masked_fill(~m.kept, 0)


def set_as_a_buffer(m, x):
    m.kept.data = m.square.weight[0] > 0.1
    return x.masked_fill(~m.kept, 0)


DECIDING = [
    kept_in_a_buffer,
    set_as_a_buffer,
    pruned_through_a_view,
    pruned_by_scattering,
    pruned_by_an_operator,
    ternary,
    pruned,
    large_ones,
    learned_order,
    learned_mask,
    underflowing,
]


def module(forward):
    torch.manual_seed(0)
    made = Calls(forward, conv=nn.Conv1d(2, 2, 3), square=nn.Linear(6, 6))
    made.register_buffer("kept", torch.zeros(6, dtype=torch.bool))
    return made


@pytest.mark.parametrize("forward", DECIDING, ids=lambda f: f.__name__)
def test_what_values_of_weights_decide_is_refused(forward):
    with pytest.raises(UnknownOperation, match=r"(?s)values of weights decide.*as a buffer\n.*line "):
        receptive_field(module(forward), (1, 2, 6))


# Ways in which a tensor gets its values that are no functions of torch's.
HIDDEN = {
    "nested": lambda w: torch.nested.nested_tensor([w[:3], w[3:]]).to_padded_tensor(0.0).flatten(),
    "jagged": lambda w: torch.nested.nested_tensor([w[:2], w[2:]], layout=torch.jagged).values(),
    "through another package": torch.from_dlpack,
    "in the same memory": lambda w: torch.tensor([]).set_(w.untyped_storage(), 0, (6,)),
    "as another class": lambda w: w.as_subclass(torch.Tensor),
    "by vmap": torch.func.vmap(lambda w: w * 1),
    "twice by vmap": lambda w: torch.func.vmap(torch.func.vmap(lambda w: w * 1))(w.view(2, 3)).flatten(),
    "copied": copy.deepcopy,
}


@pytest.mark.filterwarnings("ignore:.*nested tensors is in prototype")
@pytest.mark.parametrize("name", HIDDEN)
def test_a_mask_made_of_weights_is_known_on_every_way(name):
    masked = module(lambda m, x: x.masked_fill(HIDDEN[name](m.square.weight[0].detach()) > 0, 0))
    with pytest.raises(UnknownOperation, match=r"(?s)values of weights.*\n.*line "):
        receptive_field(masked, (1, 2, 6))


ASKING = {
    "as a list": lambda m, x: x.masked_fill(torch.tensor([w > 0.1 for w in m.square.weight[0].tolist()]), 0),
    "by NumPy": lambda m, x: x.masked_fill(torch.from_numpy(m.square.weight[0].detach().numpy() > 0.1), 0),
    "one by one": lambda m, x: x * torch.stack([w if w > 0 else w * 0 for w in m.square.weight[0]]),
    "beside a mask": lambda m, x: (x if m.square.weight.sum() > 0 else x.flip(-1)) * (PLACES[0] < -2),
}


@pytest.mark.parametrize("name", ASKING)
def test_values_of_weights_are_not_asked_for_where_they_may_decide(name):
    with pytest.raises(UnknownOperation, match=r"(?s)asks for values of weights.*\n.*line "):
        receptive_field(module(ASKING[name]), (1, 2, 6))


MEANT = {
    "a threshold that all pass": lambda m, x: x.cumsum(-1) * (m.square.weight[0] > -9).to(x),
    "a mask in the image of a weight": lambda m, x: F.linear(
        x, m.square.weight * torch.ones_like(m.square.weight).tril()
    ),
    "a softmax of masked weights": lambda m, x: F.linear(
        x, m.square.weight.masked_fill(PLACES < 0, -torch.inf).softmax(-1)
    ),
    "one lowered by 10⁹": lambda m, x: F.linear(x, (m.square.weight - 1e9 * (PLACES < 0).to(x)).softmax(-1)),
    "a decay": lambda m, x: F.linear(x, torch.exp(-m.square.weight[0, 0].abs() * PLACES.clamp(min=0)) * (PLACES >= 0)),
    "weights beside a mask": lambda m, x: x[..., (PLACES[0] + 5).argsort()] + m.square(x),
}


@pytest.mark.parametrize("name", MEANT)
def test_what_constants_decide_is_meant(name, check_every_unit):
    check_every_unit(module(MEANT[name]), (1, 2, 6))
