"""Mutants change what a check claims, never what it computes, and are told with their place on the page."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from evidence.files.errors import PageError
from evidence.mutation.attack import SURVIVORS, attack
from evidence.mutation.branch import Branches
from evidence.mutation.gate import Fate
from evidence.mutation.literals import neighbours, tightened
from evidence.mutation.mutants import mutants_of
from evidence.mutation.operators import Kind
from evidence.page.model import Block, Output
from evidence.run.observe import Observer
from evidence.run.session import Session
from evidence.run.source_text import SourceText


def block(code: str, output: str | None = None) -> Block:
    return Block(
        path=Path("page.md"),
        fence_line=9,
        line=10,
        end_line=10 + code.count("\n") + 1,
        code=code,
        section="",
        ident="it",
        grade="exact",
        name="it",
        output=None if output is None else Output(output, 20),
    )


def changes(code: str, *kinds: Kind) -> list[str]:
    return [f"{m.old} -> {m.new}" for m in mutants_of(block(code)) if m.kind in (kinds or (Kind.CLAIM,))]


@pytest.mark.parametrize(
    ("literal", "expected"),
    [
        ("112", ["113", "111"]),
        ("12_544", ["12_545", "12_543"]),
        ("94.1", ["94.2", "94.0"]),
        ("2.0", ["2.1", "1.9"]),
        ("1e-8", ["2e-8", "0e-8"]),
        ("-29", ["-28", "-30"]),
        ("True", ["False"]),
        ("'abc'", ["'abcx'"]),
        ("'x is 19'", ["'x is 10'"]),
        ("None", []),
    ],
)
def test_a_literal_changes_by_one_in_its_last_written_place(literal, expected):
    assert neighbours(literal) == expected
    assert all(ast.literal_eval(new) != ast.literal_eval(literal) for new in expected)


@pytest.mark.parametrize(
    ("bound", "upper", "expected"),
    [
        ("1e-8", True, "1e-11"),
        ("10**-8", True, "(10**-8) / 1000"),
        ("0.9", False, "1.0"),
        ("0.5", True, "0.4"),
        ("1", False, "2"),
    ],
)
def test_a_bound_is_only_ever_made_tighter(bound, upper, expected):
    assert tightened(bound, upper=upper) == expected
    assert (eval(expected) < eval(bound)) is upper


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("assert f(3)[1] == (1, 2)", ["== -> !=", "1 -> 2", "1 -> 0", "2 -> 3", "2 -> 1"]),
        ("assert a.b(1, c=2) == 3", [", c=2 -> ", "== -> !=", "3 -> 4", "3 -> 2"]),
        ("assert g(x)", ["g(x) -> not (g(x))"]),
        ("assert not g(x)", ["not g(x) -> g(x)"]),
        ("assert g(x) and y != 2", ["g(x) -> not (g(x))", "!= -> =="]),
        ("assert all(x < 1 for x in f(3))", ["all(x < 1 for x in f(3)) -> not (all(x < 1 for x in f(3)))", "< -> >="]),
        ("assert x == 2 == y", ["== -> !=", "2 -> 3", "2 -> 1", "== -> !="]),
        ("assert 'abc' in text", ["'abc' -> 'abcx'", "in -> not in"]),
        ("assert x is True", ["is -> is not", "True -> False"]),
        ("assert abs(x - 3.14) < 0.01", ["3.14 -> 3.15", "3.14 -> 3.13", "< -> >="]),
        ("assert x == approx(0.5, abs=1e-9)", ["== -> !=", "0.5 -> 0.6", "0.5 -> 0.4"]),
        ("assert close(allclose(y, torch.tensor([1.5]), atol=1e-9)) is z", ["is -> is not"]),
        (
            "assert allclose(y, tensor([1.5]))",
            ["allclose(y, tensor([1.5])) -> not (allclose(y, tensor([1.5])))", "1.5 -> 1.6", "1.5 -> 1.4"],
        ),
        ("assert x == 1, 'message 2'", ["== -> !=", "1 -> 2", "1 -> 0"]),
        ("assert len([s for s in r if f(s) > 0.5]) == 2", ["> -> <=", "== -> !=", "2 -> 3", "2 -> 1"]),
        ("# é\nassert (  # 1 == 2\n    x  # ==\n    == 1)", ["== -> !=", "1 -> 2", "1 -> 0"]),
        ("assert not {'a'} & set(x)", ["not {'a'} & set(x) -> {'a'} & set(x)"]),
        ("assert {'a'}.isdisjoint(x)", ["{'a'}.isdisjoint(x) -> not ({'a'}.isdisjoint(x))"]),
        ("assert not equal(x, tensor([1]))", ["not equal(x, tensor([1])) -> equal(x, tensor([1]))"]),
        ("assert x != approx(3)", ["!= -> =="]),
        ("assert (x == 1) & g(2)", ["(x == 1) & g(2) -> not ((x == 1) & g(2))", "== -> !=", "1 -> 2", "1 -> 0"]),
        ("x = 1\nif x == 2:\n    x = 3", []),
    ],
)
def test_what_is_claimed_is_changed_and_what_is_put_in_is_not(code, expected):
    assert changes(code) == expected


@pytest.mark.parametrize(
    ("code", "slack"),
    [
        ("assert error < 1e-8", ["1e-8 -> 1e-11"]),
        ("assert 1e-8 > error", ["1e-8 -> 1e-11"]),
        ("assert len(a) >= 0", [">= -> >"]),
        ("assert a <= b", ["<= -> <"]),
        ("assert not a < b", ["< -> <="]),
        ("assert not x > 5", ["5 -> 4"]),
        ("assert 0.1 < x < 0.5", ["0.1 -> 0.2", "0.5 -> 0.4"]),
        ("assert allclose(a, b, rtol=0, atol=1e-2)", ["1e-2 -> 0.00001"]),
        ("assert sum(f(s) > 1 for s in range(20)) == 20", ["1 -> 2"]),
    ],
)
def test_bounds_are_made_tighter(code, slack):
    assert changes(code, Kind.SLACK) == slack


def test_inputs_are_told_apart():
    assert changes("assert f(61)[2] > g(3, k=4)", Kind.INPUT) == [
        "61 -> 62",
        "61 -> 60",
        "2 -> 3",
        "2 -> 1",
        "3 -> 4",
        "3 -> 2",
        ", k=4 -> ",
        "4 -> 5",
        "4 -> 3",
    ]


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("assert x == x", "both sides are the same"),
        ("assert torch.equal(x, x)", "both arguments are the same"),
        ("assert 112 == 112", "only literals"),
        ("assert True", "only literals"),
    ],
)
def test_an_assert_that_says_nothing_is_known_by_its_text(code, why):
    assert [m.why for m in mutants_of(block(code)) if why in m.why]


def test_line_and_column_are_those_of_the_page_and_its_code():
    mutants = mutants_of(block("x = 1\nassert 'é' in s and x == 1"))
    assert [(m.line, m.column, m.old) for m in mutants if m.old == "1"] == [(11, 26, "1")] * 2


def changed(code, mutant):
    return SourceText(code).edited(mutant.change.edits)


def test_every_mutant_is_code_that_differs():
    code = "assert f(x, k=(1), ) == (2, [3], {'a': 4}) and not -1 in {5, 6} and (a) != (b)\n"
    mutants = mutants_of(block(code))
    assert len(mutants) > 10
    plain = ast.dump(ast.parse(code))
    assert all(ast.dump(ast.parse(changed(code, mutant))) != plain for mutant in mutants)


def test_each_number_of_an_output_is_changed():
    mutants = mutants_of(block("print(1)", "size 112\n0.50 L2\n"))
    assert [(m.line, m.column, m.old, m.new) for m in mutants] == [
        (20, 6, "112", "113"),
        (20, 6, "112", "111"),
        (21, 1, "0.50", "0.51"),
        (21, 1, "0.50", "0.59"),
    ]
    assert mutants[2].output == "size 112\n0.51 L2\n"


def test_a_waiver_covers_its_assert_and_no_other():
    code = "assert (\n    x >\n    1\n)  # mutation: any bound holds\nassert x == 2"
    assert {(m.line, m.waiver) for m in mutants_of(block(code))} == {
        (11, "any bound holds"),
        (12, "any bound holds"),
        (14, ""),
    }


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("assert x > 1  # mutation", r"page\.md:10: .* gives no reason"),
        ("x = 2\ny = 1  # mutation: r", r"page\.md:11: .* stands at no assert"),
    ],
)
def test_a_waiver_that_waives_nothing_clear_is_an_error(code, message):
    with pytest.raises(PageError, match=message):
        mutants_of(block(code))


ALL_FORMS = """
from fractions import Fraction
import itertools
import random
random.seed(1)
xs = [random.random() for _ in range(5)]

