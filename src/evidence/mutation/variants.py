"""Makes code of a check that also evaluates its mutants.

A mutant differs from its check in a condition that is put together of operands, so that, once they are computed, what
becomes of the mutant is arithmetic: the changed condition is evaluated with the same operands. Where the change is to
an operand itself, or a failing assert may be what is meant, the changed condition stands beside the plain one, behind a
gate, and only a run of the whole block can tell.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from evidence.mutation.mutants import Mutant
from evidence.mutation.operands import Operands, acts
from evidence.mutation.operators import Edit
from evidence.page.model import Block
from evidence.run.observe import Rewriting
from evidence.run.source_text import SourceText

# What the code calls the gate, and what is held of an assert: no names that a page would use.
GATE, HELD = "__mutants__", "__held__"
_MAY_EXPECT_FAILURE = (ast.Try, ast.TryStar, ast.With, ast.FunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class Site:
    """An assert whose mutants are evaluated with its operands.

    Attributes:
        numbers: of these mutants.
        source: of a list of functions of what is held: the plain condition, and that of each mutant.
    """

    numbers: tuple[int, ...]
    source: str


class Varying(Rewriting):
    """The rewriting of a check, with its mutants.

    Args:
        block: the check.
        text: its code.
        mutants: those to try, by number.
        bound: the names that stand for something of the page's own.
        sites: gets the asserts whose mutants are evaluated on the spot; `None` if none is to be.
        others: what `Rewriting` takes.
    """

    def __init__(
        self,
        block: Block,
        text: SourceText,
        mutants: Mapping[int, Mutant],
        bound: set[str],
        sites: list[Site] | None,
        **others: Any,
    ) -> None:
        super().__init__(block, text, **others)
        self.bound, self.sites = bound, sites
        self.within: dict[tuple[int, int], dict[int, Mutant]] = {}
        for number, mutant in mutants.items():
            if mutant.change is not None:
                self.within.setdefault(mutant.change.within, {})[number] = mutant
        self.operands: dict[int, tuple[int, int | None]] = {}
        self.loops: dict[int, int] = {}
        self.may_expect_failure = False

    def visit(self, node: ast.AST) -> Any:
        """An operand is held; an assert in here may be meant to fail."""
        before = self.may_expect_failure
        self.may_expect_failure |= isinstance(node, _MAY_EXPECT_FAILURE)
        new = super().visit(node)
        self.may_expect_failure = before
        if id(node) in self.operands:
            number, loop = self.operands[id(node)]
            new = _call(HELD, "hold", ast.Constant(number), ast.Constant(loop), new)
        return new

    def visit_comprehension(self, node: ast.comprehension) -> ast.comprehension:
        """What a loop runs over is held."""
        new = super().visit_comprehension(node)
        if id(node) in self.loops:
            new.iter = _call(HELD, "each", ast.Constant(self.loops[id(node)]), new.iter)
        return new

    def visit_Assert(self, node: ast.Assert) -> ast.Assert:  # noqa: N802 - the name is of `ast`
        """The condition, with those of its mutants."""
        mutants = self.within.get(self.text.span(node.test), {})
        forks = self.may_expect_failure or self.sites is None or acts(node.test)
        decided = {} if forks else self.on_the_spot(node.test, mutants)
        new = super().visit_Assert(node)
        assert isinstance(new.test, ast.Call), "the recorder is called"
        condition = new.test.args[1]
        if decided:
            assert self.sites is not None, "it has just got one"
            holder = ast.NamedExpr(
                ast.Name(HELD, ast.Store()), _call(GATE, "holder", ast.Constant(len(self.sites) - 1))
            )
            condition = _call(GATE, "decided", holder, condition)
        gated = {number: mutant for number, mutant in mutants.items() if number not in decided}
        new.test.args[1] = self.gated(gated, condition)
        return new

    def visit_With(self, node: ast.With) -> ast.With:  # noqa: N802 - as above
        """What an expected error says, with the mutants of that."""
        for call in (item.context_expr for item in node.items):
            for keyword in call.keywords if isinstance(call, ast.Call) else ():
                keyword.value = self.gated(self.within.get(self.text.span(keyword.value), {}), keyword.value)
        return super().visit_With(node)

    def gated(self, mutants: Mapping[int, Mutant], plain: ast.expr) -> ast.expr:
        """The expression, or that of the mutant that is on."""
        for number, mutant in mutants.items():
            assert mutant.change is not None, "it was looked up by that"
            changed = ast.parse(f"({self.text.edited(mutant.change.edits, mutant.change.within)})", mode="eval").body
            plain = ast.copy_location(ast.IfExp(_call(GATE, "on", ast.Constant(number)), changed, plain), plain)
        return plain

    def on_the_spot(self, test: ast.expr, mutants: Mapping[int, Mutant]) -> dict[int, str]:
        """A new site for the mutants of a condition that leave its operands as they are; their sources, by number."""
        operands = Operands(test, self.bound)
        held = list(self.edits(operands))
        within = self.text.span(test)
        sources = {}
        for number, mutant in mutants.items():
            assert mutant.change is not None, "it was looked up by that"
            edits = mutant.change.edits
            if not any(_changes(edit, at) for edit in edits for at in held):
                left = [at for at in held if not any(_covers(edit, at) for edit in edits)]
                sources[number] = self.text.edited([*edits, *left], within)
        if sources and self.sites is not None:
            for number, (node, loop) in enumerate(operands.found):
                self.operands[id(node)] = number, loop
            self.loops |= {id(loop): number for number, loop in enumerate(operands.loops)}
            functions = [f"lambda {HELD}: ({source})" for source in (self.text.edited(held, within), *sources.values())]
            self.sites.append(Site(tuple(sources), f"[{', '.join(functions)}]"))
        return sources

    def edits(self, operands: Operands) -> Iterator[Edit]:
        """What makes of a condition one of what is held."""
        for number, (node, _) in enumerate(operands.found):
            yield *self.text.span(node), f"{HELD}({number})"
        for number, loop in enumerate(operands.loops):
            start, end = self.text.span(loop.target)
            yield start, start, f"{HELD}, ("
            yield end, end, ")"
            yield *self.text.span(loop.iter), f"{HELD}.turns({number})"


def _changes(edit: Edit, operand: Edit) -> bool:
    """Whether an edit is one of an operand: within it, and not around it."""
    inside = operand[0] <= edit[0] and edit[1] <= operand[1]
    return inside and edit[0] < operand[1] and edit[1] > operand[0] and not _covers(edit, operand)


def _covers(edit: Edit, operand: Edit) -> bool:
    return edit[0] <= operand[0] and operand[1] <= edit[1] and edit[0] < edit[1]


def _call(owner: str, method: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Attribute(ast.Name(owner, ast.Load()), method, ast.Load()), list(arguments), [])
