"""The operands of a condition: what its run computes. What is left of it is arithmetic, which can be done again.

Of `abs(largest(relu) - 0.5) < 1e-12` that is `largest(relu)`, and of `all(f(x) < 1 for x in xs)` it is `xs` and each
`f(x)`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field

_FUNCTIONS = {"abs", "all", "any", "divmod", "isinstance", "len", "max", "min", "pow", "range", "repr", "round"}
_FUNCTIONS |= {"sorted", "sum", "bool", "complex", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple"}
_FUNCTIONS |= {"Counter", "Decimal", "Fraction", "Integer", "Rational", "Size", "Tensor", "approx", "array", "tensor"}
_FUNCTIONS |= {"allclose", "array_equal", "equal", "isclose", "norm", "sqrt", "exp", "log"}
_METHODS = _FUNCTIONS | {"amax", "amin", "double", "isdisjoint", "item", "mean", "tolist"}
_MODULES = {"collections", "decimal", "fractions", "math", "np", "numpy", "pytest", "statistics", "sympy", "torch"}
_ARITHMETIC = (ast.BoolOp, ast.BinOp, ast.UnaryOp, ast.Compare, ast.Tuple, ast.List, ast.Set, ast.Dict)
_ACTS = (ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom)


def acts(condition: ast.expr) -> bool:
    """Whether a condition does something besides coming out true or false, so that it cannot be evaluated twice."""
    return any(isinstance(each, _ACTS) for each in ast.walk(condition))


def bound_names(trees: Iterable[ast.AST]) -> set[str]:
    """The names that stand for something of a page's own, as a function `sum` that it defines does."""
    found = set()
    for node in (each for tree in trees for each in ast.walk(tree)):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                found.add(node.name)
            case ast.Name(ctx=ast.Store()):
                found.add(node.id)
            case ast.arg():
                found.add(node.arg)
            case ast.ImportFrom() if (node.module or "").partition(".")[0] not in _MODULES:
                found |= {each.asname or each.name for each in node.names}
    return found


@dataclass
class Operands:
    """Those of a condition.

    Args:
        condition: its syntax tree.
        bound: the names that stand for something of the page's own.

    Attributes:
        found: each, and in which of the `loops` it stands, if in one: it has a value for each turn then.
        loops: the loops within expressions.
    """

    condition: ast.expr
    bound: set[str]
    found: list[tuple[ast.expr, int | None]] = field(default_factory=list)
    loops: list[ast.comprehension] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._look(self.condition, None, set())

    def _look(self, node: ast.expr, loop: int | None, turning: set[str]) -> None:
        """Find the operands of `node`; the names `turning` stand for something else at each turn of `loop`."""
        if isinstance(node, ast.Constant) or (isinstance(node, ast.Name) and node.id in turning):
            return
        if loop is None and isinstance(node, ast.GeneratorExp | ast.ListComp) and len(node.generators) == 1:
            (generator,) = node.generators
            loop = len(self.loops)
            self.loops.append(generator)
            turning = {each.id for each in ast.walk(generator.target) if isinstance(each, ast.Name)}
            inner = [node.elt, *generator.ifs]
        elif isinstance(node, _ARITHMETIC) and not _unpacks(node):
            inner = [each for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr)]
        elif isinstance(node, ast.Call) and self._is_arithmetic(node):
            inner = [*node.args, *(each.value for each in node.keywords)]
            if isinstance(node.func, ast.Attribute) and not self._is_module(node.func.value):
                inner.append(node.func.value)
        else:
            self.found.append((node, loop))
            return
        for each in inner:
            self._look(each, loop, turning)

    def _is_arithmetic(self, call: ast.Call) -> bool:
        if _unpacks(call) or any(each.arg == "key" for each in call.keywords):
            return False
        if isinstance(call.func, ast.Name):
            return call.func.id in _FUNCTIONS - self.bound
        return isinstance(call.func, ast.Attribute) and call.func.attr in _METHODS

    def _is_module(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id in _MODULES - self.bound


def _unpacks(node: ast.expr) -> bool:
    """Whether it takes the elements of something that it is not itself, which may have them only once."""
    keywords = node.keywords if isinstance(node, ast.Call) else []
    return any(isinstance(each, ast.Starred) for each in ast.iter_child_nodes(node)) or any(
        each.arg is None for each in keywords
    )
