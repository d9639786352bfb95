"""The words of a link are held to what the run of its check observed: what is borne out, and what is refused."""

from __future__ import annotations

import ast
from fractions import Fraction
from pathlib import Path

import pytest

from evidence.page.model import Block
from evidence.page.parse import PageParser
from evidence.rules.words.facts import facts_of
from evidence.rules.words.order import out_of_order
from evidence.rules.words.refusals import nearest_observed, refusals
from evidence.run.observation import Observation, Pair, Seen
from evidence.run.session import Session

OPERATORS = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
}


class Array(list):
    """Stands for a tensor of one axis."""


def value(of: object) -> Seen:
    """What a comparison sees of a value."""
    if isinstance(of, Seen):
        return of
    if isinstance(of, bool):
        return Seen("truth", "bool", text=str(of))
    if isinstance(of, int | float | Fraction):
        return Seen("number", type(of).__name__, (str(of),), text=str(of))
    if isinstance(of, str):
        numbers = tuple(part.strip("%") for part in of.split() if part.strip("%-").replace(".", "").isdigit())
        return Seen("text", "str", numbers, length=len(of), text=of)
    numbers = tuple(number for each in of for number in value(each).numbers)
    if isinstance(of, Array):
        return Seen("array", "Tensor", numbers, length=len(of), shape=(len(of),), dtype="float32", text=str(of))
    return Seen("container", type(of).__name__, numbers, length=len(of), text=str(of))


def seen(code: str, left: object, right: object = None, **options: object) -> Observation:
    """`code` was evaluated, with these two sides. Deeper in an assert it is `nested`."""
    comparison = ast.parse(code, mode="eval").body
    operator = OPERATORS[type(comparison.ops[0])] if isinstance(comparison, ast.Compare) else "truth"
    times = options.get("times", 1)
    tolerance = options.get("tolerance")
    pair = Pair(value(left), None if right is None else value(right), None if tolerance is None else value(tolerance))
    return Observation(
        line=options.get("line", 12),
        column=7,
        code=code,
        operator=options.get("operator", operator),
        computed=options.get("computed", "left"),
        decides=not options.get("nested", False),
        asserted=options.get("line", 12),
        times=times,
        held=options.get("held", times),
        pairs=(pair,),
    )


def close(code: str, left: object, right: object, tolerance: object, **options: object) -> Observation:
    return seen(code, left, right, operator="close", tolerance=tolerance, **options)


def printed(text: str) -> Observation:
    return seen("'…'", text, operator="printed")


def problems(words: str, *observations: Observation, code: str = "") -> list[str]:
    return [problem for problem, _ in refusals(words, facts_of(observations), lambda: code)]


TEN = seen("sum(n**2 for n in range(11)) == 385", 385, 385)
BELOW = seen("total < 386", 385, 386)
COUNT = (
    seen("sum(x < 0.5 for x in xs) == 18", 18, 18),
    seen("x < 0.5", 0.3, 0.5, nested=True, times=20, held=18),
)
ALL_RUNS = (
    seen("sum(x < 1e-8 for x in xs) == 20", 20, 20),
    seen("x < 1e-8", 3e-9, 1e-8, nested=True, times=20),
)
ARRAY = (
    seen("(loss < 0.1).sum() >= 18", 19, 18),
    seen("loss < 0.1", Array([0.05] * 19 + [0.7]), 0.1, nested=True, times=20, held=19),
)
SHARE = close("abs(share - 0.28) < 0.004", 0.28122, 0.28, 0.004)
TIGHT = close("abs(hardest - 8 / 27) < 1e-15", 8 / 27, Fraction(8, 27), 1e-15)

