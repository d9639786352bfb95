"""Where an assert can be changed so that it claims something else, and how.

The walk follows what is claimed: from the condition to the values that it is said to have. What an assert passes to a
function, or indexes with, is put in and not claimed; it is told apart as `Kind.INPUT`.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from enum import Enum

from evidence.mutation.literals import neighbours, tightened
from evidence.run.observe import ALIKE, CLOSE, SYMBOLS, called
from evidence.run.source_text import SourceText


class Kind(Enum):
    """What it means that a check still passes after a change."""

    CLAIM = "claim"  # the claim cannot fail, or says nothing of what was changed
    SLACK = "slack"  # a bound is wider than it need be: no error, and worth a look
    INPUT = "input"  # the claim holds of another input as well, which is no fault


Edit = tuple[int, int, str]
"""The bytes from the first to the second become the text."""


@dataclass(frozen=True)
class Change:
    """A change of the code: the bytes from `start` to `end` become `new`.

    Attributes:
        kind: what it would mean if the check still passed.
        start: where what is changed begins.
        end: where it ends.
        new: what it becomes.
        within: where the condition, or the argument, begins and ends that it is a part of.
        edits: the same change, of no more than differs.
        why: what makes the claim empty where that is plain from its text; otherwise empty.
    """

    kind: Kind
    start: int
    end: int
    new: str
    within: tuple[int, int]
    edits: tuple[Edit, ...]
    why: str = ""


class _Role(Enum):
    VALUE = "what is claimed to be"
    OPERAND = "what is compared; its conditions are claims, its literals are not"
    INPUT = "what is put in"


_OPPOSITE = {"==": "!=", "<": ">=", "<=": ">", "in": "not in", "is": "is not"}
_OPPOSITE |= {new: old for old, new in _OPPOSITE.items()}
_TIGHTER = {"<=": "<", ">=": ">"}
_WIDER = {new: old for old, new in _TIGHTER.items()}

# Functions whose arguments are claimed to be alike, and those that only dress up a value.
_ALIKE = ALIKE | CLOSE
_DRESS = {"set", "list", "tuple", "dict", "frozenset", "float", "int", "bool", "str", "complex", "Fraction", "Decimal"}
_DRESS |= {"Counter", "tensor", "Tensor", "as_tensor", "array", "asarray", "Size", "all", "sum", "approx"}
_DISTANCE = {"abs", "norm"}
_TOLERANCES = {"atol", "rtol", "abs", "rel", "abs_tol", "rel_tol", "tol", "tolerance", "eps"}
# Without these a call comes to the same value in another form, or draws it elsewhere.
_OF_NO_VALUE = {"dtype", "device", "requires_grad", "generator", "equal_nan", "check_dtype"}


def changes_of(source: SourceText) -> list[Change]:
    """The changes of the asserts in `source`, in the order of their places."""
    walk = _Walk(source)
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Assert):
            walk.within = source.span(node.test)
            walk.claim(node.test)
        elif isinstance(node, ast.With):
            for item in node.items:
                walk.expected_error(item.context_expr)
    return sorted(walk.changes, key=lambda change: (change.start, change.end))


class _Walk:
    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.within = (0, 0)  # of what is being walked through
        self.changes: list[Change] = []

    def add(self, kind: Kind, node: ast.expr, new: str, why: str = "", edits: tuple[Edit, ...] = ()) -> None:
        start, end = self.source.span(node)
        self.changes.append(Change(kind, start, end, new, self.within, edits or ((start, end, new),), why))

    def claim(self, test: ast.expr) -> None:
        if any(isinstance(node, ast.Name | ast.Call | ast.BinOp) for node in ast.walk(test)):
            self.condition(test, True)
        else:
            self.add(Kind.CLAIM, test, "True", "only literals, nothing that was computed")

    def expected_error(self, node: ast.expr) -> None:
        """In `pytest.raises(error, match="…")`, what the error says is claimed."""
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("pytest.raises", "raises"):
            for keyword in node.keywords:
                if keyword.arg == "match":
                    self.within = self.source.span(keyword.value)
                    self.value(keyword.value, _Role.VALUE)

    def condition(self, node: ast.expr, positive: bool) -> None:
        """An expression whose truth is claimed, or whose falsehood if not `positive`."""
        if isinstance(node, ast.Compare):
            self.compare(node, positive)
        elif isinstance(node, ast.BoolOp):
            for each in node.values:
                self.condition(each, positive)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            if isinstance(node.operand, ast.Compare | ast.BoolOp):
                self.condition(node.operand, not positive)
            else:
                start, _ = self.source.span(node)
                self.add(Kind.CLAIM, node, self.source.of(node.operand), edits=((start, start + len("not"), ""),))
                self.value(node.operand, _Role.OPERAND, not positive)
        else:
            start, end = self.source.span(node)
            edits = (start, start, "not ("), (end, end, ")")
            self.add(Kind.CLAIM, node, f"not ({self.source.of(node)})", edits=edits)
            self.value(node, _Role.OPERAND, positive)

    def compare(self, node: ast.Compare, positive: bool) -> None:
        symbols = [SYMBOLS[type(op)] for op in node.ops]
        operands = [node.left, *node.comparators]
        if len(symbols) == 1 and symbols[0] in ("==", "is", "<=", ">=") and _same(*operands):
            self.add(Kind.CLAIM, node, "True", "both sides are the same")
            return
        for at, symbol in enumerate(symbols):
            self.operator(node, at, symbol, _OPPOSITE[symbol], Kind.CLAIM)
            between = (operands[at], operands[at + 1])
            tighter = (_TIGHTER if positive else _WIDER).get(symbol)
            # A number for a bound is made tighter itself; next to 0 there is no telling how much tighter.
            if tighter and all(not _is_number(each) or self.source.of(each) in ("0", "0.0") for each in between):
                self.operator(node, at, symbol, tighter, Kind.SLACK)
        equal = {"==", "is"} if positive else {"!=", "is not"}
        for at, operand in enumerate(operands):
            beside = symbols[max(at - 1, 0) : at + 1]
            if any(symbol in equal for symbol in beside) or _is_text_within(operand, beside, at):
                self.value(operand, _Role.VALUE, positive)
            elif _is_number(operand) and beside[0][0] in "<>":
                # Left of `<` stands a lower bound, as right of `>`; a negation turns it round.
                self.bound(operand, upper=((beside[0][0] == "<") == (at > 0)) == positive)
            else:
                self.value(operand, _Role.OPERAND, positive)

    def operator(self, node: ast.Compare, at: int, old: str, new: str, kind: Kind) -> None:
        left = node.comparators[at - 1] if at else node.left
        start, end = self.source.operator(old, left, node.comparators[at])
        self.changes.append(Change(kind, start, end, new, self.within, ((start, end, new),)))

    def bound(self, node: ast.expr, *, upper: bool, is_tolerance: bool = False) -> None:
        source = self.source.of(node)
        new = tightened(source, upper=upper, is_tolerance=is_tolerance)
        if new and source not in ("0", "0.0"):
            self.add(Kind.SLACK, node, new)

    def value(self, node: ast.expr, role: _Role, positive: bool = True) -> None:
        """An expression in its role: finds the literals and the conditions in it."""
        if _is_literal(node):
            for new in neighbours(self.source.of(node)):
                self.add(Kind.CLAIM if role is _Role.VALUE else Kind.INPUT, node, new)
        elif isinstance(node, ast.Compare) and role is not _Role.INPUT:
            self.compare(node, positive)
        elif isinstance(node, ast.Call):
            self.call(node, role, positive)
        elif isinstance(node, ast.Subscript):
            self.value(node.value, role, positive)
            self.value(node.slice, _Role.INPUT)
        elif isinstance(node, ast.GeneratorExp | ast.ListComp | ast.SetComp):
            self.value(node.elt, role, positive)
            for generator in node.generators:
                for each in (generator.iter, *generator.ifs):
                    self.value(each, _Role.INPUT)
        # The texts of an f-string have no place of their own, and a lambda is put in.
        elif not isinstance(node, ast.JoinedStr | ast.Lambda):
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.expr):
                    self.value(child, role, positive)

    def call(self, node: ast.Call, role: _Role, positive: bool) -> None:
        name = called(node)
        if role is not _Role.INPUT and positive and name in _ALIKE:
            role = _Role.VALUE
            if len(node.args) == 2 and _same(*node.args):
                self.add(Kind.CLAIM, node, "True", "both arguments are the same")
                return
        if isinstance(node.func, ast.Attribute):
            self.value(node.func.value, self.role_of_argument(node.func.value, name, role, receiver=True), positive)
        for argument in node.args:
            inner = self.role_of_argument(argument, name, role)
            is_loop = isinstance(argument, ast.GeneratorExp | ast.ListComp)
            if is_loop and name in ("all", "sum", "len") and role is not _Role.INPUT:
                self.each(argument, positive, counted=name == "len")
            else:
                self.value(argument, inner, positive)
        for keyword in node.keywords:
            if keyword.arg in _TOLERANCES and role is not _Role.INPUT and _is_number(keyword.value):
                self.bound(keyword.value, upper=True, is_tolerance=True)
            else:
                self.value(keyword.value, _Role.INPUT)
        self.drop_keyword(node, role)

    def each(self, loop: ast.expr, positive: bool, *, counted: bool) -> None:
        """A loop whose elements are conditions, or whose elements are counted by their conditions."""
        assert isinstance(loop, ast.GeneratorExp | ast.ListComp)
        if not counted and isinstance(loop.elt, ast.Compare | ast.BoolOp | ast.UnaryOp):
            self.condition(loop.elt, positive)
        elif not counted:
            self.value(loop.elt, _Role.OPERAND, positive)
        for generator in loop.generators:
            self.value(generator.iter, _Role.INPUT)
            for each in generator.ifs:
                self.value(each, _Role.OPERAND if counted else _Role.INPUT)

    def role_of_argument(self, argument: ast.expr, name: str, role: _Role, receiver: bool = False) -> _Role:
        if name in _DISTANCE and isinstance(argument, ast.BinOp) and isinstance(argument.op, ast.Sub):
            # The distance from 3.14 says of the other that it is 3.14.
            return _Role.INPUT if role is _Role.INPUT else _Role.VALUE
        if name == "any":
            # That one of many is so does not say which, nor that the others are not.
            return _Role.INPUT
        return role if receiver or name in _ALIKE | _DRESS else _Role.INPUT

    def drop_keyword(self, node: ast.Call, role: _Role) -> None:
        last = node.keywords[-1] if node.keywords else None
        if last is None or last.arg is None or last.arg in _TOLERANCES | _OF_NO_VALUE:
            return
        start, end = self.source.argument(last, alone=len(node.keywords) + len(node.args) == 1)
        kind = Kind.CLAIM if role is _Role.VALUE else Kind.INPUT
        self.changes.append(Change(kind, start, end, "", self.within, ((start, end, ""),)))


def _same(left: ast.expr, right: ast.expr) -> bool:
    return ast.dump(left) == ast.dump(right)


def _is_literal(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node = node.operand
        return isinstance(node, ast.Constant) and type(node.value) in (int, float)
    return isinstance(node, ast.Constant)


def _is_number(node: ast.expr) -> bool:
    """Whether it is a number, or a calculation of numbers alone."""
    if isinstance(node, ast.BinOp):
        return _is_number(node.left) and _is_number(node.right)
    if isinstance(node, ast.UnaryOp):
        return _is_number(node.operand)
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def _is_text_within(node: ast.expr, symbols: list[str], at: int) -> bool:
    """Whether it is a text that is said to be in another."""
    return at == 0 and symbols == ["in"] and isinstance(node, ast.Constant) and isinstance(node.value, str)
