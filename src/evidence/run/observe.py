"""Rewrites a block's code so that its asserts, and what they compare, tell what they saw.

Each place calls the session's `Recorder`, which the code knows as `NAME`, in place of what it did itself.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from evidence.page.model import Block
from evidence.run.constants import Constants, is_itself
from evidence.run.observation import Side
from evidence.run.recorder import Place, Recorder
from evidence.run.source_text import SourceText

# What the observed code calls the `Recorder`: no name that a page would use.
NAME = "__observed__"

SYMBOLS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
    ast.Is: "is",
    ast.IsNot: "is not",
}
ALIKE = {"equal", "array_equal"}
CLOSE = {"allclose", "isclose", "assert_close", "assert_allclose"}
_SIDES: dict[tuple[bool, bool], Side] = {
    (True, True): "both",
    (True, False): "left",
    (False, True): "right",
    (False, False): "neither",
}
# What may stand around a difference, so that the whole is a distance.
_DISTANCE = {"abs", "max", "amax", "norm", "float", "item", "sqrt", "mean", "simplify", "N", "vector_norm"}


class Observer:
    """Rewrites the blocks of a session, one after the other; `recorder` holds their places.

    Attributes:
        judges: whether a block fails that shows nothing.
    """

    judges = True

    def __init__(self) -> None:
        self.recorder = Recorder()
        self.trees: list[ast.Module] = []
        self.constants = Constants()

    def rewrite(self, tree: ast.Module, block: Block) -> ast.Module:
        """The syntax tree of a block, its lines counted from 1, changed in place."""
        text = SourceText(block.code)
        self.trees.append(text.tree)
        self.constants.read(text.tree)
        rewriting = self.rewriting(block, text)
        for at, (statement, plain) in enumerate(zip(tree.body, text.tree.body, strict=True)):
            restated = rewriting.constant.restated
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                rewriting.constant.restated = set()  # it may be called when its names stand for something else
            tree.body[at] = rewriting.visit(statement)
            rewriting.constant.restated = restated
            rewriting.constant.pass_by(plain)
        return ast.fix_missing_locations(tree)

    def rewriting(self, block: Block, text: SourceText) -> Rewriting:
        """What rewrites a block, whose tree is the last."""
        return Rewriting(block, text, places=self.recorder.places, constant=self.constants)


class Rewriting(ast.NodeTransformer):
    """Has the code of a block tell what it saw.

    Args:
        block: the block. Where its page says what it prints, the parts of that are observed, too.
        text: its code.
        places: gets the places of its code.
        constant: the names of its session, read up to its own code.
    """

    def __init__(self, block: Block, text: SourceText, places: list[Place], constant: Constants) -> None:
        self.text, self.places, self.constant = text, places, constant
        self.prints = block.output is not None
        self.verdicts = _asked(text.tree)
        self.first_line = block.line
        self.asserted = 0  # the line of the assert that is being read
        self.deciding: set[int] = set()  # the conditions that must hold for it
        self.answers = False  # whether what the function at hand returns, an assert asks for

    # Places.

    def place(self, kind: str, node: ast.expr, operator: str = "", **more: Any) -> ast.Constant:
        """A new place at `node`, as its number in the code."""
        line, column = self.text.place(self.text.span(node)[0])
        more = {"asserted": self.asserted, "decides": id(node) in self.deciding} | more
        self.places.append(Place(kind, self.first_line + line - 1, column - 1, self.text.of(node), operator, **more))
        return ast.Constant(len(self.places) - 1)

    def computed(self, left: ast.expr, right: ast.expr, symbol: str = "==") -> Side:
        """Which of two sides the run computes; where both are made of literals, one that calculates with them does.

        Neither does where a thing is compared with itself; but `x != x` says that it is no number.
        """
        if symbol not in ("!=", "is") and is_itself(left, right):
            return "neither"
        sides = [not self.constant(side) for side in (left, right)]
        if not any(sides):
            sides = [self.constant.calculates(side) for side in (left, right)]
        return _SIDES[sides[0], sides[1]]

    # Asserts.

    def visit_Assert(self, node: ast.Assert) -> ast.Assert:
        """The condition is observed, and so is what it compares."""
        at = self.place("assert", node.test, asserted=self.first_line + node.lineno - 1)
        outer = self.asserted, self.deciding
        self.asserted, self.deciding = self.first_line + node.lineno - 1, set(map(id, _conjuncts(node.test)))
        test = self.condition(node.test)
        self.asserted, self.deciding = outer
        message = [self.visit(node.msg)] if node.msg else []
        new = ast.Assert(_call("asserted", at, test), _call("told", at, *message))
        return ast.copy_location(new, node)

    def condition(self, node: ast.expr) -> ast.expr:
        """A condition of an assert; one that compares nothing is a truth value."""
        if isinstance(node, ast.BoolOp):
            node.values = [self.condition(each) for each in node.values]
            return node
        if isinstance(node, ast.Compare) or (isinstance(node, ast.Call) and called(node) in ALIKE | CLOSE):
            return self.visit(node)  # type: ignore[no-any-return]
        side: Side = "neither" if self.constant(node) else "left"
        at = self.place("compare", node, "truth", computed=side)
        return ast.copy_location(_call("truth", at, self.visit(node)), node)

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        """Each comparison of an assert is observed, of `a < b < c` both."""
        if not self.asserted:
            self.generic_visit(node)
            plain = isinstance(node.ops[0], ast.Eq | ast.NotEq) and len(node.ops) == 1
            return self.difference(node, node.left, node.comparators[0], SYMBOLS[type(node.ops[0])]) if plain else node
        operands = [node.left, *node.comparators]
        places = []
        # What equals something that was computed is as good as computed.
        linked = all(isinstance(op, ast.Eq) for op in node.ops) and not all(map(self.constant, operands))
        for at, op in enumerate(node.ops):
            symbol = SYMBOLS[type(op)]
            pair = operands[at], operands[at + 1]
            close = any(isinstance(each, ast.Call) and called(each) == "approx" for each in pair)
            side = "both" if linked and len(node.ops) > 1 else self.computed(*pair, symbol)
            more = {"symbol": symbol, "computed": side}
            number = self.place("compare", node, "close" if close else symbol, **more)
            if len(node.ops) > 1:
                self.places[-1].code = f"{ast.unparse(pair[0])} {symbol} {ast.unparse(pair[1])}"
            places.append(number)
        if len(places) == 1 and isinstance(node.ops[0], ast.Lt | ast.LtE):
            self.distance(node, places[0])
        equal = [isinstance(op, ast.Eq) for op in node.ops]
        twins = [_other_names(*pair) if each else [] for each, pair in zip(equal, pairwise(operands), strict=True)]
        left, *others = [self.visit(each) for each in operands]
        for at, names in enumerate(twins):
            if names:
                pairs = [ast.Tuple([ast.Name(name, ast.Load()) for name in pair], ast.Load()) for pair in names]
                others[at] = ast.copy_location(_call("twins", places[at], others[at], *pairs), node)
        comparisons: list[ast.expr] = []
        for at, right in enumerate(others):
            # What is compared on both sides is computed once, and not at all after a comparison that does not hold.
            shared = _call("keep", places[at], right) if at + 1 < len(others) else right
            comparisons.append(ast.copy_location(_call("compare", places[at], left, shared), node))
            left = _call("kept", places[at])
        return comparisons[0] if len(comparisons) == 1 else ast.copy_location(ast.BoolOp(ast.And(), comparisons), node)

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        """What changed is often the difference of two names, which may be names of one thing."""
        self.generic_visit(node)
        return self.difference(node, node.left, node.right, "-") if isinstance(node.op, ast.Sub) else node

    def difference(self, node: ast.expr, left: ast.expr, right: ast.expr, symbol: str) -> ast.expr:
        """Observe whether two names that are subtracted or compared, also outside of asserts, are of one thing."""
        named = isinstance(left, ast.Name | ast.Attribute) and isinstance(right, ast.Name | ast.Attribute)
        if not named or ast.dump(left) == ast.dump(right):
            return node
        at = self.place("difference", node, symbol=symbol)
        return ast.copy_location(_call("difference", at, left, right), node)

    def distance(self, node: ast.Compare, at: ast.Constant) -> None:
        """In `abs(a - b) < tolerance`, what is claimed is that `a` is close to `b`."""
        inner: ast.expr = node.left
        within = False
        while isinstance(inner, ast.Call) and called(inner) in _DISTANCE:
            within = within or called(inner) in ("abs", "norm", "vector_norm")
            method = isinstance(inner.func, ast.Attribute) and not self.constant(inner.func.value)
            if not method and not inner.args:
                return
            inner = inner.func.value if method else inner.args[0]  # type: ignore[attr-defined]
        if not within or not isinstance(inner, ast.BinOp) or not isinstance(inner.op, ast.Sub):
            return
        place = self.places[at.value]  # type: ignore[index]
        place.operator, place.computed = "close", self.computed(inner.left, inner.right)
        inner.left = ast.copy_location(_call("side", at, ast.Constant(0), inner.left), inner.left)
        inner.right = ast.copy_location(_call("side", at, ast.Constant(1), inner.right), inner.right)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """What is alike, what is largest, and what is printed."""
        name, starred = called(node), any(isinstance(each, ast.Starred) for each in node.args)
        plain = isinstance(node.func, ast.Name)
        if self.asserted and name in ALIKE | CLOSE and not starred:
            method = isinstance(node.func, ast.Attribute) and len(node.args) == 1
            pair = (node.func.value, node.args[0]) if method else tuple(node.args[:2])  # type: ignore[attr-defined]
            if len(pair) == 2:
                kind = "equal" if name in ALIKE else "close"
                at = self.place("compare", node, kind, computed=self.computed(*pair))
                self.generic_visit(node)
                return ast.copy_location(_call("alike", at, node.func, *node.args, keywords=node.keywords), node)
        if plain and name in ("max", "min") and len(node.args) > 1:
            at = self.place("extreme", node)
            self.generic_visit(node)
            return ast.copy_location(_call("extreme", at, node.func, *node.args, keywords=node.keywords), node)
        if self.asserted and name == "sum" and not node.keywords:  # as of `held = [x < 1 for x in xs]`
            method = isinstance(node.func, ast.Attribute) and not node.args
            of = node.func.value if method else node.args[0] if plain and len(node.args) == 1 else None  # type: ignore[attr-defined]
            if isinstance(of, ast.Name):
                new = _call("counted", self.place("counted", of, "truth", computed="left", decides=False), of)
                if method:
                    node.func.value = new  # type: ignore[attr-defined]
                else:
                    node.args = [new]
                return ast.copy_location(node, node)
        if plain and name == "all" and self.asserted and len(node.args) == 1:  # all of none is no proof
            asked = node.args[0]
            self.generic_visit(node)
            at = self.place("loop", asked)
            node.args = [ast.copy_location(_call("some", at, node.args[0]), node.args[0])]
            return node
        # The pairs of neighbours, `zip(xs, xs[1:])`, are what is meant.
        sliced = any(isinstance(each, ast.Subscript) for each in node.args)
        if plain and name == "zip" and self.asserted and not starred and not sliced:
            at = self.place("zip", node)
            self.generic_visit(node)
            return ast.copy_location(_call("zipped", at, *node.args, keywords=node.keywords), node)
        if plain and name == "print" and self.prints:
            node.args = [self.part(each) for each in node.args]
        self.generic_visit(node)
        return node

    # Functions that an assert asks, loops, expected errors, what is printed.

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        """What a function compares, whose verdict an assert asks for."""
        outer = self.answers
        self.answers = node.name in self.verdicts
        self.generic_visit(node)
        self.answers = outer
        return node

    def visit_Return(self, node: ast.Return) -> ast.Return:
        """It need not hold: the assert says whether it must."""
        outer = self.asserted, self.deciding
        if self.answers and node.value is not None and _is_verdict(node.value):
            self.asserted, self.deciding = self.first_line + node.lineno - 1, set()
        self.generic_visit(node)
        self.asserted, self.deciding = outer
        return node

    def loop(self, node: ast.For | ast.comprehension) -> None:
        at = self.place("loop", node.iter)
        self.generic_visit(node)
        node.iter = ast.copy_location(_call("some", at, node.iter), node.iter)

    def visit_For(self, node: ast.For) -> ast.For:
        """Whether a loop had anything to run over."""
        self.loop(node)
        return node

    def visit_comprehension(self, node: ast.comprehension) -> ast.comprehension:
        """Likewise, also of a loop within an expression."""
        if node.is_async:
            return self.generic_visit(node)  # type: ignore[return-value]
        self.loop(node)
        return node

    def visit_With(self, node: ast.With) -> ast.With:
        """What an expected error was."""
        for item in node.items:
            call = item.context_expr
            if isinstance(call, ast.Call) and _is_raises(call) and len(call.args) == 1:
                at = self.place("raises", call, "raises", asserted=self.first_line + node.lineno - 1, decides=True)
                if not any(keyword.arg == "match" for keyword in call.keywords):
                    self.places[-1].against["match"] = "any message"
                new = _call("raising", at, *call.args, keywords=call.keywords)
                item.context_expr = ast.copy_location(new, call)
        self.generic_visit(node)
        return node

    def part(self, node: ast.expr) -> ast.expr:
        """An argument of `print`; the parts of a formatted text are observed by themselves."""
        if (
            isinstance(node, ast.Starred)
            or self.constant.written(node)
            or any(isinstance(each, ast.JoinedStr) for each in ast.walk(node))
        ):
            return node
        at = self.place("printed", node, "printed", computed="left")
        return ast.copy_location(_call("printed", at, node), node)

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.FormattedValue:
        """A part of a formatted text."""
        if not self.prints or self.constant.written(node.value):
            return self.generic_visit(node)  # type: ignore[return-value]
        at = self.place("printed", node.value, "printed", computed="left")
        self.places[-1].code = ast.unparse(node.value)  # within a formatted text, places are not to be relied on
        spec = node.format_spec or ast.Constant("")
        self.generic_visit(node)
        call = _call("formatted", at, node.value, ast.Constant(node.conversion), spec)
        return ast.copy_location(ast.FormattedValue(call, -1, None), node)


def _conjuncts(test: ast.expr) -> list[ast.expr]:
    """The conditions that must all hold for `test` to hold."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return [each for value in test.values for each in _conjuncts(value)]
    return [test]