BORNE_OUT = [
    ("more than 43 % and less than 43 %", [seen("a > 0.43", 0.5, 0.43), seen("b < 0.43", 0.4, 0.43)]),
    ("3 × 5", [seen("x.shape == (3, 5)", (3, 5), (3, 5))]),
    ("385", [TEN]),
    ("**385** in all", [TEN]),
    ("exactly 385", [TEN]),
    ("the sum is 385", [TEN]),
    ("adds up to 385", [TEN]),
    ("$385$", [TEN]),
    (r"$\text{three hundred and eighty-five}$", [TEN]),
    ("three hundred and eighty-five", [TEN]),
    ("３８５", [TEN]),
    ("₃₈₅", [TEN]),
    ("5 · 77", [TEN]),
    ("$5 \\cdot 77 = 385$", [TEN]),
    ("385/1", [TEN]),
    ("at most 385", [TEN]),
    ("385 or more", [TEN]),
    ("the sum of squares", [TEN]),
    ("the one that counts", [TEN]),
    ("the second one of these", [TEN]),
    ("less than 386", [BELOW]),
    ("fewer than 386", [BELOW]),
    ("below 386", [BELOW]),
    ("under 386", [BELOW]),
    ("at most 386", [BELOW]),
    ("no more than 386", [BELOW]),
    ("$x < 386$", [BELOW]),
    ("less than three hundred and eighty-six", [BELOW]),
    ("not more than 386", [BELOW]),
    ("none is 386 or more, all are below 386", [BELOW, seen("386 <= other", 386, 400, computed="right")]),
    ("more than 384", [seen("total > 384", 385, 384)]),
    ("over 384", [seen("384 < total", 384, 385, computed="right")]),
    ("at least 385", [seen("total >= 385", 385, 385)]),
    ("no less than 385", [seen("total >= 385", 385, 385)]),
    ("none has an error below 10⁻¹¹", [seen("min(errors) > 1e-11", 2e-11, 1e-11)]),
    ("between 0.03 and 0.2", [seen("0.03 < gap", 0.03, 0.1, computed="right"), seen("gap < 0.2", 0.1, 0.2)]),
    ("0.13 to 0.15", [seen("0.13 < low", 0.13, 0.141, computed="right"), seen("high < 0.15", 0.147, 0.15)]),
    ("4 to 117", [seen("min(rows) == 4", 4, 4), seen("max(rows) == 117", 117, 117)]),
    ("4–117", [seen("(min(rows), max(rows)) == (4, 117)", (4, 117), (4, 117))]),
    ("from 3,959 to 1,986", [seen("small == [3_959, 1_986]", [3959, 1986], [3959, 1986])]),
    ("18 of 20", [*COUNT]),
    ("18 of the 20 runs", [*COUNT]),
    ("eighteen of twenty", [*COUNT]),
    ("eighteen in twenty", [*COUNT]),
    ("below 0.5 in 18 of 20", [*COUNT]),
    ("below 10⁻⁸ in 20 of 20", [*ALL_RUNS]),
    ("less than 10⁻⁸ in each of 20 fits", [*ALL_RUNS]),
    ("less than 10⁻⁸ in all 20", [*ALL_RUNS]),
    ("below 0.1 in at least 18 of 20", [*ARRAY]),
    ("at least 18 of 20", [*ARRAY]),
    ("18 of 20", [seen("wins == 18", 18, 18), seen("len(runs) == 20", 20, 20, line=13)]),
    ("9 of 25", [seen("read(2) == (9, 25)", (9, 25), (9, 25))]),
    ("18 of 20", [printed("18 of 20")]),
    ("in 20 of 20 runs", [seen("loss < 1", 0.5, 1, times=20)]),
    ("one of five", [seen("hits == 1", 1, 1), seen("len(all_of_them) == 5", 5, 5, line=13)]),
    ("within 0.004 of 0.28", [SHARE]),
    ("0.28 to within 0.004", [SHARE]),
    ("0.28", [SHARE]),
    ("28 %", [SHARE]),
    ("8/27", [TIGHT]),
    ("to within 10⁻¹⁵", [TIGHT]),
    ("to 10⁻¹²", [seen("(a - b).abs().max() < 1e-12", 3e-14, 1e-12)]),
    ("0.33", [close("abs(x - 1 / 3) < 0.01", 0.3321, Fraction(1, 3), 0.01)]),
    ("0.3", [seen("round(x, 1) == 0.3", 0.3, 0.3)]),
    ("0.570", [seen("round(x, 3) == 0.570", 0.57, 0.57)]),
    ("1.33060", [seen("end(3) == 1.33060", 1.3306, 1.3306)]),
    ("0.50", [seen('mean(even) == Fraction("0.50")', Fraction(1, 2), Fraction(1, 2))]),
    ("about 100", [seen("x == 100.3", 100.3, 100.3)]),
    ("67 %", [seen("share == Fraction(2, 3)", Fraction(2, 3), Fraction(2, 3))]),
    ("28 %", [seen("q == 0.28", 0.28, 0.28)]),
    ("28 per cent", [seen("q == 0.28", 0.28, 0.28)]),
    ("$28\\,\\%$", [seen("q == 0.28", 0.28, 0.28)]),
    ("28 %", [seen("round(100 * q) == 28", 28, 28)]),
    ("63.3 %", [seen("round(100 * share(200), 1) == 63.3", 63.3, 63.3)]),
    ("34 %", [seen("f'{q:.0%}' == '34%'", "34%", "34%")]),
    ("fewer than 45 %", [seen("q < 0.45", 0.4, 0.45)]),
    ("3 per mille", [seen("q == 0.003", 0.003, 0.003)]),
    ("−385", [seen("total == -385", -385, -385)]),
    ("-4.5 · 10⁻⁵", [seen("x == -4.5e-5", -4.5e-05, -4.5e-05)]),
    ("below −0.5", [seen("slope < -0.5", -0.7, -0.5)]),
    ("1/2", [seen("p == 0.5", 0.5, 0.5)]),
    ("half", [seen("p == 0.5", 0.5, 0.5)]),
    ("½", [seen("p == 0.5", 0.5, 0.5)]),
    ("more than half", [seen("p > 0.5", 0.6, 0.5)]),
    ("two thirds", [seen("p == Fraction(2, 3)", Fraction(2, 3), Fraction(2, 3))]),
    ("less than a quarter", [seen("ratio < quarter", 0.2, 0.25)]),
    ("ten times as much", [seen("ratio == 10", 10, 10)]),
    ("twice", [seen("ratio == 2", 2, 2)]),
    ("a dozen", [seen("n == 12", 12, 12)]),
    ("95 million", [seen("steps == 95_000_000", 95_000_000, 95_000_000)]),
    ("385 · 10³", [seen("n == 385_000", 385_000, 385_000)]),
    ("5!", [seen("permutations == 120", 120, 120)]),
    ("$2^{-50}$", [seen("slope == 2**-50", 2**-50, 2**-50)]),
    ("10⁻⁸", [seen("eps == 1e-8", 1e-08, 1e-08)]),
    ("10/9 · 5/4 = 25/18", [seen("scale == Fraction(25, 18)", Fraction(25, 18), Fraction(25, 18))]),
    ("112 × 112", [seen("field.size == (112, 112)", (112, 112), (112, 112))]),
    ("5 × 5 pixels", [seen("len(reach) == 25", 25, 25)]),
    ("(5, 6, 7)", [seen("Y.shape == (5, 6, 7)", (5, 6, 7), (5, 6, 7))]),
    ("$\\delta = -4$", [seen("by_hand.b2.tolist() == [-4]", [-4], [-4])]),
    ("5 iterations at $B = 64$", [seen("alone(B=64) == 5", 5, 5)]),
    ("three layers see all 11", [seen("len(nodes_seen_by_5(layers=3)) == 11", 11, 11)]),
    ("11 with stride 2", [seen("size(stride=2) == 11", 11, 11)]),
    ("two hidden units", [seen("W.shape == shape", Seen("array", "Tensor", shape=(2, 4), length=2), (2, 4))]),
    ("not 386", [seen("total != 386", 385, 386)]),
    ("is not 386", [seen("total != 386", 385, 386)]),
    ("4/3, not 1/4", [
        seen("slope == Fraction(4, 3)", Fraction(4, 3), Fraction(4, 3)),
        seen("short == Fraction(1, 4)", Fraction(1, 4), Fraction(1, 4), line=13),
    ]),
    ("below 10⁻²⁰, 10⁻⁹ and 10⁻⁵", [
        seen("a < 1e-20", 1e-21, 1e-20), seen("b < 1e-9", 1e-10, 1e-9), seen("c < 1e-5", 1e-6, 1e-5),
    ]),
    ("in each of 3,615 small stacks", [seen("has(s) == fails(s)", True, True, computed="both", times=3615)]),
    ("$2r^2 + 2r + 1$", [seen("within(grid, r) == 2 * r**2 + 2 * r + 1", 41, 41, computed="both")]),
    ("$v / a^2$", [seen("simplify(error - v / a**2) == 0", 0, 0)]),
    ("$p(1-p)$ for cross-entropy, $2p(1-p)^2$ for L2", [
        seen("expand(ce - p * (1 - p)) == 0", 0, 0), seen("expand(l2 - 2 * p * (1 - p) ** 2) == 0", 0, 0),
    ]),
]  # fmt: skip

