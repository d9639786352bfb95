"""What a check is seen to compare, and that a check which shows nothing does not hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence.page.model import Block, Output
from evidence.run.observation import Observation, as_data, from_data
from evidence.run.proof import ProvesNothing
from evidence.run.session import Outcome, Session


def run(code: str, grade: str | None = "numeric", output: str | None = None) -> Outcome:
    block = Block(
        path=Path("docs/page.md"),
        fence_line=9,
        line=10,
        end_line=10 + code.count("\n") + 1,
        code=code,
        section="",
        ident="it",
        grade=grade,
        name="it" if grade else None,
        output=None if output is None else Output(output, 20),
    )
    return Session([block]).outcome(block)


def only(code: str, output: str | None = None) -> Observation:
    outcome = run(code, output=output)
    assert outcome.error is None, outcome.error
    (observation,) = (each for each in outcome.observations if each.decides)
    return observation


SUM = "sum(n**2 for n in range(11))"
NOTHING = [
    # never evaluated, or unseen to fail
    (f"def test_it():\n    assert {SUM} == 386", "never evaluated"),
    (f"if False:\n    assert {SUM} == 386", "never evaluated"),
    (f"def each():\n    assert {SUM} == 386\n    yield\neach()", "never evaluated"),
    (f"for n in []:\n    assert {SUM} == 386", "had nothing to run over"),
    (f"try:\n    assert {SUM} == 386\nexcept AssertionError:\n    pass", "failed once and its failure was swallowed"),
    (
        f"from contextlib import suppress\nwith suppress(AssertionError):\n    assert {SUM} == 386",
        "failed once and its failure was swallowed",
    ),
    (
        f"for n in range(3):\n    try:\n        assert {SUM} == 386\n    finally:\n        continue",
        "failed 3 times and its failure was swallowed",
    ),
    (
        f"import pytest\nwith pytest.raises(AssertionError, match='385'):\n    assert {SUM} == 386",
        "failed once and its failure was swallowed",
    ),
    (f"assert 1 + 1 == 2 or {SUM} == 386", "was never evaluated: what stands before it decides"),
    (f"x = 3\nassert abs(x) or {SUM} == 386", "for being a int"),
    # It runs when these tests have ended, and must not fail then.
    (f"import atexit\n@atexit.register\ndef _():\n    assert {SUM} == 385", "never evaluated"),
    (
        "from threading import Thread\n"
        f"def look():\n    assert {SUM} == 385\nthread = Thread(target=look)\nthread.start()\nthread.join()",
        "in another thread only",
    ),
    # no truth value
    ("class Net:\n    def converged(self):\n        return False\nassert Net().converged", "for being a method"),
    ("result = str(1 > 2)\nassert result", "for being a str"),
    (f"assert [{SUM} == 386]", "for being a list"),
    (f"assert ({SUM} == 386 for _ in range(1))", "for being a generator"),
    (f"assert ({SUM} == 386, 'wrong')", "for being a tuple"),
    ("assert (n := 300 + 86)", "for being a int"),
    ("assert len('ab') == 2 and 386", "for being a int"),
    # literals, by themselves and through names and containers
    ("total = 386\nassert total == 386", "compares only what the page itself wrote down"),
    ("assert True", "compares only what the page itself wrote down"),
    ("assert not False", "compares only what the page itself wrote down"),
    ("table = {'sum': 386}\nassert table['sum'] == 386", "compares only what the page itself wrote down"),
    ("import torch\nx = torch.tensor([386.0])\nassert torch.equal(x, torch.tensor([386.0]))", "itself wrote down"),
    ("for n, total in [(10, 386)]:\n    assert total == 386", "compares only what the page itself wrote down"),
    ("a = sum([90, 6])\na = 97\nassert a == 97", "compares only what the page itself wrote down"),
    ("import torch\nmean = torch.randn(3).mean().item()\nmean = 97\nassert mean == 97", "itself wrote down"),
    # nothing
    ("assert all(n**2 == 5 for n in [])", "was never evaluated"),
    ("wrong = []\nfor n in list('')[1:]:\n    wrong.append(n)\nassert not wrong", "had nothing to run over"),
    ("import torch\na = torch.arange(3)\nassert torch.equal(a[5:], a.clone()[5:])", "there was no element"),
    ("import torch\na = torch.arange(3.0)\nassert (a[5:] > 7).all()", "there was no element"),
    ("assert all(a == b for a, b in zip([sum([0])], [0, 386]))", "ends with the shortest of 1 and 2"),
    # no number
    ("worst = float('nan') * sum([2])\nassert not worst > 1e-8", "not a number"),
    ("worst = 0.0\nfor e in [float('nan') - 1]:\n    worst = max(worst, e)\nassert worst < 1e-8", "not a number"),
    ("import torch\ne = torch.zeros(3) / 0\nassert not torch.any(e > 1e-3)", "not a number"),
    # one thing on both sides
    ("import torch\nw = torch.rand(3)\nbefore = w\nw += 386\nassert torch.equal(before, w)", "one and the same object"),
    ("import torch\nw = torch.rand(3)\nv = w.detach()\nw += 386\nassert torch.equal(v, w)", "one and the same object"),
    ("a = list(range(3))\nb = a\na.append(386)\nassert a == b", "one and the same object"),
    (
        "import torch\nw = torch.ones(3)\nold = w\nw += 1\ngap = (w - old).abs()\nassert gap.max() < 1e-6",
        "one and the same",
    ),
    ("import torch\nw = torch.ones(3)\nold = w.data\nw += 1\nn = (w != old).sum()\nassert n == 0", "one and the same"),
    # tolerances
    ("import torch\na = torch.rand(3)\nassert torch.allclose(a, a + 5, atol=1e9)", "a tolerance of 1e+09"),
    ("from math import isclose\nassert isclose(sum([3.2]), 300, abs_tol=float('inf'))", "a tolerance of inf"),
    ("import torch\nassert torch.allclose(torch.rand(3), torch.ones(3), rtol=2)", "a relative tolerance of 2"),
    ("x = sum([3.2])\nassert abs(x - 3) < 10", "a tolerance of 10"),
    ("import pytest\nassert sum([3.2]) == pytest.approx(3, abs=10)", "a tolerance of 10"),
    # any error
    ("import pytest\nwith pytest.raises(Exception, match='x'):\n    raise ValueError('x')", "any Exception"),
    ("import pytest\nwith pytest.raises(ValueError):\n    int('x')", "any message"),
    ("import pytest\ndef f():\n    with pytest.raises(ValueError, match='x'):\n        int('x')", "was never entered"),
    ("x = 386", "asserts nothing"),
]


@pytest.mark.parametrize(("code", "message"), NOTHING)
def test_a_check_that_shows_nothing_does_not_hold(code, message):
    error = run(code).error
    assert isinstance(error, ProvesNothing)
    assert message in str(error)
    assert 10 <= error.line < 10 + code.count("\n") + 1


@pytest.mark.parametrize(
    ("grade", "code", "message"),
    [
        ("exact", "x = sum([3.2])\nassert abs(x - 3) < 0.5", "an exact check has no tolerance"),
        ("statistical", f"assert {SUM} == 385", "how likely a false alarm is"),
        ("statistical", f"n = 10\nassert {SUM} == 385 and 2.0**-n < 0.5", "how likely a false alarm is"),
        ("statistical", f"n = 10\nassert {SUM} == 385 and 2.0**-n < 1e-2", None),
        ("numeric", "x = sum([3.2])\nassert abs(x - 3) < 0.5", None),
    ],
)
def test_a_grade_keeps_what_it_promises(grade, code, message):
    error = run(code, grade).error
    assert (error is None) == (message is None)
    assert message is None or message in str(error)


HONEST = [
    "import torch\nx = start = torch.ones(2)\nfor _ in range(3):\n    gap = x - start\n    x = x + 1\nassert gap.sum() == 4",
    "calls = 0\ndef count():\n    global calls\n    calls += 1\ncount()\nassert calls == 1",
    "weights = 3 * 3 * 64\nassert weights == 576",
    "import torch\nx = torch.tensor(-1.0, requires_grad=True)\ntorch.relu(x).backward()\nassert x.grad == 0",
    "a = 97\na = sum([90, 7])\nassert a == 97",
    "a = 1\nfor n in range(3):\n    a += n\nassert a == 4",
    "import torch\nassert torch.float32 == torch.ones(1).dtype",
    f"assert {SUM} == 385",
    "total = 0\nfor n in range(11):\n    total += n**2\nassert 384 < total == 385 and not total == 384, 'no'",
    "def close(a, b):\n    return abs(a - b) < 1e-9\nassert close(0.1 + 0.2, 0.3)",
    "assert 9 * 64 * 64 == 36_864",
    "x, y = 1, 1\nfor _ in range(5):\n    x, y = y, x + y\nassert y == 13",
    "found = []\nfor n in range(3):\n    found.append(n)\nassert found == [0, 1, 2]",
    "xs = [1, 2, 3]\nassert all(b - a == 1 for a, b in zip(xs, xs[1:]))",
    "import torch\nx = torch.rand(3)\nassert torch.equal(x, x.clone()) and x is x and (x >= 0).all()",
    "import torch\nx = torch.full((2,), float('nan'))\nassert x.isnan().all() and (x != x).all()",
    "import torch\na = torch.rand(2, 2)\na = a + a.T\nassert torch.equal(a, a.T)",
    "import math\nassert math.isclose(math.sin(1e-9), 1e-9) and abs(math.sin(math.pi) - 0) < 1e-15",
    "import sympy\nx = sympy.symbols('x')\nassert sympy.simplify((x + 1)**2 - x**2 - 2*x) == 1",
    "import numpy as np\nassert np.allclose(np.ones(3).cumsum(), [1, 2, 3]) and np.bool_(1 + 1 == 2)",
    "import pytest\nwith pytest.raises(ValueError, match='invalid literal'):\n    int('x')",
    "class Net:\n    def __init__(self):\n        assert 1 + 1 == 2\n        self.sizes = [n for n in range(3)]\nassert Net().sizes[-1] == 2",
    "assert 18 <= sum(n % 10 > 0 for n in range(20)) <= 20",
    "from itertools import count\nfor n in count():\n    if n > 3:\n        break\nassert n == 4",
    "gen = (n for n in range(3))\nfor n in gen:\n    break\nassert next(gen) == 1",
    "wrong = [n for n in range(9) if n > 20]\nassert not wrong and wrong == [] and len(wrong) == 0",
]


@pytest.mark.parametrize("code", HONEST)
def test_an_honest_check_holds(code):
    assert run(code).error is None


def test_set_up_claims_nothing_and_yet_hides_no_failure():
    assert run("x = 386", grade=None).error is None
    assert isinstance(
        run("try:\n    assert 1 + 1 == 3\nexcept AssertionError:\n    pass", grade=None).error, ProvesNothing
    )


def test_both_sides_are_seen_and_which_was_computed():
    seen = only(f"total = {SUM}\nassert total == 385")
    assert (seen.line, seen.column, seen.code, seen.operator) == (11, 7, "total == 385", "==")
    assert (seen.computed, seen.times, seen.held, seen.asserted) == ("left", 1, 1, 11)
    assert seen.pairs[0].left.numbers == seen.pairs[0].right.numbers == ("385",)
    assert only(f"assert 386 > {SUM}").computed == "right"


def test_a_bound_as_one_writes_it_is_no_computed_side():
    assert only("x = sum([0.1])\nassert x < 1 / 8").computed == "left"
    assert only("x, limit = sum([0.1]), 10**-0\nassert x < limit").computed == "left"


def test_a_chain_stops_where_it_fails_and_each_part_is_seen():
    outcome = run(
        "def f():\n    calls.append(1)\n    return len('abcde')\ncalls = []\nassert 1 < f() < 9\nassert len(calls) == 1"
    )
    assert outcome.error is None
    assert [each.code for each in outcome.observations] == ["1 < f()", "f() < 9", "len(calls) == 1"]
    error = run("assert 1 + 1 > 5 > 1 / 0").error
    assert str(error).startswith("assert 2 > 5")


def test_a_chain_is_evaluated_where_it_stands():
    assert run("class Point:\n    x = len('ab')\n    assert 1 < x < 3").error is None
    assert run("assert 1 < (n := len('ab')) < 3\nassert n + 1 == 3").error is None


def test_a_count_is_seen_with_what_it_counts():
    outcome = run("assert sum(n % 10 > 0 for n in range(20)) == 18")
    count, each = sorted(outcome.observations, key=lambda seen: not seen.decides)
    assert (count.pairs[0].left.numbers, each.times, each.held) == (("18",), 20, 18)
    (of_tensor,) = (
        seen
        for seen in run("import torch\nassert (torch.arange(20) % 10 > 0).sum() == 18").observations
        if not seen.decides
    )
    assert (of_tensor.times, of_tensor.held) == (20, 18)


@pytest.mark.parametrize(
    "code",
    [
        "assert abs(x - 3) < 0.5",
        "import math\nassert math.fabs(x - 3) < 0.5 or abs(x - 3) < 0.5",
        "import torch\nassert (torch.tensor([x]) - 3).abs().max() < 0.5",
        "import pytest\nassert x == pytest.approx(3, abs=0.5)",
        "import math\nassert math.isclose(x, 3, abs_tol=0.5)",
    ],
)
def test_a_distance_is_between_two_values(code):
    outcome = run(f"x = sum([3.2])\n{code}")
    seen = [each for each in outcome.observations if each.operator == "close" and each.times]
    if "fabs" in code:
        return
    assert outcome.error is None
    (pair,) = seen[0].pairs
    assert float(pair.left.numbers[0]) == pytest.approx(3.2)
    assert (pair.right.numbers[0].rstrip(".0"), pair.tolerance.numbers) == ("3", ("0.5",))


def test_the_computed_parts_of_what_is_printed_are_seen():
    code = "n, x = 1000, sum([0.12345])\nprint(f'{n} samples: {x:.2f}', 7, len('abc'))"
    outcome = run(code, output="1000 samples: 0.12 7 3")
    assert outcome.error is None
    seen = {each.code: each.pairs[0].left.text for each in outcome.observations}
    assert seen == {"x": "'0.12'", "len('abc')": "'3'"}
    assert "prints only what its author wrote" in str(run("print('The sum is', 386)", output="The sum is 386").error)


def test_nothing_that_is_compared_can_break_the_run():
    odd = "class Odd:\n    def __getattr__(self, name):\n        raise RuntimeError(name)\n    def __eq__(self, other):\n        return True\n"
    assert run(f"{odd}assert Odd() == sum([3])").error is None
    assert (
        run("import sys\nassert 'no_such_module' not in sys.modules and sys.modules == dict(sys.modules)").error is None
    )
    assert run("assert list(range(100_000)) == [n for n in range(100_000)]").error is None


def test_the_parts_of_a_list_may_be_printed():
    assert (
        run("values = [len('abc'), 7]\nprint(*values, sep=', ')\nprint(f'{values[0]}')", output="3, 7\n3").error is None
    )


def test_what_was_raised_is_seen():
    seen = only("import pytest\nwith pytest.raises(ValueError, match='invalid literal'):\n    int('x1')")
    assert seen.operator == "raises"
    assert seen.pairs[0].left.text.startswith("\"ValueError: invalid literal for int() with base 10: 'x1'\"")


@pytest.mark.parametrize(
    ("code", "report"),
    [
        ("a = [1, 2]\nassert a[1] == 1 + 2", ["assert 2 == 3", "  where a[1] is 2", "  where 1 + 2 is 3"]),
        ("assert 1 + 1 == 3, 'no sum'", ["no sum", "assert 2 == 3", "  where 1 + 1 is 2"]),
        (
            "x = sum([3.2])\nassert abs(x - 3) < 0.1",
            ["assert 3.2 within 0.1 of 3", "  in abs(x - 3) < 0.1"],
        ),
        ("x = len('')\nassert not x == 0", ["assert not x == 0", "  where x is 0"]),
    ],
)
def test_a_failure_tells_what_was_seen(code, report):
    lines = str(run(code).error).split("\n")
    assert lines == report


def test_observations_come_back_as_they_were_kept():
    import json

    code = "import torch\nfor n in range(3):\n    assert n**2 == n * n\nassert torch.arange(5).sum() == 10 and {'a': 1.5} == dict(a=3 / 2)"
    outcome = run(code + "\nassert torch.equal(torch.arange(200), torch.arange(200).clone())")
    assert outcome.error is None
    assert len(outcome.observations) == 4
    for seen in outcome.observations:
        assert from_data(json.loads(json.dumps(as_data(seen)))) == seen


def test_of_many_evaluations_the_first_are_kept_and_all_are_counted():
    seen = only("for n in range(5000):\n    assert n + 1 > n")
    assert (seen.times, seen.held) == (5000, 5000)
    assert 0 < len(seen.pairs) <= 64


def test_a_number_beyond_those_of_floating_point_is_weighed_against_a_tolerance():
    seen = only("a = sum(range(11)) ** 400\nb = sum(range(1, 11)) ** 400\nassert abs(a - b) < 1")
    assert (seen.operator, seen.held) == ("close", 1)
