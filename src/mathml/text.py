"""A formula as a line of text, for the places that take no markup, and how wide it will be."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from xml.etree import ElementTree as ET

# Said by the structure, invisible in print: function application, times, separator, plus; and variation
# selectors.
_INVISIBLE = re.compile("[\u2061-\u2064\ufe00\ufe01]")

Join = Callable[[list[str]], str]


def _script(mark: str) -> Join:
    return lambda parts: f"{parts[0]}{mark}{_group(parts[1])}"


def _two_scripts(parts: list[str]) -> str:
    return f"{parts[0]}_{_group(parts[1])}^{_group(parts[2])}"


def _limits(parts: list[str]) -> str:
    # What a sum runs over stands apart from what is summed.
    return f"{_two_scripts(parts) if len(parts) == 3 else _script('_')(parts)} "


# How an accent is written where it has no letter below it, and where it has.
_ACCENTS = dict(zip("ˆ˜¯‾˙¨→⃗̂", "\u0302\u0303\u0304\u0305\u0307\u0308\u20d7\u20d7\u0302", strict=True))


def _over(parts: list[str]) -> str:
    if parts[1] in "⏞⏟":
        return parts[0]
    return parts[0] + _ACCENTS[parts[1]] if parts[1] in _ACCENTS else f"{parts[0]}^{_group(parts[1])}"


def _under(parts: list[str]) -> str:
    return parts[0] if parts[1] in "⏟‾" else _limits(parts)


_JOIN: dict[str, Join] = {
    "msub": _script("_"),
    "munder": _under,
    "msup": lambda parts: parts[0] + ("′" if parts[1] == "′" else f"^{_group(parts[1])}"),
    "mover": _over,
    "msubsup": _two_scripts,
    "munderover": _limits,
    "mfrac": lambda parts: f"{_group(parts[0])}/{_group(parts[1])}",
    "msqrt": lambda parts: f"√{_group(''.join(parts))}",
    "mroot": lambda parts: f"{_group(parts[0])}^(1/{parts[1]})",
    "mtable": "; ".join,
    "mtr": " ".join,
    "mspace": lambda parts: "",
}


def parse(mathml: str) -> ET.Element:
    """The tree of one `<math>` element."""
    return ET.fromstring(_without_names(mathml))


def _without_names(mathml: str) -> str:
    """Characters in the place of HTML's names for them, of which XML knows but five."""
    return re.sub(r"&(?!(?:lt|gt|amp|quot|apos);)[A-Za-z]+;", lambda name: html.unescape(name[0]), mathml)


def plain_text(mathml: str) -> str:
    """One line that reads like the formula: `∑_(i=1)^n x_i/√n`.

    Args:
        mathml: one `<math>` element.
    """
    text = _text(parse(mathml))
    return re.sub(r"\s+", " ", _INVISIBLE.sub("", text)).strip()


def is_plain(mathml: str) -> bool:
    """Whether the formula's characters in their order already read like it, as in `a = b`."""
    characters = _INVISIBLE.sub("", html.unescape(re.sub(r"<[^>]*>", "", mathml)))
    return re.sub(r"\s", "", characters) == re.sub(r"\s", "", plain_text(mathml))


def _text(element: ET.Element) -> str:
    parts = [_text(child) for child in element]
    if not parts and element.tag not in ("mtd", "mspace"):
        text = element.text or ""
        # A function's name stands apart from its argument.
        return f" {text} " if element.tag == "mi" and len(_INVISIBLE.sub("", text)) > 1 else text
    return _JOIN.get(element.tag, "".join)(parts)


def _group(text: str) -> str:
    text = text.strip()
    simple = len(_INVISIBLE.sub("", text)) <= 1 or re.fullmatch(r"√?[\w.]+", text)
    return text if simple else f"({text})"


def width(mathml: str) -> float:
    """About how wide the formula is, in em; rather too much than too little.

    Args:
        mathml: one `<math>` element.
    """
    return _width(parse(mathml))


def _width(element: ET.Element) -> float:
    parts = [_width(child) for child in element]
    match element.tag:
        case "mspace":
            return float(element.get("width", "0").removesuffix("em") or 0)
        case "mfrac":
            return max(parts) + 0.2
        case "msub" | "msup":
            return parts[0] + 0.75 * parts[1]
        case "msubsup":
            return parts[0] + 0.75 * max(parts[1:])
        case "munder" | "mover" | "munderover":
            return max(parts[0], 0.75 * max(parts[1:]))
        case "mroot" | "msqrt":
            return sum(parts) + 0.9
        case "mtable":
            rows = [[_width(cell) for cell in row] for row in element]
            columns = max(map(len, rows), default=0)
            return sum(max(row[i] for row in rows if i < len(row)) + 0.8 for i in range(columns))
        case "mo":
            text = _INVISIBLE.sub("", element.text or "")
            narrow = text in "()[]{}|‖,.′!" or element.get("lspace") == "0"
            return len(text) * (0.45 if narrow else 1.25)
        case _:
            return sum(parts) if parts else 0.6 * len(_INVISIBLE.sub("", element.text or ""))
