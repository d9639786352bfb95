"""Attention under masks of every idiom, against what really changes in double precision."""

import math
from contextlib import suppress

import pytest
import torch
import torch.nn.functional as F
from calls import Calls
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from dlchecked.receptive_field import receptive_field, verify
from dlchecked.receptive_field.tracing.registry import RULES
from dlchecked.receptive_field.tracing.value_rules import BOOLEANS

LENGTH = 6
LOWEST = torch.finfo(torch.float32).min


def barred_of(x, shape):
    """Booleans (LENGTH, LENGTH): what may not be attended to."""
    place = torch.arange(LENGTH)
    back = place[:, None] - place
    return {
        "causal": back < 0,
        "window": (back < 0) | (back > 2),
        "padded": (place >= 4).expand(LENGTH, LENGTH),
        # The last query may attend to nothing at all.
        "nobody": (back < 0) | (place[:, None] == LENGTH - 1),
        "itself": back != 0,
    }[shape]


def added(value):
    return lambda s, m: s + torch.where(m, value, 0.0).to(s)


def filled(value):
    return lambda s, m: s.masked_fill(m, value)


def written(s, m):
    s = s.clone()
    s[:, m] = -1e9
    return s


def in_place(s, m):
    s = 1 * s
    s.masked_fill_(m, float("-inf"))
    return s


MASKINGS = {
    "filled with −∞": filled(-math.inf),
    "filled with −10⁹": filled(-1e9),
    "filled with the lowest": filled(LOWEST),
    "filled in place": in_place,
    "−∞ added": added(-math.inf),
    "−10⁴ added": added(-1e4),
    "−10⁹ added": added(-1e9),
    "the lowest added": added(LOWEST),
    "added, made of a mask": lambda s, m: s + (1.0 - (~m).to(s)) * -10000.0,
    "kept, and the rest lowered": lambda s, m: s * (~m).to(s) - 1e9 * m.to(s),
    "subtracted": lambda s, m: s - 1e9 * m.to(s),
    "where": lambda s, m: torch.where(m, torch.tensor(-1e9).to(s), s),
    "where, of a number": lambda s, m: torch.where(~m, s, -math.inf),
    "where, as a method": lambda s, m: s.where(~m, torch.full((), -1e9).to(s)),
    "of ones like the scores": lambda s, m: s.masked_fill(torch.ones_like(s).masked_fill(m, 0) == 0, -1e9),
    "of a full tensor": lambda s, m: s + torch.full_like(s, -math.inf).where(m.expand(s.shape), torch.zeros_like(s)),
    "of new zeros": lambda s, m: s + s.new_zeros(LENGTH, LENGTH).masked_fill(m, -math.inf),
    "never below the lowest": lambda s, m: torch.max(added(LOWEST)(s, m), torch.tensor(LOWEST).to(s)),
    "clamped": lambda s, m: added(-1e12)(s, m).clamp(min=-1e9),
    "written": written,
    "twice": lambda s, m: added(-1e9)(filled(-1e9)(s, m), m),
}
AFTERWARDS = {
    "nothing": lambda s: s,
    "scaled": lambda s: s / math.sqrt(2) * 0.5,
    "scaled by a constant tensor": lambda s: s * torch.tensor(0.3).to(s),
    "cast": lambda s: s.float().to(torch.float64).type_as(s),
    "viewed": lambda s: s.view(-1, LENGTH).unflatten(0, (1, LENGTH)).transpose(1, 2).contiguous().mT,
    "cloned": lambda s: s.clone().detach().contiguous(),
    "dropped out": lambda s: F.dropout(s, 0.5, training=False),
    "biased": lambda s: s + torch.arange(LENGTH).to(s) * 0.1,
    "biased by rows": lambda s: s + torch.linspace(0, 1, LENGTH).to(s)[:, None],
    "split and joined": lambda s: torch.cat(s.split(4, 2), 2),
    "split at some places": lambda s: torch.cat(s.tensor_split((1, -2), 2), 2),
    "stacked": lambda s: torch.stack([s, 2 * s], 0)[1],
    "repeated": lambda s: s.unsqueeze(1).expand(-1, 2, -1, -1)[:, 1],
    "less the largest": lambda s: s - s.max(-1, keepdim=True).values,
    "less the largest, by amax": lambda s: s - s.amax(dim=-1, keepdim=True),
    "less its logarithm": lambda s: s - torch.logsumexp(s, -1, keepdim=True),
}
ENDS = {
    "softmax": lambda s: s.softmax(-1),
    "softmax of the transposed": lambda s: s.mT.softmax(-2).mT,
    "softmin": lambda s: F.softmin(-s, -1),
    "exponential of a log-softmax": lambda s: s.log_softmax(-1).exp(),
    "exponentials over their sum": lambda s: s.exp() / s.exp().sum(-1, keepdim=True),
    "exponentials of differences": lambda s: (
        (s - s.amax(-1, keepdim=True)).exp() / (s - s.amax(-1, keepdim=True)).exp().sum(-1, keepdim=True)
    ),
}
PRODUCTS = {
    "matrix product": lambda w, v: w @ v,
    "einsum": lambda w, v: torch.einsum("bij,bjd->bid", w, v),
    "batched": lambda w, v: torch.bmm(w, v),
    "sum of products": lambda w, v: (w.unsqueeze(-1) * v.unsqueeze(1)).sum(2),
}


