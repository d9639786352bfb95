"""Words that say other than the run observed."""

from __future__ import annotations

from one_chapter import CHECK, CODE, Case

NEAR = "xs = [2 + n / 100 for n in range(9)] + [3.5]\nassert sum(abs(x - 2) < 0.1 for x in xs) == 9 and len(xs) == 10"
TWICE = "small = sum([3, 4])\nlarge = sum([6, 8])\nassert large == 2 * small"
TABLE = "assert {n: n + 5 for n in (1, 2, 9)} == {1: 6, 2: 7, 9: 14}"
NAMED = "calls = {'forward': sum([386]), 'central': sum([770])}\nassert calls == {'forward': 386, 'central': 770}"
PASSED = "def kept(chunk):\n    return sum([chunk])\n\nassert kept(chunk=7) == 7\nassert kept(chunk=1) == 1"
NET = "def net(kind):\n    return len(kind) / 100"
TOTAL = "total = sum(n**2 for n in range(11))"


def words(said: str, refused: str = "", code: str = CODE, before: str = "It is") -> Case:
    link = f"{before} [{said}](check:ten-squares)"
    name = f"{before} [{said}] of {code.splitlines()[-1]}"
    # An exact check has no tolerance.
    check = CHECK.replace("exact", "numeric") if "abs(" in code or "close(" in code else CHECK
    return Case(name, refused or f"claims {said}", link=link, check=check, code=code, at=link)


def total(said: str, condition: str, refused: str = "") -> Case:
    return words(said, refused, f"{TOTAL}\nassert {condition}")


def passes(said: str, code: str, allowed: str, before: str = "It is") -> Case:
    """What is published although it is false; `said` may be several links."""
    link = said if "](check:" in said else f"{before} [{said}](check:ten-squares)"
    return Case(f"{before} [{said}] of {code.splitlines()[-1]}", link=link, code=code, allowed=allowed)


A_VERB = "verbs and adjectives without a number are for a reader"
ANOTHER = "which of the numbers of a check is meant, only its name in words tells"

