"""The sign of a site as a home screen shows it, of which a phone cuts out a circle, a square or a drop."""

import io

import pytest
from PIL import Image

from portable.icon import icon

# Signs that are blue to their edges: in units of its own with another picture inside, and without any.
SIGNS = [
    '<?xml version="1.0"?><svg viewBox="10 10 4 4"><svg><rect x="10" y="10" width="4" height="4" fill="#00f"/></svg></svg>',
    '<svg><rect width="999" height="999" fill="#00f"/></svg>',
]


@pytest.mark.parametrize("svg", SIGNS)
def test_the_sign_fills_the_part_that_every_phone_shows_and_no_more(svg):
    picture = Image.open(io.BytesIO(icon(svg, "#ff8000"))).convert("RGB")
    assert picture.size == (512, 512)
    for at in range(512):
        assert picture.getpixel((at, 256)) == picture.getpixel((256, at))
    row = [picture.getpixel((at, 256)) for at in range(512)]
    assert set(row[:102] + row[410:]) == {(255, 128, 0)}
    assert set(row[103:409]) == {(0, 0, 255)}
    assert picture.getpixel((0, 0)) == picture.getpixel((511, 511)) == (255, 128, 0)
