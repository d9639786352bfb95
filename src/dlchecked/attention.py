"""Small recurrent translators, many trained side by side, whose decoder gets at the source in one of four ways.

Sequences are of one-hot tokens, each with its one-hot position. The encoder and the decoder are plain tanh
networks; the decoder starts from the encoder's last state and is fed the target so far. In one task, to reverse, the
step alone tells where to look; in the other, to go round a loop, it is the token written last. Attention is the scaled
dot product of Vaswani et al., "Attention Is All You Need", NeurIPS 2017, equation 1, and enters where Luong et al.,
"Effective Approaches to Attention-based Neural Machine Translation", EMNLP 2015, section 3, put it: behind the
decoder's state, before the prediction. Unlike theirs, the values have the size of the logits, to which the context is
added.
"""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from typing import Literal, NamedTuple, get_args

import torch
import torch.nn.functional as F
from torch import nn

Link = Literal["none", "cross", "pooled", "by position"]
"""How the decoder gets at the encoder's states, besides starting from the last one.

"none": not at all. "cross": by attention whose queries are the decoder's states. "pooled" and "by position": by
self-attention, whose queries are the encoder's states; of the states that it makes, each target step sees the mean,
or that of the mirrored position.
"""


def attention(queries: torch.Tensor, keys: torch.Tensor, values: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Scaled dot-product attention.

    Args:
        queries: (..., target length, d).
        keys: (..., source length, d).
        values: (..., source length, v).

    Returns:
        The contexts, (..., target length, v), and the weights, (..., target length, source length), whose rows sum
        to 1.

    Raises:
        ValueError: if queries and keys differ in size, or keys and values in number.
    """
    if queries.shape[-1] != keys.shape[-1]:
        raise ValueError(f"queries and keys are of one size: got {queries.shape[-1]} and {keys.shape[-1]}")
    if keys.shape[-2] != values.shape[-2]:
        raise ValueError(f"each key has a value: got {keys.shape[-2]} keys and {values.shape[-2]} values")
    weights = torch.softmax(queries @ keys.transpose(-1, -2) / sqrt(keys.shape[-1]), dim=-1)
    return weights @ values, weights


class Translators(nn.Module):
    """Independent networks with one architecture, one for each run.

    Every parameter has the run as its first axis, so that all runs train in one pass without touching each other.
    """

    def __init__(self, link: Link, runs: int, tokens: int = 8, length: int = 4, hidden: int = 32) -> None:
        """Draw the weights from torch's global generator.

        Args:
            link: how the decoder gets at the encoder's states.
            runs: number of networks.
            tokens: size of the vocabulary.
            length: of source and target.
            hidden: size of a hidden state.

        Raises:
            ValueError: if there is no such link.
        """
        super().__init__()
        if link not in get_args(Link):
            raise ValueError(f"no link {link!r}: it is one of {', '.join(get_args(Link))}")
        self.link, self.runs, self.tokens, self.length, self.hidden = link, runs, tokens, length, hidden

        def normal(*shape: int) -> nn.Parameter:
            return nn.Parameter(torch.randn(runs, *shape))

        def uniform(*shape: int) -> nn.Parameter:
            return nn.Parameter((2 * torch.rand(runs, *shape) - 1) / sqrt(hidden))

        self.encoder_in, self.encoder_back = normal(tokens + length, hidden), uniform(hidden, hidden)
        # One more token: the start of a target.
        self.decoder_in, self.decoder_back = normal(tokens + 1 + length, hidden), uniform(hidden, hidden)
        self.out, self.bias = uniform(hidden, tokens), uniform(1, tokens)
        if link != "none":
            self.query, self.key = uniform(hidden, hidden), uniform(hidden, hidden)
            self.value = uniform(hidden, tokens)

    def encode(self, source: torch.Tensor) -> torch.Tensor:
        """The encoder's states, (runs, batch, length, hidden), of token numbers (runs, batch, length)."""
        start = torch.zeros(*source.shape[:2], self.hidden)
        return self._recur(source, self.tokens, self.encoder_in, self.encoder_back, start)

    def decode(
        self,
        states: torch.Tensor,
        target: torch.Tensor,
        cue: torch.Tensor | None = None,
        ask: Callable[[torch.Tensor], torch.Tensor] | None = None,
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Predict each token of the target from those before it and from the encoder's states.

        Args:
            states: (runs, batch, length, hidden).
            target: (runs, batch, length) token numbers.
            cue: (runs, batch, 1) token numbers that the decoder is fed first; without, a token of its own.
            ask: makes other queries of the queries, (runs, batch, length, hidden).

        Returns:
            Logits (runs, batch, length, tokens), the decoder's states (runs, batch, length, hidden) and the attention
            weights (runs, batch, length, length), a row for each query; without attention, zeros.
        """
        start = torch.full_like(target[..., :1], self.tokens) if cue is None else cue
        so_far = torch.cat([start, target[..., :-1]], dim=-1)
        decoded = self._recur(so_far, self.tokens + 1, self.decoder_in, self.decoder_back, states[:, :, -1])
        logits = self._each(decoded, self.out) + self.bias[:, :, None]
        if self.link == "none":
            return logits, decoded, torch.zeros(*target.shape, self.length)
        queries = self._each(decoded if self.link == "cross" else states, self.query)
        if ask is not None:
            queries = ask(queries)
        context, weights = attention(queries, self._each(states, self.key), self._each(states, self.value))
        if self.link == "pooled":
            context = context.mean(dim=2, keepdim=True)
        elif self.link == "by position":
            context = context.flip(2)
        return logits + context, decoded, weights

    def forward(self, source: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """The logits, (runs, batch, length, tokens)."""
        return self.decode(self.encode(source), target)[0]

    def sources(self, batch: int) -> torch.Tensor:
        """Random token numbers, (runs, batch, length)."""
        return torch.randint(self.tokens, (self.runs, batch, self.length))

    def _recur(
        self, sequence: torch.Tensor, tokens: int, into: torch.Tensor, back: torch.Tensor, state: torch.Tensor
    ) -> torch.Tensor:
        positions = torch.eye(self.length).expand(*sequence.shape, self.length)
        inputs = torch.cat([F.one_hot(sequence, tokens).float(), positions], dim=-1)
        states = []
        for step in self._each(inputs, into).unbind(2):
            state = torch.tanh(torch.baddbmm(step, state, back))
            states.append(state)
        return torch.stack(states, dim=2)

    @staticmethod
    def _each(x: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        """The product of (runs, batch, length, m) with each run's matrix in (runs, m, n)."""
        return (x.flatten(1, 2) @ weight).reshape(*x.shape[:3], -1)


class Sentences(NamedTuple):
    """Token numbers, (runs, batch, length); the cue, (runs, batch, 1), is what a decoder is fed first, if anything."""

    source: torch.Tensor
    target: torch.Tensor
    cue: torch.Tensor | None = None


Task = Callable[[Translators, int], Sentences]
"""Draws so many sentences for each run of a model."""


def reversal(model: Translators, batch: int) -> Sentences:
    """The target is the source reversed: the step alone tells where to look."""
    source = model.sources(batch)
    return Sentences(source, source.flip(2))


def loop(model: Translators, batch: int) -> Sentences:
    """The source is a loop of different tokens, and the target goes round it once, from behind the cue to the cue.

    Where to look depends on the token written last, not on the step alone.
    """
    source = torch.rand(model.runs, batch, model.tokens).argsort(dim=-1)[..., : model.length]
    ahead = torch.randint(model.length, (model.runs, batch, 1))
    target = source.gather(2, (torch.arange(model.length) + ahead) % model.length)
    return Sentences(source, target, cue=target[..., -1:])


def train_to_reverse(model: Translators, steps: int = 150, batch: int = 16, learning_rate: float = 0.02) -> Translators:
    """Train in place to reverse random sequences; as `train`, with steps that suffice where there is attention."""
    return train(model, reversal, steps, batch, learning_rate)


def train(
    model: Translators, task: Task, steps: int = 200, batch: int = 32, learning_rate: float = 0.01
) -> Translators:
    """Train in place by Adam on the cross-entropy; new sentences at each step.

    Args:
        model: to be trained.
        task: draws the sentences.
        steps: number of updates.
        batch: sequences per run and update.
        learning_rate: of Adam.

    Returns:
        The model.
    """
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate, fused=True)
    for _ in range(steps):
        source, target, cue = task(model, batch)
        logits, *_ = model.decode(model.encode(source), target, cue)
        # The sum over the runs: each gets the gradient of its own mean.
        loss = model.runs * F.cross_entropy(logits.flatten(0, 2), target.flatten())
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    return model


class Trial(NamedTuple):
    """What the runs of a model make of fresh sources; the first two axes are (runs, sentences).

    Attributes:
        source: token numbers, (…, length).
        target: what was to be written, (…, length).
        states: the encoder's, (…, length, hidden).
        decoded: the decoder's states, (…, length, hidden).
        weights: of the attention, (…, length, length), a row for each query; without attention, zeros.
        right: for each run, the share of target tokens that are predicted, each given the true ones before it.
    """

    source: torch.Tensor
    target: torch.Tensor
    states: torch.Tensor
    decoded: torch.Tensor
    weights: torch.Tensor
    right: torch.Tensor


@torch.no_grad()
def trial(
    model: Translators,
    sentences: int = 1500,
    task: Task = reversal,
    ask: Callable[[torch.Tensor], torch.Tensor] | None = None,
) -> Trial:
    """Try a model on so many random sentences for each run; `ask` as in `Translators.decode`."""
    source, target, cue = task(model, sentences)
    states = model.encode(source)
    logits, decoded, weights = model.decode(states, target, cue, ask)
    right = (logits.argmax(dim=-1) == target).double().mean(dim=(1, 2))
    return Trial(source, target, states, decoded, weights, right)


def readable(states: torch.Tensor, tokens: torch.Tensor, kinds: int) -> torch.Tensor:
    """How often a linear classifier reads a token off a state: for each run, its accuracy on fresh pairs.

    The classifier is linear regression on one-hot tokens, fitted to the first two thirds of the pairs and tried on
    the rest (a linear probe: Alain and Bengio, "Understanding intermediate layers using linear classifier probes",
    2016, with least squares in the place of a softmax).

    Args:
        states: (runs, pairs, hidden).
        tokens: (runs, pairs) token numbers.
        kinds: size of the vocabulary.

    Returns:
        (runs,) shares from 0 to 1; chance is about 1 / kinds.

    Raises:
        ValueError: if there are too few pairs to fit the classifier.
    """
    fit = 2 * states.shape[1] // 3
    if fit <= states.shape[2]:
        raise ValueError(
            f"{states.shape[1]} pairs are too few to fit {states.shape[2] + 1} weights to two thirds of them"
        )
    x = torch.cat([states, torch.ones_like(states[..., :1])], dim=-1).double()
    y = F.one_hot(tokens, kinds).double()
    gram = x[:, :fit].mT @ x[:, :fit] + 1e-6 * torch.eye(x.shape[2], dtype=torch.double)
    weights = torch.linalg.solve(gram, x[:, :fit].mT @ y[:, :fit])
    guess = (x[:, fit:] @ weights).argmax(dim=-1)
    right: torch.Tensor = guess == tokens[:, fit:]
    return right.double().mean(dim=1)


def tokens_that_reach(length: int) -> tuple[list[list[bool]], list[list[bool]]]:
    """Which source tokens reach each state of a recurrent encoder, before and behind a layer of self-attention.

    Found by experiment, without learned projections: a NaN in a token turns NaN what depends on it.

    Returns:
        Two grids, a row for each position of a state, a column for each token.
    """
    encoder = torch.nn.RNN(length, 8, batch_first=True)
    before, behind = [], []
    for token in range(length):
        source = torch.eye(length)
        source[token] = float("nan")
        states, _ = encoder(source)
        mixed, _ = attention(states, states, states)
        before.append(states.isnan().any(dim=-1))
        behind.append(mixed.isnan().any(dim=-1))
    return torch.stack(before, dim=1).tolist(), torch.stack(behind, dim=1).tolist()


def decoder_states_that_reach(length: int, of_the_decoder: bool) -> list[list[bool]]:
    """Which decoder states reach each context, when the queries are the decoder's states, or else the encoder's.

    Only directly, as a query: not by way of later decoder states.

    Returns:
        A grid, a row for each context, a column for each decoder state.
    """
    states = torch.randn(length, 8)
    reached = []
    for step in range(length):
        decoded = torch.randn(length, 8)
        decoded[step] = float("nan")
        context, _ = attention(decoded if of_the_decoder else states, states, states)
        reached.append(context.isnan().any(dim=-1))
    return torch.stack(reached, dim=1).tolist()
