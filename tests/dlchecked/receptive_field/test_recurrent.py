"""Recurrent layers whose initial state depends on the input, against a change at every position."""

import pytest
import torch
from calls import Calls
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from dlchecked.receptive_field import UnknownOperation, receptive_field
from dlchecked.receptive_field.measured.ground_truth import GroundTruth

KINDS = {"LSTM": nn.LSTM, "GRU": nn.GRU, "RNN": nn.RNN}


class Decodes(nn.Module):
    """An encoder hands its state to a decoder, whose input is the sequence, a part of it, or a constant."""

    def __init__(self, kind, fed="zeros", **options):
        super().__init__()
        self.encoder = KINDS[kind](2, 2, batch_first=True, **options)
        self.decoder = KINDS[kind](2, 2, batch_first=True, **options)
        self.fed = fed

    def forward(self, x):
        x = x.transpose(1, 2)
        _, state = self.encoder(x[:, 1:4])
        fed = {"zeros": torch.zeros(1, 3, 2, dtype=x.dtype), "all": x, "end": x[:, 4:]}[self.fed]
        return self.decoder(fed, state)[0].transpose(1, 2)


@pytest.mark.parametrize("fed", ["zeros", "all", "end"])
@pytest.mark.parametrize("kind", KINDS)
def test_an_encoder_hands_its_state_to_a_decoder(kind, fed, check_every_unit):
    found = check_every_unit(Decodes(kind, fed), (1, 2, 6))
    assert found.interval(0) == {"zeros": ((1, 3),), "all": ((0, 3),), "end": ((1, 4),)}[fed]


@st.composite
def recurrences(draw):
    kind = draw(st.sampled_from(list(KINDS)))
    options = {
        "num_layers": draw(st.integers(1, 2)),
        "bidirectional": draw(st.booleans()),
        "batch_first": draw(st.booleans()),
        "bias": draw(st.booleans()),
        **({"proj_size": 1} if kind == "LSTM" and draw(st.booleans()) else {}),
    }
    states = [draw(st.sampled_from(["zero", "constant", "one place", "places"])) for _ in range(2)]
    return (
        kind,
        options,
        states,
        draw(st.booleans()),
        draw(st.integers(1, 3)),
        draw(st.sampled_from(["outputs", "h", "c"])),
    )


def state_from(x, kind, rows, features):
    """(rows, batch, features), of an input (batch, channels, positions)."""
    if kind == "zero":
        return torch.zeros(rows, 1, features, dtype=x.dtype)
    if kind == "constant":
        return torch.ones_like(x[:1, :1, :1]).expand(rows, 1, features)
    if kind == "one place":
        return x[:, 0, :1].expand(rows, 1, features)
    return torch.stack([x[:, 0, row : row + features] for row in range(rows)])


@pytest.mark.filterwarnings("ignore:LSTM with projections")
@settings(max_examples=200, deadline=None, derandomize=True)
@given(case=recurrences())
def test_every_dependency_on_a_state(case):
    kind, options, states, fed, length, asked = case
    layer = KINDS[kind](2, 2, **options)
    rows = options["num_layers"] * (2 if options["bidirectional"] else 1)

    def forward(module, x):
        hidden = state_from(x, states[0], rows, options.get("proj_size", 2))
        cells = state_from(x, states[1], rows, 2)
        sequence = x[..., -length:].movedim(1, 2) if fed else torch.zeros(1, length, 2, dtype=x.dtype)
        if not options["batch_first"]:
            sequence = sequence.transpose(0, 1)
        outputs, final = module.layer(sequence, (hidden, cells) if kind == "LSTM" else hidden)
        if asked != "outputs":
            # A final state has its features for units.
            chosen = final if kind != "LSTM" else final[asked == "c"]
            return chosen.movedim(1, 0) + 0 * x.mean()
        outputs = outputs if options["batch_first"] else outputs.transpose(0, 1)
        # Units are time by features.
        return outputs.unsqueeze(1) + 0 * x.mean()

    module = Calls(forward, layer=layer)
    found, truth = receptive_field(module, (1, 2, 7)), GroundTruth(module, (1, 2, 7))
    assert found.output_shape == truth.output_shape
    for unit in truth.units():
        assert found.mask(unit).equal(truth.mask(unit)), unit


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
def test_cells_take_a_state_that_depends_on_the_input(kind, check_every_unit):
    cell = {"LSTM": nn.LSTMCell, "GRU": nn.GRUCell, "RNN": nn.RNNCell}[kind](2, 2)

    def forward(module, x):
        state = x[:, :, 3]
        fed = torch.zeros(1, 2, dtype=x.dtype)
        if kind == "LSTM":
            constant = torch.zeros(1, 2, dtype=x.dtype)
            return torch.stack([module.cell(fed, (constant, state))[0], module.cell(fed, (state, constant))[1]], 2)
        return torch.stack([module.cell(fed, state), module.cell(x[:, :, 0], state)], 2)

    check_every_unit(Calls(forward, cell=cell), (1, 2, 5))


def test_a_packed_sequence_is_refused():
    def forward(module, x):
        packed = nn.utils.rnn.pack_padded_sequence(x.movedim(2, 0), torch.tensor([5]))
        return module.layer(packed)[0].data

    with pytest.raises(UnknownOperation, match="pack"):
        receptive_field(Calls(forward, layer=nn.GRU(1, 2)), (1, 1, 5))