REFUSED = [
    # Words that make another number of it, and units that the check knows nothing of.
    ("minus 385", [TEN], "minus 385"),
    ("the square root of 385", [TEN], "root of 385"),
    ("385 squared", [TEN], "385 squared"),
    ("385 hundred", [TEN], "385 hundred"),
    ("385 MB", [TEN], "385"),
    ("exceeding 385", [TEN], "more than 385"),
    ("different from 385", [TEN], "385"),
    # The check has the number, on the other side; that of another bound is of its size.
    ("more than 43 %", [seen("alone < 0.43", 0.4, 0.43), seen("both > 0.9", 0.95, 0.9)], "more than 43 %"),
    ("less than 95 %", [seen("both > 0.95", 0.97, 0.95), seen("alone < 0.3", 0.2, 0.3)], "less than 95 %"),
    ("above 43", [seen("100 * alone < 43", 40, 43), seen("b > 90", 95, 90)], "more than 43"),
    ("20 of 2", [*ALL_RUNS, seen("len(layers) == 2", 2, 2)], "claims 20 of 2"),
    ("0 of 0", [seen("len(learned) == 0", 0, 0)], "claims 0 of 0"),
    ("each of the 300 %", [seen("all(x < 1 for x in xs)", True, times=3)], "300 %"),
    ("3 × 5 %", [seen("x.shape == (3, 5)", (3, 5), (3, 5))], "claims 3 × 5 %"),
    ("386", [TEN], "claims 386"),
    ("11", [TEN], "claims 11"),  # an input
    ("2", [TEN], "claims 2"),  # an exponent
    ("386", [seen("table[386] == 385", 385, 385)], "claims 386"),  # an index
    ("−385", [TEN], "claims −385"),
    ("-385", [TEN], "claims -385"),
    ("385", [seen("total == -385", -385, -385)], "claims 385"),
    ("385 %", [TEN], "claims 385 %"),
    ("385 per cent", [TEN], "claims 385 per cent"),
    ("38,500 %", [seen("q == 38500", 38500, 38500)], "claims 38,500 %"),
    ("0.28 %", [seen("q == 0.28", 0.28, 0.28)], "claims 0.28 %"),
    ("28", [seen("q == 0.28", 0.28, 0.28)], "claims 28"),
    ("385 per mille", [TEN], "claims 385 per mille"),
    ("three hundred and eighty-six", [TEN], "claims three hundred and eighty-six"),
    ("four of five runs", [seen("len(runs) == 3", 3, 3)], "claims four of five"),
    ("half of 385", [TEN], "claims half"),
    ("twice 385", [TEN], "claims twice"),
    ("a dozen", [TEN], "claims a dozen"),
    ("tenfold", [TEN], "claims tenfold"),
    ("±385", [TEN], "holds ±385"),
    ("385th", [TEN], "holds 385th"),
    ("~386", [seen("x == 500", 500, 500)], "claims 386"),
    ("two thirds", [TEN], "claims two thirds"),
    ("one", [TEN], "claims one"),
    ("exactly one", [TEN], "claims one"),
    ("zero", [TEN], "claims zero"),
    ("386", [seen("total != 386", 385, 386)], "claims 386"),
    ("386", [seen("386 not in values", 386, [385], operator="not in", computed="right")], "claims 386"),
    ("386", [seen("total in {385, 386}", 385, [385, 386])], "claims 386"),
    ("386", [
        seen("any(total == v for v in (385, 386))", True, operator="truth"),
        seen("total == v", 385, 386, nested=True, held=0),
    ], "claims 386"),
    ("386", [BELOW], "claims 386"),
    ("385", [BELOW], "claims 385"),
    ("more than 386", [BELOW], "claims more than 386"),
    ("at least 386", [BELOW], "claims at least 386"),
    ("not less than 386", [BELOW], "claims at least 386"),
    ("not 386", [BELOW], "claims not 386"),
    ("not 385", [TEN], "claims not 385"),
    ("is not 385", [TEN], "claims not 385"),
    ("less than 385", [BELOW], "claims less than 385"),
    ("less than 400", [BELOW], "claims less than 400"),
    ("more than 40 %", [seen("alone < 0.43", 0.4, 0.43), seen("both > 0.43", 0.95, 0.43)], "claims more than 40 %"),
    ("within 0.01 of 0.28", [SHARE], "claims 0.01"),
    ("0 of 20", [printed("0"), seen("len(runs) == 20", 20, 20, line=13)], "claims 0 of 20"),
    ("less than 386", [seen("error < 1e-15", 1e-16, 1e-15)], "claims less than 386"),
    ("less than 386", [TEN], "claims less than 386"),
    ("more than 384", [TEN], "claims more than 384"),
    ("below 0.5", [seen("x < 0.6", 0.3, 0.6)], "claims less than 0.5"),
    ("above 0.5", [seen("x > 0.4", 0.6, 0.4)], "claims more than 0.5"),
    ("between 0.03 and 0.2", [seen("gap < 0.2", 0.1, 0.2)], "claims 0.03"),
    ("less than 386", [seen("total < 386", 385, 386, nested=True, times=2, held=1)], "claims less than 386"),
    ("386", [seen("total == 386", 385, 386, nested=True, held=0)], "claims 386"),
    ("0.3000", [seen("round(0.3321, 1) == 0.3", 0.3, 0.3)], "claims 0.3000"),
    ("0.3000", [seen("round(x, 1) == 0.3000", 0.3, 0.3)], "claims 0.3000"),
    ("0.3000", [close("abs(x - 0.3) < 0.04", 0.3321, 0.3, 0.04)], "claims 0.3000"),
    ("0.30", [seen("f'{0.345:.1f}' == '0.3'", "0.3", "0.3")], "claims 0.30"),
    ("0.30", [seen("round(x, 1) == 0.3", 0.3, 0.3)], "claims 0.30"),
    ("0.34", [close("abs(x - 1 / 3) < 0.01", 0.3321, Fraction(1, 3), 0.01)], "claims 0.34"),
    ("385.0", [TEN], "claims 385.0"),
    ("0.001", [close("abs(total - 385) < 0.001", 385, 385, 0.001)], "claims 0.001"),  # a tolerance
    ("0.28", [close("abs(share - 0.28) < 0.05", 0.31, 0.28, 0.05)], "claims 0.28"),
    ("7/27", [TIGHT], "claims 7/27"),
    ("3", [TIGHT], "claims 3"),
    ("0.5, within 0.004", [SHARE], "claims 0.5"),
    ("within 0.001 of 0.28", [SHARE], "claims 0.001"),
    ("within 0.004 of 0.29", [SHARE], "claims 0.004"),
    ("within 0.5 of 0.28", [SHARE], "claims 0.5"),
    ("0,385", [TEN], "holds 0,385"),
    ("385!", [TEN], "holds 385!"),
    ("385 million", [TEN], "claims 385 million"),
    ("385k", [TEN], "holds 385k"),
    ("n386", [TEN], "holds n386"),
    ("sum-386", [TEN], "holds sum-386"),
    ("₃₈₆", [TEN], "claims 386"),
    ("③⑧⑥", [TEN], "claims 386"),
    ("٣٨٦", [TEN], "claims 386"),
    ("３８６", [TEN], "claims 386"),
    ("𝟑𝟖𝟔", [TEN], "claims 386"),
    ("CCCLXXXVI", [TEN], "holds CCCLXXXVI"),
    ("Ⅻ", [TEN], "XII"),
    ("$38 6$", [TEN], "claims 386"),
    ("38\u200b6", [TEN], "claims 386"),
    ("3\u00ad86", [TEN], "claims 386"),
    ("$385^{385}$", [TEN], "claims 385³⁸⁵"),
    ("385/385", [TEN], "claims 385/385"),
    ("$\\frac{385}{385}$", [TEN], "claims"),
    (r"$\text{three hundred and eighty-six}$", [TEN], "claims three hundred"),
    ("385 × 10", [TEN], "claims 385 × 10"),
    ("385 · 10³", [TEN], "claims 385 · 10³"),
    ("385.385.385", [TEN], "holds 385.385.385"),
    ("0x385", [TEN], "holds 0x385"),
    ("1/0", [TEN], "holds 1/0"),
    ("$2r + 1$", [TEN], "claims the formula 2r + 1"),
    ("112 × 113", [seen("size == (112, 112)", (112, 112), (112, 112))], "claims 112 × 113"),
    ("386", [seen("total == 386", 386, 386, computed="neither")], "claims 386"),  # a constant restated
    ("386", [seen("f(n) == g(n)", 385, 385, computed="both")], "claims 386"),
    ("17 of 20", [*COUNT], "claims 17 of 20"),
    ("18 of 25", [*COUNT], "claims 18 of 25"),
    ("below 0.5 in 17 of 20", [*COUNT], "claims less than 0.5"),
    ("20 of 20", [seen("len(runs) == 20", 20, 20)], "claims 20 of 20"),
    ("at least 19 of 20", [*ARRAY], "claims at least 19 of 20"),
    ("below 0.05 in at least 18 of 20", [*ARRAY], "claims less than 0.05"),
    ("below 0.1", [*ARRAY], "claims less than 0.1"),
    ("below 0.5", [*COUNT], "claims less than 0.5"),
    ("each of 25", [*ALL_RUNS], "claims 25"),
    ("stride 3", [seen("size(stride=2) == 11", 11, 11)], "claims 3"),
    ("11 with 2", [seen("size(stride=2) == 11", 11, 11)], "claims 2"),
    ("1000 samples", [printed("True")], "claims 1000"),  # a label is not recorded as computed
    ("below 10⁻²⁰, 10⁻⁹ and 10⁻⁵", [seen("a < 1e-20", 1e-21, 1e-20)], "claims 10⁻⁹"),
    ("about 100", [seen("x == 120", 120, 120)], "claims 100"),
    ("99 %", [seen("100 * q == 28", 28, 28)], "claims 99 %"),
    ("28", [seen("torch.equal(a, b)", True, operator="truth")], "claims 28"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "observations"), BORNE_OUT, ids=[row[0] for row in BORNE_OUT])
