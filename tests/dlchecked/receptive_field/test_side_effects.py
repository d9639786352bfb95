import copy

import pytest
import torch
from torch import nn

from dlchecked.receptive_field import ReceptiveFieldError, receptive_field


class Decomposes(nn.Module):
    def forward(self, x):
        return torch.linalg.svdvals(x)


def net(*last):
    return nn.Sequential(nn.Conv2d(2, 4, 3), nn.BatchNorm2d(4), nn.Dropout(), nn.Sequential(nn.ReLU(), *last))


def snapshot(module):
    return {
        "state": copy.deepcopy(module.state_dict()),
        "gradients": [None if p.grad is None else p.grad.clone() for p in module.parameters()],
        "requires": [p.requires_grad for p in module.parameters()],
        "modes": [m.training for m in module.modules()],
        "hooks": [
            [dict(m.__dict__[name]) for name in sorted(m.__dict__) if name.endswith("_hooks")] for m in module.modules()
        ],
        "attributes": [sorted(m.__dict__) for m in module.modules()],
        "random": torch.get_rng_state(),
        "call": nn.Module.__call__,
    }


def assert_same(before, after):
    assert before["state"].keys() == after["state"].keys()
    assert all(torch.equal(before["state"][k], after["state"][k]) for k in before["state"])
    for a, b in zip(before["gradients"], after["gradients"], strict=True):
        assert (a is None and b is None) or torch.equal(a, b)
    assert torch.equal(before["random"], after["random"])
    for key in ("requires", "modes", "hooks", "attributes", "call"):
        assert before[key] == after[key]


@pytest.fixture(params=["train", "eval", "mixed"])
def module(request):
    made = net().train(request.param == "train")
    if request.param == "mixed":
        made[1].train()
    made[0].weight.requires_grad_(False)
    made[0].register_forward_hook(lambda *_: None)
    made(torch.rand(2, 2, 8, 8)).sum().backward()
    return made


def test_the_module_is_left_as_it_was(module):
    before = snapshot(module)
    receptive_field(module, (2, 2, 8, 8))
    assert_same(before, snapshot(module))


def test_the_module_is_left_as_it_was_after_an_exception(module):
    module[3].append(Decomposes())
    before = snapshot(module)
    with pytest.raises(ReceptiveFieldError):
        receptive_field(module, (2, 2, 8, 8))
    assert_same(before, snapshot(module))
    module[0].in_channels  # noqa: B018
    module(torch.rand(2, 2, 8, 8))