def attention(shape, masking, afterwards="nothing", end="softmax", multiply="matrix product"):
    def forward(module, x):
        tokens = x.transpose(1, 2)
        scores = module.query(tokens) @ module.key(tokens).transpose(1, 2)
        scores = AFTERWARDS[afterwards](MASKINGS[masking](scores, barred_of(x, shape)))
        return PRODUCTS[multiply](ENDS[end](scores), module.value(tokens)).transpose(1, 2)

    torch.manual_seed(0)
    module = Calls(forward, query=nn.Linear(2, 2), key=nn.Linear(2, 2), value=nn.Linear(2, 2)).double()
    for parameter in module.parameters():
        nn.init.uniform_(parameter, 0.5, 1.5)
    return module


@torch.no_grad()
def changes(module):
    """(LENGTH, LENGTH) booleans: which units really change with which position."""
    image = torch.rand(1, 2, LENGTH, dtype=torch.float64) + 0.5
    before = module(image)
    rows = []
    for place in range(LENGTH):
        moved = image.clone()
        moved[..., place] += torch.tensor([0.3, 0.2], dtype=torch.float64)
        difference = (module(moved) - before).abs()
        # What is not a number, is so whatever the input.
        rows.append((difference > 1e-13 * before.nan_to_num().abs().max()).any(1)[0])
    return torch.stack(rows, 1)


def seen(module):
    fields = receptive_field(module, (1, 2, LENGTH))
    return torch.stack([fields.mask(unit) for unit in range(LENGTH)])


@pytest.mark.parametrize("shape", ["causal", "window", "padded", "itself", "nobody"])
@pytest.mark.parametrize("masking", MASKINGS)
def test_every_masking(shape, masking):
    module = attention(shape, masking)
    assert torch.equal(seen(module), changes(module))


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("afterwards", AFTERWARDS)
@pytest.mark.parametrize("masking", ["filled with −∞", "filled with −10⁹", "−10⁹ added"])
def test_what_is_done_between_mask_and_softmax(masking, afterwards, end):
    module = attention("window", masking, afterwards, end)
    assert torch.equal(seen(module), changes(module))


@pytest.mark.parametrize("multiply", PRODUCTS)
def test_every_product(multiply):
    module = attention("window", "−10⁹ added", multiply=multiply)
    assert torch.equal(seen(module), changes(module))


@st.composite
def attentions(draw):
    steps = []
    for _ in range(draw(st.integers(1, 3))):
        barred = draw(st.lists(st.booleans(), min_size=LENGTH * LENGTH, max_size=LENGTH * LENGTH))
        barred = torch.tensor(barred).view(LENGTH, LENGTH)
        if draw(st.booleans()):
            barred = barred | torch.eye(LENGTH, dtype=torch.bool)[draw(st.integers(0, LENGTH - 1))][:, None]
        steps.append((draw(st.sampled_from(list(MASKINGS))), barred, draw(st.sampled_from(list(AFTERWARDS)))))
    return steps, draw(st.sampled_from(list(ENDS))), draw(st.sampled_from(list(PRODUCTS)))