def test_words_that_the_run_bears_out(words, observations):
    assert problems(words, *observations, code="l2 = 1") == []


@pytest.mark.parametrize(("words", "observations", "problem"), REFUSED, ids=[row[0] for row in REFUSED])
def test_words_that_say_other_than_the_run(words, observations, problem):
    assert any(each.startswith(problem) or problem in each for each in problems(words, *observations))


def test_names_with_digits_are_those_of_the_check():
    code = "field = resnet_50()\nassert F.dropout2d(x, 0.28).l2 == torch.float64"
    assert problems("ResNet-50, dropout2d, L2 and float64", TEN, code=code) == []
    assert problems("ResNet-101", TEN, code=code) == [
        "holds ResNet-101, which can be read neither as a number nor as a name in the code"
    ]


@pytest.mark.parametrize(
    ("words", "observation", "remedy"),
    [
        ("386", BELOW, "The check shows only that it is less than 386: say so"),
        ("−385", TEN, "Its sign is another"),
        ("385.0", TEN, "Write the digits and the unit that the check has, and no more"),
        ("more than 386", BELOW, "Say on which side of it the values lie, as the check does"),
        ("387", BELOW, "Write what the check observed"),
        ("more than 300", BELOW, "Write what the check observed"),
        ("385 of 400", TEN, "Let one assert count both"),
    ],
)
def test_a_refusal_says_what_would_be_right(words, observation, remedy):
    assert next(given for _, given in refusals(words, facts_of([observation]), str)).startswith(remedy)