def _asked(tree: ast.AST) -> set[str]:
    """The names of the functions that an assert calls."""
    asserts = (each.test for each in ast.walk(tree) if isinstance(each, ast.Assert))
    calls = (each.func for test in asserts for each in ast.walk(test) if isinstance(each, ast.Call))
    return {function.id for function in calls if isinstance(function, ast.Name)}


def _other_names(left: ast.expr, right: ast.expr) -> list[tuple[str, str]]:
    """The names in which two expressions differ, if they differ in nothing else: `sum(a)` and `sum(b)`."""
    both = [[*ast.walk(side)] for side in (left, right)]
    names = [[each.id for each in side if isinstance(each, ast.Name)] for side in both]
    pairs = [(one, other) for one, other in zip(*names, strict=False) if one != other]
    bound = any(isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store) for side in both for each in side)
    renamed = _Renamed(dict(pairs)).visit(copy.deepcopy(left))
    return pairs if not bound and ast.dump(renamed) == ast.dump(right) else []


class _Renamed(ast.NodeTransformer):
    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self.names.get(node.id, node.id), node.ctx)


def _is_verdict(value: ast.expr) -> bool:
    """Whether an expression says whether something is so."""
    match value:
        case ast.BoolOp():
            return all(map(_is_verdict, value.values))
        case ast.UnaryOp(op=ast.Not()):
            return _is_verdict(value.operand)
        case ast.Call():
            wraps = called(value) in ("bool", "item")
            inner = value.func.value if isinstance(value.func, ast.Attribute) else next(iter(value.args), value.func)
            return called(value) in ALIKE | CLOSE | {"all", "any"} or (wraps and _is_verdict(inner))
    return isinstance(value, ast.Compare)


def called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _is_raises(call: ast.Call) -> bool:
    return ast.unparse(call.func) in ("pytest.raises", "raises")


def _call(method: str, *arguments: ast.expr, keywords: Sequence[ast.keyword] = ()) -> ast.Call:
    function = ast.Attribute(ast.Name(NAME, ast.Load()), method, ast.Load())
    return ast.Call(function, list(arguments), list(keywords))
