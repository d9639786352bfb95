"""What random numbers decide is not taken for structure, and an error that a forward catches still counts."""

import pytest
import torch
import torch.nn.functional as F
from calls import Calls
from torch import nn

from dlchecked.receptive_field import UnknownOperation, ValueDependence, receptive_field


def branch_that_may_be_left_out(m, x):
    return x + m.conv(x) * torch.empty(1, 1, 1).bernoulli_(0.0)


def branch_that_a_number_leaves_out(m, x):
    return x + m.conv(x) * float(torch.rand(()) > 1)


def mask_by_chance(m, x):
    return m.conv(x.masked_fill(torch.rand(9) < 2, 0.0))


def weights_left_out(m, x):
    return F.linear(x, F.dropout(m.square.weight, 0.5, True))


def shuffled(m, x):
    return x[..., torch.randperm(9)]


def picked(m, x):
    return x.index_select(-1, torch.randperm(9)[:3])


FORWARDS = [
    branch_that_may_be_left_out,
    branch_that_a_number_leaves_out,
    mask_by_chance,
    weights_left_out,
    shuffled,
    picked,
]


@pytest.mark.parametrize("forward", FORWARDS, ids=lambda f: f.__name__)
def test_what_chance_decides_is_refused(forward):
    module = Calls(forward, conv=nn.Conv1d(2, 2, 3, padding=1), square=nn.Linear(9, 9))
    with pytest.raises(UnknownOperation, match=r"(?s)random numbers.*eval mode.*line "):
        receptive_field(module, (1, 2, 9))


def test_noise_that_cuts_nothing_off_changes_nothing(check_every_unit):
    def forward(m, x):
        return m.conv(x * (torch.rand(9, dtype=x.dtype) + 0.5))

    check_every_unit(Calls(forward, conv=nn.Conv1d(2, 2, 3, padding=1)), (1, 2, 9))


def spectrum_or_nothing(m, x):
    try:
        return torch.fft.fft(x).real
    except Exception:
        return x


def number_or_nothing(m, x):
    try:
        return x * float(x.max())
    except Exception:
        return x


@pytest.mark.parametrize(
    ("forward", "kind", "message"),
    [(spectrum_or_nothing, UnknownOperation, "fft_fft has no rule"), (number_or_nothing, ValueDependence, "value")],
)
def test_a_refusal_counts_also_where_the_forward_catches_it(forward, kind, message):
    module = Calls(forward)
    with pytest.raises(kind, match=rf"(?s){message}.*line "):
        receptive_field(module, (1, 2, 9))
    module.call = lambda m, x: x
    assert receptive_field(module, (1, 2, 9)).size == (1,)


def test_an_error_of_torch_itself_may_be_caught(check_every_unit):
    def forward(m, x):
        try:
            return x + torch.ones(7)
        except Exception:
            return x.flip(-1)

    check_every_unit(Calls(forward), (1, 2, 9))
