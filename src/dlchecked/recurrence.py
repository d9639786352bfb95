"""Truncated backpropagation through time: what it cuts, and what the carried state keeps.

A sequence is read in chunks of ``span`` steps. The state at the end of a chunk is the start of the next one, but it
is detached: values cross the boundary, gradients do not. Williams and Peng, "An Efficient Gradient-Based Algorithm
for On-Line Training of Recurrent Network Trajectories", Neural Computation 2(4), 1990, call this BPTT(h; h').
"""

from typing import TypeVar

import torch
import torch.nn.functional as F
from torch import nn

Number = TypeVar("Number", bound=float)  # a Fraction will do: only arithmetic is asked of it


def lag_terms(recurrent: torch.Tensor, states: torch.Tensor, by_last: torch.Tensor) -> list[torch.Tensor]:
    """The gradient of one loss by the recurrent weights, term by term.

    For ``h_t = tanh(W h_{t-1} + …)`` and a loss that reads ``h_T`` alone, term ``j`` is the outer product of
    the loss's gradient by the activation's input at time ``T - j`` and of ``h_{T-j-1}``. All terms add up to the
    gradient of backpropagation through time, the first S of them to the gradient with the graph cut S steps back.

    Args:
        recurrent: (H, H), W.
        states: (T + 1, H), from the start h_0 to h_T.
        by_last: (H,), gradient of the loss by h_T.

    Returns:
        T tensors (H, H), that of lag 0 first.

    Raises:
        ValueError: if the shapes do not belong together.
    """
    if states.dim() != 2 or recurrent.shape != 2 * states.shape[1:] or by_last.shape != states.shape[1:]:
        raise ValueError(
            f"expected weights (H, H), states (T + 1, H) and a gradient (H,), not {tuple(recurrent.shape)}, "
            f"{tuple(states.shape)} and {tuple(by_last.shape)}"
        )
    terms = []
    by_state = by_last
    for before, state in zip(states[:-1].flip(0), states[1:].flip(0), strict=True):
        by_input = (1 - state**2) * by_state
        terms.append(torch.outer(by_input, before))
        by_state = recurrent.T @ by_input
    return terms


def truncated_slope(weight: Number, span: int | None) -> Number:
    """The expected truncated gradient of a problem with one weight, in closed form.

    The network ``h_t = w h_{t-1} + x_t`` is to answer with the input of one step ago: its loss is the expectation
    of ``(h_t - x_{t-1})²`` for independent inputs of mean 0 and variance 1, with the state stationary.

    Args:
        weight: w, between -1 and 1; a Fraction gives an exact result.
        span: steps through which the gradient of each loss is taken, the last included; None for all.

    Raises:
        ValueError: if no stationary state exists, or no step is asked for.
    """
    if not -1 < weight < 1:
        raise ValueError(f"the state is stationary for weights between -1 and 1, not for {weight}")
    if span is not None and span < 1:
        raise ValueError(f"a gradient goes through 1 step or more, not {span}")
    kept = 1 if span is None else 1 - weight ** (2 * span)
    return 2 * (weight * kept / (1 - weight**2) ** 2 - 1)  # type: ignore[return-value]


class RecallNetworks(nn.Module):
    """Independent recurrent networks side by side, that are to recall a bit they were given some steps ago.

    ``h_t = tanh(W h_{t-1} + u x_t)`` with x_t = ±1, and one logit for each lag. W is orthogonal, times ``radius``;
    the read-out starts at 0.
    """

    def __init__(
        self,
        lags: tuple[int, ...],
        seed: int,
        networks: int = 20,
        units: int = 32,
        radius: float = 0.9,
    ) -> None:
        """Draw W and u, float32, from a generator of their own."""
        super().__init__()
        if not lags or min(lags) < 0:
            raise ValueError(f"a lag is a number of steps back, 0 or more; there are {lags}")
        generator = torch.Generator().manual_seed(seed)
        orthogonal, _ = torch.linalg.qr(torch.randn(networks, units, units, generator=generator))
        self.lags = lags
        self.recurrent = nn.Parameter(radius * orthogonal)
        self.inlet = nn.Parameter(torch.randn(networks, 1, units, generator=generator))
        self.readout = nn.Parameter(torch.zeros(networks, units, len(lags)))
        self.offset = nn.Parameter(torch.zeros(networks, 1, len(lags)))

    def start(self, batch: int) -> torch.Tensor:
        """The state 0: (networks, batch, units)."""
        networks, units, _ = self.recurrent.shape
        return torch.zeros(networks, batch, units)

    def step(self, state: torch.Tensor, bits: torch.Tensor) -> torch.Tensor:
        """The next state; ``bits`` is (batch,) or (networks, batch) of 0 and 1."""
        signs = (2 * bits - 1).unsqueeze(-1)
        return torch.tanh(torch.baddbmm(signs * self.inlet, state, self.recurrent.mT))

    def read(self, state: torch.Tensor) -> torch.Tensor:
        """Logits (networks, batch, lags): positive for "that bit was 1"."""
        return torch.baddbmm(self.offset, state, self.readout)