def test_a_refusal_lists_what_was_observed_the_nearest_first():
    far = [seen(f"n{n} == {n}", n, n, line=n) for n in (1, 2, 5000, 400, 9, 7000)]
    told = nearest_observed("386", facts_of([*far, TEN]), "docs/sums.md")
    assert told.startswith("sum(n**2 for n in range(11)) == 385 (docs/sums.md:12), n400 == 400 (docs/sums.md:400), ")
    assert told.count("docs/sums.md") == 5
    assert nearest_observed("386", facts_of([]), "docs/sums.md") == "no number"
    assert nearest_observed("386", facts_of([BELOW]), "docs/sums.md") == "total < 386, seen 385 (docs/sums.md:12)"


@pytest.mark.parametrize(
    ("before", "words", "observation", "fine"),
    [
        ("It is more than ", "385", TEN, False),
        ("It stays below ", "386", BELOW, True),
        ("It stays above ", "386", BELOW, False),
        ("It is at least ", "385", TEN, True),
        ("no loss moves by more than ", "10⁻¹⁴", seen("drift < 1e-14", 1e-15, 1e-14), True),
        ("It is small. ", "386", BELOW, False),
        ("There are fewer than 500. ", "385", TEN, True),
        ("of 386, ", "385", TEN, True),
        ("over ", "385 steps", TEN, True),
        ("well above ", "385 steps", TEN, False),
    ],
)
def test_what_stands_before_a_link_says_how_its_number_is_meant(before, words, observation, fine):
    assert (not list(refusals(words, facts_of([observation]), str, before))) == fine


