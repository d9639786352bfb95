from itertools import product

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dlchecked.receptive_field import UnknownOperation, receptive_field


class Resize(nn.Module):
    def __init__(self, **options):
        super().__init__()
        self.options = options

    def forward(self, x):
        return F.interpolate(x, **self.options)


RESIZED = {
    f"{mode} to {size}{' with corners' if corners else ''}{' smoothed' if smooth else ''}": (
        (1, 1, *((7,) if mode == "linear" else (7, 6))),
        Resize(**size, mode=mode, align_corners=corners, antialias=smooth),
    )
    for mode in ("nearest", "nearest-exact", "linear", "bilinear", "bicubic", "area")
    for size in ({"scale_factor": 2}, {"scale_factor": 3}, {"size": 5}, {"size": 14}, {"scale_factor": 0.6})
    for corners in ((True, False) if mode.endswith(("linear", "bicubic")) else (None,))
    for smooth in ((True, False) if mode in ("bilinear", "bicubic") and not corners else (False,))
}


@pytest.mark.parametrize("name", RESIZED)
def test_every_unit_of_a_resizing(name, check_every_unit):
    shape, module = RESIZED[name]
    # The weights are computed: what exact arithmetic makes zero may come out as rounding.
    check_every_unit(module, shape, tolerance=1e-12)


def test_trilinear(check_every_unit):
    check_every_unit(nn.Upsample(scale_factor=(2, 1, 1.5), mode="trilinear"), (1, 1, 3, 2, 4))


# Factors near 1 leave many sizes as they are.
FACTORS = (0.3, 0.5, 0.6, 0.9, 0.97, 1.0, 1.01, 1.05, 1.3, 1.5, 2.0, 2.05, 2.5)
MODES = [
    (axes, mode, corners, smooth)
    for axes, modes in ((1, "nearest nearest-exact linear area"), (2, "nearest nearest-exact bilinear bicubic area"))
    for mode in modes.split()
    for corners in ((True, False) if mode.endswith(("linear", "bicubic")) else (None,))
    for smooth in ((True, False) if mode in ("bilinear", "bicubic") else (False,))
]


@pytest.mark.parametrize(("axes", "mode", "corners", "smooth"), MODES)
def test_every_length_reads_where_torch_has_a_weight(axes, mode, corners, smooth):
    sizes = [{"size": (outputs,) * axes} for outputs in range(1, 11)]
    cases = product(range(1, 9), [*sizes, *({"scale_factor": factor} for factor in FACTORS)])
    tried = 0
    for length, where in cases:
        if int(length * where.get("scale_factor", 1)) < 1:
            continue
        options = {**where, "mode": mode, "align_corners": corners, "antialias": smooth}
        images = torch.eye(length, dtype=torch.float64).view(1, length, length, *[1] * (axes - 1))
        weights = F.interpolate(images.expand(1, length, length, *[length] * (axes - 1)).contiguous(), **options)[0]
        weights = weights.reshape(*weights.shape[:2], -1)[..., -1].T
        fields = receptive_field(Resize(**options), (1, 1, *[length] * axes))
        read = [fields.mask((unit, *[-1] * (axes - 1))).flatten(1 if axes > 1 else 0) for unit in range(len(weights))]
        read = torch.stack([mask.any(1) if axes > 1 else mask for mask in read])
        assert torch.equal(read, weights.abs() > 1e-9), (length, options)
        tried += 1
    assert tried > 160


def test_one_axis_stays_as_it_is(check_every_unit):
    for mode in ("nearest", "bilinear", "bicubic"):
        check_every_unit(Resize(scale_factor=(0.5, 1.05), mode=mode), (1, 1, 6, 5), tolerance=1e-12)


def test_rows_that_torch_mixes_up_are_refused():
    image = torch.rand(1, 1, 2, 2)
    first, second = F.interpolate(image, (2, 1), mode="bilinear", antialias=True)[0, 0, :, 0]
    assert first != second
    same = F.interpolate(image, (3, 1), mode="bilinear", antialias=True)[0, 0, :, 0]
    assert same[0] == same[1] == same[2]  # which no interpolation would do
    with pytest.raises(UnknownOperation, match="1 wide"):
        receptive_field(Resize(size=(3, 1), mode="bilinear", antialias=True), (1, 1, 2, 2))
