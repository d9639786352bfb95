import itertools
from fractions import Fraction

import pytest
import torch

from dlchecked.recurrence import RecallNetworks, lag_terms, recalled, train_recall, truncated_slope


def unrolled(recurrent, x, cut_after):
    h = torch.zeros(len(recurrent), dtype=torch.float64)
    states = [h]
    for t, given in enumerate(x):
        if t == cut_after:
            h = h.detach()
        h = torch.tanh(recurrent @ h + given)
        states.append(h)
    return states


@pytest.mark.parametrize("span", range(1, 7))
def test_the_first_terms_are_autograds_gradient_of_the_cut_graph(span):
    torch.manual_seed(span)
    x = torch.randn(6, 3, dtype=torch.float64)
    recurrent = torch.randn(3, 3, dtype=torch.float64, requires_grad=True)
    by_last = torch.randn(3, dtype=torch.float64)
    states = unrolled(recurrent, x, cut_after=6 - span)
    (expected,) = torch.autograd.grad(states[-1] @ by_last, recurrent)
    terms = lag_terms(recurrent.detach(), torch.stack(states).detach(), by_last)
    assert len(terms) == 6
    assert torch.allclose(sum(terms[:span]), expected, atol=1e-13, rtol=0)


def test_shapes_that_do_not_belong_together_are_refused():
    with pytest.raises(ValueError, match=r"not \(3, 3\), \(5, 4\) and \(3,\)"):
        lag_terms(torch.zeros(3, 3), torch.zeros(5, 4), torch.zeros(3))


def slope_over_all_strings(w, span, length):
    """The truncated gradient from state 0, by the product rule over every string of ±1."""
    total = Fraction(0)
    for x in itertools.product((-1, 1), repeat=length):
        h = slope = Fraction(0)
        for t, given in enumerate(x):
            slope = (h + w * slope) if t >= length - span else Fraction(0)
            h = w * h + given
        total += 2 * (h - x[-2]) * slope
    return total / 2**length


@pytest.mark.parametrize("span", [1, 2, 3, 7])
def test_the_slope_is_the_mean_over_all_strings(span):
    w = Fraction(1, 3)
    assert abs(slope_over_all_strings(w, span, length=9) - truncated_slope(w, span)) < w**14
    assert abs(slope_over_all_strings(w, span, length=9) - truncated_slope(w, span)) > 0


def test_the_slope_without_a_cut_is_that_of_the_loss():
    def loss(w):
        return 1 + (1 - w) ** 2 + w**4 / (1 - w**2)

    for w in (-0.7, -0.2, 0.0, 0.5, 0.8):
        assert truncated_slope(w, None) == pytest.approx((loss(w + 1e-6) - loss(w - 1e-6)) / 2e-6, abs=1e-7)


def test_slopes_that_do_not_exist_are_refused():
    with pytest.raises(ValueError, match="between -1 and 1, not for 1"):
        truncated_slope(1.0, 2)
    with pytest.raises(ValueError, match="not 0"):
        truncated_slope(0.5, 0)


def test_a_step_is_that_of_torchs_cell():
    nets = RecallNetworks((1,), seed=0, networks=2, units=5)
    bits = torch.tensor([0.0, 1.0, 1.0])
    state = torch.randn(2, 3, 5)
    for net in range(2):
        cell = torch.nn.RNNCell(1, 5, bias=False)
        cell.load_state_dict({"weight_hh": nets.recurrent[net], "weight_ih": nets.inlet[net].T})
        expected = cell((2 * bits - 1)[:, None], state[net])
        assert torch.allclose(nets.step(state, bits)[net], expected, atol=1e-6)


@pytest.mark.parametrize("recurrence", [False, True])
def test_only_what_is_to_be_trained_moves(recurrence):
    nets = RecallNetworks((0, 2), seed=0, networks=2, units=4)
    before = {name: p.detach().clone() for name, p in nets.named_parameters()}
    train_recall(nets, span=2, seed=1, recurrence=recurrence, updates=2, batch=4)
    moved = {name for name, p in nets.named_parameters() if not torch.equal(p, before[name])}
    assert moved == {"readout", "offset"} | ({"recurrent", "inlet"} if recurrence else set())


def test_the_seeds_decide():
    def readout(seed, data):
        return train_recall(RecallNetworks((1,), seed, 2, 4), span=2, seed=data, updates=2, batch=4).readout

    assert torch.equal(readout(0, 1), readout(0, 1))
    assert not torch.equal(readout(0, 1), readout(0, 2))
    assert not torch.equal(readout(0, 1), readout(3, 1))


def register(lag, units=4):
    """A network whose state holds the last bits, so small that tanh is all but the identity, and that reads one."""
    nets = RecallNetworks((lag,), seed=0, networks=1, units=units)
    with torch.no_grad():
        nets.recurrent.copy_(torch.eye(units).roll(1, dims=0).tril())
        nets.inlet.zero_()[..., 0] = 0.01
        nets.readout.zero_()[:, lag] = 1
    return nets


@pytest.mark.parametrize("lag", range(4))
def test_a_shift_register_recalls_what_it_still_holds(lag):
    assert recalled(register(lag), span=2, length=6) == 1


@pytest.mark.parametrize(("lag", "share"), [(0, 1), (1, 3 / 4), (2, 1 / 2), (3, 1 / 2)])
def test_with_an_empty_state_only_the_chunk_is_recalled(lag, share):
    assert recalled(register(lag), span=2, carry=False, length=6) == share


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: RecallNetworks((), seed=0), "there are"),
        (lambda: RecallNetworks((-1,), seed=0), "0 or more"),
        (lambda: train_recall(register(1), span=0, seed=0), "not 0"),
        (lambda: recalled(register(1), span=4, length=6), "chunks of 4"),
        (lambda: recalled(register(1), span=0, length=6), "chunks of 0"),
        (lambda: recalled(register(3), span=4, length=4), "3 steps back"),
    ],
)
def test_what_cannot_be_asked_is_refused(make, complaint):
    with pytest.raises(ValueError, match=complaint):
        make()