@pytest.mark.parametrize(
    ("words", "observation", "fine"),
    [
        ("the two layers", TEN, False),
        ("the first five layers", TEN, False),
        ("two layers", TEN, False),
        ("the 2 layers", TEN, False),
        ("falls to 386", BELOW, False),
        ("falls to 0.01", seen("loss < 0.01", 0.005, 0.01), False),
        ("agree to 10⁻¹²", seen("apart < 1e-12", 1e-15, 1e-12), True),
        ("less than 386", seen("total <= 386", 386, 386), False),
        ("less than 386", seen("total <= 386", 385, 386), False),
        ("at most 386", seen("total <= 386", 386, 386), True),
        ("all 3 of them", seen("f'{q:.0%}' == '34%'", "34%", "34%"), False),
        ("the two of five", TEN, False),
        ("a 3 × 3 convolution", TEN, False),
        ("3 × 3 pixels", TEN, False),
        ("rates 2 and 4 read 25", seen("read(rates=(2, 4)) == 25", 25, 25), True),
        ("rates 2 and 8 read 25", seen("read(rates=(2, 4)) == 25", 25, 25), False),
        ("a step of 0.01", seen("passes(step=0.01) == 20", 20, 20), True),
        ("a rate of 0.01", seen("passes(step=0.01) == 20", 20, 20), False),
        ("20 of 20", seen("sum(fails(seed) for seed in range(20)) == 20", 20, 20), True),
        ("20 of 20", seen("sum(fails(seed) for seed in range(20) if seed) == 20", 20, 20), False),
        ("the gradient is zero", seen("not gradient.any()", True), True),
        ("the gradient is zero", seen("not gradient.all()", True), False),
        ("the gradient is 0", seen("gradient.any()", True), False),
        ("L2 and F1", TEN, True),
        ("$w_1 = -1$", seen("block(x, w1=-1, w2=2) == 4", 4, 4), True),
        ("$w_2 = -1$", seen("block(x, w1=-1, w2=2) == 4", 4, 4), False),
        ("$W_1 x + 2$", seen("f(x) == W1 * x + 2", 4, 4, computed="both"), True),
        ("$W_1 x + 2$", seen("f(x) == W2 * x + 2", 4, 4, computed="both"), False),
        ("$\\varepsilon^2$", seen("error == epsilon**2", 0.01, 0.01, computed="both"), True),
        ("26 to 69", seen("rows[49] == (26, 69)", (26, 69), (26, 69), computed="both"), True),
        (
            "0.3",
            seen("torch.equal(a, b)", Array([0.3, 0.4]), Array([0.3, 0.4]), operator="equal", computed="both"),
            False,
        ),
    ],
)
def test_numbers_of_the_set_up(words, observation, fine):
    assert (problems(words, observation, code="conv = nn.Conv2d(1, 1, 3)") == []) == fine


