import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dlchecked.attention import (
    Translators,
    attention,
    decoder_states_that_reach,
    loop,
    readable,
    tokens_that_reach,
    train,
    train_to_reverse,
    trial,
)

LINKS = ["none", "cross", "pooled", "by position"]


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


def test_attention_is_torchs_own():
    q, k, v = torch.randn(2, 3, 8), torch.randn(2, 5, 8), torch.randn(2, 5, 4)
    context, weights = attention(q, k, v)
    assert torch.allclose(context, F.scaled_dot_product_attention(q, k, v), atol=1e-6)
    assert torch.allclose(weights.sum(dim=-1), torch.ones(2, 3))


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: attention(torch.ones(2, 3), torch.ones(2, 4), torch.ones(2, 4)), "got 3 and 4"),
        (lambda: attention(torch.ones(2, 3), torch.ones(2, 3), torch.ones(1, 3)), "got 2 keys and 1 values"),
        (lambda: Translators("both", runs=1), "no link 'both'"),
        (lambda: readable(torch.ones(1, 12, 8), torch.ones(1, 12, dtype=torch.long), 2), "12 pairs are too few"),
    ],
)
def test_what_does_not_fit_is_refused(make, complaint):
    with pytest.raises(ValueError, match=complaint):
        make()


def test_the_encoder_is_torchs_recurrent_network():
    model = Translators("none", runs=3)
    source = model.sources(5)
    states = model.encode(source)
    for run in range(3):
        rnn = nn.RNN(12, 32, bias=False, batch_first=True)
        rnn.weight_ih_l0.data, rnn.weight_hh_l0.data = model.encoder_in[run].T.data, model.encoder_back[run].T.data
        inputs = torch.cat([F.one_hot(source[run], 8), torch.eye(4).expand(5, 4, 4)], dim=-1)
        assert torch.allclose(rnn(inputs)[0], states[run], atol=1e-5)


@pytest.mark.parametrize("link", LINKS)
def test_runs_do_not_touch_each_other(link):
    model = Translators(link, runs=2)
    source = model.sources(3)
    before = model(source, source.flip(2))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter[1] = float("nan")
    after = model(source, source.flip(2))
    assert torch.equal(after[0], before[0])
    assert after[1].isnan().all()


@pytest.mark.parametrize("link", LINKS)
def test_no_prediction_sees_its_own_or_a_later_target(link):
    model = Translators(link, runs=1)
    source = model.sources(3)
    target = source.flip(2)
    for step in range(4):
        other = target.clone()
        other[:, :, step] = (other[:, :, step] + 1) % 8
        same = (model(source, other) == model(source, target)).all(dim=-1).all(dim=1)[0].tolist()
        assert same == [True] * (step + 1) + [False] * (3 - step)


@pytest.mark.parametrize("link", LINKS)
def test_states_reach_the_target_by_their_link(link):
    model = Translators(link, runs=1)
    source = model.sources(1)
    states = model.encode(source)
    reached = []
    for position in range(4):
        poisoned = states.clone()
        poisoned[:, :, position] = float("nan")
        reached.append(bool(model.decode(poisoned, source)[0].isnan().any()))
    assert reached == ([False, False, False, True] if link == "none" else [True] * 4)


@pytest.mark.parametrize("link", ["cross", "pooled", "by position"])
def test_weights_follow_the_queries(link):
    model = Translators(link, runs=1)
    source = model.sources(2)
    states = model.encode(source)
    a, b = source.flip(2), (source + 1) % 8
    same = torch.equal(model.decode(states, a)[2], model.decode(states, b)[2])
    assert same == (link != "cross")


def test_training_learns_to_reverse():
    model = train_to_reverse(Translators("cross", runs=2))
    found = trial(model, sentences=100)
    assert (found.right > 0.9).all()
    assert found.weights.shape == (2, 100, 4, 4)
    assert torch.equal(found.target, found.source.flip(2))


def test_a_target_goes_once_round_the_loop_from_behind_its_cue_to_the_cue():
    source, target, cue = loop(Translators("none", runs=2), batch=50)
    for run in range(2):
        for sentence, written, first in zip(source[run].tolist(), target[run].tolist(), cue[run].tolist(), strict=True):
            assert len(set(sentence)) == 4
            begin = sentence.index(first[0]) + 1
            assert written == [sentence[(begin + step) % 4] for step in range(4)]


def test_queries_that_know_the_step_alone_cannot_follow_the_loop():
    model = train(Translators("cross", runs=2), loop, steps=200)
    assert (trial(model, 300, loop).right > 0.9).all()
    of_the_step = trial(model, 300, loop, ask=lambda queries: queries.mean(dim=1, keepdim=True).expand_as(queries))
    assert (of_the_step.right < 0.4).all()


def test_a_probe_reads_what_is_linear_and_nothing_else():
    tokens = torch.randint(4, (2, 3000))
    code = torch.randn(2, 4, 6)
    states = torch.stack([code[run][tokens[run]] for run in range(2)])
    assert (readable(states, tokens, 4) == 1).all()
    # 1,000 guesses right with probability 1/4 each: off by 0.1 with a probability below 1e-8.
    assert ((readable(torch.randn(2, 3000, 6), tokens, 4) - 0.25).abs() < 0.1).all()


def reached(function, x):
    """By autograd: which rows of the output depend on which rows of the input."""
    jacobian = torch.autograd.functional.jacobian(function, x)
    return (jacobian.abs().amax(dim=(1, 3)) > 0).tolist()


def test_what_reaches_what_is_what_has_a_derivative():
    encoder, x, states = nn.RNN(5, 8, batch_first=True), torch.randn(5, 5), torch.randn(5, 8)
    before, behind = tokens_that_reach(5)
    assert before == reached(lambda x: encoder(x)[0], x)
    assert behind == reached(lambda x: attention(*[encoder(x)[0]] * 3)[0], x)
    contexts = decoder_states_that_reach(5, of_the_decoder=True)
    assert contexts == reached(lambda s: attention(s, states, states)[0], torch.randn(5, 8))
    assert not any(map(any, decoder_states_that_reach(5, of_the_decoder=False)))
