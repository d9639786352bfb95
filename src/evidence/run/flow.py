"""Collects what may flow into each name of a session: the values that it is given, and what decides which."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

# Calls that dress up the literals that they are given, and compute nothing.
DRESS = {"Fraction", "Decimal", "Rational", "Integer", "float", "int", "complex", "str", "list", "tuple", "set"}
DRESS |= {"dict", "frozenset", "range", "tensor", "Tensor", "as_tensor", "array", "asarray", "Size", "approx"}
DRESS |= {"enumerate", "zip", "reversed", "items", "keys", "values", "get", "copy", "item", "tolist", "loads", "field"}
DRESS |= {"next", "iter", "abs", "fabs", "round", "max", "min", "sorted", "getenv", "cpu_count"}
DRESS |= {"SimpleNamespace", "namedtuple", "defaultdict", "OrderedDict", "deque", "zeros", "ones", "empty", "full"}
# Calls that only look at what they are given, and methods that keep it.
_LOOK = {"len", "sum", "max", "min", "print", "equal", "array_equal", "isclose", "allclose"}
_FILL = {"append", "appendleft", "add", "extend", "insert", "update", "setdefault"}
_MODULES = {"math", "cmath", "torch", "np", "numpy", "sympy", "F", "nn", "fractions", "decimal", "itertools", "pytest"}
_MODULES |= {"json", "types", "collections", "dataclasses", "os"}
# What may stand above a function or a class, or in brackets behind a class, and leaves it what it is.
_PLAIN = {"property", "staticmethod", "classmethod", "dataclass", "cache", "lru_cache", "cached_property"}
_ENUMS = {"Enum", "IntEnum", "StrEnum"}
_PLAIN |= {"object", "NamedTuple"} | _ENUMS

_Source = ast.expr | None


class Flow(ast.NodeVisitor):
    """What may flow into each name of the code that was read.

    Attributes:
        into: by name the expressions that it may stand for, or that decide which; `None` for what is computed where
            nobody looks. An attribute or a method goes by `.name`, whatever it is one of. A function stands for what it
            returns, an instance for what its class is given.
        ours: the functions, methods and classes of the session.
        shared: the names that a function may bind outside of itself.
    """

    def __init__(self) -> None:
        self.into: defaultdict[str, list[_Source]] = defaultdict(list)
        self.ours: set[str] = set()
        self.shared: set[str] = set()
        self._parameters: dict[str, ast.arguments] = {}
        self._calls: list[ast.Call] = []
        self._called: set[int] = set()  # the names that are called where they stand
        self._handed_on: set[str] = set()  # the others: what is called by who knows whom
        self._deciding: list[_Source] = []  # the conditions under which the statement at hand runs
        self._function = self._class = ""
        self._stated = self.into  # what the code says itself, without what follows from its calls

    def read(self, tree: ast.AST) -> None:
        """Take in more code, which may also say more of the names of what was read before."""
        self.into = self._stated
        self.visit(tree)
        self.into = defaultdict(list, {name: [*given] for name, given in self._stated.items()})
        self._follow_calls()

    # Bindings.

    def bind(self, target: ast.expr, value: _Source) -> None:
        """Note that `target` may stand for `value`, or each part of it for a part of that."""
        match target:
            case ast.Starred():
                self.bind(target.value, value)
            case ast.Tuple() | ast.List():
                whole = not isinstance(value, ast.Tuple | ast.List) or len(value.elts) != len(target.elts)
                for at, each in enumerate(target.elts):
                    self.bind(each, value if whole else value.elts[at])  # type: ignore[union-attr]
            case _:
                # Of an own value, as in `x = parent[x]`, the last one is found step by step.
                own = value is not None and any(_root(each) == _root(target) for each in ast.walk(value))
                self.into[_root(target)] += [None if own else value, *self._deciding]
                if isinstance(target, ast.Subscript):
                    self.into[_root(target)].append(target.slice)

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        name = target.id if isinstance(target, ast.Name) else ""
        if name and isinstance(value, ast.Lambda):
            self._define(name, value.args, [ast.Return(value.body)])
            return
        if name and isinstance(value, ast.Call) and called(value) == "namedtuple":
            self.ours.add(name)
            texts = (str(each.value) for each in ast.walk(value) if isinstance(each, ast.Constant))
            self.into.update({f".{field}": [] for text in texts for field in text.replace(",", " ").split()})
        if name and self._class and not self._function:
            self.into[f".{name}"].append(value)
        self.bind(target, value)
        self.visit(value)

    def visit_Assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            self._assign(target, node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._assign(node.target, node.value)
        elif isinstance(node.target, ast.Name) and self._class:
            self.into[f".{node.target.id}"] += []  # what it is, the constructor is told

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.bind(node.target, node.value if isinstance(node.value, ast.List | ast.Tuple | ast.Dict) else None)
        self.visit(node.value)

    def visit_Delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            self.bind(target, None)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self._assign(node.target, node.value)

    def visit_comprehension(self, node: ast.comprehension | ast.For) -> None:
        counts = isinstance(node.iter, ast.Call) and called(node.iter) == "range"
        self.bind(node.target, None if counts else node.iter)
        self.generic_visit(node)

    def visit_withitem(self, node: ast.withitem) -> None:
        if node.optional_vars is not None:
            self.bind(node.optional_vars, None)
        if isinstance(node.context_expr, ast.Call) and called(node.context_expr) == "raises":
            self._decides(None)
        self.visit(node.context_expr)

    def visit_Import(self, node: ast.Import) -> None:
        for each in node.names:
            if (each.asname or each.name) not in _MODULES:
                self.into[each.asname or each.name.partition(".")[0]].append(None)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for each in node.names:
            if (each.asname or each.name) not in _MODULES:
                known = each.name in DRESS | {"pi", "inf", "nan", "e"}
                self.into[each.asname or each.name] += [] if known else [None]

    def visit_Global(self, node: ast.Global) -> None:
        self.shared |= set(node.names)

    # What decides.

    @contextmanager
    def _decided(self, *by: _Source) -> Iterator[None]:
        self._deciding += by
        if self._function:  # which of its returns is reached
            self.into[self._function] += by
        yield
        del self._deciding[len(self._deciding) - len(by) :]

    def _decides(self, by: _Source) -> None:
        """Note what a function must come past."""
        if self._function:
            self.into[self._function].append(by)

    def visit_Assert(self, node: ast.Assert) -> None:
        self._decides(node.test)
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        with self._decided(node.test):
            self.generic_visit(node)

    def visit_While(self, node: ast.While) -> None:
        with self._decided(node.test, *_breaks(node)):
            self.generic_visit(node)

    def visit_For(self, node: ast.For) -> None:
        with self._decided(*_breaks(node)):
            self.visit_comprehension(node)

    def visit_Match(self, node: ast.Match) -> None:
        with self._decided(node.subject):
            self.generic_visit(node)

    def visit_Try(self, node: ast.Try) -> None:
        kinds = {_last(each.type) if each.type else "" for each in node.handlers}
        shown: list[_Source] = [] if kinds & {"", "Exception", "BaseException"} else [None]  # no misspelt name
        with self._decided(*shown):
            self.generic_visit(node)

    # Functions and classes.

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        key = node.name
        if self._class and not self._function:
            key = f"{self._class}.__init__" if node.name == "__init__" else f".{node.name}"
        lasts = any(isinstance(each, ast.Yield | ast.YieldFrom) for each in ast.walk(node))
        self.into[key] += [] if _plain(node.decorator_list) and not lasts else [None]
        self._define(key, node.args, node.body)

    def _define(self, key: str, arguments: ast.arguments, body: list[ast.stmt]) -> None:
        self.ours.add(key)
        self.into[key] += []
        self._parameters[key] = arguments
        for each in ast.walk(arguments):
            if isinstance(each, ast.arg):
                self.into[each.arg] += []
        for default in [*arguments.defaults, *filter(None, arguments.kw_defaults)]:
            for name in _parameters(arguments):
                self.into[name].append(default)
        outer = self._function, self._deciding
        self._function, self._deciding = key, []
        for statement in body:
            self.visit(statement)
        self._function, self._deciding = outer

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is not None:
            self.into[self._function].append(node.value)
            self.visit(node.value)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.ours.add(node.name)
        self.into[node.name] += [] if _plain([*node.decorator_list, *node.bases]) else [None]
        if _ENUMS & {_last(each) for each in node.bases}:
            self.into[".value"] += []
        outer = self._class, self._function
        self._class, self._function = node.name, ""
        for statement in node.body:
            self.visit(statement)
        self._class, self._function = outer

    # Calls.

    def visit_Call(self, node: ast.Call) -> None:
        self._calls.append(node)
        self._called.add(id(node.func))
        given = [*node.args, *(each.value for each in node.keywords)]
        if isinstance(node.func, ast.Attribute) and node.func.attr in _FILL:
            self.into[_root(node.func.value)] += [*given, *self._deciding]
        elif called(node) == "SimpleNamespace":
            for keyword in node.keywords:
                self.into[f".{keyword.arg}"].append(keyword.value)
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        if id(node) not in self._called:
            self._handed_on.add(node.id)

    def _follow_calls(self) -> None:
        """What a function is given flows into its parameters, and what it does to these, it does to that."""
        known: set[str] = set()
        for call in self._calls:
            key = self._key(call)
            known.add(key)
            if key in self._parameters:
                self._pass(call, self._parameters[key], bound="." in key)
        for key in self._parameters.keys() - (known - self._handed_on):
            for name in _parameters(self._parameters[key]):
                self.into[name].append(None)
        for call in self._calls:
            if self._key(call) not in self._parameters:
                self._touch(call)

    def _key(self, call: ast.Call) -> str:
        """What a called function goes by."""
        name = called(call)
        method = isinstance(call.func, ast.Attribute)
        return next((each for each in (f"{name}.__init__", f".{name}"[not method :]) if each in self._parameters), name)

    def _pass(self, call: ast.Call, arguments: ast.arguments, bound: bool) -> None:
        positional = [each.arg for each in (*arguments.posonlyargs, *arguments.args)][bound:]
        given = dict(zip(positional, call.args))  # noqa: B905 - others have defaults
        given |= {each.arg: each.value for each in call.keywords if each.arg}
        if len(given) < len(call.args) + len(call.keywords) or any(isinstance(each, ast.Starred) for each in call.args):
            given |= dict.fromkeys(_parameters(arguments))  # type: ignore[arg-type]
        for parameter, value in given.items():
            self.into[parameter].append(value)
            if isinstance(value, ast.Name) and self._can_change(value.id):
                self.into[value.id].append(ast.Name(parameter, ast.Load()))

    def _touch(self, call: ast.Call) -> None:
        """Somebody else's function may do what it likes to what it is given, or is a method of."""
        name = called(call)
        if name in DRESS | _LOOK | _FILL | self.ours:
            return
        given = [part for each in call.args for part in (each.elts if isinstance(each, ast.List) else [each])]
        touched = [each.id for each in given if isinstance(each, ast.Name)]
        if isinstance(call.func, ast.Attribute):
            touched.append(_root(call.func.value))
        for name in filter(self._can_change, touched):
            self.into[name].append(None)

    def _can_change(self, name: str) -> bool:
        return name in self.into and not all(map(cannot_change, self.into[name]))


