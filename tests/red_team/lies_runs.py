"""Checks that end well although what they are to show is false: nothing was evaluated, compared, or able to fail."""

from __future__ import annotations

from one_chapter import CHECK, CODE, Case

SUM = "sum(n**2 for n in range(11))"
FALSE = f"assert {SUM} == 386"
NONE_EVALUATED = "the assert was never evaluated"
SWALLOWED = "its failure was swallowed"
WRITTEN = "compares only what the page itself wrote down"


def proof(name: str, refused: str, code: str, grade: str = "numeric", at: str = "", output: str = "") -> Case:
    """A check that shows nothing of what its page says; `at` is the line of its code that is told."""
    check = CHECK.replace("exact", grade).replace(CODE, code)
    if output:
        check += f"\n\n<!--pytest-codeblocks:expected-output-->\n```text\n{output}\n```"
    # What is said of the sum is not what is refused first.
    return Case(
        name, refused, link="[the sum](check:ten-squares)", check=check, at=at or code.split("\n", maxsplit=1)[0]
    )


def held(name: str, code: str, allowed: str) -> Case:
    """A check that holds, and is worth little."""
    check = CHECK.replace("exact", "numeric").replace(CODE, code)
    return Case(name, link="[the sum](check:ten-squares)", check=check, allowed=allowed)


