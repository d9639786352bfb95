"""Recurrent layers: a step reads everything before it, or after it in the other direction."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch

from dlchecked.receptive_field.axis.windows import Window, gathering, picking
from dlchecked.receptive_field.rules.joining import concatenate, join
from dlchecked.receptive_field.rules.reduction import drop
from dlchecked.receptive_field.rules.shape import unsqueeze
from dlchecked.receptive_field.tracing.registry import Unsupported, rule
from dlchecked.receptive_field.tracing.tensor import TracedTensor, is_traced


def so_far(length: int, reverse: bool = False) -> Window:
    """Output j reads all positions up to j, or from j on."""
    read, output = np.arange(length)[:, None], np.arange(length)
    seen = read >= output if reverse else read <= output
    return gathering(np.where(seen, read, -1))


class _Layers(NamedTuple):
    """What torch passes to its recurrent functions after the input, the states and the weights."""

    has_biases: bool
    depth: int
    dropout: float
    training: bool
    bidirectional: bool
    batch_first: bool


def _run(x: Any, states: Sequence[Any], width: int, layers: _Layers) -> tuple[Any, Any]:
    """All outputs of the last layer, and the final states of all layers, with ``width`` features.

    ``states`` are the hidden states (layers · directions, batch, features) and, for an LSTM, the states of its cells.
    """
    time = 1 if layers.batch_first else 0
    directions = 2 if layers.bidirectional else 1
    finals = []
    for layer in range(layers.depth):
        outputs = []
        for direction in range(directions):
            own = [state[layer * directions + direction] for state in states]
            output, final = _one_way(x, own, width, time, direction == 1)
            outputs.append(output)
            finals.append(final)
        x = concatenate(outputs, 2) if directions > 1 else outputs[0]
    return x, concatenate([unsqueeze(final, 0) for final in finals], 0)


def _one_way(x: Any, states: Sequence[Any], width: int, time: int, reverse: bool) -> tuple[TracedTensor, TracedTensor]:
    """The outputs of one layer in one direction, and its last state (batch, features)."""
    length = x.shape[time]
    parts = [mix_features(x, width).slid({time: so_far(length, reverse)})] if is_traced(x) else []
    for number, state in enumerate(states):
        if is_traced(state):
            # A cell's own state enters its first step feature by feature.
            apart = number == 1 and state.shape[-1] == width
            later = unsqueeze(mix_features(state, width), time).slid({time: picking((0,) * (length - apart))})
            steps = [unsqueeze(state, time), later] if apart else [later]
            parts.append(concatenate(steps[::-1] if reverse else steps, time))
    output = join(*parts)
    return output, drop(output.slid({time: picking((0 if reverse else length - 1,))}), time)


def mix_features(x: TracedTensor, width: int) -> TracedTensor:
    """Every one of ``width`` features depends on all features."""
    last = len(x.shape) - 1
    return x.mixed(last).resized(last, width)


def _expect_padded(packed: bool) -> None:
    """Refuse a packed sequence, in which torch passes the batch sizes in place of the states.

    Raises:
        Unsupported: if it is one.
    """
    if packed:
        raise Unsupported("its sequence is packed; give it the padded one")


@rule("lstm")
def lstm(input: Any, hx: Any, params: Any, *options: Any) -> Any:
    """Outputs, final hidden states and final states of the cells."""
    _expect_padded(isinstance(hx, torch.Tensor))
    layers, (gates, width) = _Layers(*options), params[1].shape
    output, final = _run(input, hx, width, layers)
    # With projections the hidden states are narrower than the cells.
    return output, final, final if gates == 4 * width else _run(input, hx, gates // 4, layers)[1]


@rule("gru", "rnn_tanh", "rnn_relu")
def gru(input: Any, hx: Any, params: Any, *options: Any) -> Any:
    """Outputs and final hidden states."""
    _expect_padded(isinstance(params, torch.Tensor))
    return _run(input, [hx], params[1].shape[1], _Layers(*options))


def _cell(x: Any, states: list[Any], hidden: int) -> TracedTensor:
    """One step: all features of the input and of the states."""
    return join(*(mix_features(part, hidden) for part in (x, *states) if is_traced(part)))


@rule("lstm_cell")
def lstm_cell(input: Any, hx: Any, w_ih: Any, w_hh: Any, b_ih: Any = None, b_hh: Any = None) -> Any:
    """The new hidden state and the new cell state."""
    # The cell state enters both, element by element; its features meet only through the hidden state.
    parts = [_cell(input, [hx[0]], w_hh.shape[1])] if is_traced(input) or is_traced(hx[0]) else []
    return join(*parts, hx[1]), join(*parts, hx[1])


@rule("gru_cell", "rnn_tanh_cell", "rnn_relu_cell")
def cell(input: Any, hx: Any, w_ih: Any, w_hh: Any, b_ih: Any = None, b_hh: Any = None) -> TracedTensor:
    """The new hidden state."""
    return _cell(input, [hx], w_hh.shape[1])


@rule("cumsum", "cumprod", "logcumsumexp")
def cumulative(input: TracedTensor, dim: int, dtype: Any = None) -> TracedTensor:
    """Everything so far along one dimension."""
    d = input.dimension(dim)
    return input.slid({d: so_far(input.shape[d])})