# What a check compares, line by line.
COSTS = "theta = [0] * 661\nassert len(theta) == 661\nassert 2 * len(theta) == 1322\nassert len(theta) + 1 == 662"
ROW = "squares = [n**2 for n in range(2, 7)]\nassert squares == [4, 9, 16, 25, 36]"
LOSSES = "xs = [n / 100 for n in range(20)]\nassert max(xs) < 0.3\nassert max(xs) / 100 < 0.004"
FIELDS = (
    "def size(rates, stride):\n    return len(rates) * stride\n"
    "assert size(rates=(1, 2), stride=2) == 4\nassert size(rates=(1, 2, 4), stride=3) == 9"
)


@pytest.mark.parametrize(
    ("said", "code", "refused"),
    [
        ("[661](check:x) weights take [1,322](check:x) or [662](check:x)", COSTS, ""),
        ("[662](check:x), [661](check:x) and [1,322](check:x)", COSTS, ""),  # each link is a claim of its own
        ("[661 weights take 1,322 calls or 662](check:x)", COSTS, ""),
        ("[661 weights take 662 calls or 1,322](check:x)", COSTS, "1,322"),
        ("[661 weights take 662 calls](check:x), or [662](check:x)", COSTS, "662"),
        ("[661](check:x) weights.\n\nAnd [661](check:x)", COSTS, ""),
        ("[661](check:x) weights and [661](check:x)", COSTS, "661"),
        ("| a | b |\n| - | - |\n| [661](check:x) | [662](check:x) |\n| 1 | [662](check:x) |", COSTS, "662"),
        ("- [661](check:x)\n- [661](check:x)", COSTS, "661"),
        ("[4, 9, 16, 25 and 36](check:x)", ROW, ""),
        ("[9, 16 and 25](check:x)", ROW, ""),
        ("[4, 16 and 36](check:x)", ROW, ""),
        ("[4 to 36](check:x)", ROW, ""),
        ("[4, 9, 16, 36 and 25](check:x)", ROW, "36"),
        ("[4, 9 and 25](check:x)", ROW, "25"),
        ("[36 and 4](check:x)", ROW, "4"),
        ("[below 0.3 and 0.004](check:x)", LOSSES, ""),
        ("[below 0.3 at the first and below 0.3 at the second](check:x)", LOSSES, "0.3"),
        ("[rates 1 and 2 with stride 2 give 4, rates 1, 2 and 4 with stride 3 give 9](check:x)", FIELDS, ""),
        ("[rates 1 and 2 with stride 3 give 4, rates 1, 2 and 4 with stride 3 give 9](check:x)", FIELDS, "3"),
        ("[rates 1 and 2 with stride 2 give 4, rates 1, 2 and 4 with stride 2 give 9](check:x)", FIELDS, "2"),
    ],
)
def test_numbers_stand_in_the_order_of_the_check_and_each_once(said, code, refused):
    page = PageParser().parse_text(f"# Page\n\n{said}\n", Path("page.md"))
    block = Block(page.path, 1, 2, 9, code, "s", "x", "numeric", "x")
    facts = facts_of(Session([block]).outcome(block).observations)
    found = [wrong[0].number.written for link in page.links if (wrong := out_of_order(link, page.links, facts))]
    assert found == ([refused] if refused else [])