def size(n, double=False):
    return (n, n * 2 if double else n)

class Point:
    x = 3
    assert x == 3

def checked(n):
    assert n > 0 and n != 7
    return n

assert size(4) == (4, 4)
assert size(4, double=True)[1] == 8 == 2**3
assert all(x < 1 for x in xs) and sum(x >= 0 for x in xs) == 5
assert all(checked(n) for n in (1, 2))
assert len([n for n in range(9) if n * n > 10]) == 5
assert not any(x > 5 for x in xs)
for n in range(3):
    assert size(n)[0] == n
try:
    assert xs[0] == 2
except AssertionError:
    pass
assert {"a": [1, 2]} == dict(a=[1, 2])
assert not all(n < 5 for n in itertools.count())
assert all(n < 5 for n in xs) and sum(n < sum(m < 9 for m in xs) for n in xs) == 5
assert Fraction(1, 3) + Fraction(1, 6) == Fraction(1, 2)
assert abs(sum(xs) - 2.5) < 1.5
assert "name 3" in f"the name {3}" or xs == []
assert xs == xs
it = iter([1, 1, 2])
assert next(it) == 1
assert next(it) == 1 and next(it) == 2
assert len(xs) >= 0 and isinstance(xs, list) is True
if xs[0] > 2:
    assert xs == 5