LIES = {
    "rules.words: what a number in an assert is": [
        words("11"),
        words("2"),
        words("386", code="table = {386: sum(n**2 for n in range(11))}\nassert table[386] == 385"),
        total("0.001", "abs(total - 385) < 0.001"),
    ],
    "rules.words: sign and unit": [
        words("−385"),
        words("-385"),
        words("385 %"),
        words("38,500 %"),
        words("385 per cent"),
        words("385 per mille"),
        words("0.28 %", code="q = sum([0.07] * 4)\nassert q == 0.28"),
        words("385 million"),
        words("385k", "holds 385k"),
        words("±385", "holds ±385"),
        words("00", "holds 00", code="total = sum([385, -385])\nassert total == 0"),
        words("0385", "holds 0385"),
        words("−0", code="total = sum([385, -385])\nassert total == 0"),
        words("7 s", "claims 7", "milliseconds = sum([3, 4])\nassert milliseconds == 7"),
        words("7 minutes", "claims 7", "seconds = sum([3, 4])\nassert seconds == 7"),
        words("64 bytes", "claims 64", "bits = sum([32, 32])\nassert bits == 64"),
        words("64 bits", "claims 64", "size_in_bytes = sum([32, 32])\nassert size_in_bytes == 64"),
        words("576 MB", "claims 576", "embedding = sum([576])\nassert embedding == 576"),
    ],
    "rules.words: letters, scripts and formulas": [
        words("three hundred and eighty-six"),
        words("half of 385", "claims half"),
        words("twice as much", "claims twice"),
        words("a dozen"),
        words("four of five runs", "claims four of five", "runs = [n for n in range(3)]\nassert len(runs) == 3"),
        words("0,385", "holds 0,385"),
        words("385!", "holds 385!"),
        words("n386", "holds n386"),
        words("₃₈₆", "claims 386"),
        words("③⑧⑥", "claims 386"),
        words("CCCLXXXVI", "holds CCCLXXXVI"),
        words("38\u200b6", "claims 386"),
        words("385/385"),
        words("385.385.385", "holds 385.385.385"),
        words("0x385", "holds 0x385"),
        words("38<sup>5</sup>", "claims 38⁵"),
    ],
    "rules.words: relations": [
        total("386", "total != 386"),
        total("386", "386 not in [total]"),
        total("386", "total in {385, 386}"),
        total("386", "any(total == v for v in (385, 386))"),
        total("386", "total < 386"),
        total("more than 386", "total < 386"),
        total("less than 385", "total < 386"),
        total("at least 386", "total < 386"),
        total("less than 380", "total > 380 and total / 2 < 200"),
        total("less than 386", "abs(total - 385) < 0.001"),
        total("less than 400", "total < 386"),
        total("more than 385", "total >= 385"),
        total("at least 11", "[total, 11] == [385, 11]"),
        words("within 0.2 of 385", "claims 0.2", f"{TOTAL}\nassert abs(total - 385) < 0.1"),
        words("within 0.1 of 2 in 8 of 10", "claims 8 of 10", NEAR),
        words("within 0.1 of 3 in 9 of 10", "claims 0.1", NEAR),
        words("three times as large", "claims three", TWICE),
        words("half as large", "claims half", TWICE),
        words("385", "claims more than 385", before="It is more than"),
        words("385", "claims not 385", before="It is not"),
        words("10⁻⁸", "claims 10⁻⁸", "import torch\na = torch.ones(3).double() * 2\nassert torch.allclose(a, a * (1 + 9e-6), atol=1e-8)", before="They agree to"),
        words("less than 0.01", "claims less than 0.01", "small, large = sum([0.3]), sum([1.2])\nassert small - large < 0.01", before="They differ by"),
        words("less than 0.01", "claims less than 0.01", "import torch\na = torch.arange(5.0) * 2\nassert ((a - a - 1) < 0.01).all()", before="They differ by"),
        words("within 0.0001", "claims 0.0001", "mean = sum([1.005])\nassert (mean - 1) ** 2 < 0.0001", before="They agree to"),
        words("between 0.1 and 0.2", "claims 0.1", "loss = sum([0.4])\nassert loss > 0.1\nassert loss / 4 < 0.2"),
        total("within 0.0001 of 385", "abs(total - 385) < 0.001", "claims 0.0001"),
    ],
    "rules.words: digits": [
        words("0.3000", code="xs = [0.3321]\nassert round(sum(xs), 1) == 0.3"),
        words("0.30", code="xs = [0.345]\nassert f'{sum(xs):.1f}' == '0.3'"),
        words("385.0"),
    ],
    "rules.words: another number of the check": [
        words("385 and 385", "says 385, which 'ten-squares' has at docs/sums.md:15 only", f"{TOTAL}\nassert total == 385"),
        words("3,025, the square of 55", "says 55", "n = sum(range(11))\nassert n == 55\nassert n**2 == 3025"),
        words("55, and 3,025 of 55", "claims 3,025 of 55", "n = sum(range(11))\nassert n == 55\nassert n**2 == 3025"),
        words("4, 9, 25 and 16", "says 25", "assert [n**2 for n in range(2, 6)] == [4, 9, 16, 25]"),
        words("9 to 25", "claims 25", code="assert [n + 9 for n in range(3)] == [9, 10, 11]"),
        words("9 to 10", "claims 9", "assert [n + 9 for n in range(3)] == [9, 10, 11]"),
        words("stride 385 gives 10", "says stride 385", "def size(stride):\n    return 5 * stride\n\nassert size(stride=2) == 10\nassert sum(n**2 for n in range(11)) == 385"),
        words("rates 1 and 4", code="def size(rates):\n    return sum(rates)\n\nassert size(rates=(1, 2, 4)) == 7", refused="claims 1"),
        words("9 nodes after 9 layers", "says 9", "assert [n + 9 for n in [0] * 5] == [9] * 5"),
        words("6, 7 and 9", "claims 6", "assert {n: n + 5 for n in (1, 2, 9)} == {1: 6, 2: 7, 9: 14}"),
        words("3 × 2 layers", "claims 3 × 2", "def size(kernel=3):\n    return kernel\n\nassert sum([2, 2]) == 4"),
        words("all 1", "claims 1", code="assert [sum([0, 1])] == [1]"),
        Case("a key twice in a table", "says 1", link="as follows.\n\n| n | kind |\n| - | - |\n| [1](check:ten-squares) | odd |\n| [1](check:ten-squares) | even |", code="first, second = [{n: n + k for n in (1, 2)} for k in (5, 6)]\nassert first == {1: 6, 2: 7}\nassert second == {1: 7, 2: 8}", at="| [1](check:ten-squares) | even"),
        words("82 rows, 3 to 82", "says 3", "rows = [(sum([n]), 82) for n in (3, 3)]\nassert rows == [(3, 82), (3, 82)]"),
        words("the two sums", "claims two"),
        Case("two rows of a table in each other's place", "says 14, which", link="so:\n\n| n | sum |\n| - | - |\n| 2 | [14](check:ten-squares) |\n| 3 | [5](check:ten-squares) |", code="assert [sum(n**2 for n in range(k)) for k in (3, 4)] == [5, 14]"),
        Case("twice in a paragraph", "says 385", link="[385](check:ten-squares) and [385](check:ten-squares)", at="[385]"),
        Case("twice in a table", "says 385", link="as follows.\n\n| a | b |\n| - | - |\n| [385](check:ten-squares) | [385](check:ten-squares) |"),
    ],
    "rules.words: the number for something else": [
        words("7", "claims 7", TABLE, before="Plus 5, for 1 it is"),
        words("2", "claims 2", TABLE, before="Plus 5, for 1 it is"),
        words("1", "claims 1", TABLE, before="Plus 5, for 1 it is"),
        words("770 calls", "claims 770", NAMED, before="A forward gradient takes"),
        words("386 calls", "claims 386", NAMED, before="A central gradient takes"),
        words("7 times", "claims 7", PASSED, before="In chunks of 1 it keeps"),
        words("less than 0.2", "claims less than 0.2", f"{NET}\nassert net('tanh') < 0.1\nassert net('relu') < 0.2", before="For tanh it is"),
        Case("the row of another", "claims 6", link="as follows.\n\n| n | sum |\n| - | - |\n| 2 | [6](check:ten-squares) |", code=TABLE, at="| 2 |"),
    ],
    "rules.words: what is counted": [
        words("5 layers", "claims 5", "pixels = 1 + 2 * len('ab')\nassert pixels == 5"),
        words("12 epochs", "claims 12", "step = sum([5, 7])\nassert step == 12"),
        words("288 multiplications", "claims 288", "weights = sum([200, 88])\nassert weights == 288"),
        words("0.3 steps", "claims 0.3", "steps, rate = sum([3]), sum([0.3])\nassert (steps, rate) == (3, 0.3)"),
        words("1 steps", "claims 1", "steps, rate = sum([3]), sum([1])\nassert (steps, rate) == (3, 1)"),
        words("−3 steps", "claims −3", "steps, start = sum([3]), sum([-3])\nassert (steps, start) == (3, -3)"),
        words("1 times", "claims 1", "steps, rate = sum([3]), sum([1])\nassert (steps, rate) == (3, 1)"),
        words("all 25, of which 9 are odd", "says 9", "assert sum([9]) == 9\nassert sum([25]) == 25"),
        words("5 × 4", code="assert [[n, n - 1] for n in (6, 5)] == [[6, 5], [5, 4]]"),
        words("0 of 20", code="xs = [n / 18 for n in range(20)]\nassert sum(x < 1 for x in xs) == 18\nassert sum([0]) == 0"),
        words("0 of 20", code="import torch\nassert not torch.zeros(20).any()\nassert len(torch.zeros(20)) == 20"),
        words("20 %", code="assert sum([0.19]) == 0.19"),
        words("all 3.0 networks", "claims 3.0", "assert sum([3.0]) == 3.0"),
        words("0 of 20", code="xs = [0 * n for n in range(20)]\nassert sum(x == 0 for x in xs) == 20"),
        words("0.5", code="import torch\nx = torch.arange(3.0)\nhalf = x / 2\nassert (half - x * 0.5).abs().max() < 1e-9"),
    ],
    "rules.words: what cannot be": [
        words("between 9 and 4", "says between 9 and 4", "assert [n**2 for n in (2, 3)] == [4, 9]"),
        words("4 × 5 = 25", "says 4 × 5 = 25, which cannot be", "assert 4 * sum([5]) == 20 and sum([25]) == 25"),
        words("falls from 4 to 9", "says falls from 4 to 9", "assert [n**2 for n in (2, 3)] == [4, 9]", before="It"),
        words("from 4 to 9", "says falls from 4 to 9", "assert [n**2 for n in (2, 3)] == [4, 9]", before="It falls"),
        words("4 pixels, not 4", "says 4 pixels , not 4, which cannot be", "assert [n**2 for n in (2, 3)] == [4, 9]"),
        words("9 steps", "says 9 steps instead of 9", "assert [n**2 for n in (2, 3)] == [4, 9]", before="Instead of 4 it takes 9 steps instead of"),
        words("grows from 9 to 4", "says grows from 9 to 4", "assert [n**2 for n in (3, 2)] == [9, 4]", before="It"),
    ],
    "not refused": [
        passes("the first of them", "sizes = [n * n for n in (3, -1, 2)]\nassert sizes[-1] == 4", "ordinals count from where their author counts, and are not read"),
        passes("always", "assert sum(n**2 for n in range(11)) == 385", "that it was so each time, of a check that tried it once, is for a reader", "It holds"),
        passes("385 px", "assert sum(n**2 for n in range(11)) == 385", "of what a number is counted is for a reader"),
        passes("100 FLOPs", "multiplications = sum([100])\nassert multiplications == 100", "of what a number is counted is for a reader"),
        passes("an order of magnitude larger", "a = sum([3])\nassert 3 * a / a == 3", A_VERB),
        passes("odd", "assert sum(n**2 for n in range(11)) % 5 == 0", A_VERB),
        passes("used exactly once", "used = [1, 1]\nassert used.count(1) == 2", "once is said of times as well, and not read as a number"),
        passes("the third layer", "sizes = [abs(n) for n in range(4)]\nassert sizes.index(3) == 3", "ordinals count from where their author counts, and are not read"),
        passes("rises by 5 %", "before, after = sum([0.2]), sum([0.25])\nassert round(after - before, 2) == 0.05", "a percentage and percentage points are written alike", "It"),
        passes("100 steps a second", "steps = sum([100])\nassert steps == 100", "of what a number is counted is for a reader"),
        passes("fails in 18 of 20", "runs = [n / 18 for n in range(20)]\nassert sum(x < 1 for x in runs) == 18", "of what a number is the value is for a reader", "It"),
        passes("0", f"{TOTAL}\nassert total % 5 == 0 and total == 385", ANOTHER, "The sum is"),
        passes("less than 0.1", "a, b = sum([0.3]), sum([0.05])\nassert a < 0.5\nassert b < 0.1", ANOTHER, "It is a that is"),
        passes("[3,025](check:ten-squares) for squares.\n\nAnd the square of the sum is [385](check:ten-squares)", f"{TOTAL}\nassert total == 385\nassert sum(range(11)) ** 2 == 3025", ANOTHER),
        passes("[3,025](check:ten-squares) for squares, and [385](check:ten-squares) for the sum", f"{TOTAL}\nassert total == 385\nassert sum(range(11)) ** 2 == 3025", "the links of a paragraph need not keep the order of the asserts: in our pages a quarter of those that say two numbers do not"),
        passes("so:\n\n| n | sum |\n| - | - |\n| 2 | [14](check:ten-squares) |\n| 3 | [5](check:ten-squares) |", "assert sum(n**2 for n in range(3)) == 5\nassert sum(n**2 for n in range(4)) == 14", "nor need those of a table: five of ours do not"),
    ],
    "rules.opposites": [
        Case("two networks in each other's place", "says plain, and 'ten-squares' asserts residual", link="The plain network has [12](check:ten-squares) weights, the residual network has [8](check:ten-squares)", code="plain, residual = sum([3, 5]), sum([3, 5, 4])\nassert residual == 12\nassert plain == 8", at="The plain"),
        words("6", "says key, and 'ten-squares' asserts query", "queries, keys = 'abcdef', sum([4])\nassert len(queries) == 6\nassert keys == 4", before="The keys number"),
        words("15", "says radius, and 'ten-squares' asserts diameter", "diameter = sum([7, 8])\nassert diameter == 15", before="The radius is"),
        words("the largest is 1", "says largest, and 'ten-squares' asserts smallest", "sums = [sum(range(n)) for n in (4, 3, 2)]\nassert min(sums) == 1"),
        words("3", "says mean, and 'ten-squares' asserts median", "from statistics import median\nassert median([abs(n) for n in (1, 3, 30)]) == 3", before="On average it is"),
        words("4", "says column, and 'ten-squares' asserts row", "rows = [[n] for n in range(4)]\nassert len(rows) == 4", before="The columns:"),
        words("below 1", "says test, and 'ten-squares' asserts train", "train_error = sum([0.25])\nassert train_error < 1", before="Its test error is"),
        words("0.5", "says recall, and 'ten-squares' asserts precision", "def precision(found, right):\n    return right / found\n\nassert precision(found=4, right=2) == 0.5", before="The recall is"),
    ],
    "rules.words: what is said without a number": [
        words("doubles", "nothing was 2 times anything", "a = sum([3])\nassert 3 * a / a == 3", before="It"),
        words("the same", "says 'same', and all that was compared differs", "a = sum([3])\nassert a != 4", before="Both are"),
        words("different", "says 'different', and all that was compared is equal", "a = sum([3])\nassert a == 3", before="Both are"),
        words("exactly equal", "says 'exactly'", "a = sum([0.1] * 10)\nassert abs(a - 1) < 1e-9", before="They are"),
        words("equal to the last bit", "says 'last bit'", "a = sum([0.1] * 10)\nassert abs(a - 1) < 1e-9", before="They are"),
        words("positive", "says 'positive', and the check has it < 0", "curvature = sum([1, -3])\nassert curvature < 0"),
        words("negative", "says 'negative', and the check has it > 0", "curvature = sum([3, -1])\nassert curvature > 0"),
        words("most runs", "it was so for 8 of 20", "runs = [n / 18 for n in range(20)]\nassert sum(x < 0.4 for x in runs) == 8", before="In"),
        words("most runs", "it was so for 8 of 20", "held = [n < 8 for n in range(20)]\nassert sum(held) < 10", before="In"),
        words("every run", "it was so for 18 of 20", "held = [n < 18 for n in range(20)]\nassert sum(held) > 10", before="In"),
        words("none of the runs", "it was so for 3 of 20", "import torch\ndead = torch.arange(20) < 3\nassert dead.sum() < 10", before="In"),
    ],
    "rules.directions": [
        words(said, f"says {said.split()[0]}, and 'ten-squares' asserts", f"{code}\nassert {claim}", before=before)
        for before, said, code, claim in (
            ("Ours are", "fewer", "ours, theirs = sum([4]), sum([3])", "ours > theirs"),
            ("Momentum needs", "fewer", "plain, with_momentum = sum([3]), sum([4])", "with_momentum > plain"),
            ("The residual network has a", "smaller loss than the plain one", "plain, residual = sum([3]), sum([4])", "residual > plain"),
            ("Adam's loss is", "larger than that of SGD", "adam, sgd = sum([3]), sum([4])", "adam < sgd"),
            ("The loss", "falls", "before, after = sum([3]), sum([4])", "after > before"),
        )
    ],
    "rules.words: counts": [
        words("17 of 20", code="xs = [n / 18 for n in range(20)]\nassert sum(x < 1 for x in xs) == 18"),
        words(
            "18 of 2",
            code="xs = [n / 18 for n in range(20)]\nassert sum(x < 1 for x in xs) == 18 and len({*xs[:2]}) == 2",
        ),
        words("all 20", code="xs = [n / 18 for n in range(20)]\nassert sum(x < 1 for x in xs) == 18", refused="claims 20"),
        words("at least 20 of 20", code="xs = [n / 18 for n in range(20)]\nassert sum(x < 1 for x in xs) >= 18 and len(xs) == 20"),
        words("12 of 20", "claims 12 of 20", "xs = [n / 18 for n in range(20)]\nassert sum(x < 1 for x in xs[:12]) == 12\nassert len(xs) == 20"),
        *(
            words(said, "it was so for 18 of 20", "xs = [n / 18 for n in range(20)]\nassert sum(x < 1 for x in xs) == 18", before="So")
            for said in ("in every run", "always below the bound", "all runs end below the bound")
        ),
        *(
            words(said, "it was so for 1 of 20", "xs = [n / 18 for n in range(20)]\nassert sum(x > 1 for x in xs) == 1", before="So")
            for said in ("none is above the bound", "no run ends above the bound", "never above the bound")
        ),
        words("all elements are equal", "it was so for 1 of 4", "import torch\na = torch.arange(4)\nassert (a == torch.ones(4)).any()", before="So"),
        words("18 of 25", code="xs = [n / 18 for n in range(20)]\nassert sum(x < 1 for x in xs) == 18"),
        words("below 1", "claims less than 1", "xs = [n / 18 for n in range(20)]\nassert sum(x < 1 for x in xs) == 18"),
    ],
}  # fmt: skip
