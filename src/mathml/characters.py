"""The characters that formulas are set with, of which a font must have the glyphs."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

# Where a browser stretches or replaces by itself: minus for hyphen, prime for apostrophe, and the radical.
_IMPLIED = {"-": "\u2212", "'": "\u2032"}
_MATH = re.compile(r"<math\b.*?</math>", re.S)
_TAG = re.compile(r"<(/?)([a-z]+)([^>]*?)(/?)>([^<]*)")
_ITEMS = ("mi", "mo", "mn", "mtext", "ms")
_WITH_SCRIPTS = ("msub", "msup", "msubsup", "munder", "mover", "munderover")


class Characters(NamedTuple):
    """Those of some formulas.

    Attributes:
        every: all of them.
        small: those that stand in scripts, for which a font has forms of their own.
    """

    every: frozenset[str]
    small: frozenset[str]


def characters(pages: Iterable[str]) -> Characters:
    """The characters that browsers set for the formulas in pages, after their own replacements.

    A lone letter in `<mi>` is set in italics, which is another character, but for `mathvariant="normal"`.

    Args:
        pages: HTML with `<math>` elements in it.
    """
    every, small = set[str](), set[str]()
    for formula in {formula for page in pages for formula in _MATH.findall(page)}:
        if "<msqrt" in formula or "<mroot" in formula:
            every.add("√")
        for text, in_script in _texts(formula):
            shown = {*text, *(_IMPLIED[char] for char in text if char in _IMPLIED)}
            every |= shown
            small |= shown if in_script else set()
    every = {char for char in every if not char.isspace() or char == "\u00a0"}
    return Characters(frozenset(every | {" "} if every else every), frozenset(small & every))


def together(several: Iterable[Characters]) -> Characters:
    """The characters of all."""
    kept = list(several)
    return Characters(
        frozenset().union(*(each.every for each in kept)), frozenset().union(*(each.small for each in kept))
    )


def _texts(formula: str) -> Iterator[tuple[str, bool]]:
    """The texts of a formula, and whether each stands in a script."""
    # Of each open element: its name, how many children it has had, and whether it stands in a script.
    above: list[tuple[str, int, bool]] = [("", 0, False)]
    for closing, tag, attributes, empty, content in _TAG.findall(formula):
        if closing:
            above.pop()
            continue
        name, before, small = above[-1]
        above[-1] = (name, before + 1, small)
        small = small or (name in _WITH_SCRIPTS and before > 0)
        if not empty:
            above.append((tag, 0, small))
        if tag in _ITEMS:
            text = html.unescape(content)
            yield italic(text) if tag == "mi" and len(text) == 1 and "normal" not in attributes else text, small


def italic(letter: str) -> str:
    """The mathematical italic that MathML Core prescribes for a lone letter; other characters stay as they
    are.
    """
    if letter == "h":
        return "\u210e"
    exceptions = {"ı": "𝚤", "ȷ": "𝚥", "ϴ": "𝛳", "∇": "𝛻", "∂": "𝜕"} | dict(zip("ϵϑϰϕϱϖ", "𝜖𝜗𝜘𝜙𝜚𝜛", strict=True))
    if letter in exceptions:
        return exceptions[letter]
    for first, last, mapped in (
        ("A", "Z", 0x1D434),
        ("a", "z", 0x1D44E),
        ("Α", "Ω", 0x1D6E2),
        ("α", "ω", 0x1D6FC),
    ):
        if first <= letter <= last:
            return chr(mapped + ord(letter) - ord(first))
    return letter
