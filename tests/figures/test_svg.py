"""From matplotlib's SVG to one that a page can hold."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from figures.palette import C1, FG, VARIABLES, style
from figures.svg import PREFIX, FigureError, adapt

HEAD = '<svg xmlns:xlink="http://www.w3.org/1999/xlink" xmlns="http://www.w3.org/2000/svg" width="331.2pt" height="216pt" viewBox="0 0 331.2 216">'


def adapted(inner: str) -> str:
    return adapt(f"{HEAD}{inner}</svg>")


def test_colours_become_variables() -> None:
    svg = adapted(f'<path d="M 0 0" style="fill: none; stroke: {C1.upper()}"/><rect fill="{FG}"/>')
    assert f"fill:none;stroke:var(--fig-1,{C1})" in svg
    assert f"fill:var(--fig-fg,{FG})" in svg


@pytest.mark.parametrize("colour", ["#ff0000", "#000000", "red", "#fff"])
def test_other_colours_are_an_error(colour: str) -> None:
    with pytest.raises(FigureError, match=f"the colour {colour} is none of figures.palette"):
        adapted(f'<path d="M 0 0" style="stroke: {colour}"/>')


def test_images_of_pixels_are_an_error() -> None:
    with pytest.raises(FigureError, match="image of pixels"):
        adapted('<g><image xlink:href="data:image/png;base64,AAAA"/></g>')


def test_text_takes_the_font_around_it() -> None:
    svg = adapted(
        "<text style=\"font: italic 700 10.5px 'DejaVu Sans', 'Arial', sans-serif; text-anchor: middle\">a</text>"
    )
    assert 'style="font-style:italic;font-weight:700;font-size:10.5px;text-anchor:middle"' in svg


def test_text_becomes_no_larger_than_the_pages() -> None:
    pixels = re.search(r"max-width:(\d+)px", adapted(""))
    assert pixels
    assert round(style()["font.size"] * int(pixels[1]) / 331.2) == 16


def test_ids_are_kept_where_they_are_needed_and_made_the_figures_own() -> None:
    svg = adapted(
        '<defs><clipPath id="p1"><rect x="0" y="0"/></clipPath><path id="m1" d="M 0 0"/></defs>'
        '<g id="axes_1"><g clip-path="url(#p1)"><use xlink:href="#m1"/></g></g>'
    )
    assert re.findall(r'id="([^"]*)"', svg) == [f"{PREFIX}-p1", f"{PREFIX}-m1"]
    assert f'clip-path="url(#{PREFIX}-p1)"' in svg
    assert f'href="#{PREFIX}-m1"' in svg


def test_nothing_reaches_beyond_the_figure() -> None:
    svg = adapted('<metadata><a>x</a></metadata><defs><style type="text/css">*{fill: red}</style></defs>')
    assert "<style" not in svg
    assert "<metadata" not in svg
    assert "<defs" not in svg


def test_numbers_are_short() -> None:
    assert 'd="M1.23-4l-1.23 14.5"' in adapted('<path d="M 1.234567 -4.000001 \nL -0.000001 10.500000" />')


def test_numbers_outside_of_paths_are_short_too() -> None:
    svg = adapted(
        '<text x="-1.234567" y="10.500" transform="rotate(-0.0001) scale(2.999)" style="opacity: 0.1234">a</text>'
    )
    assert 'x="-1.23"' in svg
    assert 'y="10.5"' in svg
    assert 'transform="rotate(0) scale(3)"' in svg
    assert "opacity:0.12" in svg


def test_the_site_defines_every_colour() -> None:
    css = (Path(__file__).parents[2] / "docs/assets/stylesheets/colours.css").read_text()
    for variable in VARIABLES.values():
        assert f"{variable}:" in css
    assert len(set(VARIABLES.values())) == len(VARIABLES) == 9
