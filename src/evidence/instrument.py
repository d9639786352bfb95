"""Puts all mutants of a block into its code at once, each behind a gate.

Where the plain code evaluates a literal, the code made here asks first whether that literal's mutant is on. So a
process can run up to the place where a mutant differs, fork there, and run on as that mutant: what was computed before
is not computed again. Comparisons are changed after their operands were computed, for the same reason.

Most mutants need no process. Where the condition of an assert compares a value with literals, the value is compared
with the changed literals on the spot; if it differs from them, that assert would have failed.
"""

from __future__ import annotations

import ast
import operator
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from evidence.changes import Negation, Operator, Swap

# What the instrumented code calls its `Gate`: no name that a page would use.
NAME = "__mutants__"
_MEMO = "__memo_{}__"

Effect = Swap | Operator | Negation
Changed = tuple[tuple[int, str], ...]

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": lambda a, b: a in b,
    "not in": lambda a, b: a not in b,
    "is": operator.is_,
    "is not": operator.is_not,
}


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
        return _COMPARE[symbol](left, right)

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
            return not _COMPARE[symbol](left, right())
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
        self.memos = 0

    def visit(self, node: ast.AST) -> Any:
        effects = self.effects.get(id(node), [])
        is_condition = id(node) in self.conditions
        literals: list[int] = []
        if isinstance(node, ast.Assert) and not self.may_expect_failure:
            self.conditions.update(map(id, _conjuncts(node.test)))
        elif isinstance(node, _MAY_EXPECT_FAILURE) and not self.may_expect_failure:
            return self.visit_expecting_failure(node)
        elif isinstance(node, ast.Call):
            self.compute_operands_first(node)
        elif isinstance(node, ast.Compare) and is_condition and not _computes(node.comparators[0]):
            within = {id(each) for each in ast.walk(node.comparators[0])}
            literals = [n for at, found in self.effects.items() if at in within for n, _ in found]
        new = super().visit(node)
        if isinstance(new, ast.Compare):
            new = _switched_comparison(new, effects, literals if is_condition else None)
        for number, effect in effects:
            if isinstance(effect, Negation):
                method = "assertion" if is_condition else "negate"
                new = ast.copy_location(_call(method, ast.Constant(number), new), new)
            elif isinstance(effect, Swap):
                other = ast.parse(f"({effect.source})", mode="eval").body
                new = ast.copy_location(ast.IfExp(_call("on", ast.Constant(number)), other, new), new)
        return new

    def visit_expecting_failure(self, node: ast.AST) -> Any:
        """An assert in here may be meant to fail; only a run of the whole block can tell what its failure means."""
        self.may_expect_failure = True
        new = self.visit(node)
        self.may_expect_failure = False
        return new

    def compute_operands_first(self, node: ast.Call) -> None:
        """`sum(f(x) < 1 for x in xs)` as `sum(m < 1 for m in [f(x) for x in xs])`; the same of `all`.

        So `f` is not called anew for each change of `< 1`. What is computed is the same as long as the check holds.
        Likewise `len([x for x in xs if f(x) < 1])`.
        """
        argument = node.args[0] if len(node.args) == 1 and not node.keywords else None
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if not isinstance(argument, ast.GeneratorExp | ast.ListComp) or name not in ("sum", "all", "len"):
            return
        if any(isinstance(each, ast.NamedExpr | ast.Await) for each in ast.walk(argument)):
            return
        first = argument.generators[0]
        if name == "len" and len(argument.generators) == len(first.ifs) == 1:
            self.memorize(argument, first.ifs[0], first.target)
        elif name != "len":
            self.memorize(argument, argument.elt, None)

    def memorize(self, loop: ast.GeneratorExp | ast.ListComp, compare: ast.expr, target: ast.expr | None) -> None:
        """Compute the operands of `compare` in a loop of their own, before; keep `target` if it is a condition."""
        if not isinstance(compare, ast.Compare) or len(compare.ops) > 1:
            return
        self.memos += 1
        computed = [each for each in (compare.left, compare.comparators[0]) if _computes(each)]
        names = [_MEMO.format(f"{self.memos}_{at}") for at in range(len(computed))]
        targets: list[ast.expr] = [ast.Name(name, ast.Store()) for name in names]
        before = loop.generators
        if target is not None:
            before[0].ifs = []
            targets.append(target)
            computed.append(_loaded(target))
        by_name = dict(zip(map(id, computed), names, strict=False))
        compare.left = _named(compare.left, by_name)
        compare.comparators = [_named(compare.comparators[0], by_name)]
        loop.generators = [
            ast.comprehension(
                target=ast.Tuple(targets, ast.Store()),
                iter=ast.ListComp(ast.Tuple(computed, ast.Load()), before),
                ifs=[compare] if target is not None else [],
                is_async=0,
            )
        ]


def _loaded(target: ast.expr) -> ast.expr:
    """The expression that has the value of the loop's target."""
    return ast.parse(ast.unparse(target), mode="eval").body


def _computes(node: ast.expr) -> bool:
    return any(isinstance(each, ast.Name) for each in ast.walk(node))


def _named(node: ast.expr, names: dict[int, str]) -> ast.expr:
    return ast.copy_location(ast.Name(names[id(node)], ast.Load()), node) if id(node) in names else node


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
