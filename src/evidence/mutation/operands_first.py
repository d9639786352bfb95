"""Computes what a loop compares before it compares, so that a change of the comparison need not compute it anew."""

from __future__ import annotations

import ast

_MEMO = "__computed_{}__"


def compute_operands_first(call: ast.Call, *, must_hold: bool) -> None:
    """Turn `sum(f(x) < 1 for x in xs)` into `sum(m < 1 for m in [f(x) for x in xs])`, in place.

    The same of `len([x for x in xs if f(x) < 1])`, and of `all`, but that only where it is a condition that must hold:
    elsewhere it may stop at the first that does not, and never come to an end otherwise.

    Args:
        call: a call within an assert; others than those are left as they are.
        must_hold: whether the assert fails unless the call comes out true.
    """
    loop = call.args[0] if len(call.args) == 1 and not call.keywords else None
    if not isinstance(loop, ast.GeneratorExp | ast.ListComp) or not isinstance(call.func, ast.Name):
        return
    if any(isinstance(each, ast.NamedExpr | ast.Await) for each in ast.walk(loop)):
        return
    name, first = call.func.id, loop.generators[0]
    if name == "sum" or (name == "all" and must_hold):
        _split(loop, loop.elt, None)
    elif name == "len" and len(loop.generators) == len(first.ifs) == 1:
        _split(loop, first.ifs[0], first.target)


def _split(loop: ast.GeneratorExp | ast.ListComp, compare: ast.expr, target: ast.expr | None) -> None:
    """Give `loop` another to run over, which computes the operands; it keeps its `target` if `compare` filters it."""
    if not isinstance(compare, ast.Compare) or len(compare.ops) > 1:
        return
    computed: list[ast.expr] = []
    targets: list[ast.expr] = []

    def memo(operand: ast.expr) -> ast.expr:
        if not computes(operand):
            return operand
        name = _MEMO.format(len(computed))
        computed.append(operand)
        targets.append(ast.Name(name, ast.Store()))
        return ast.copy_location(ast.Name(name, ast.Load()), operand)

    compare.left, compare.comparators = memo(compare.left), [memo(compare.comparators[0])]
    if target is not None:
        loop.generators[0].ifs = []
        targets.append(target)
        computed.append(ast.parse(ast.unparse(target), mode="eval").body)
    operands = ast.ListComp(ast.Tuple(computed, ast.Load()), loop.generators)
    filters = [compare] if target is not None else []
    loop.generators = [ast.comprehension(ast.Tuple(targets, ast.Store()), operands, list(filters), 0)]


def computes(node: ast.expr) -> bool:
    """Whether its value takes computing: it is more than literals and what they add up to."""
    return any(isinstance(each, ast.Name) for each in ast.walk(node))
