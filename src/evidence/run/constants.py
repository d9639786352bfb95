"""Tells what a run computed from what its author wrote down: which expressions are literals in another form.

A name that stands for nothing but literals is one too: `total = 385` and then `assert total == 385` shows nothing. So
are a function that returns one, and an attribute of a class of the page that is given no other.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

# Calls that dress up the literals that they are given, and compute nothing.
_DRESS = {"Fraction", "Decimal", "Rational", "Integer", "float", "int", "complex", "str", "list", "tuple", "set"}
_DRESS |= {"dict", "frozenset", "range", "tensor", "Tensor", "as_tensor", "array", "asarray", "Size", "approx"}
_DRESS |= {"enumerate", "zip", "product", "reversed", "items", "keys", "values", "get", "copy"}
# Calls that only look at what they are given.
_LOOK = {"len", "sum", "max", "min", "print"}
_MODULES = {"math", "cmath", "torch", "np", "numpy", "sympy", "F", "nn", "fractions", "decimal", "itertools", "pytest"}

# Most of a tree.
_BIND_NOTHING = {ast.Name, ast.Constant, ast.Load, ast.Store, ast.BinOp, ast.Compare, ast.Tuple, ast.keyword, ast.Expr}


class Constants:
    """The names of a session that stand for literals alone, as far as it has been read."""

    def __init__(self) -> None:
        self._values: dict[str, list[ast.expr | None]] = {}
        self._assigned: dict[str, set[str]] = {}
        self._functions: dict[str, ast.FunctionDef | ast.Lambda] = {}
        self._classes: set[str] = {"SimpleNamespace"}
        self._attributes: dict[str, list[ast.expr | None]] = {}
        self._given: set[str] | None = None  # the parameters of the function that is being looked into
        self._touched: set[str] = set()
        # Names that stand for a literal at the place that is being read, whatever they stood for before.
        self.restated: set[str] = set()
        self._constant: set[str] = set()

    def read(self, tree: ast.AST) -> None:
        """Take in the syntax tree of the next block, which may also say more of the names of those before."""
        for node in ast.walk(tree):
            if type(node) not in _BIND_NOTHING:
                self._note(node)
        changed = {name for name in self._touched if not all(map(_cannot_change, self._values.get(name, ())))}
        # What is made of itself is computed, so a name is a literal only if its values are such that are known by then.
        self._constant, self.restated = set(), set()
        while new := {name for name in self._values.keys() - changed - self._constant if self._all(name)}:
            self._constant |= new

    def pass_by(self, statement: ast.stmt) -> None:
        """Go on behind a statement of the block itself: a name that was given a literal there stands for it."""
        if self.restated:
            self.restated -= {n for node in ast.walk(statement) for pair in _bindings(node) for n, _ in _names(*pair)}
        if isinstance(statement, ast.Assign) and _cannot_change(statement.value) and self._is(statement.value):
            given = {target.id for target in statement.targets if isinstance(target, ast.Name)}
            self.restated |= set() if _adds_up(statement.value) else given - self._touched

    def _all(self, name: str) -> bool:
        # Which of several literals it is, the run decides.
        return len(self._assigned.get(name, ())) < 2 and all(
            value is not None and self._is(value) and not _adds_up(value) for value in self._values[name]
        )

    def __call__(self, node: ast.expr) -> bool:
        """Whether an expression is made of literals alone."""
        return self._is(node)

    def written(self, node: ast.expr) -> bool:
        """Whether an expression only says what its author wrote, and calculates nothing."""
        return self._is(node) and not self.calculates(node)

    def calculates(self, node: ast.expr) -> bool:
        """Whether an expression of literals calculates with them, as `9 * 64` does, and `Fraction(1, 9)` does not."""
        calls = (each for each in ast.walk(node) if isinstance(each, ast.Call))
        known = self._functions.keys() | self._classes | _DRESS
        return any(isinstance(each, ast.BinOp) for each in ast.walk(node)) or any(
            _called(call) not in known for call in calls
        )

    def _is_module(self, name: ast.Name) -> bool:
        return name.id in _MODULES and name.id not in self._values

    def _is(self, node: ast.expr | None) -> bool:
        match node:
            case None | ast.Lambda() | ast.Await() | ast.Yield() | ast.YieldFrom():
                return False
            case ast.Constant():
                return True
            case ast.Name():
                known = node.id in self._constant or node.id in self.restated or node.id in (self._given or ())
                return known or self._is_module(node)
            case ast.Call():
                return self._passes_on(node) and all(
                    map(self._is, [*node.args, *(each.value for each in node.keywords)])
                )
            case ast.BinOp() if any(isinstance(each, ast.Name) for each in ast.walk(node)):
                return False
            case ast.Attribute():
                of_module = isinstance(node.value, ast.Name) and self._is_module(node.value)
                return of_module or (self._is_ours(node.value) and self._is_literal_attribute(node.attr))
            case ast.JoinedStr() | ast.FormattedValue():
                parts = node.values if isinstance(node, ast.JoinedStr) else [node.value]
                return all(map(self._is, parts))
            case ast.ListComp() | ast.GeneratorExp() | ast.SetComp() | ast.DictComp():
                return False
        return all(self._is(child) for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr))

    def _passes_on(self, call: ast.Call) -> bool:
        """Whether a call computes nothing of its arguments: it dresses them up, or is of a function that returns them,
        or a literal.
        """
        if isinstance(call.func, ast.Name) and call.func.id in self._functions:
            return self._returns_what_it_is_given(call.func.id)
        return _called(call) in _DRESS and (not isinstance(call.func, ast.Attribute) or self._is(call.func.value))

    def _returns_what_it_is_given(self, name: str) -> bool:
        function = self._functions[name]
        returned = _returned(function)
        if returned is None or len(self._values.get(name, ())) != 1 or self._given is not None:
            return False
        self._given = {each.arg for each in ast.walk(function.args) if isinstance(each, ast.arg)}
        try:
            defaults = [*function.args.defaults, *filter(None, function.args.kw_defaults)]
            return all(map(self._is, [returned, *defaults])) and not self.calculates(returned)
        finally:
            self._given = None

    def _is_ours(self, node: ast.expr) -> bool:
        """Whether it is a class of the session, or one of its instances."""
        if isinstance(node, ast.Call):
            return isinstance(node.func, ast.Name) and node.func.id in self._classes
        if not isinstance(node, ast.Name):
            return False
        values = self._values.get(node.id, [])
        return node.id in self._classes or (
            bool(values) and all(isinstance(value, ast.Call) and self._is_ours(value) for value in values)
        )

    def _is_literal_attribute(self, name: str) -> bool:
        values = self._attributes.get(name, [])
        return len({value and ast.dump(value) for value in values}) == 1 and all(map(self._is, values))

    def _note(self, node: ast.AST) -> None:
        for target, value in _bindings(node):
            for name, part in _names(target, value):
                self._values.setdefault(name, []).append(part)
                if part is not None and isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr):
                    self._assigned.setdefault(name, set()).add(ast.dump(part))
            if isinstance(target, ast.Attribute):
                self._attributes.setdefault(target.attr, []).append(value)
            elif isinstance(target, ast.Name) and isinstance(value, ast.Lambda):
                self._functions[target.id] = value
        if isinstance(node, ast.FunctionDef):
            self._functions[node.name] = node
        elif isinstance(node, ast.ClassDef):
            self._classes.add(node.name)
            for each in node.body:
                for target, value in _bindings(each):
                    name = target if isinstance(target, str) else getattr(target, "id", "")
                    self._attributes.setdefault(name, []).append(value)
        elif isinstance(node, ast.Call) and _called(node) == "SimpleNamespace":
            for keyword in node.keywords:
                self._attributes.setdefault(keyword.arg or "", []).append(keyword.value)
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


def _returned(function: ast.FunctionDef | ast.Lambda) -> ast.expr | None:
    """What a function returns that does nothing else."""
    if isinstance(function, ast.Lambda):
        return function.body
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    only = body[0] if len(body) == 1 and not function.decorator_list else None
    return only.value if isinstance(only, ast.Return) else None


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
