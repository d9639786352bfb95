"""A link says something, and its sentence says of a setting what the check was given.

`With $k = 5$ it has [9 weights](check:…)` is false of a check with `k = 3`, though its 9 was computed.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache

from evidence.files.errors import PageError
from evidence.page.model import Block, CheckLink
from evidence.rules.words.claims import claims_in
from evidence.rules.words.plain import plain

_SAID = re.compile(r"(?<![\w\\^{])\\?([a-zA-Z]\w*)\s*=\s*([−-]?\d+(?:,\d{3})*(?:\.\d+)?)(?!\s*[·×/^(+−*]|[\w,.]*\w)")
_SENTENCE = re.compile(r"[.!?]\s+(?=[A-Z])")
# Words that only point to a run; what they stand beside, no run is held to.
_POINTING = "see here this checked check computed calculated shown proved tested verified run code proof link as the"
_POINTS = rf"(?:\W*\b(?:{_POINTING.replace(' ', '|')})\b)+\W*"


def given_errors(link: CheckLink, session: Iterable[Block]) -> Iterator[PageError]:
    """What is wrong with the words around `link` in its sentence.

    Args:
        link: a check link.
        session: its check, with what that continues.
    """
    if re.fullmatch(_POINTS, link.words, re.IGNORECASE):
        yield link.error(
            f"the link [{link.words}] only points to a check, and claims nothing that it could show",
            "Link the words, or the number, that the check bears out",
        )
    given = _given("\n".join(block.code for block in session))
    said = _said(link.sentence, given)
    for name, numbers in said.items():
        values = given[name]
        if values and not values & {number for number, _ in numbers}:
            was = " and ".join(f"{name} = {float(value):g}" for value in sorted(values))
            yield link.error(
                f"the sentence around the link [{link.words}] says {numbers[-1][1]}, and {link.name!r} has {was}",
                "Say what the check was given, or give it what the sentence says",
            )


def _said(sentence: str, names: Iterable[str]) -> dict[str, list[tuple[Fraction, str]]]:
    """What a text says of `names`: each number with its words, of `k = 5`, `a kernel of 5`, `width 64`."""
    said = defaultdict(list)
    for name, number in _SAID.findall(plain(sentence)):
        if name in names:
            said[name].append((Fraction(number.replace("−", "-").replace(",", "")), f"{name} = {number}"))
    for claim in claims_in(sentence).numbers:
        for name in names:
            # `six of the layers` are not all of them.
            if len(name) > 2 and not name.endswith("s") and name.lower() in claim.called:
                said[name].append((claim.number.value, f"{name} {claim.number.written}"))
    return said


@lru_cache(maxsize=4096)
def _given(code: str) -> dict[str, set[Fraction]]:
    """The numbers that each name of the code is given, of those that are given nothing else."""
    values: dict[str, set[Fraction]] = defaultdict(set)
    unknown: set[str] = set()
    tree = ast.parse(code)
    functions = _called_by_name(tree)
    parameters = {id(each) for function in functions.values() for each in function}
    for node in ast.walk(tree):
        if isinstance(node, ast.arg) and id(node) not in parameters:
            unknown.add(node.arg)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            unknown.add(node.target.id)
        for name, given in (*_bound(node), *_handed(node, functions)):
            parts = [each for value in given for each in ast.walk(value) if isinstance(each, ast.expr)]
            literals = [each.value for each in parts if isinstance(each, ast.Constant)]
            values[name] |= {Fraction(str(each)) for each in literals if type(each) in (int, float)}
            if not all(isinstance(each, ast.Constant | ast.Tuple | ast.List) for each in parts):
                unknown.add(name)
    return {name: numbers for name, numbers in values.items() if name not in unknown}


def _called_by_name(tree: ast.Module) -> dict[str, list[ast.arg]]:
    """The functions that are called by their name alone, so that all that they are given is seen: their parameters."""
    simple = {
        each.name: [*each.args.args, *each.args.kwonlyargs]
        for each in ast.walk(tree)
        if isinstance(each, ast.FunctionDef) and not (each.args.vararg or each.args.kwarg or each.args.posonlyargs)
    }
    calls = [each.func for each in ast.walk(tree) if isinstance(each, ast.Call)]
    called = {id(each) for each in calls}
    elsewhere = {each.id for each in ast.walk(tree) if isinstance(each, ast.Name) and id(each) not in called}
    elsewhere |= {each.attr for each in ast.walk(tree) if isinstance(each, ast.Attribute)}  # a method
    return {name: simple[name] for name in simple.keys() - elsewhere}


def _handed(node: ast.AST, functions: Mapping[str, list[ast.arg]]) -> Iterator[tuple[str, list[ast.expr]]]:
    """What a call hands to the parameters of a function by their place, and what they are by default."""
    match node:
        case ast.Call(func=ast.Name(id=name)) if name in functions:
            yield from ((each.arg, [given]) for each, given in zip(functions[name], node.args, strict=False))
        case ast.FunctionDef(name=name) if name in functions:
            required = [None] * (len(node.args.args) - len(node.args.defaults))
            defaults = [*required, *node.args.defaults, *node.args.kw_defaults]
            yield from ((each.arg, [given]) for each, given in zip(functions[name], defaults, strict=True) if given)


def _bound(node: ast.AST) -> Iterator[tuple[str, list[ast.expr]]]:
    """The names that a node binds, and what each may stand for."""
    match node:
        case ast.Assign():
            for target in node.targets:
                yield from _parts(target, [node.value])
        case ast.AnnAssign(value=ast.expr() as value):
            yield from _parts(node.target, [value])
        case ast.For() | ast.comprehension():
            yield from _parts(node.target, _elements(node.iter) or [node.iter])
        case ast.keyword(arg=str(name)):
            yield name, [node.value]


def _parts(target: ast.expr, values: list[ast.expr]) -> Iterator[tuple[str, list[ast.expr]]]:
    if isinstance(target, ast.Name):
        yield target.id, values
    names = _elements(target)
    for at, each in enumerate(names):
        yield from _parts(each, [_elements(v)[at] if len(_elements(v)) == len(names) else v for v in values])


def _elements(value: ast.expr) -> list[ast.expr]:
    return value.elts if isinstance(value, ast.Tuple | ast.List) else []