RUN = [
    ("all 20", "xs = list(range(20))\nassert sum(x < 18 for x in xs) == 18", False),
    ("18 of 20", "xs = list(range(20))\nassert sum(x < 18 for x in xs) == 18", True),
    ("3 are larger than 224", "xs = [n * 30 for n in range(11)]\nassert sum(x > 224 for x in xs) == 3", True),
    ("4 are larger than 224", "xs = [n * 30 for n in range(11)]\nassert sum(x > 224 for x in xs) == 3", False),
    ("3 are smaller than 224", "xs = [n * 30 for n in range(11)]\nassert sum(x > 224 for x in xs) == 3", False),
    ("90 %", "x = sum([0.45, 0.45])\nassert x == 0.9", True),
    ("91 %", "x = sum([0.45, 0.45])\nassert x == 0.9", False),
    ("12", "p = sum([0.06, 0.06])\nassert round(100 * p) == 12", False),
    ("12 %", "p = sum([0.06, 0.06])\nassert round(100 * p) == 12", True),
    ("batch size 64", "def f(batch_size): return batch_size * 2\nassert f(batch_size=64) == 128", True),
    ("no closer than 1.1", "xs = [n + 1.2 for n in range(3)]\nassert min(xs) >= 1.1", True),
    ("within 0.001", "total = sum(n**2 for n in range(11))\nassert total - 386 < 0.001", False),
    ("within 0.001", "total = sum(n**2 for n in range(11))\nassert abs(total - 385) < 0.001", True),
    ("about 400", "assert sum(n**2 for n in range(11)) == 385", True),
    ("about 387", "assert sum(n**2 for n in range(11)) == 385", False),
    ("385", "assert sum(n**2 for n in range(11)) == 385", True),
    ("11", "assert sum(n**2 for n in range(11)) == 385", False),
    ("2", "assert sum(n**2 for n in range(11)) == 385", False),
    ("−385", "assert sum(n**2 for n in range(11)) == 385", False),
    ("386", "total = sum(n**2 for n in range(11))\nassert total != 386", False),
    ("not 386", "total = sum(n**2 for n in range(11))\nassert total != 386", True),
    ("386", "total = sum(n**2 for n in range(11))\nassert total in {385, 386}", False),
    ("386", "total = sum(n**2 for n in range(11))\nassert any(total == v for v in (385, 386))", False),
    ("386", "total = sum(n**2 for n in range(11))\nassert any(total == v for v in (386, 385))", False),
    ("385", "total = sum(n**2 for n in range(11))\nassert total == 386 or total == 385", True),
    ("386", "total = sum(n**2 for n in range(11))\nassert total == 386 or total == 385", False),
    ("386", "total = sum(n**2 for n in range(11))\nassert not total == 386", False),
    ("386", "total = sum(n**2 for n in range(11))\nassert total < 386", False),
    ("less than 386", "total = sum(n**2 for n in range(11))\nassert total < 386", True),
    ("more than 386", "total = sum(n**2 for n in range(11))\nassert total < 386", False),
    ("0.001", "total = sum(n**2 for n in range(11))\nassert abs(total - 385) < 0.001", False),
    ("within 0.001 of 385", "total = sum(n**2 for n in range(11))\nassert abs(total - 385) < 0.001", True),
    ("0.3000", "xs = [0.3321]\nassert round(max(xs), 1) == 0.3", False),
    ("0.30", "xs = [0.345]\nassert f'{sum(xs):.1f}' == '0.3'", False),
    ("0.3", "xs = [0.345]\nassert f'{sum(xs):.1f}' == '0.3'", True),
    ("35 %", "xs = [0.345]\nassert f'{sum(xs):.0%}' == '34%'", False),
    ("34 %", "xs = [0.345]\nassert f'{sum(xs):.0%}' == '34%'", True),
    ("386", "total = 386\nassert total == 386", False),
    ("20 of 20", "xs = [n / 20 for n in range(20)]\nassert sum(x < 1 for x in xs) == 20", True),
    ("below 1 in 20 of 20", "xs = [n / 20 for n in range(20)]\nassert sum(x < 1 for x in xs) == 20", True),
    ("18 of 20", "xs = [n / 18 for n in range(20)]\nassert sum(x < 1 for x in xs) == 18", True),
    ("18 of 19", "xs = [n / 18 for n in range(20)]\nassert sum(x < 1 for x in xs) == 18", False),
    ("below 1", "xs = [n / 18 for n in range(20)]\nassert sum(x < 1 for x in xs) == 18", False),
    ("in each of 20 runs", "for n in range(20):\n    assert n**2 >= n", True),
    ("in each of 21 runs", "for n in range(20):\n    assert n**2 >= n", False),
    ("16", "for n in range(20):\n    assert n**2 == n * n", False),
    ("four of five runs", "runs = [n for n in range(3)]\nassert len(runs) == 3", False),
]


@pytest.mark.parametrize(("words", "code", "fine"), RUN)
def test_words_against_a_real_run(words, code, fine):
    block = Block(Path("page.md"), 1, 2, 9, code, "s", "check", "exact", "check")
    outcome = Session([block]).outcome(block)
    found = problems(words, *outcome.observations)
    assert (found == []) == fine, outcome.observations
