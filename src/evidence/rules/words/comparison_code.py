"""What the code of a comparison tells: what it passes by name, rounds to, multiplies by, runs over."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from math import isfinite

# What an argument is called, empty of a key and of a text, and what it is.
Given = tuple[str, Fraction | str]


def place_of_last_digit(number: str) -> int | None:
    """The power of ten of the last digit of a number as the run wrote it; `None` of a fraction."""
    if "/" in number:
        return None
    mantissa, _, exponent = number.lower().partition("e")
    return int(exponent or 0) - len(mantissa.partition(".")[2])


@lru_cache(maxsize=4096)
def _parsed(code: str) -> tuple[ast.AST, ...]:
    try:
        return tuple(ast.walk(ast.parse(code.strip(), mode="eval")))
    except SyntaxError:
        return ()


def _constant(node: ast.AST) -> Fraction | None:
    """The number that a node of literals stands for."""
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return Fraction(repr(node.value)) if isfinite(node.value) else None
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = _constant(node.operand)
        return None if value is None else -value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        top, bottom = _constant(node.left), _constant(node.right)
        return top / bottom if top is not None and bottom else None
    return None


@lru_cache(maxsize=4096)
def _sides(code: str, operator: str) -> tuple[ast.expr, ...]:
    """What a comparison finds equal or close, as far as its code shows that."""
    for node in _parsed(code):
        match node:
            case ast.Compare(ops=[ast.Eq()]):
                return node.left, *node.comparators
            case ast.BinOp(op=ast.Sub()) if operator == "close":
                return node.left, node.right
            case ast.Call(args=[left, right, *_]) if operator in ("close", "equal"):
                return left, right
    return ()


@lru_cache(maxsize=4096)
def signs(code: str) -> frozenset[type[ast.operator]]:
    """What stands outermost on the sides of an order: of `(a - b) ** 2 < 0.1` the power, of `a - b < 0.1` the minus."""
    compared = next((node for node in _parsed(code) if isinstance(node, ast.Compare)), None)
    sides = [compared.left, *compared.comparators] if compared else []
    return frozenset(type(side.op) for side in sides if isinstance(side, ast.BinOp))


@lru_cache(maxsize=4096)
def bounded(code: str) -> str:
    """The side of a comparison that is not a number."""
    compared = next((node for node in _parsed(code) if isinstance(node, ast.Compare)), None)
    sides = [compared.left, *compared.comparators] if compared else []
    return next((ast.unparse(side) for side in sides if _constant(side) is None), code)


def one_is_literal(code: str, operator: str) -> bool:
    """Whether one side of a comparison is written down: it holds no name, and calls nothing."""
    names = ast.Name | ast.Call
    return any(not any(isinstance(each, names) for each in ast.walk(side)) for side in _sides(code, operator))


def multiples(code: str, operator: str) -> Iterator[Fraction]:
    """How many times something else one side is: 2 of `large == 2 * small`, 1/2 of `small == large / 2`."""
    return (each for side in _sides(code, operator) for each in _factor(side))


def _factor(side: ast.expr) -> Iterator[Fraction]:
    if isinstance(side, ast.BinOp) and isinstance(side.op, ast.Mult | ast.Div):
        left, right = _constant(side.left), _constant(side.right)
        if isinstance(side.op, ast.Mult) and (left is None) != (right is None):
            yield left if right is None else right  # type: ignore[misc]
        elif isinstance(side.op, ast.Div) and left is None and right:
            yield 1 / right


def is_none_at_all(code: str) -> bool:
    """Whether it is `not x.any()`: all of `x` is 0."""
    tree = _parsed(code)[1:2]
    if not tree or not isinstance(tree[0], ast.UnaryOp) or not isinstance(tree[0].op, ast.Not):
        return False
    call = tree[0].operand
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "any"


def arguments(code: str) -> Iterator[tuple[str, tuple[Fraction, ...]]]:
    for node in _parsed(code):
        if isinstance(node, ast.keyword) and node.arg:
            parts = node.value.elts if isinstance(node.value, ast.Tuple | ast.List) else [node.value]
            values = [_constant(each) for each in parts]
            if values and None not in values:
                yield node.arg.lower(), tuple(each for each in values if each is not None)


# At least two letters: one alone is a word in too many sentences.
_NAME = re.compile(r"[a-zA-Z]{2}[\w -]*")


@lru_cache(maxsize=4096)
def passed(code: str) -> frozenset[Given]:
    """The numbers that a comparison passes by name, and its texts that are names. What is none of is left unsaid."""
    by_name = {(name, row[0]) for name, row in arguments(code) if len(row) == 1 and row[0]}
    calls = (node for node in _parsed(code) if isinstance(node, ast.Call | ast.Subscript))
    texts = {each.value for node in calls for each in ast.walk(node) if isinstance(each, ast.Constant)}
    return frozenset(by_name | {("", each) for each in texts if isinstance(each, str) and _NAME.fullmatch(each)})


@lru_cache(maxsize=4096)
def names_of_table(code: str) -> tuple[str, ...]:
    """The texts that are the keys of a table in the code, if all are."""
    for node in _parsed(code):
        if isinstance(node, ast.Dict):
            keys = [key.value for key in node.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]
            return tuple(keys) if len(keys) == len(node.keys) else ()
    return ()


def ranges(code: str) -> Iterator[int]:
    """How many things an expression runs over, where it says so: `for seed in range(20)`."""
    for node in _parsed(code):
        if isinstance(node, ast.comprehension) and not node.ifs and isinstance(node.iter, ast.Call):
            call, count = node.iter, [_constant(each) for each in node.iter.args]
            if isinstance(call.func, ast.Name) and call.func.id == "range" and len(count) == 1 and count[0]:
                yield count[0].numerator


@lru_cache(maxsize=4096)
def rounding(code: str) -> int | None:
    """The place that the code rounds to, where it does so for all to see."""
    for node in _parsed(code):
        if isinstance(node, ast.Call):
            function = node.func
            name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
            if name == "round":
                digits = node.args[1 if isinstance(function, ast.Name) else 0 :][:1]
                digits += [each.value for each in node.keywords if each.arg in ("ndigits", "decimals")]
                places = _constant(digits[0]) if digits else Fraction(0)
                return None if places is None else -places.numerator
    return None


@lru_cache(maxsize=4096)
def literal_places(code: str) -> dict[Fraction, int]:
    """Of each literal the place of its last digit, as the author wrote it."""
    found: dict[Fraction, int] = {}
    for text in re.findall(r"(?<![\w.])\d[\d_]*(?:\.\d+)?(?:[eE][-+]?\d+)?(?!\w)", code):
        value, place = Fraction(text.replace("_", "")), place_of_last_digit(text.replace("_", ""))
        if place is not None:
            for each in (value, -value):
                found[each] = min(place, found.get(each, place))
    return found


@lru_cache(maxsize=4096)
def times_hundred(code: str) -> bool:
    return any(
        isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Mult)
        and Fraction(100) in (_constant(node.left), _constant(node.right))
        for node in _parsed(code)
    )


def expressions(code: str) -> Iterator[str]:
    for node in _parsed(code):
        if isinstance(node, ast.expr):
            yield as_formula(ast.unparse(node))


def as_formula(text: str) -> str:
    """An expression as a formula is written, whether it comes from code or from TeX: `2 * r**2` as `2r^2`."""
    text = text.replace("**", "^").replace("−", "-").replace("\\", "").replace("varepsilon", "epsilon")
    text = re.sub(r"(?<=\d)\s*[*·×]\s*(?=\d)", "#", text)
    text = re.sub(r"[\s*·×_]", "", text)
    while (simpler := re.sub(r"(?<![a-zA-Z])\((\w+)\)", r"\1", text)) != text:
        text = simpler
    return text.removeprefix("(").removesuffix(")") if _wrapped(text) else text


def _wrapped(text: str) -> bool:
    depth = 0
    for at, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if not depth:
            return text.startswith("(") and at == len(text) - 1
    return False