@settings(max_examples=300, deadline=None, derandomize=True)
@given(case=attentions())
def test_any_masks_one_after_another(case):
    steps, end, multiply = case

    def forward(module, x):
        tokens = x.transpose(1, 2)
        scores = module.query(tokens) @ module.key(tokens).transpose(1, 2)
        for masking, barred, afterwards in steps:
            scores = AFTERWARDS[afterwards](MASKINGS[masking](scores, barred))
        return PRODUCTS[multiply](ENDS[end](scores), module.value(tokens)).transpose(1, 2)

    module = attention("causal", "filled with −∞")
    module.call = forward
    found, expected = seen(module), changes(module)
    assert not (expected & ~found).any()
    # What is alone under a mask divided by itself is 1, and what was subtracted cancels: identities of algebra.
    # And scaled often enough, −10⁴ is no mask any more.
    names = {name for masking, _, afterwards in steps for name in (masking, afterwards)}
    if end.startswith("softm") and not any("less" in name or "−10⁴" in name or "made of" in name for name in names):
        assert torch.equal(found, expected)


@pytest.mark.parametrize(
    "unit",
    [
        lambda x: (x - 1024).clamp(min=0),
        lambda x: (x - 5000).clamp(-1024, 3000),
        lambda x: torch.maximum(x - 2000, torch.zeros(())),
        lambda x: F.relu(x - 1024),
        lambda x: torch.sigmoid((x - 40_000) / 10),
        lambda x: torch.stack([x, x - 1024]).amax(0),
        lambda x: x * 5000 - 1e4,
    ],
)
def test_an_offset_with_other_reasons_hides_nothing(unit):
    """Values of a scanner may be as large as what is subtracted from them."""
    found = receptive_field(Calls(lambda m, x: unit(x)), (1, 1, LENGTH))
    assert [found.interval(place) for place in range(LENGTH)] == [((place, place),) for place in range(LENGTH)]


def test_arguments_by_name(check_every_unit):
    def forward(module, x):
        scores = torch.masked_fill(input=x.mT @ x, mask=barred_of(x, "window"), value=-math.inf)
        scores = torch.stack(tensors=[torch.clone(input=scores)], dim=0)[0]
        ones = F.relu(input=torch.ones_like(scores) * -5, inplace=True)  # all 0
        return (torch.softmax(input=scores, dim=-1) @ x.mT).mT + (ones @ x.mT).mT

    check_every_unit(Calls(forward), (1, 2, LENGTH))


@pytest.mark.parametrize("overwrite", ["exp_", "relu_", "sigmoid_", "zero_", "neg_"])
def test_what_is_known_is_forgotten_by_all_views_of_an_overwritten_tensor(overwrite):
    def forward(module, x):
        scores = torch.zeros_like(x.mT @ x).masked_fill(barred_of(x, "causal"), -1e9)
        view = scores.view(1, LENGTH, LENGTH)
        getattr(scores, overwrite)()
        return (view.softmax(-1) @ x.mT).mT

    module = Calls(forward)
    assert not (changes(module) & ~seen(module)).any()


def test_what_may_have_any_magnitude_hides_nothing():
    """A weight scales what was masked: of two masked keys, either may then be the larger."""

    def forward(module, x):
        scores = (x.mT @ x).masked_fill(torch.ones(LENGTH, LENGTH, dtype=torch.bool).triu(1), -1e9)
        scores = module.scale(scores[:, None])[:, 0]
        scores = scores.masked_fill(torch.tensor([True] + [False] * (LENGTH - 1)), -1e9)
        return (scores.softmax(-1) @ x.mT).mT

    torch.manual_seed(0)
    module = Calls(forward, scale=nn.Conv2d(1, 1, 1)).double()
    for weight in (0.5, 1.5):
        nn.init.constant_(module.scale.weight, weight)
        assert not (changes(module) & ~seen(module)).any()


@pytest.mark.parametrize("value", [-math.inf, -1e9])
@pytest.mark.parametrize("by_head", [False, True])
def test_masks_of_multi_head_attention(value, by_head):
    barred = torch.stack([barred_of(None, shape) for shape in ("window", "padded")])
    mask = torch.where(barred if by_head else barred[0], value, 0.0).double()

    def forward(module, x):
        tokens = x.transpose(1, 2)
        return module.attend(tokens, tokens, tokens, attn_mask=mask)[0].transpose(1, 2)

    torch.manual_seed(0)
    module = Calls(forward, attend=nn.MultiheadAttention(2, 2, batch_first=True)).double()
    for parameter in module.parameters():
        nn.init.uniform_(parameter, 0.5, 1.5)
    assert torch.equal(seen(module), changes(module))


@pytest.mark.parametrize("mask", [-math.inf, -1e9, LOWEST])
def test_a_mask_added_inside_scaled_dot_product_attention(mask):
    def forward(module, x):
        tokens = x.transpose(1, 2)
        added = torch.where(barred_of(x, "window"), mask, 0.0).double()
        return F.scaled_dot_product_attention(tokens, tokens, tokens, added).transpose(1, 2)

    assert torch.equal(seen(Calls(forward)), changes(Calls(forward)))


