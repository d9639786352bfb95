from functools import reduce

import pytest
import torch
from torch import nn

from dlchecked.receptive_field import InvalidArgument, receptive_field

# torch says that an even kernel under padding="same" costs a copy.
pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")


class Sum(nn.Module):
    def __init__(self, *branches):
        super().__init__()
        self.branches = nn.ModuleList(branches)

    def forward(self, x):
        return reduce(torch.add, [branch(x) for branch in self.branches])


class Cat(Sum):
    def forward(self, x):
        return torch.cat([branch(x) for branch in self.branches], 1)


def question_net():
    return nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(4, 16, 5, stride=2, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 7, dilation=2, padding=3),
        nn.ReLU(),
    )


CHAINS = {
    "1-D": ((1, 1, 31), nn.Sequential(nn.Conv1d(1, 2, 5, 2, 2), nn.MaxPool1d(2), nn.Conv1d(2, 1, 3, dilation=2))),
    "2-D": ((1, 2, 13, 17), nn.Sequential(nn.Conv2d(2, 3, 3), nn.AvgPool2d(2), nn.Conv2d(3, 1, 3, padding=1))),
    "3-D": (
        (1, 1, 6, 9, 7),
        nn.Sequential(nn.Conv3d(1, 2, 3, (1, 2, 1), 1), nn.MaxPool3d((1, 2, 2)), nn.Conv3d(2, 1, (2, 1, 3))),
    ),
    "asymmetric": ((1, 1, 12, 15), nn.Conv2d(1, 1, (5, 2), stride=(1, 3), padding=(0, 1), dilation=(2, 3))),
    "dilation leaves holes": (
        (1, 1, 25, 5),
        nn.Sequential(*[nn.Conv2d(1, 1, (3, 1), dilation=(d, 1)) for d in (2, 4)]),
    ),
    "dilation 2, then 3": ((1, 1, 19), nn.Sequential(nn.Conv1d(1, 1, 3, dilation=2), nn.Conv1d(1, 1, 3, dilation=3))),
    "dilated border": ((1, 1, 24), nn.Sequential(nn.Conv1d(1, 1, 3, 1, 1), nn.Conv1d(1, 1, 7, 1, 6, dilation=3))),
    "padding beyond the kernel": ((1, 1, 7), nn.Conv1d(1, 1, 3, padding=5)),
    "stride beyond the kernel": ((1, 1, 20), nn.Sequential(nn.Conv1d(1, 1, 1, stride=3), nn.Conv1d(1, 1, 3))),
    "same": ((1, 1, 12, 12), nn.Conv2d(1, 1, (4, 3), padding="same", dilation=(1, 2))),
    "valid": ((1, 1, 12), nn.Conv1d(1, 1, 4, padding="valid")),
    "groups": ((1, 4, 9), nn.Sequential(nn.Conv1d(4, 8, 3, groups=4), nn.Conv1d(8, 2, 3, groups=2))),
    "reflect": ((1, 1, 9, 8), nn.Conv2d(1, 1, 5, padding=2, padding_mode="reflect")),
    "replicate": (
        (1, 1, 9),
        nn.Sequential(nn.Conv1d(1, 1, 3), nn.Conv1d(1, 1, 5, padding=4, padding_mode="replicate")),
    ),
    "circular": ((1, 1, 9, 6), nn.Conv2d(1, 1, 3, padding=1, stride=2, padding_mode="circular")),
    "circular, twice": ((1, 1, 11), nn.Sequential(*[nn.Conv1d(1, 1, 3, 1, 2, 2, padding_mode="circular")] * 2)),
    "ceil_mode": (
        (1, 1, 12, 11),
        nn.Sequential(nn.MaxPool2d(3, 2, 1, ceil_mode=True), nn.AvgPool2d(2, ceil_mode=True)),
    ),
    "ceil_mode, large stride": ((1, 1, 10), nn.MaxPool1d(2, 4, 1, ceil_mode=True)),
    "dilated pooling": ((1, 1, 14, 9), nn.MaxPool2d((3, 2), (1, 2), (1, 0), dilation=(3, 2))),
    "padding not counted": ((1, 1, 9), nn.AvgPool1d(3, 2, 1, count_include_pad=False)),
    "LP pooling": ((1, 1, 12, 8), nn.Sequential(nn.LPPool2d(2, 3, 2, ceil_mode=True), nn.LPPool2d(1.5, (1, 2)))),
    "pointwise": (
        (1, 2, 6),
        nn.Sequential(nn.Conv1d(2, 2, 3), nn.BatchNorm1d(2), nn.GELU(), nn.Dropout(0.5), nn.PReLU(), nn.GLU(1)).eval(),
    ),
    "explicit padding": ((1, 1, 7, 7), nn.Sequential(nn.ZeroPad2d((0, 1, 2, -1)), nn.Conv2d(1, 1, 3, stride=2))),
}

