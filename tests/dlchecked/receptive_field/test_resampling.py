import pytest
import torch.nn.functional as F
from torch import nn


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