def is_module(name: ast.Name) -> bool:
    """Whether it is what a well-known module is called."""
    return name.id in _MODULES


def adds_up(value: ast.expr) -> bool:
    """Whether literals are added up or multiplied, which computes; `10**-8` and `1 / 3` are as one writes numbers."""
    signs = (each.op for each in ast.walk(value) if isinstance(each, ast.BinOp))
    return any(isinstance(sign, ast.Add | ast.Sub | ast.Mult) for sign in signs)


def dresses(call: ast.Call) -> bool:
    """Whether a call dresses up what it is given. The larger of two, as `max(0, x)`, is a function like others."""
    return called(call) in DRESS and (called(call) not in ("max", "min") or len(call.args) < 2)


def called(call: ast.Call) -> str:
    """The last part of the name of what is called."""
    return _last(call.func)


def cannot_change(value: _Source) -> bool:
    """Whether a value stays what it is, whoever is handed it."""
    if isinstance(value, ast.Tuple):
        return all(map(cannot_change, value.elts))
    return isinstance(value, ast.Constant | ast.UnaryOp | ast.BinOp | ast.JoinedStr)


def _last(node: ast.expr) -> str:
    node = node.func if isinstance(node, ast.Call) else node
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def _plain(names: Iterable[ast.expr]) -> bool:
    return all(_last(each) in _PLAIN for each in names)


def _root(node: ast.AST) -> str:
    """The name of what is changed when a part of it is; empty if it has none."""
    while isinstance(node, ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else f".{node.attr}" if isinstance(node, ast.Attribute) else ""


def _breaks(loop: ast.For | ast.While) -> Iterator[ast.expr]:
    """The conditions on which a loop ends, or goes on, early."""
    for each in ast.walk(loop):
        if isinstance(each, ast.If) and any(isinstance(end, ast.Break | ast.Continue) for end in ast.walk(each)):
            yield each.test


def _parameters(arguments: ast.arguments) -> list[str]:
    return [each.arg for each in ast.walk(arguments) if isinstance(each, ast.arg) and each.arg not in ("self", "cls")]