LIES = {
    "run.proof: never evaluated": [
        proof("a test that nobody calls", NONE_EVALUATED, f"def test_sum():\n    {FALSE}", at=FALSE),
        proof("a branch that is not taken", NONE_EVALUATED, f"if False:\n    {FALSE}", at=FALSE),
        proof("a flag that is off", NONE_EVALUATED, f"DEBUG = 0\nif DEBUG:\n    {FALSE}", at=FALSE),
        proof("a class for an optimised Python", NONE_EVALUATED, f"class C:\n    if not __debug__:\n        {FALSE}", at=FALSE),
        proof("a generator that is not consumed", NONE_EVALUATED, f"def each():\n    {FALSE}\n    yield\neach()", at=FALSE),
        proof("at the end of the process", NONE_EVALUATED, f"import atexit\n@atexit.register\ndef _():\n    assert {SUM} == 385", at="    assert"),
        proof("a loop over nothing", "had nothing to run over", f"for n in []:\n    {FALSE}"),
        proof("all that are left of some", "had nothing to run over", "sizes = [n + 1 for n in (2, 4)]\nassert all(size % 2 for size in sizes if size > 386)", at="assert"),
        proof("all of nothing", "was never evaluated", "assert all(n**2 == 386 for n in [])"),
        proof("or after what is true", "was never evaluated: what stands before it decides", f"assert 1 + 1 == 2 or {SUM} == 386"),
        proof("a thread", "in another thread only", f"from threading import Thread\ndef look():\n    assert {SUM} == 385\nthread = Thread(target=look)\nthread.start()\nthread.join()", at="    assert"),
    ],
    "run.proof: swallowed": [
        proof("try and pass", SWALLOWED, f"try:\n    {FALSE}\nexcept AssertionError:\n    pass", at=FALSE),
        proof("try and else", SWALLOWED, f"try:\n    {FALSE}\nexcept AssertionError:\n    held = False\nelse:\n    held = True", at=FALSE),
        proof("suppress", SWALLOWED, f"from contextlib import suppress\nwith suppress(AssertionError):\n    {FALSE}", at=FALSE),
        proof("finally and continue", "failed 3 times and its failure was swallowed", f"for n in range(3):\n    try:\n        {FALSE}\n    finally:\n        continue", at=FALSE),
        proof("a failure that is expected", SWALLOWED, f"import pytest\nwith pytest.raises(AssertionError, match='385'):\n    {FALSE}", at=FALSE),
        proof("a helper that swallows", SWALLOWED, f"def quietly(look):\n    try:\n        look()\n    except AssertionError:\n        pass\ndef look():\n    {FALSE}\nquietly(look)", at=FALSE),
    ],
    "run.proof: constants": [
        proof("a constant by its name", WRITTEN, "total = 386\nassert total == 386", at="assert"),
        proof("a constant in a table", WRITTEN, "table = {'sum': 386}\nassert table['sum'] == 386", at="assert"),
        proof("a constant in a loop", WRITTEN, "for n, total in [(10, 386)]:\n    assert total == 386", at="    assert"),
        proof("a constant in a tensor", WRITTEN, "import torch\nx = torch.tensor([386.0])\nassert torch.equal(x, torch.tensor([386.0]))", at="assert"),
        *(
            proof(f"a constant {name}", WRITTEN, code, at="assert")
            for name, code in (
                ("that a function returns", "def total():\n    'The sum.'\n    return 386\n\nassert total() == 386"),
                ("that a function hands on", "def same(x, y=1):\n    return x\n\nassert same(386) == 386"),
                ("that a function has by default", "def same(x=386):\n    return x\n\nassert same() == 386"),
                ("of two functions that call each other", "def f():\n    return g()\n\ndef g():\n    return 386\n\nassert g() == 386"),
                ("of a lambda", "total = lambda: 386\nassert total() == 386"),
                ("of a class", "class Sums:\n    total = 386\n\nassert Sums.total == 386"),
                ("of an instance", "class Sums:\n    def __init__(self):\n        self.total = 386\n\nsums = Sums()\nassert sums.total == 386"),
                ("of a data class", "from dataclasses import dataclass\n\n@dataclass\nclass Sums:\n    total: int = 386\n\nassert Sums().total == 386"),
                ("of a namespace", "from types import SimpleNamespace\nsums = SimpleNamespace(total=386)\nassert sums.total == 386"),
                ("that a table is asked for", "table = {'sum': 386}\nassert table.get('sum') == 386"),
                ("that is put into a table", "table = {}\ntable['sum'] = 386\nassert table['sum'] == 386"),
                ("that a function puts into a table", "table = {}\ndef note(name, value):\n    table[name] = value\nnote('sum', 386)\nassert table['sum'] == 386"),
                ("that is put into a list", "sums = []\nsums.append(386)\nassert sums == [386]"),
                ("that a loop puts into a list", "sums = []\nfor each in (385, 386):\n    sums.append(each)\nassert sums[-1] == 386"),
                ("that is put into an array", "import numpy as np\nsums = np.zeros(2)\nsums[1] = 386\nassert sums[1] == 386"),
                ("that is taken out of a tensor", "import torch\nsums = torch.tensor([385, 386])\nassert sums[1].item() == 386"),
                ("that is read as JSON", "import json\ntable = json.loads('{\"sum\": 386}')\nassert table['sum'] == 386"),
                ("that is handed to a tuple with names", "from collections import namedtuple\nSums = namedtuple('Sums', 'total')\nassert Sums(386).total == 386"),
                ("that is handed to a data class", "from dataclasses import dataclass\n\n@dataclass\nclass Sums:\n    total: int\n\nsums = [Sums(385), Sums(386)]\nassert sums[1].total == 386"),
                ("that is handed to a constructor", "class Sums:\n    def __init__(self, total):\n        self.total = total\n\nassert Sums(386).total == 386"),
                ("that a function looks up by branches", "def total(name):\n    if name == 'sum':\n        return 386\n    return 5\n\nassert total('sum') == 386"),
                ("that a function looks up by cases", "def total(name):\n    match name:\n        case 'sum':\n            return 386\n    return 5\n\nassert total('sum') == 386"),
                ("that is looked up in rows", "rows = [('mean', 35), ('sum', 386)]\nassert next(value for name, value in rows if name == 'sum') == 386"),
                ("that a property returns", "class Sums:\n    def __init__(self, total):\n        self._total = total\n\n    @property\n    def total(self):\n        return self._total\n\nassert Sums(386).total == 386"),
                ("that a method puts into a table", "class Sums:\n    def __init__(self):\n        self.known = {}\n\n    def note(self, name, value):\n        self.known[name] = value\n\nsums = Sums()\nsums.note('sum', 386)\nassert sums.known['sum'] == 386"),
                ("that is there", "def total():\n    return {'sum': 386}\n\nassert total() is not None"),
                ("of a class whose objects are all equal", "class Sums:\n    def __init__(self, total):\n        self.total = total\n    def __eq__(self, other):\n        return True\n\nassert Sums(385) == Sums(386)"),
                ("that is the largest of some", "sums = [385, 386]\nassert max(sums) == 386"),
                ("that is rounded", "total = 386.4\nassert round(total) == 386"),
                ("without its sign", "total = -386\nassert abs(total) == 386"),
                ("that is there unless the environment says otherwise", "import os\ntotal = int(os.environ.get('TOTAL', '386'))\nassert total == 386"),
                ("that a function returns for a calculated argument", "def total(numbers):\n    return 386\n\nassert total([1] * 5) == 386"),
                ("that a function in a table returns", "table = {'sum': lambda: 386}\nassert table['sum']() == 386"),
                ("of an enumeration", "from enum import Enum\n\nclass Sums(Enum):\n    TOTAL = 386\n\nassert Sums.TOTAL.value == 386"),
                ("that a function returns whatever it is given", "def holds(total):\n    return True\n\nassert holds(sum([385]))"),
                ("that a function returns whatever fails in it", "def runs(f):\n    try:\n        f()\n    except Exception:\n        pass\n    return True\n\nassert runs(lambda: 1 / 0)"),
                ("by way of any error", "try:\n    raise TypeError('a misspelt name')\nexcept Exception:\n    refused = True\nassert refused"),
            )
        ),
        proof("true", WRITTEN, "assert True"),
        proof("not false", WRITTEN, "assert not False"),
        proof("an assignment alone", "has no assert and no expected output", "total = 386", at="```python"),
        proof("a constant that is printed", "prints only what its author wrote", "print('The sum is', 386)", output="The sum is 386"),
        proof("a word that is printed", "prints only what its author wrote", "print('equal')", output="equal"),
    ],
    "run.proof: nothing compared": [
        proof("slices past the end", "there was no element", "import torch\na = torch.arange(3)\nassert torch.equal(a[5:], a.clone()[5:])", at="assert"),
        proof("all elements of none", "there was no element", "import torch\na = torch.arange(3.0)\nassert (a[5:] > 7).all()", at="assert"),
        proof("no wrong one in a loop over nothing", "had nothing to run over", "wrong = []\nfor n in list('')[1:]:\n    wrong.append(n)\nassert not wrong", at="for n"),
        proof("a zip that ends at once", "ends with the shortest of 1 and 2", "assert all(a == b for a, b in zip([sum([])], [0, 386]))"),
    ],
    "run.proof: no number": [
        proof("a comparison with no number", "not a number", "worst = float('nan') * abs(2)\nassert not worst > 1e-8", at="assert"),
        proof("the largest of no number", "not a number", "worst = 0.0\nfor e in [float('nan') - 1]:\n    worst = max(worst, e)\nassert worst < 1e-8", at="    worst"),
        proof("any of an array without numbers", "not a number", "import torch\ne = torch.zeros(3) / 0\nassert not torch.any(e > 1e-3)", at="assert"),
        proof("any of such, as a method", "not a number", "import torch\ne = torch.zeros(3) / 0\nassert not (e > 1e-3).any()", at="assert"),
    ],
    "run.proof: one thing on both sides": [
        proof("a tensor that changed in place", "one and the same object", "import torch\nw = torch.rand(3)\nbefore = w\nw += 386\nassert torch.equal(before, w)", at="assert"),
        proof("a tensor that shares its storage", "one and the same object", "import torch\nw = torch.rand(3)\nbefore = w.detach()\nw += 386\nassert torch.equal(before, w)", at="assert"),
        *(
            proof(f"a thing compared with itself: {claim}", "or a thing with itself", f"{code}\nassert {claim}", at="assert")
            for code, claim in (
                ("total = sum([386])", "total == total"),
                ("sums = sorted([386, 385])", "len(sums) == len(sums)"),
                ("import math\nmean = sum([386]) / 2", "math.isclose(mean, mean)"),
                ("mean = sum([386]) / 2", "abs(mean - mean) < 1e-9"),
            )
        ),
        proof("sums of a list by two names", "one and the same object", "a = [1, 385]\nb = a\nassert sum(a) == sum(b)", at="assert"),
        proof("a function that compares a thing with itself", "or a thing with itself", "def same(a, b):\n    return a == a\n\nassert same(sum([385]), 386)", at="    return"),
        proof("a list by two names", "one and the same object", "a = list(range(3))\nb = a\na.append(386)\nassert a == b", at="assert"),
    ],
    "run.proof: true for being there": [
        proof("a method without brackets", "for being a method", "class Net:\n    def converged(self):\n        return False\nassert Net().converged", at="assert"),
        proof("the text False", "for being a str", "result = str(1 > 2)\nassert result", at="assert"),
        proof("a list of one false thing", "for being a list", f"assert [{SUM} == 386]"),
        proof("a generator", "for being a generator", f"assert ({SUM} == 386 for _ in range(1))"),
        proof("a tuple with the message", "for being a tuple", f"assert ({SUM} == 386, 'wrong')"),
        proof("a number before or", "for being a int", f"x = 3\nassert abs(x) or {SUM} == 386", at="assert"),
        proof("a number after and", "for being a int", f"assert {SUM} == 385 and 386"),
        proof("an assignment in the assert", "for being a int", "assert (n := 300 + 86)"),
    ],
    "run.proof: tolerances": [
        proof("an absolute one", "a tolerance of 1e+09", "import torch\na = torch.rand(3)\nassert torch.allclose(a, a + 5, atol=1e9)", at="assert"),
        proof("an infinite one", "a tolerance of inf", "from math import isclose\nassert isclose(sum([3.2]), 300, abs_tol=float('inf'))", at="assert"),
        proof("a relative one", "a relative tolerance of 2", "import torch\nassert torch.allclose(torch.rand(3), torch.ones(3), rtol=2)", at="assert"),
        proof("one by hand", "a tolerance of 10", "x = sum([3.2])\nassert abs(x - 3) < 10", at="assert"),
        proof("one in a function", "a tolerance of 10", "def close(a, b, tol=10):\n    return abs(a - b) < tol\nassert close(sum([3.2]), 3)", at="    return"),
        proof("one of pytest", "a tolerance of 10", "import pytest\nassert sum([3.2]) == pytest.approx(3, abs=10)", at="assert"),
    ],
    "run.proof: more than was meant": [
        proof("a row against a column", "each element of one with many of the other", "import torch\nx = torch.arange(3.0) * 2\nassert (x == x.clone().reshape(3, 1)).any()", at="assert"),
        proof("a row against a column, before the assert", "each element of one with many of the other", "import torch\nx = torch.arange(3.0) * 2\ny = x.reshape(3, 1)\nright = (x == y).sum()\nassert right == 3", at="right"),
    ],
    "run.proof: any error": [
        proof("any exception", "any Exception", "import pytest\nwith pytest.raises(Exception, match='x'):\n    raise ValueError('x')", at="with"),
        proof("a misspelt name", "any Exception", "import pytest\nimport torch\nwith pytest.raises(Exception):\n    torch.does_not_exist(386)", at="with"),
        proof("any message", "any message", "import pytest\nwith pytest.raises(ValueError):\n    int('x')", at="with"),
        proof("a function that is not called", "was never entered", "import pytest\ndef f():\n    with pytest.raises(ValueError, match='x'):\n        int('x')", at="    with"),
    ],
    "run.proof: grades": [
        proof("exact with a tolerance", "an exact check has no tolerance", f"total = {SUM}\nassert abs(total - 385) < 0.001", "exact", at="assert"),
        proof("statistical without a chance", "how likely a false alarm is", f"assert {SUM} == 385", "statistical"),
        proof("statistical with a chance of a half", "how likely a false alarm is", f"n = 1\nassert {SUM} == 385 and 2.0**-n <= 0.5", "statistical"),
    ],
    "not refused": [
        held("the larger of two constants", "assert max(385, 386) == 386", "it was computed, and is true of these numbers"),
        held("a constant in a branch of an order", "def total(n):\n    if n > 3:\n        return 386\n    return 5\n\nassert total(4) == 386", "so do a step function and a schedule of rates, which are computed in no other way"),
        held("a constant that is read from a text", "table = 'sum,386'\nassert int(table.split(',')[1]) == 386", "what a method of another type does is not looked into"),
        held("a constant that a layer keeps", "from torch import nn\nassert nn.Linear(386, 1).in_features == 386", "what a package does with it is not looked into"),
        held("a constant with nothing added", "total = 386\nassert total + 0 == 386", "it was calculated with, and the code shows how"),
        held("the same thing computed twice", f"a = {SUM}\nb = {SUM}\nassert a == b", "two ways to compute one thing are not told from one way taken twice"),
        held("a bound that cannot break", "assert len({1, 2}) >= 0", "what a bound is worth is for the attack by mutants to say"),
        held("a constant of a module", "from string import digits\nassert digits == '0123456789'", "what a module hands on may be what the check is of"),
        held("the default of an option", "import argparse\nparser = argparse.ArgumentParser()\nparser.add_argument('--sum', type=int, default=386)\nassert parser.parse_args([]).sum == 386", "what a package does with it is not looked into"),
        held("a constant of a configuration", "import configparser\nsettings = configparser.ConfigParser()\nsettings.read_string('[sums]\\ntotal = 386')\nassert settings.getint('sums', 'total') == 386", "what a package does with it is not looked into"),
        held("all that were kept for being so", "xs = [n - 3 for n in range(10)]\nabove = [x for x in xs if x > 0]\nassert all(x > 0 for x in above)", "there was something to look at, and what was left out is for a reader"),
        held("the same thing by two calls", "def slope(x):\n    return 2 * x\n\nforward, reverse = slope(2.0), slope(2.0)\nassert abs(forward - reverse) < 1e-9", "two ways to compute one thing are not told from one way taken twice"),
        held("runs that all draw the same", "import random\ndef mean(seed):\n    return random.Random(0).random()\n\nassert sum(mean(seed) > 0.5 for seed in range(5)) == 5", "that an argument is used is for a reader"),
        held("a constant of a file", "from pathlib import Path\nassert Path('mkdocs.yml').read_text().split()[1] == 'Sums'", "what a file hands on is data, and the run rests on it"),
        held("how many rows a page wrote", "rows = ['a', 'b', 'c']\nassert len(rows) == 3", "they were counted"),
        held("a helper that asks whether something is there", "def found(x):\n    return x is not None\n\nassert found(sum([386]))", "there was something: what that is worth is for a reader"),
        held("a helper that compares lengths", "def same(a, b):\n    return len(a) == len(b)\n\nassert same([sum([385])], [386])", "their lengths were computed, and are equal"),
        held("a helper of a module beside the page", "from statistics import median\nassert median([385, 386, 387]) == 386", "what a function of a module compares is not observed"),
        held("no wrong one among those that were looked at", "wrong = [n for n in range(5) if n > 9]\nassert not wrong", "there was something to look at, and this is how one says that none was wrong"),
    ],
}  # fmt: skip
