"""One way of writing: digits of any script, powers, fractions and formulas are brought to one spelling.

What comes out holds ASCII digits, `^(…)` for powers, `(a)/(b)` for fractions, `−` for a minus that is meant as one and
`-` for what may be a hyphen, and formulas between `$` as before.
"""

from __future__ import annotations

import re
import unicodedata

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789−+")
_SUPERSCRIPT = re.compile(r"[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_MIXED = re.compile(r"(?<=\d)(?=[¼-¾⅐-⅞])")
_THIN = re.compile(r"(?<=\d)[\u00a0\u2009\u202f](?=\d{3}(?!\d))")
_FRACTION = re.compile(r"\\[dt]?frac\s*")
_TEXT = re.compile(r"\\text\s*\{([^{}]*)\}")
_LETTER = re.compile(r"\\(?:mathrm|mathbf|mathit|operatorname|mat|vec|hat|bar|tilde|boldsymbol)\s*\{([^{}]*)\}")
_SYMBOLS = {
    r"\cdot": "·", r"\times": "×", r"\leq": "≤", r"\le": "≤", r"\geq": "≥", r"\ge": "≥", r"\neq": "≠", r"\ne": "≠",
    r"\approx": "≈", r"\pm": "±", r"\%": "%", r"\lt": "<", r"\gt": ">", r"\left": "", r"\right": "",
    r"\,": "", r"\;": " ", r"\:": " ", r"\!": "", r"\ ": " ", r"\quad": " ", r"\colon": ":",
}  # fmt: skip
_SYMBOL = re.compile("|".join(re.escape(each) + (r"(?![a-zA-Z])" if each[-1].isalpha() else "") for each in _SYMBOLS))


def plain(text: str) -> str:
    """`text` in the one spelling."""
    if not text.isascii():
        text = "".join(each for each in text if unicodedata.category(each) != "Cf")
        text = _THIN.sub("", text)
        text = _SUPERSCRIPT.sub(lambda found: f"^({found[0].translate(_SUPERSCRIPTS)})", text)
        text = "".join(map(_spelled, _MIXED.sub(" + ", text)))
    pieces = text.split("$")
    # Between an odd number of dollars nothing is a formula for certain; then all is read as words.
    if len(pieces) % 2:
        pieces[1::2] = map(_formula, pieces[1::2])
        return "$".join(pieces)
    return " ".join(pieces)


def _spelled(character: str) -> str:
    if character.isdecimal():
        return str(int(character))
    if character == "–":
        return character
    return unicodedata.normalize("NFKC", character).replace("⁄", "/")


def _formula(text: str) -> str:
    text = text.replace("{,}", ",")
    text = _FRACTION.sub(lambda _: r"\frac ", text)
    while r"\frac" in text:
        before, _, after = text.partition(r"\frac ")
        top, after = _argument(after)
        bottom, after = _argument(after)
        text = f"{before}(({top})/({bottom})){after}"
    while _LETTER.search(text):
        text = _LETTER.sub(r"\1", text)
    text = _TEXT.sub(r" \1 ", text)
    text = _SYMBOL.sub(lambda found: _SYMBOLS[found[0]], text)
    text = text.replace("{", "(").replace("}", ")").replace("-", "−").replace(r"\vert", "|")
    # A formula shows no blanks: 38 5 is read as 385.
    return re.sub(r"(?<=\d)\s+(?=\d)", "", text)


def _argument(text: str) -> tuple[str, str]:
    """What a command of TeX takes first, `{…}` or one character, and what is left."""
    text = text.lstrip()
    if not text.startswith("{"):
        return text[:1], text[1:]
    depth = 0
    for at, character in enumerate(text):
        depth += (character == "{") - (character == "}")
        if not depth:
            return text[1:at], text[at + 1 :]
    return text[1:], ""