@pytest.mark.parametrize("masking", ["filled with −∞", "−10⁹ added"])
@pytest.mark.parametrize("end", ["softmax", "exponentials over their sum"])
def test_the_witnesses_of_a_masked_attention_agree(masking, end):
    found = verify(attention("window", masking, end=end), (1, 2, LENGTH))
    assert found.ok, found
    assert found.confirmed == 1


@pytest.mark.parametrize("shape", [(1, 2, 5), (1, 2, 5, 4)])
def test_a_softmax_without_a_dimension(shape, check_every_unit):
    with pytest.warns(UserWarning, match="Implicit"):
        check_every_unit(
            Calls(lambda m, x: F.softmax(x, None, 3) * torch.arange(2).view(-1, *[1] * (x.dim() - 2))), shape
        )
    check_every_unit(
        Calls(lambda m, x: m.mix(F.gumbel_softmax(x, 1.0, False, 1e-10, 1)), mix=nn.Conv1d(2, 1, 1)), (1, 2, 5)
    )


JOINT = {
    "and": lambda seen, own: seen & own,
    "logical_and": torch.logical_and,
    "or of what is barred": lambda seen, own: ~(~seen | ~own),
    "product": lambda seen, own: seen * own.double() != 0,
    "masked_fill": lambda seen, own: own.expand(1, *seen.shape).masked_fill(~seen, False),
    "where, of a number": lambda seen, own: torch.where(seen, own, False),
    "where, of two masks": lambda seen, own: torch.where(seen, own, torch.zeros_like(seen)),
    "where it depends on the input": lambda seen, own: torch.where(own, seen, False),
    "product of booleans": lambda seen, own: seen * own,
    "smaller of two": lambda seen, own: torch.minimum(seen, own),
    "lower triangle": lambda seen, own: own.expand(1, *seen.shape).tril(),
    "all of two": lambda seen, own: torch.stack([own.expand(1, *seen.shape), seen[None]]).all(0),
    "smallest of two": lambda seen, own: torch.stack([own.expand(1, *seen.shape), seen[None]]).amin(0),
    "none of what is barred": lambda seen, own: ~torch.stack([~own.expand(1, *seen.shape), ~seen[None]]).any(0),
    "moved": lambda seen, own: (seen & own).type_as(seen).to(seen).to("cpu").view(1, *seen.shape),
    "written": lambda seen, own: written_booleans(seen, own),
}


def written_booleans(seen, own):
    joint = own.expand(1, *seen.shape).clone()
    joint[:, ~seen] = False
    return joint


@pytest.mark.parametrize("end", ["masked_fill", "where", "scaled_dot_product_attention"])
@pytest.mark.parametrize("joint", JOINT)
def test_a_mask_of_which_one_part_depends_on_the_input(joint, end, check_every_unit):
    def forward(module, x):
        tokens = x.transpose(1, 2)
        causal = torch.ones(LENGTH, LENGTH, dtype=torch.bool).tril()
        kept = JOINT[joint](causal, (tokens.sum(-1) != 0)[:, None])
        if end == "scaled_dot_product_attention":
            return F.scaled_dot_product_attention(tokens, tokens, tokens, kept).transpose(1, 2)
        scores = tokens @ tokens.transpose(1, 2)
        barred = torch.full((), -torch.inf).to(scores)
        scores = scores.masked_fill(~kept, -torch.inf) if end == "masked_fill" else torch.where(kept, scores, barred)
        return (scores.softmax(-1) @ tokens).transpose(1, 2)

    assert check_every_unit(Calls(forward), (1, 2, LENGTH)).interval(2) == ((0, 2),)


JOINED = {
    "cat": lambda s: torch.cat([s[..., :4], torch.full((1, LENGTH, 2), -torch.inf).to(s)], -1),
    "pad": lambda s: F.pad(s[..., :4], (0, 2), value=-1e9),
    "pad of what is masked": lambda s: F.pad(s.masked_fill(PLACED > 0, -torch.inf)[..., 1:], (1, 0)),
    "reflected": lambda s: F.pad(s.masked_fill(PLACED > 0, -torch.inf)[..., 1:], (1, 0), "reflect"),
    "largest of two": lambda s: torch.stack([s, torch.full((1, LENGTH, LENGTH), -torch.inf).to(s)]).amax(0).tril(),
}


