"""Recurrent layers: a step reads everything before it, or after it in the other direction."""

from typing import Any

import numpy as np

from dlchecked.receptive_field.registry import Unsupported, rule
from dlchecked.receptive_field.rules.joining import concatenate, join
from dlchecked.receptive_field.rules.shape import transpose
from dlchecked.receptive_field.tensor import TracedTensor, is_traced
from dlchecked.receptive_field.windows import Window, gathering


def so_far(length: int, reverse: bool = False) -> Window:
    """Output j reads all positions up to j, or from j on."""
    read, output = np.arange(length)[:, None], np.arange(length)
    seen = read >= output if reverse else read <= output
    return gathering(np.where(seen, read, -1))


def _run(
    x: Any,
    hidden: int,
    has_biases: bool,
    num_layers: Any,
    dropout: float,
    train: bool,
    bidirectional: bool,
    batch_first: bool,
) -> tuple[TracedTensor, TracedTensor]:
    """All outputs of the last layer, and the final states of all layers."""
    # Of a packed sequence torch passes the batch sizes in place of the states, and everything moves up.
    if not isinstance(num_layers, int) or not is_traced(x):
        raise Unsupported("its sequence is packed")
    time, feature = (1 if batch_first and len(x.shape) == 3 else 0), len(x.shape) - 1
    finals = []
    for _ in range(num_layers):
        mixed = x.mixed(feature).resized(feature, hidden)
        forward = mixed.slid({time: so_far(x.shape[time])})
        last = mixed.mixed(time).resized(time, 1)
        last = transpose(last, 0, time) if time else last
        finals += [last] * (2 if bidirectional else 1)
        x = forward
        if bidirectional:
            x = concatenate([forward, mixed.slid({time: so_far(x.shape[time], reverse=True)})], feature)
    return x, concatenate(finals, 0)


def _hidden_size(weights: Any, gates: int) -> int:
    return int(weights[0].shape[0]) // gates


@rule("lstm")
def lstm(input: Any, hx: Any, params: Any, *options: Any) -> Any:  # noqa: A002
    """Outputs, final hidden states and final cell states (projections keep the dependencies)."""
    output, final = _run(input, _hidden_size(params, 4), *options)
    return output, final, final


@rule("gru")
def gru(input: Any, hx: Any, params: Any, *options: Any) -> Any:  # noqa: A002
    """Outputs and final hidden states."""
    return _run(input, _hidden_size(params, 3), *options)


@rule("rnn_tanh", "rnn_relu")
def rnn(input: Any, hx: Any, params: Any, *options: Any) -> Any:  # noqa: A002
    """Outputs and final hidden states."""
    return _run(input, _hidden_size(params, 1), *options)


def _cell(x: Any, states: list[Any], hidden: int) -> TracedTensor:
    """One step: all features of the input and of the states."""
    parts = []
    for part in (x, *states):
        if is_traced(part):
            last = len(part.shape) - 1
            parts.append(part.mixed(last).resized(last, hidden))
    return join(*parts)


@rule("lstm_cell")
def lstm_cell(input: Any, hx: Any, w_ih: Any, w_hh: Any, b_ih: Any = None, b_hh: Any = None) -> Any:  # noqa: A002
    """The new hidden state and the new cell state."""
    hidden = w_hh.shape[1]
    # The cell state enters both, element by element; its features meet only through the hidden state.
    found = _cell(input, [hx[0]], hidden)
    return (join(found, hx[1]), join(found, hx[1]))


@rule("gru_cell", "rnn_tanh_cell", "rnn_relu_cell")
def cell(input: Any, hx: Any, w_ih: Any, w_hh: Any, b_ih: Any = None, b_hh: Any = None) -> TracedTensor:  # noqa: A002
    """The new hidden state."""
    return _cell(input, [hx], w_hh.shape[1])


@rule("cumsum", "cumprod", "logcumsumexp")
def cumulative(input: TracedTensor, dim: int, dtype: Any = None) -> TracedTensor:  # noqa: A002
    """Everything so far along one dimension."""
    d = input.dimension(dim)
    return input.slid({d: so_far(input.shape[d])})
