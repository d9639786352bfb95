"""From the SVG that matplotlib writes to the one that a page can hold: its colours follow the page, its ids
are its own.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from figures.palette import FG, VARIABLES
from figures.svg_paths import shortened

PREFIX = "FIGURE-ID"
"""Stands before every id; whoever puts the figure into a page replaces it by what is unique there."""

_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_PAINTS = ("fill", "stroke", "stop-color", "color", "flood-color")
_NUMBERS = (
    "points",
    "transform",
    "x",
    "y",
    "x1",
    "y1",
    "x2",
    "y2",
    "width",
    "height",
    "rx",
    "ry",
    "cx",
    "cy",
    "r",
)
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
# Pixels a point: 11 pt, the text of a figure, become 16 px.
_LARGEST = 1.46


class FigureError(Exception):
    """A figure that cannot be published; the message is a sentence without its full stop."""


def adapt(text: str) -> str:
    """The SVG element for a page, from a file that matplotlib's SVG backend wrote.

    Each colour of the palette becomes its CSS variable, with the colour itself where the variable is not
    defined. Text takes the font around it. Ids begin with `PREFIX`. What only a file of its own needs is left
    out.

    Args:
        text: the content of the file.

    Raises:
        FigureError: a colour is none of the palette's, or part of the figure is an image of pixels.
    """
    root = ET.fromstring(text)
    _drop(root, ("metadata", "style"))
    if next(root.iter(f"{_SVG}image"), None) is not None:
        raise FigureError(
            "part of it is an image of pixels, whose colours cannot follow the page (imshow, rasterized); "
            "use pcolormesh with figures.palette.shades()"
        )
    for element in root.iter():
        _paint(element)
        for name in _NUMBERS:
            if name in element.attrib:
                element.set(name, _round(element.attrib[name]))
        if "d" in element.attrib:
            element.set("d", shortened(element.attrib["d"]))
    _rename_ids(root)
    _flatten(root)
    _frame(root)
    return _serialize(root)


def _drop(parent: ET.Element, names: tuple[str, ...]) -> None:
    for child in list(parent):
        if child.tag.removeprefix(_SVG) in names:
            parent.remove(child)
        else:
            _drop(child, names)
            # Empty definitions are left where only a style was in them.
            if child.tag == f"{_SVG}defs" and not len(child):
                parent.remove(child)


def _paint(element: ET.Element) -> None:
    """Move every paint to the style attribute, where CSS variables are allowed, and name its variable."""
    declarations = dict(_declarations(element.get("style", "")))
    for name in _PAINTS:
        if name in element.attrib:
            declarations.setdefault(name, element.attrib.pop(name))
    for name in _PAINTS:
        if name in declarations:
            declarations[name] = _variable(declarations[name])
    if "font" in declarations:
        declarations = _without_family(declarations)
    declarations.pop("font-family", None)
    if declarations:
        element.set("style", ";".join(f"{name}:{_round(value)}" for name, value in declarations.items()))


def _declarations(style: str) -> list[tuple[str, str]]:
    pairs = (declaration.partition(":") for declaration in style.split(";"))
    return [(name.strip(), value.strip()) for name, _, value in pairs if name.strip()]


def _variable(value: str) -> str:
    if value in ("none", "inherit", "currentColor") or value.startswith("url("):
        return value
    variable = VARIABLES.get(value.lower())
    if not variable:
        raise FigureError(f"the colour {value} is none of figures.palette, so that it would not follow the page")
    return f"var({variable},{value.lower()})"


def _without_family(declarations: dict[str, str]) -> dict[str, str]:
    """`font: italic 700 10.5px 'DejaVu Sans', …` without the family, which the page gives."""
    kept = {}
    for name, value in declarations.items():
        if name != "font":
            kept[name] = value
            continue
        before, size, _family = re.split(r"([\d.]+px)", value, maxsplit=1)
        for word in before.split():
            kept["font-style" if word in ("italic", "oblique") else "font-weight"] = word
        kept["font-size"] = size
    return kept


def _round(value: str) -> str:
    # A hundredth of a point is finer than any screen; matplotlib writes six decimals.
    shorter = re.sub(r"-?\d+\.\d{3,}", lambda number: f"{float(number[0]):.2f}".rstrip("0").rstrip("."), value)
    return re.sub(r"\s+", " ", re.sub(r"(?<![\d.])-0(?![\d.])", "0", shorter)).strip()


def _rename_ids(root: ET.Element) -> None:
    referenced = set()
    for element in root.iter():
        for name, value in list(element.attrib.items()):
            if name == _HREF:
                del element.attrib[name]
                element.set("href", f"#{PREFIX}-{value[1:]}")
                referenced.add(value[1:])
            elif _REFERENCE.search(value):
                referenced.update(_REFERENCE.findall(value))
                element.set(name, _REFERENCE.sub(rf"url(#{PREFIX}-\1)", value))
    for element in root.iter():
        identity = element.attrib.pop("id", None)
        if identity in referenced:
            element.set("id", f"{PREFIX}-{identity}")


def _flatten(parent: ET.Element) -> None:
    """Groups that group nothing, now that their ids are gone."""
    for child in list(parent):
        _flatten(child)
        if child.tag == f"{_SVG}g" and not child.attrib:
            at = list(parent).index(child)
            parent[at : at + 1] = list(child)


def _frame(root: ET.Element) -> None:
    width = float(root.attrib.pop("width").removesuffix("pt"))
    root.attrib.pop("height")
    root.attrib.pop("version", None)
    # No wider than to show its text as large as the page's. What matplotlib leaves out is black: the text's
    # colour.
    size = f"display:block;width:100%;max-width:{round(width * _LARGEST)}px;height:auto;margin:auto"
    root.set("style", f"{size};fill:var({VARIABLES[FG]},{FG})")
    root.set("stroke-linejoin", "round")


def _serialize(root: ET.Element) -> str:
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
        if element.tag not in ("text", "tspan", "title"):
            element.text = None
        element.tail = None
    return ET.tostring(root, encoding="unicode")