assert len(list(iter(xs))) == 5 and sum(map(abs, xs)) < 6
assert [n for n in range(4) if 0 < n * n < 5] == [1, 2] != []
assert all(a + b == size(a)[0] + b and b < 3 for a, b in zip(range(2), range(2), strict=True))
row = [0]
def rows():
    for n in range(3):
        row[0] = n
        yield row
assert sum(each[0] + 0 == 2 for each in rows()) == 1
assert [each == [2] for each in rows()] == [False, False, True]
assert max((3, 4), key=lambda n: -n) == 3 and [*{**{"a": 3}}] == ["a"]
assert not xs or (y := len(xs)) == 5
assert y == 5
def local():
    from fractions import Fraction as F
    return 0 < F(1, 2) < 1
assert local()
"""


class NoBranches(Branches):
    def branch(self):
        raise AssertionError("no process is needed")


@pytest.mark.parametrize(
    "code",
    [
        "assert abs(f(3) - 9.5) < 0.75 and f(2) * 2 == 2**3 != 7",
        "assert all(f(n) == n**2 for n in range(9)) and sum(f(n) > 50 for n in range(9)) == 1",
        "assert not (f(2) > 5) and [n for n in range(9) if f(n) > 50] == [8]",
        "import torch\nassert torch.allclose(torch.tensor([f(2)]) / 3, torch.tensor([1.3333]), rtol=0, atol=1e-4)",
        "for n in range(3):\n    assert f(n) == n * n + 0",
    ],
)
def test_where_the_operands_are_known_no_process_is_needed(code):
    before = "def f(n):\n    return n * n\n"
    trials = attack([block(before + code)], NoBranches(), [Kind.CLAIM, Kind.SLACK])
    assert len(trials) >= 3
    assert {trial.fate for trial in trials} <= {Fate.KILLED, Fate.SURVIVED}


def test_forked_and_decided_on_the_spot_is_as_run_from_the_start():
    """The shortcuts change no verdict: each mutant again, its code run as a block of its own."""
    check = block(ALL_FORMS)
    trials = attack([check], Branches())
    assert len(trials) > 70
    for trial in trials:
        mutant = trial.mutant
        alone = block(changed(ALL_FORMS, mutant))
        unjudged = Observer()
        unjudged.judges = False
        survives = Session([alone], observer=unjudged).outcome(alone).error is None
        assert survives == (trial.fate in SURVIVORS), f"{mutant.line}:{mutant.column} {mutant.old} -> {mutant.new}"


def test_what_an_error_is_expected_to_say_is_a_claim():
    code = (
        "with pytest.raises(ValueError, match='size 19') as caught, open('a'), raises(TypeError, match='no'):\n    f(3)"
    )
    assert changes(code) == ["'size 19' -> 'size 10'", "'no' -> 'nox'"]
