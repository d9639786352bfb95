"""Tells what a run computed from what its author wrote down and only handed on.

A number is handed on by a name, a table that is filled, a constructor, a function that returns it, a branch that looks
it up. It is computed where something is calculated, counted, ordered, or asked of code that is not the page's. So an
expression is followed back through all that may flow into it, and computes if something there does. Names are not told
apart by scope, nor values of one name by place: what is in doubt, computes.
"""

from __future__ import annotations

import ast

from evidence.run.flow import DRESS, Flow, adds_up, called, cannot_change, dresses, is_module

_ORDER = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
# Calls that return the same when they are made again.
_STAYS = {"len", "sum", "min", "max", "abs", "sorted", "round", "float", "int", "item", "tolist"}


class Constants:
    """Which expressions of a session only hand on what its author wrote, as far as it has been read."""

    def __init__(self) -> None:
        self._flow = Flow()
        self._computed: set[str] = set()
        # Names that stand for a literal at the place that is being read, whatever they stood for before.
        self.restated: set[str] = set()

    def read(self, tree: ast.AST) -> None:
        """Take in the syntax tree of the next block, which may also say more of the names of those before."""
        self._flow.read(tree)
        self._computed, self.restated = set(), set()
        sources = self._flow.into
        # A name computes only if a source of it is known to.
        while new := {name for name in sources.keys() - self._computed if any(map(self._gives, sources[name]))}:
            self._computed |= new

    def pass_by(self, statement: ast.stmt) -> None:
        """Go on behind a statement of the block itself: a name that was given a literal there stands for it."""
        if self.restated:
            bound = Flow()
            bound.read(statement)
            self.restated -= bound.into.keys()
        if isinstance(statement, ast.Assign) and cannot_change(statement.value) and self(statement.value):
            given = {target.id for target in statement.targets if isinstance(target, ast.Name)}
            self.restated |= set() if adds_up(statement.value) else given - self._flow.shared

    def __call__(self, node: ast.expr) -> bool:
        """Whether an expression is made of literals alone."""
        return not self._computes(node)

    def written(self, node: ast.expr) -> bool:
        """Whether an expression only says what its author wrote, and calculates nothing."""
        return self(node) and not self.calculates(node)

    def calculates(self, node: ast.AST) -> bool:
        """Whether an expression of literals calculates with them, as `9 * 64` does, and `Fraction(1, 9)` does not."""
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name) and self._returns_literals(node.func.id):
                return False
            name = called(node)
            if name and not dresses(node) and not {name, f".{name}"} & self._flow.into.keys():
                return True
        return isinstance(node, ast.BinOp) or any(map(self.calculates, ast.iter_child_nodes(node)))

    def _gives(self, source: ast.expr | None) -> bool:
        """Whether what flows into a name is computed."""
        return source is None or self._computes(source) or adds_up(source)

    def _computes(self, node: ast.AST) -> bool:
        match node:
            case ast.Await() | ast.Yield() | ast.YieldFrom():
                return True
            case ast.Lambda() if node.args.args:
                return True
            case ast.Name():
                return node.id not in self.restated and (
                    node.id in self._computed or not (node.id in self._flow.into or is_module(node))
                )
            case ast.Call(func=ast.Name(id=name)) if self._returns_literals(name):
                return self._computes(node.func)  # whatever it is given
            case ast.Call():
                return self._calls_what_computes(node) or any(
                    map(self._computes, [*node.args, *(each.value for each in node.keywords)])
                )
            case ast.Attribute() if not self._is_module(node.value):
                key = f".{node.attr}"
                return key not in self._flow.into or key in self._computed or self._computes(node.value)
            case ast.BinOp() if any(isinstance(each, ast.Name) for each in ast.walk(node)):
                return True
            case ast.Slice() if node.step is not None:
                return True
            case ast.Compare() if any(isinstance(sign, _ORDER) for sign in node.ops):
                return True
        return any(map(self._computes, ast.iter_child_nodes(node)))

    def _returns_literals(self, name: str) -> bool:
        """Whether a function of the session returns nothing else, and nothing decides which."""
        sources = self._flow.into[name] if name in self._flow.ours else []
        return bool(sources) and all(map(cannot_change, sources))

    def _calls_what_computes(self, call: ast.Call) -> bool:
        """Whether a call is of something that computes: not of what dresses up its arguments or hands them on."""
        if any(isinstance(each, ast.Starred) for each in call.args):
            return True  # as in `zip(*rows)`, which gives the columns
        if isinstance(call.func, ast.Name):
            return self._computes(call.func) if call.func.id in self._flow.ours else not dresses(call)
        if not isinstance(call.func, ast.Attribute):
            return self._computes(call.func)
        if f".{call.func.attr}" in self._flow.ours:
            return self._computes(call.func)
        return call.func.attr not in DRESS or self._computes(call.func.value)

    def _is_module(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and is_module(node) and node.id not in self._flow.into


def is_itself(left: ast.expr, right: ast.expr) -> bool:
    """Whether two expressions are one, and must be the same both times that it is evaluated."""
    calls = (each for each in ast.walk(left) if isinstance(each, ast.Call))
    return ast.dump(left) == ast.dump(right) and all(called(each) in _STAYS for each in calls)