def train_recall(
    nets: RecallNetworks,
    span: int,
    seed: int,
    carry: bool = True,
    recurrence: bool = False,
    updates: int = 300,
    batch: int = 32,
    rate: float = 0.03,
) -> RecallNetworks:
    """Train by truncated backpropagation through time: Adam, one update per chunk.

    Args:
        nets: trained in place.
        span: steps of a chunk.
        seed: of the bits; every network and row of the batch has its own endless stream of fair bits.
        carry: whether a chunk starts with the state that the last one ended with, detached; otherwise with 0.
        recurrence: whether W and u are trained too; otherwise they stay as drawn, and the read-out alone is trained.
        updates: number of chunks.
        batch: streams per network.
        rate: Adam's learning rate.

    Returns:
        ``nets``.

    Raises:
        ValueError: if a chunk has no step.
    """
    if span < 1:
        raise ValueError(f"a chunk has 1 step or more, not {span}")
    generator = torch.Generator().manual_seed(seed)
    before = max(nets.lags)
    streams = (updates * span + before, nets.recurrent.shape[0], batch)
    bits = torch.randint(2, streams, generator=generator).float()
    trained = [nets.readout, nets.offset]
    nets.requires_grad_(recurrence)
    if recurrence:
        trained += [nets.recurrent, nets.inlet]
    for parameter in trained:
        parameter.requires_grad_()
    optimizer = torch.optim.Adam(trained, lr=rate, fused=True)
    state = nets.start(batch)
    for chunk in range(before, len(bits), span):
        state = state.detach() if carry else nets.start(batch)
        loss = torch.zeros(())
        for t in range(chunk, chunk + span):
            state = nets.step(state, bits[t])
            wanted = torch.stack([bits[t - lag] for lag in nets.lags], dim=-1)
            # Networks add up, so that none takes a share of another's step.
            loss = loss + F.binary_cross_entropy_with_logits(nets.read(state), wanted, reduction="sum")
        optimizer.zero_grad()
        (loss / (span * batch)).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    return nets


@torch.no_grad()
def recalled(nets: RecallNetworks, span: int, carry: bool = True, length: int = 10) -> torch.Tensor:
    """The share of right answers over all strings of bits, in the last chunk of each string.

    Args:
        nets: networks to be judged.
        span: steps of a chunk; it divides ``length``.
        carry: whether the state is carried over from chunk to chunk; otherwise it starts each at 0.
        length: bits of a string: 2^length strings are read.

    Returns:
        (networks, lags).

    Raises:
        ValueError: if the chunks do not fill the string, or a lag reaches back beyond its start.
    """
    if span < 1 or length % span or length - span < max(nets.lags):
        raise ValueError(
            f"strings of {length} bits are not made of chunks of {span}, or their last chunk cannot be asked for "
            f"the bit {max(nets.lags)} steps back"
        )
    bits = ((torch.arange(2**length) >> torch.arange(length)[:, None]) & 1).float()
    state = nets.start(2**length)
    right = torch.zeros(len(state), len(nets.lags))
    for t in range(length):
        if not carry and t % span == 0:
            state = nets.start(2**length)
        state = nets.step(state, bits[t])
        if t >= length - span:
            wanted = torch.stack([bits[t - lag] for lag in nets.lags], dim=-1)
            right += ((nets.read(state) > 0) == (wanted > 0)).float().mean(dim=1) / span
    return right
