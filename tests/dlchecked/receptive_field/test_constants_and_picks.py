"""Constants on either side of a product, positions counted from the end, and masks made in the image of a tensor."""

import pytest
import torch
import torch.nn.functional as F
from calls import Calls
from torch import nn

from dlchecked.receptive_field import UnknownOperation, receptive_field

BAND = torch.ones(8, 8).tril().triu(-2).double()


@pytest.mark.parametrize(
    "multiply", [lambda x: BAND @ x, lambda x: torch.matmul(BAND, x), lambda x: (x.mT @ BAND.T).mT]
)
def test_a_constant_on_the_left_mixes_rows(multiply, check_every_unit):
    found = check_every_unit(Calls(lambda m, x: multiply(x)), (1, 1, 8, 8))
    assert found.interval((5, 3)) == ((3, 5), (3, 3))


@pytest.mark.parametrize("places", [[-1, 0, -3], torch.tensor([7, -8, 5]), torch.tensor([[-1, 0]])])
def test_positions_counted_from_the_end(places, check_every_unit):
    check_every_unit(Calls(lambda m, x: x[:, :, places].flatten(2)), (1, 1, 8))


def added(m, x):
    return torch.addmm(x[0, 0].flip(0), BAND, x[0, 0])[None, None]


def without_the_first(m, x):
    return torch.addmm(x[0, 0].flip(0), BAND, x[0, 0], beta=0)[None, None]


def over_all_images(m, x):
    rows = x[0].mT
    return torch.addbmm(torch.zeros(8, 8).to(x), x[0], rows)[None, None, :, :1]


@pytest.mark.parametrize("forward", [added, without_the_first, over_all_images])
def test_products_with_a_sum(forward, check_every_unit):
    check_every_unit(Calls(forward), (1, 1, 8, 8))


def scaled_dot_product(m, x):
    x = x.transpose(1, 2)
    mask = torch.ones_like(x @ x.mT, dtype=torch.bool).tril()
    return F.scaled_dot_product_attention(x, x, x, mask).transpose(1, 2)


def several_heads(m, x):
    x = x.transpose(1, 2)
    mask = torch.ones_like(x @ x.mT)[0].triu(1).bool()
    return m.heads(x, x, x, attn_mask=mask)[0].transpose(1, 2)


def gated(m, x):
    x = x.transpose(1, 2)
    mask = torch.where(torch.ones(8, 8).tril() > 0, 0.0, -1e9).to(x)
    return (torch.sigmoid(x @ x.mT + mask) @ x).transpose(1, 2)


@pytest.mark.parametrize("forward", [scaled_dot_product, several_heads, gated])
def test_causal_masks_made_in_the_image_of_a_tensor(forward, check_every_unit):
    heads = nn.MultiheadAttention(4, 2, batch_first=True)
    found = check_every_unit(Calls(forward, heads=heads), (1, 4, 8))
    assert found.interval(5) == ((0, 5),)


def test_windows_of_an_image_are_a_tensor_of_their_own():
    def forward(m, x):
        columns = F.unfold(x, 1)
        columns += columns.flip(-1)
        return x

    assert receptive_field(Calls(forward), (1, 1, 4, 4)).size == (1, 1)


def test_a_constant_without_values_is_refused():
    mask = torch.ones(8, device="meta")
    with pytest.raises(UnknownOperation, match="has no values"):
        receptive_field(Calls(lambda m, x: x * mask), (1, 1, 8))
