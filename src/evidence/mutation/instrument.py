"""Puts all mutants of a block into its code at once, each behind a gate.

Where the plain code evaluates a literal, the code made here asks first whether that literal's mutant is on. So a
process can run up to the place where a mutant differs, fork there, and run on as that mutant: what was computed before
is not computed again. Comparisons are changed after their operands were computed, for the same reason.

Most mutants need no process. Where the condition of an assert compares a value with literals, the value is compared
with the changed literals on the spot; if it differs from them, that assert would have failed.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from evidence.mutation.operands_first import compute_operands_first, computes
from evidence.mutation.operators import Negation, Operator, Swap
from evidence.run.recorder import COMPARE

# What the instrumented code calls its `Gate`: no name that a page would use.
NAME = "__mutants__"

Effect = Swap | Operator | Negation
Changed = tuple[tuple[int, str], ...]


class Gate:
    """What instrumented code calls, under `NAME`.

    Args:
        on: whether the mutant with a number is on; asked each time the place where it differs is reached.
        kill: told the number of a mutant with which the assert at hand would fail.
    """

    def __init__(self, on: Callable[[int], bool], kill: Callable[[int], None]) -> None:
        self._on = on
        self._kill = kill
        self._tried: int | None = None

    def on(self, number: int) -> bool:
        """Whether the mutant is on, or tried on the spot."""
        return self._on(number) if self._tried is None else self._tried == number

    def compare(self, mutants: Changed, plain: str, left: object, right: object) -> object:
        """Compare by the operator of the mutant that is on, or by the plain one."""
        symbol = next((new for number, new in mutants if self.on(number)), plain)
        return COMPARE[symbol](left, right)

    def condition(
        self, mutants: Changed, literals: tuple[int, ...], plain: str, left: object, right: Callable[[], object]
    ) -> object:
        """As `compare`, of the condition of an assert, whose right side holds the mutants `literals`."""
        for number, symbol in (*mutants, *((number, plain) for number in literals)):
            if self._fails(number, symbol, left, right):
                self._kill(number)
        return self.compare(mutants, plain, left, right())

    def compared(self, mutants: Changed, plain: str, left: object, right: object) -> object:
        """As `condition`, with a right side that was computed."""
        return self.condition(mutants, (), plain, left, lambda: right)

    def _fails(self, number: int, symbol: str, left: object, right: Callable[[], object]) -> bool:
        self._tried = number
        try:
            return not COMPARE[symbol](left, right())
        except Exception:
            return False  # its own process will show
        finally:
            self._tried = None

    def negate(self, number: int, value: object) -> object:
        """The value, or its opposite where the mutant is on."""
        return not value if self.on(number) else value

    def assertion(self, number: int, value: object) -> object:
        """As `negate`, of the condition of an assert."""
        if value:
            self._kill(number)
        return self.negate(number, value)


def instrument(tree: ast.Module, effects: Iterable[tuple[int, Effect]]) -> ast.Module:
    """`tree`, changed in place, with each numbered effect behind the gate that its namespace holds as `NAME`."""
    instrumenter = _Instrumenter()
    for number, effect in effects:
        instrumenter.effects[id(effect.node)].append((number, effect))
    return ast.fix_missing_locations(instrumenter.visit(tree))  # type: ignore[no-any-return]


_MAY_EXPECT_FAILURE = (ast.Try, ast.TryStar, ast.With, ast.FunctionDef, ast.ClassDef)


def _conjuncts(test: ast.expr) -> list[ast.expr]:
    """The conditions that must all hold for `test` to hold."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return [each for value in test.values for each in _conjuncts(value)]
    return [test]


class _Instrumenter(ast.NodeTransformer):
    def __init__(self) -> None:
        self.effects: dict[int, list[tuple[int, Effect]]] = defaultdict(list)
        self.conditions: set[int] = set()
        self.may_expect_failure = False

    def visit(self, node: ast.AST) -> Any:
        is_condition = id(node) in self.conditions
        if isinstance(node, ast.Assert):
            self.prepare(node)
        elif isinstance(node, _MAY_EXPECT_FAILURE) and not self.may_expect_failure:
            return self.visit_expecting_failure(node)
        literals = self.literals_compared(node) if is_condition else None
        effects = self.effects.get(id(node), [])
        new = super().visit(node)
        if isinstance(new, ast.Compare):
            new = _switched_comparison(new, effects, literals)
        for number, effect in effects:
            if isinstance(effect, Negation):
                method = "assertion" if is_condition else "negate"
                new = ast.copy_location(_call(method, ast.Constant(number), new), new)
            elif isinstance(effect, Swap):
                other = ast.parse(f"({effect.source})", mode="eval").body
                new = ast.copy_location(ast.IfExp(_call("on", ast.Constant(number)), other, new), new)
        return new

    def prepare(self, node: ast.Assert) -> None:
        """Note the conditions of an assert, and have the operands of its comparisons computed before them."""
        conditions = _conjuncts(node.test)
        if not self.may_expect_failure:
            self.conditions.update(map(id, conditions))
        for each in ast.walk(node.test):
            if isinstance(each, ast.Call):
                compute_operands_first(each, must_hold=each in conditions)

    def literals_compared(self, node: ast.AST) -> list[int]:
        """The mutants on the right side of a comparison with literals alone."""
        if not isinstance(node, ast.Compare) or computes(node.comparators[0]):
            return []
        within = {id(each) for each in ast.walk(node.comparators[0])}
        return [number for at, found in self.effects.items() if at in within for number, _ in found]

    def visit_expecting_failure(self, node: ast.AST) -> Any:
        """An assert in here may be meant to fail; only a run of the whole block can tell what its failure means."""
        self.may_expect_failure = True
        new = self.visit(node)
        self.may_expect_failure = False
        return new


def _switched_comparison(node: ast.Compare, effects: list[tuple[int, Effect]], literals: list[int] | None) -> ast.expr:
    """The comparison by way of the gate; `literals` is `None` for one that is no condition of an assert."""
    mutants = [(number, effect) for number, effect in effects if isinstance(effect, Operator)]
    if not mutants:
        return node
    changed = _literal([(number, effect.symbol) for number, effect in mutants])
    plain = ast.Constant(mutants[0][1].plain)
    right = node.comparators[0]
    if literals is None:
        call = _call("compare", changed, plain, node.left, right)
    elif literals:
        call = _call("condition", changed, _literal(literals), plain, node.left, _delayed(right))
    else:
        call = _call("compared", changed, plain, node.left, right)
    return ast.copy_location(call, node)


def _literal(values: list[Any]) -> ast.expr:
    return ast.parse(repr(tuple(values)), mode="eval").body


def _delayed(value: ast.expr) -> ast.Lambda:
    nothing = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
    return ast.Lambda(nothing, value)


def _call(method: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Attribute(ast.Name(NAME, ast.Load()), method, ast.Load()), list(arguments), [])
