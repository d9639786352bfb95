"""The numbers in a link's words, and those that a check asserts."""

from __future__ import annotations

import ast
import re
from fractions import Fraction
from functools import lru_cache

from evidence.files.syntax import statements
from evidence.page.model import Block

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_SUPERSCRIPT = re.compile(r"[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_THIN = "\u00a0\u2009\u202f"
_FRACTIONS = {"½": Fraction(1, 2), "⅓": Fraction(1, 3), "⅔": Fraction(2, 3), "¼": Fraction(1, 4), "¾": Fraction(3, 4)}
_NUMBER = re.compile(
    r"""
    (?<![\w.])                                  # a digit after a letter, as in L2 or float64, belongs to a name
    (?: (?P<digits> \d{1,3}(?:,\d{3})+(?:\.\d+)? | \d+(?:\.\d+)? | \.\d+ )
        (?: [eE](?P<e>[-+]?\d+) | \s*(?:[×·]|\\times|\\cdot)\s*(?P<scale>10\^\{?(?P<ten>[-+]?\d+)\}?) )?
    )
    (?P<percent>\s*\\?%)?
    """,
    re.VERBOSE,
)
_POWER_OF_TEN = re.compile(r"(?<![\w.,])10\^\{?(?P<ten>[-+]?\d+)\}?")


def numbers_in_text(text: str) -> list[tuple[str, set[Fraction]]]:
    """Each number in `text` as written, with the values that would bear it out.

    Signs are left aside: `−29` and a hyphen before a number are written alike. A percentage may stand as itself or as
    its hundredth.
    """
    text = _plain(text)
    found = [(sign, {value}) for sign, value in _FRACTIONS.items() if sign in text]
    at = 0
    while match := _POWER_OF_TEN.search(text, at) or _NUMBER.search(text, at):
        # A power of ten alone is one number, 1e-8, and not two; what stands before it is read first.
        earlier = _NUMBER.search(text, at)
        if earlier and earlier.start() < match.start():
            match = earlier
        found.append((match[0].strip(), _values(match)))
        at = match.end()
    return found


def _plain(text: str) -> str:
    for thin in _THIN:
        text = re.sub(rf"(?<=\d){thin}(?=\d{{3}})", "", text).replace(thin, " ")
    text = _SUPERSCRIPT.sub(lambda match: f"^{{{match[0].translate(_SUPERSCRIPTS)}}}", text)
    return text.replace("\u2212", "-").replace("{,}", ",")


def _values(match: re.Match[str]) -> set[Fraction]:
    groups = match.groupdict()
    value = Fraction((groups.get("digits") or "1").replace(",", ""))
    value *= Fraction(10) ** int(groups.get("e") or groups.get("ten") or 0)
    return {value, value / 100} if groups.get("percent") else {value}


def numbers_asserted(block: Block) -> frozenset[Fraction]:
    """The numbers that stand as literals in the block's asserts, or in its expected output, without their signs.

    A block that is not Python asserts nothing; running it says why.
    """
    printed = numbers_in_text(block.output.text) if block.output else []
    return _asserted_in(block.code).union(*(values for _, values in printed))


@lru_cache(maxsize=4096)
def _asserted_in(code: str) -> frozenset[Fraction]:
    try:
        asserts = [statement for statement in statements(ast.parse(code).body) if isinstance(statement, ast.Assert)]
    except SyntaxError:
        return frozenset()
    return frozenset().union(*(_literals(statement.test) for statement in asserts))


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
    return block.output is not None or _can_fail(block.code)


@lru_cache(maxsize=4096)
def _can_fail(code: str) -> bool:
    try:
        return any(_asserts(statement) for statement in statements(ast.parse(code).body))
    except SyntaxError:
        return True


def _asserts(statement: ast.AST) -> bool:
    if isinstance(statement, ast.With | ast.AsyncWith):
        return any("raises" in ast.unparse(item.context_expr) for item in statement.items)
    return isinstance(statement, ast.Assert)
