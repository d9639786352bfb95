"""What torch lets one write in several ways is read the same in each."""

import pytest
import torch
import torch.nn.functional as F
from calls import Calls


def half(x):
    """Zeros, of which the trace knows, before ones."""
    return (torch.arange(x.shape[-1]) >= x.shape[-1] // 2).to(x)


# What reads the same units, in pairs.
SAME = {
    "a difference": (lambda x: half(x) - x, lambda x: torch.rsub(x, half(x))),
    "a difference with a factor": (lambda x: half(x) - 0 * x, lambda x: torch.rsub(x, half(x), alpha=0)),
    "a quotient": (lambda x: half(x) / x.exp(), lambda x: x.exp().__rtruediv__(half(x))),
    "the smaller": (lambda x: torch.min(x, x * half(x)), lambda x: -torch.maximum(-x, -(x * half(x)))),
    "one of two": (lambda x: torch.lerp(x, x.flip(-1), 0.5), lambda x: (x + x.flip(-1)) / 2),
    "a sum with what is spread": (lambda x: x + x[:, :, :1], lambda x: x[:, :, :1] + x),
    "repeated": (lambda x: x.repeat_interleave(2)[None, None], lambda x: x.repeat_interleave(2, -1)),
    "transposed": (lambda x: x[0, 0].view(2, 4).t().reshape(1, 1, 8), lambda x: x.view(1, 1, 2, 4).mT.reshape(1, 1, 8)),
    "adjoint": (
        lambda x: x.view(1, 1, 2, 4).adjoint().reshape(1, 1, 8),
        lambda x: x.view(1, 1, 2, 4).mT.reshape(1, 1, 8),
    ),
    "pooled": (lambda x: F.max_pool1d(x, [2], [3], [1]), lambda x: F.max_pool1d(x, 2, 3, 1)),
    "all": (lambda x: x.var(False).expand(1, 1, 1), lambda x: x.sum(2, keepdim=True)),
    "by given statistics": (lambda x: F.instance_norm(x, *one(x), use_input_stats=False), lambda x: 3 * x),
    "resized": (
        lambda x: F.interpolate(x, scale_factor=1.6, mode="linear", recompute_scale_factor=True),
        lambda x: F.interpolate(x, size=12, mode="linear"),
    ),
    "differences": (lambda x: x.diff(2, dim=2), lambda x: x[..., 2:] - 2 * x[..., 1:-1] + x[..., :-2]),
    "norms": (
        lambda x: torch.linalg.vector_norm(x, 2, (2,), keepdim=True) + torch.linalg.norm(x, dim=2, keepdim=True),
        lambda x: x.norm(dim=2, keepdim=True),
    ),
    "angles": (
        lambda x: F.cosine_similarity(x.unfold(2, 3, 1), x[..., :1, None], dim=-1),
        lambda x: x.unfold(2, 3, 1).sum(-1) * x[..., :1],
    ),
    "extrema so far": (lambda x: x.cummax(2).values + x.cummin(-1)[0], lambda x: x.cumsum(-1)),
    "a product of what was traced": (lambda x: F.linear(x[0], x[0].mT @ x[0])[None], lambda x: x @ (x.mT @ x).mT),
}


def one(x):
    return torch.zeros(1).to(x), torch.ones(1).to(x)


@pytest.mark.parametrize("name", SAME)
def test_another_way_to_write_it_reads_the_same(name, check_every_unit):
    found, same = (check_every_unit(Calls(lambda m, x, way=way: way(x)), (1, 1, 8)) for way in SAME[name])
    units = range(found.output_shape[-1])
    assert [found.interval(unit) for unit in units] == [same.interval(unit) for unit in units]


def test_each_image_may_have_zeros_of_its_own(check_every_unit):
    bands = torch.stack([torch.ones(8, 8).tril().triu(-1), torch.ones(8, 8).triu()]).double()
    check_every_unit(Calls(lambda m, x: ((x.mT @ x) * bands @ x.mT).mT), (2, 1, 8))
