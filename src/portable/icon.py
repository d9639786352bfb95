"""A site's sign as a picture of pixels, for the screen of a phone."""

from __future__ import annotations

import re

SIZE = 512
# The part of it that is seen in whatever form a phone cuts out.
_SAFE = 0.6


def icon(svg: str, ground: str) -> bytes:
    """A PNG of `SIZE` × `SIZE` pixels.

    Args:
        svg: the sign.
        ground: the colour behind it.
    """
    import resvg_py

    # A declaration, or a note on its licence, may stand before it.
    _, attributes, content = re.split(r"<svg\b([^>]*)>", svg, maxsplit=1)
    box = re.search(r'viewBox="[^"]*"', attributes)
    side, corner = SIZE * _SAFE, SIZE * (1 - _SAFE) / 2
    inner = f'x="{corner}" y="{corner}" width="{side}" height="{side}" {box[0] if box else ""}'
    drawing = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}">'
        f'<rect width="{SIZE}" height="{SIZE}" fill="{ground}"/>'
        f'<svg {inner} fill="none">{content}</svg>'
    )
    return bytes(resvg_py.svg_to_bytes(svg_string=drawing, skip_system_fonts=True))