@pytest.mark.parametrize("joined", JOINED)
def test_constants_beside_scores(joined):
    def forward(m, x):
        tokens = x.transpose(1, 2)
        return (JOINED[joined](tokens @ tokens.mT).softmax(-1) @ tokens).mT

    assert torch.equal(seen(Calls(forward)), changes(Calls(forward)))


def test_the_weights_of_every_head(check_every_unit):
    def forward(m, x):
        tokens = x.transpose(1, 2) / 8
        return m.attend(tokens, tokens, tokens, attn_mask=PLACED > 0, average_attn_weights=False)[1]

    found = check_every_unit(Calls(forward, attend=nn.MultiheadAttention(2, 2, batch_first=True)), (1, 2, LENGTH))
    assert found.output_shape == (1, 2, LENGTH, LENGTH)
    # Alone under its mask, a key weighs 1.
    assert [found.count((unit, unit)) for unit in range(3)] == [0, 2, 3]


PLACED = torch.arange(LENGTH) - torch.arange(LENGTH)[:, None]


def test_a_row_that_may_be_barred_as_a_whole_reads_all_of_it():
    def forward(module, x):
        tokens = x.transpose(1, 2)
        kept = torch.ones(LENGTH, LENGTH, dtype=torch.bool).tril() & (tokens.sum(-1) != 0)[:, None]
        scores = (tokens @ tokens.transpose(1, 2)).masked_fill(~kept, -1e9)
        return (scores.softmax(-1) @ tokens).transpose(1, 2)

    # Of empty tokens none is kept, and beside nothing but −10⁹ all weigh the same: the last one reaches the first unit.
    last = torch.zeros(1, 2, LENGTH)
    last[:, :, -1] = 1
    assert forward(None, last)[0, 0, 0] != forward(None, torch.zeros(1, 2, LENGTH))[0, 0, 0]
    assert receptive_field(Calls(forward), (1, 2, LENGTH)).interval(0) == ((0, LENGTH - 1),)


WEIGHTS = torch.tensor([0.0, 1.0, 0.5, 0.0, 1.0, 0.5])


@pytest.mark.parametrize(
    "forward",
    [
        lambda m, x: torch.lerp(x, x.flip(2), WEIGHTS.to(x)),
        lambda m, x: torch.addcmul(x, x.flip(2), WEIGHTS.to(x)),
        lambda m, x: torch.addcdiv(x, WEIGHTS.to(x), x.flip(2)),
        lambda m, x: x ** WEIGHTS.to(x),
        lambda m, x: torch.add(x, x.flip(2), alpha=0),
        lambda m, x: torch.addcmul(x, x.flip(2), x, value=0),
        lambda m, x: (x * WEIGHTS.to(x)).cumprod(2),
        lambda m, x: torch.stack([x, x.flip(2) * WEIGHTS.to(x)]).prod(0),
    ],
)
def test_a_constant_in_what_does_several_things_at_once(forward, check_every_unit):
    check_every_unit(Calls(forward), (1, 1, LENGTH))


def test_what_a_mask_was_made_of_may_change_before_it_is_used():
    def forward(module, x):
        offset, places = torch.zeros(LENGTH, dtype=torch.float64), torch.arange(LENGTH).flip(0)
        mask = (x.new_zeros(LENGTH) + offset)[places]
        offset.fill_(float("-inf"))
        places.zero_()
        weights = (module.mix(x).transpose(1, 2) @ x + mask).softmax(-1)
        return (weights @ x.transpose(1, 2)).transpose(1, 2)

    field = receptive_field(Calls(forward, mix=nn.Conv1d(2, 2, 1)), (1, 2, LENGTH))
    assert field.mask(0).all()


def test_a_mask_made_in_very_many_steps():
    def forward(module, x):
        mask = x.new_zeros(LENGTH)
        for _ in range(3000):
            mask = mask.flip(0) + 1
        return x.masked_fill(mask == 3000, 0.0)

    assert receptive_field(Calls(forward), (1, 2, LENGTH)).count(0) == 0


def test_what_makes_booleans_of_numbers_is_listed():
    numbers, making = torch.rand(2, 3), set()
    for function in RULES:
        for others in ((), (numbers,), (1,), (0.5, 1)):
            with suppress(Exception):  # it takes others
                found = function(numbers.clone(), *others)
                parts = found if isinstance(found, tuple | list) else (found,)
                if any(isinstance(part, torch.Tensor) and part.dtype == torch.bool for part in parts):
                    making.add(function)
    assert torch.lt in making
    assert making <= BOOLEANS
