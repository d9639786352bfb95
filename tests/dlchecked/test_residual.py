import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dlchecked.residual import (
    ConvStack,
    copy_as_plain,
    dirac_kernel,
    fit_kernel,
    identity_kernel_of,
    largest_deviation,
    residual_to_plain,
    train,
)


def images(seed, channels=4):
    torch.manual_seed(seed)
    return torch.randn(4, channels, 6, 6, dtype=torch.float64)


@pytest.mark.parametrize("kernel", [1, 3, 5, 7])
@pytest.mark.parametrize("groups", [1, 2, 4])
@pytest.mark.parametrize("dilation", [1, 2])
def test_adding_the_input_is_adding_the_dirac_kernel(kernel, groups, dilation):
    x = images(kernel)
    conv = nn.Conv2d(4, 4, kernel, padding=dilation * (kernel - 1) // 2, dilation=dilation, groups=groups).double()
    plain = residual_to_plain(conv.weight, groups)
    y = F.conv2d(x, plain, conv.bias, padding=conv.padding, dilation=dilation, groups=groups)
    assert torch.allclose(conv(x) + x, y, atol=1e-14, rtol=0)
    assert torch.equal(identity_kernel_of(conv), dirac_kernel(conv.weight, groups))


@pytest.mark.parametrize("shape", [(3, 3, 5), (3, 3, 3, 1), (2, 2, 1, 3, 5)])
def test_the_dirac_kernel_is_torchs_own(shape):
    assert torch.equal(dirac_kernel(shape), nn.init.dirac_(torch.empty(shape)))


def test_the_grouped_dirac_kernel_is_torchs_own():
    assert torch.equal(dirac_kernel((6, 2, 3, 3), 3), nn.init.dirac_(torch.empty(6, 2, 3, 3), 3))


def test_only_centre_taps_from_a_channel_to_itself_are_shifted():
    assert dirac_kernel((64, 64, 3, 3)).count_nonzero() == 64


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: dirac_kernel((4, 3, 3, 3)), "maps 3 channels to 4"),
        (lambda: dirac_kernel((4, 4, 2, 3)), "not odd"),
        (lambda: identity_kernel_of(nn.Conv2d(4, 4, 3, stride=2, padding=1)), "stride"),
        (lambda: identity_kernel_of(nn.Conv2d(4, 4, 3)), r"padding is \(0, 0\)"),
        (lambda: identity_kernel_of(nn.Conv2d(4, 4, 3, padding=1, dilation=2)), "padding"),
    ],
)
def test_layers_whose_input_cannot_be_added_are_refused(make, complaint):
    with pytest.raises(ValueError, match=complaint):
        make()


OPTIMIZERS = {
    "SGD with momentum": lambda p, **k: torch.optim.SGD(p, lr=0.05, momentum=0.9, **k),
    "Adam": lambda p, **k: torch.optim.Adam(p, lr=1e-3, **k),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("seed", [0, 1])
def test_residual_and_plain_walk_the_same_path(name, seed):
    x, y = images(seed), images(seed + 100)
    residual = ConvStack(6, 4, residual=True)
    plain = copy_as_plain(residual)
    assert torch.allclose(residual(x), plain(x), atol=1e-13, rtol=0)
    paths = [train(model, OPTIMIZERS[name], x, y, steps=25) for model in (plain, residual)]
    assert max((a - b).abs().max() for a, b in zip(paths[0][0], paths[0][-1], strict=True)) > 0.01
    assert max(largest_deviation(*paths)) < 1e-14


def test_groups_are_networks_side_by_side():
    torch.manual_seed(0)
    stack = ConvStack(3, 6, residual=True, groups=2)
    x = torch.cat([images(1, 3), images(2, 3)], dim=1)
    assert torch.allclose(copy_as_plain(stack)(x), stack(x), atol=1e-13, rtol=0)
    for group, mine in enumerate(x.chunk(2, dim=1)):
        alone = ConvStack(3, 3, residual=True)
        with torch.no_grad():
            for theirs, parameter in zip(stack.parameters(), alone.parameters(), strict=True):
                parameter.copy_(theirs.chunk(2)[group])
        assert torch.allclose(alone(mine), stack(x).chunk(2, dim=1)[group], atol=1e-13, rtol=0)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_weight_decay_parts_them(name):
    x, y = images(0), images(100)
    residual = ConvStack(6, 4, residual=True)
    plain = copy_as_plain(residual)
    paths = [train(m, lambda p: OPTIMIZERS[name](p, weight_decay=0.1), x, y, steps=25) for m in (plain, residual)]
    assert max(largest_deviation(*paths)) > 1e-3


def test_both_fits_of_a_linear_convolution_find_the_same_map():
    for seed in range(20):
        x = images(seed)
        target = torch.randn(4, 4, 3, 3, dtype=torch.float64)
        y = F.conv2d(x, target, padding=1)
        plain = fit_kernel(x, y, 0.1 * torch.randn_like(target))
        residual = fit_kernel(x, y, 0.1 * torch.randn_like(target), residual=True)
        assert (plain - residual - dirac_kernel(plain)).abs().max() < 1e-8
