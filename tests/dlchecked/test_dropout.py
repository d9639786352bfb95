from fractions import Fraction

import pytest
import torch
from torch import nn

from dlchecked.dropout import in_a_row, mask_law, mean_after_dropout, probability_of_zeros

P, Q = Fraction(1, 10), Fraction(1, 5)


def frequencies(layer, shape, draws=20_000):
    """How often each pattern of zeros occurs, as a dictionary from the pattern to a share."""
    torch.manual_seed(0)
    dropped = (layer(torch.ones(draws, *shape)) == 0).flatten(1)
    patterns, counts = dropped.unique(dim=0, return_counts=True)
    return {tuple(p): c / draws for p, c in zip(patterns.tolist(), counts.tolist(), strict=True)}


# By Hoeffding's bound a share of 20,000 draws is off by 0.02 with a probability below 3e-7.
@pytest.mark.parametrize(
    ("layer", "masks", "shape"),
    [
        (nn.Dropout(0.1), "abcd", (2, 2)),
        (nn.Dropout2d(0.1), "aabb", (2, 1, 2)),
        (nn.Dropout1d(0.1), "aaaa", (1, 4)),
    ],
)
def test_the_law_is_that_of_torchs_layers(layer, masks, shape):
    law = mask_law(P, masks)
    assert sum(law.values()) == 1
    seen = frequencies(layer, shape)
    zeros = {tuple(factor == 0 for factor in vector): float(p) for vector, p in law.items()}
    assert set(seen) <= set(zeros)
    assert all(abs(seen.get(pattern, 0) - p) < 0.02 for pattern, p in zeros.items())
    kept = max(max(vector) for vector in law)
    assert torch.allclose(layer(torch.ones(50, *shape)).max(), torch.tensor(float(kept)))


def test_layers_in_a_row_are_drawn_independently():
    law = in_a_row(mask_law(P, "ab"), mask_law(Q, "aa"))
    seen = frequencies(nn.Sequential(nn.Dropout(0.1), nn.Dropout2d(0.2)), (1, 1, 2))
    for pattern, share in seen.items():
        exact = sum(p for vector, p in law.items() if tuple(f == 0 for f in vector) == pattern)
        assert abs(share - float(exact)) < 0.02
    assert sum(law.values()) == 1


def test_a_layer_that_drops_nothing_changes_no_law():
    law = mask_law(P, "aab")
    assert mask_law(Fraction(0), "ab") == {(1, 1): 1}
    assert in_a_row(law, mask_law(Fraction(0), "abc")) == law


def test_probability_of_zeros_is_the_sum_over_patterns():
    law = mask_law(P, "aab")
    assert probability_of_zeros(law, [0]) == probability_of_zeros(law, [0, 1]) == P
    assert probability_of_zeros(law, [0, 2]) == P**2
    assert probability_of_zeros(law, []) == 1


@pytest.mark.parametrize("function", [torch.relu, torch.tanh, torch.sigmoid, nn.ELU()])
def test_the_mean_is_that_over_all_masks(function):
    x = torch.linspace(-3, 3, 7, dtype=torch.float64)
    masks = mask_law(Fraction(1, 4), "a")
    mean = sum(float(p) * function(x * float(factor)) for (factor,), p in masks.items())
    assert torch.allclose(mean_after_dropout(function, x, 0.25), mean, atol=1e-15, rtol=0)


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: mask_law(Fraction(1), "a"), "got 1"),
        (lambda: mask_law(Fraction(-1, 2), "a"), "got -1/2"),
        (lambda: mean_after_dropout(torch.relu, torch.ones(2), 1.0), r"got 1\.0"),
        (lambda: in_a_row(mask_law(P, "ab"), mask_law(Q, "a")), r"these laws are of \[1, 2\]"),
    ],
)
def test_what_is_no_dropout_is_refused(make, complaint):
    with pytest.raises(ValueError, match=complaint):
        make()