BRANCHES = {
    "residual": ((1, 1, 12), Sum(nn.Identity(), nn.Conv1d(1, 1, 5, padding=2))),
    "a cross": ((1, 1, 7, 8), Sum(nn.Conv2d(1, 1, (1, 3), padding=(0, 1)), nn.Conv2d(1, 1, (3, 1), padding=(1, 0)))),
    "two crosses": (
        (1, 1, 9, 9),
        nn.Sequential(
            *[Cat(nn.Conv2d(c, 1, (1, 3), padding=(0, 1)), nn.Conv2d(c, 1, (5, 1), padding=(2, 0))) for c in (1, 2)]
        ),
    ),
    "dilated beside plain": ((1, 1, 20), Sum(nn.Conv1d(1, 1, 3, 1, 3, 3), nn.Conv1d(1, 1, 1))),
    "four branches": (
        (1, 2, 15, 15),
        nn.Sequential(
            Cat(
                nn.Conv2d(2, 1, 1, 2),
                nn.Conv2d(2, 2, 3, 2, 1),
                nn.Sequential(nn.Conv2d(2, 1, 1), nn.Conv2d(1, 1, 5, 2, 2)),
                nn.MaxPool2d(3, 2, 1),
            ),
            nn.Conv2d(6, 2, 3, padding=1),
        ),
    ),
    "misaligned": (
        (1, 1, 8),
        Sum(
            nn.Sequential(nn.ZeroPad1d((2, 1)), nn.Conv1d(1, 1, 5, 2)),
            nn.Sequential(nn.Conv1d(1, 1, 3), nn.Conv1d(1, 1, 3)),
        ),
    ),
    "grouped after cat": (
        (1, 1, 15),
        nn.Sequential(Cat(nn.Conv1d(1, 2, 1), nn.Conv1d(1, 2, 5, 1, 2)), nn.Conv1d(4, 2, 3, groups=2)),
    ),
}


@pytest.mark.parametrize("name", CHAINS)
def test_every_unit_of_a_chain(name, check_every_unit):
    shape, module = CHAINS[name]
    check_every_unit(module, shape)


@pytest.mark.parametrize("name", BRANCHES)
def test_every_unit_where_branches_meet(name, check_every_unit):
    shape, module = BRANCHES[name]
    check_every_unit(module, shape)


@pytest.mark.parametrize("name", [*CHAINS, *BRANCHES])
def test_the_unchanged_module_spreads_nan_no_further_and_no_less(name, poisoned):
    shape, module = {**CHAINS, **BRANCHES}[name]
    found, reached = receptive_field(module, shape), poisoned(module, shape)
    for unit in torch.cartesian_prod(*map(torch.arange, found.output_shape[2:])).reshape(-1, len(shape) - 2).tolist():
        assert torch.equal(found.mask(unit), reached[tuple(unit)]), unit


def test_the_question_net():
    found = receptive_field(question_net(), (1, 3, 1024, 1024))
    assert (found.size, found.stride, found.start) == ((112, 112), (8, 8), (-29, -29))
    assert found.center == (26.5, 26.5)
    assert found.output_shape == (1, 32, 122, 122)
    assert found.interval((0, 0)) == ((3, 82), (3, 82))
    assert found.interval((61, 61)) == ((459, 570), (459, 570))
    assert found.count((61, 61)) == 112**2
    extents = found.extent(0)[:, 60].tolist()
    assert extents[:6] == [80, 91, 96, 107, 112, 112]
    assert extents[-6:] == [112, 112, 109, 96, 93, 80]
    assert extents.count(112) == 114
    assert found.aligned


def test_the_question_net_at_full_size_spreads_nan_to_exactly_these_rows():
    image = torch.rand(1, 3, 1024, 1024)
    for row, reached in ((458, False), (459, True), (570, True), (571, False)):
        poisoned = image.clone()
        poisoned[:, :, row, 512] = torch.nan
        with torch.no_grad():
            assert bool(question_net()(poisoned)[0, :, 61].isnan().any()) is reached


def test_the_question_net_in_a_thin_strip_matches_the_gradient():
    # Of two axes that do not interact one may be short; every unit of the other then costs milliseconds.
    strip = nn.Sequential(
        nn.Conv1d(3, 4, 3, padding=1),
        nn.MaxPool1d(2),
        nn.Conv1d(4, 16, 5, stride=2, padding=2),
        nn.MaxPool1d(2),
        nn.Conv1d(16, 32, 7, dilation=2, padding=3),
    )
    found = receptive_field(strip, (1, 3, 1024))
    assert [found.interval(i) for i in (0, 61)] == [((3, 82),), ((459, 570),)]


def test_misaligned_branches_are_named():
    shape, module = BRANCHES["misaligned"]
    found = receptive_field(module, shape)
    assert not found.aligned
    (where,) = found.misaligned
    assert where.layer == "add"
    assert where.branches == ("branches.0.1 (Conv1d)", "branches.1.1 (Conv1d)")
    # Distill 2019, figure 4: 6 inputs for unit 1, but 5 for unit 2.
    assert found.extent(0).tolist()[1:3] == [6, 5]


def test_batch_norm_in_training_sees_the_whole_image():
    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2))
    assert receptive_field(net.train(), (2, 1, 9, 9)).interval((0, 0)) == ((0, 8), (0, 8))
    assert receptive_field(net.eval(), (2, 1, 9, 9)).interval((0, 0)) == ((0, 2), (0, 2))


def test_halo_is_what_a_tile_needs():
    net = question_net().eval()
    image = torch.rand(1, 3, 64, 512)
    found = receptive_field(net, image.shape)
    (before, after), stride = found.halo[1], found.stride[1]
    first, count = 20, 5
    # Aligned to the stride of the pooling layers, a larger margin does not hurt.
    margin = -(-before // stride) * stride
    tile = image[..., first * stride - margin : (first + count) * stride + after]
    with torch.no_grad():
        whole, part = net(image), net(tile)
    skipped = margin // stride
    assert torch.allclose(part[..., skipped : skipped + count], whole[..., first : first + count], atol=1e-6)


@pytest.mark.parametrize("name", ["2-D", "1-D", "asymmetric", "valid"])
def test_minimum_input_is_the_first_size_with_a_whole_field(name):
    shape, module = CHAINS[name]
    least = receptive_field(module, shape).minimum_input[0]

    def has_whole_field(length):
        try:
            found = receptive_field(module, (*shape[:2], length, *shape[3:]))
        except InvalidArgument:  # no unit at all
            return False
        return bool((found.extent(0) == found.size[0]).any())

    assert has_whole_field(least)
    assert not has_whole_field(least - 1)
