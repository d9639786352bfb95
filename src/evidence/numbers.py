"""The numbers in a link's words, and those that a check asserts."""

from __future__ import annotations

import ast
import re
from fractions import Fraction

from evidence.page import Block

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_THIN = "\u00a0\u2009\u202f"
_FRACTIONS = {
    "½": Fraction(1, 2),
    "⅓": Fraction(1, 3),
    "⅔": Fraction(2, 3),
    "¼": Fraction(1, 4),
    "¾": Fraction(3, 4),
}
# A digit after a letter, as in L2 or float64, belongs to a name.
_NUMBER = re.compile(
    r"(?<![\w.])(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
    r"(?:[eE](?P<e>[-+]?\d+)|\s*(?:[×x·]|\\times|\\cdot)\s*10(?:\^\{?(?P<caret>[-+]?\d+)\}?|(?P<sup>[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)))?"
    r"(?P<percent>\s*\\?%)?"
)
_SUPERSCRIPT = re.compile(r"[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")


def numbers_in_text(text: str) -> list[tuple[str, set[Fraction]]]:
    """Each number in `text` as written, with the values that would bear it out.

    Signs are left aside: `−29` and a hyphen before a number are written alike. A percentage may stand as itself or as
    its hundredth.
    """
    for thin in _THIN:
        text = re.sub(rf"(?<=\d){thin}(?=\d{{3}})", "", text).replace(thin, " ")
    text = text.replace("\u2212", "-").replace("{,}", ",")
    found = [(sign, {value}) for sign, value in _FRACTIONS.items() if sign in text]
    taken: list[tuple[int, int]] = []
    for match in _NUMBER.finditer(text):
        taken.append(match.span())
        exponent = match["e"] or match["caret"] or (match["sup"] or "0").translate(_SUPERSCRIPTS)
        value = Fraction(match["digits"].replace(",", "")) * Fraction(10) ** int(exponent)
        values = {value, value / 100} if match["percent"] else {value}
        found.append((match[0].strip(), values))
    for match in _SUPERSCRIPT.finditer(text):
        if not any(start <= match.start() < end for start, end in taken):
            found.append((match[0], {abs(Fraction(match[0].translate(_SUPERSCRIPTS)))}))
    return found


def numbers_asserted(block: Block) -> set[Fraction]:
    """The numbers that stand as literals in the block's asserts, or in its expected output, without their signs.

    A block that is not Python asserts nothing; running it says why.
    """
    numbers = set().union(*(values for _, values in numbers_in_text(block.output.text))) if block.output else set()
    try:
        tree = ast.parse(block.code)
    except SyntaxError:
        return numbers
    for statement in ast.walk(tree):
        if isinstance(statement, ast.Assert):
            numbers |= _literals(statement.test)
    return numbers


def _literals(node: ast.AST) -> set[Fraction]:
    numbers: set[Fraction] = set()
    if isinstance(node, ast.FormattedValue):
        # `.3f` is a format, no claim.
        return _literals(node.value)
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            return set().union(*(values for _, values in numbers_in_text(node.value)))
        if isinstance(node.value, int | float) and not isinstance(node.value, bool):
            return {abs(Fraction(repr(node.value)))}
    for child in ast.iter_child_nodes(node):
        numbers |= _literals(child)
    return numbers


def has_assertion(block: Block) -> bool:
    """Whether the block can fail at all: it asserts, expects an error, or has an expected output."""
    if block.output is not None:
        return True
    try:
        tree = ast.parse(block.code)
    except SyntaxError:
        return True
    return any(isinstance(node, ast.Assert) or _expects_error(node) for node in ast.walk(tree))


def _expects_error(node: ast.AST) -> bool:
    return isinstance(node, ast.withitem) and "raises" in ast.unparse(node.context_expr)
