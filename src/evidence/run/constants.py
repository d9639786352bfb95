"""Tells what a run computed from what its author wrote down: which expressions are literals in another form.

A name that stands for nothing but literals is one too: `total = 385` and then `assert total == 385` shows nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

# Calls that dress up the literals that they are given, and compute nothing.
_DRESS = {"Fraction", "Decimal", "Rational", "Integer", "float", "int", "complex", "str", "list", "tuple", "set"}
_DRESS |= {"dict", "frozenset", "range", "tensor", "Tensor", "as_tensor", "array", "asarray", "Size", "approx"}
_DRESS |= {"enumerate", "zip", "product", "reversed", "items", "keys", "values"}
# Calls that only look at what they are given.
_LOOK = {"len", "sum", "max", "min", "print"}
_MODULES = {"math", "cmath", "torch", "np", "numpy", "sympy", "F", "nn", "fractions", "decimal", "itertools", "pytest"}


class Constants:
    """The names of a session that stand for literals alone.

    Args:
        trees: the syntax trees of its blocks, in order.
    """

    def __init__(self, trees: Iterable[ast.AST]) -> None:
        self._values: dict[str, list[ast.expr | None]] = {}
        self._touched: set[str] = set()
        # Names that stand for a literal at the place that is being read, whatever they stood for before.
        self.restated: set[str] = set()
        for tree in trees:
            for node in ast.walk(tree):
                self._note(node)
        changed = {name for name in self._touched if not all(map(_cannot_change, self._values.get(name, ())))}
        # What is made of itself is computed, so a name is a literal only if its values are such that are known by then.
        self._constant: set[str] = set()
        while new := {name for name in self._values.keys() - changed - self._constant if self._all(name)}:
            self._constant |= new

    def pass_by(self, statement: ast.stmt) -> None:
        """Go on behind a statement of the block itself: a name that was given a literal there stands for it."""
        bound = {name for node in ast.walk(statement) for pair in _bindings(node) for name, _ in _names(*pair)}
        self.restated -= bound
        if isinstance(statement, ast.Assign) and _cannot_change(statement.value) and self._is(statement.value):
            given = {target.id for target in statement.targets if isinstance(target, ast.Name)}
            self.restated |= set() if _adds_up(statement.value) else given - self._touched

    def _all(self, name: str) -> bool:
        return all(value is not None and self._is(value) and not _adds_up(value) for value in self._values[name])

    def __call__(self, node: ast.expr) -> bool:
        """Whether an expression is made of literals alone."""
        return self._is(node)

    def written(self, node: ast.expr) -> bool:
        """Whether an expression only says what its author wrote, and calculates nothing."""
        return self._is(node) and not self.calculates(node)

    def calculates(self, node: ast.expr) -> bool:
        """Whether an expression of literals calculates with them, as `9 * 64` does, and `Fraction(1, 9)` does not."""
        for each in ast.walk(node):
            if isinstance(each, ast.BinOp) or (isinstance(each, ast.Call) and _called(each) not in _DRESS):
                return True
        return False

    def _is_module(self, name: ast.Name) -> bool:
        return name.id in _MODULES and name.id not in self._values

    def _is(self, node: ast.expr | None) -> bool:
        match node:
            case None | ast.Lambda() | ast.Await() | ast.Yield() | ast.YieldFrom():
                return False
            case ast.Constant():
                return True
            case ast.Name():
                return node.id in self._constant | self.restated or self._is_module(node)
            case ast.Call():
                whole = _called(node) in _DRESS and (
                    not isinstance(node.func, ast.Attribute) or self._is(node.func.value)
                )
                return whole and all(map(self._is, [*node.args, *(each.value for each in node.keywords)]))
            case ast.BinOp() if any(isinstance(each, ast.Name) for each in ast.walk(node)):
                return False
            case ast.Attribute():
                return isinstance(node.value, ast.Name) and self._is_module(node.value)
            case ast.JoinedStr() | ast.FormattedValue():
                parts = node.values if isinstance(node, ast.JoinedStr) else [node.value]
                return all(map(self._is, parts))
            case ast.ListComp() | ast.GeneratorExp() | ast.SetComp() | ast.DictComp():
                return False
        return all(self._is(child) for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr))

    def _note(self, node: ast.AST) -> None:
        for target, value in _bindings(node):
            for name, part in _names(target, value):
                self._values.setdefault(name, []).append(part)
        # A list that something is added to, or that is handed to somebody, is no literal any more.
        if isinstance(node, ast.Call):
            self._touched |= set(_handed_out(node))
        elif isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
            inner: ast.expr = node
            while isinstance(inner, ast.Subscript | ast.Attribute):
                inner = inner.value
            if isinstance(inner, ast.Name):
                self._touched.add(inner.id)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            self._touched |= set(node.names)


def _adds_up(value: ast.expr) -> bool:
    """Whether literals are added up or multiplied, which computes; `10**-8` and `1 / 3` are as one writes numbers."""
    signs = (each.op for each in ast.walk(value) if isinstance(each, ast.BinOp))
    return any(isinstance(sign, ast.Add | ast.Sub | ast.Mult) for sign in signs)


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _handed_out(call: ast.Call) -> Iterator[str]:
    """The names whose value a call may change."""
    if isinstance(call.func, ast.Attribute):
        if isinstance(call.func.value, ast.Name) and call.func.attr not in _DRESS:
            yield call.func.value.id
    elif isinstance(call.func, ast.Name) and call.func.id not in _DRESS | _LOOK:
        yield from (each.id for each in call.args if isinstance(each, ast.Name))


def _cannot_change(value: ast.expr | None) -> bool:
    """Whether a value stays what it is, whoever is handed it."""
    if isinstance(value, ast.Tuple):
        return all(map(_cannot_change, value.elts))
    return isinstance(value, ast.Constant | ast.UnaryOp | ast.BinOp | ast.JoinedStr)


def _bindings(node: ast.AST) -> Iterator[tuple[ast.expr | str, ast.expr | None]]:
    """What a node binds, and to what; to `None` where that is no expression, or one that was computed."""
    match node:
        case ast.Assign():
            yield from ((target, node.value) for target in node.targets)
        case ast.AnnAssign():
            yield node.target, node.value
        case ast.NamedExpr():
            yield node.target, node.value
        case ast.AugAssign():
            yield node.target, None
        case ast.For() | ast.comprehension():
            yield node.target, node.iter
        case ast.withitem() if node.optional_vars is not None:
            yield node.optional_vars, None
        case ast.Import() | ast.ImportFrom():
            yield from (
                (each.asname or each.name.partition(".")[0], None) for each in node.names if _unknown(each, node)
            )
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield node.name, None
        case ast.arg():
            yield node.arg, None
        case ast.ExceptHandler() if node.name:
            yield node.name, None
        case ast.MatchAs() | ast.MatchStar() if node.name:
            yield node.name, None


def _unknown(alias: ast.alias, node: ast.Import | ast.ImportFrom) -> bool:
    """Whether an import is of more than a well-known module or a constructor, whose own names say what they are."""
    if isinstance(node, ast.Import):
        return (alias.asname or alias.name) not in _MODULES
    return alias.name not in _DRESS | {"nn", "pi", "inf", "nan", "e"}


def _names(target: ast.expr | str, value: ast.expr | None) -> Iterator[tuple[str, ast.expr | None]]:
    """Each name in a target; a part of a tuple is a literal only if the whole is."""
    if isinstance(target, str):
        yield target, value
    elif isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple | ast.List):
        parts = value.elts if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts) else None
        for at, each in enumerate(target.elts):
            yield from _names(each, parts[at] if parts else value)
    elif isinstance(target, ast.Starred):
        yield from _names(target.value, value)
