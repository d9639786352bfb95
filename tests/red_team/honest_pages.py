"""Pages that keep every rule, in the many forms that Markdown has: none of them is refused."""

from __future__ import annotations

from pathlib import Path

from one_chapter import CHECK, CODE, CONFIG, LINK, PAGE, Case

OUTPUT = "<!--pytest-codeblocks:expected-output-->"
CONT = "<!--pytest-codeblocks:cont-->"
SKIP = '<!--pytest.mark.skip(reason="needs eight GPUs")-->'


def indented(text: str) -> str:
    return "".join(f"    {line}\n" if line else "\n" for line in text.split("\n"))


def check_in(name: str, before: str, prefix: str = "", after: str = "") -> Case:
    """The check stands within something."""
    lines = "\n".join(f"{prefix}{line}".rstrip() for line in CHECK.split("\n"))
    return Case(name, page=f"# Sums\n\nIt is {LINK}.\n\n{before}{lines}{after}\n")


def with_extension(name: str, extension: str, after: str, **files: str) -> Case:
    config = CONFIG.replace("  - tables\n", f"  - tables\n  - {extension}\n")
    return Case(name, after=after, files={"mkdocs.yml": config, **files})


def quiz(name: str, wrong: str, code: str) -> Case:
    options = f"/// quiz | What is the sum?\n- [x] 385: [so](check:ten-squares)\n- [ ] {wrong}: [no](check:ten-squares)\n///\n\n"
    return Case(name, page=PAGE.replace("/// details", f"{options}/// details", 1), code=code)


HONEST = [
    Case("as it is"),
    Case("front matter", page=f"---\ntitle: Sums\n---\n\n{PAGE}"),
    Case("a byte order mark", files={"docs/sums.md": b"\xef\xbb\xbf" + PAGE.encode()}),
    Case("lines that end as on Windows", files={"docs/sums.md": PAGE.replace("\n", "\r\n").encode()}),
    Case("no empty line at the end", page=PAGE.rstrip()),
    Case("a page called .markdown", files={"docs/more.markdown": "# More\n\nIt is [385](check:ten-squares).\n\n```python\nassert True\n```\n"}),
    Case("a linked folder", files={"elsewhere/more.md": "It is [385](check:ten-squares).\n", "docs/linked": Path("elsewhere")}),
    Case("a notebook", files={"examples/trial.py": '# %% [markdown]\n# # Trial\n#\n# It is [4](check:trial).\n\n# %%\nx = sum([1, 3])\n\n# %% [markdown]\n# <!--pytest.mark.exact("trial")-->\n\n# %%\nassert x == 4\n'}),
    Case("a notebook with a figure", files={"examples/trial.py": '# %% [markdown]\n# # Trial\n#\n# It is [4](check:trial).\n\n# %%\nx = sum([1, 3])\ntop = 100\n\n# %% alt="Two bars, 4 in all, and an axis to 100"\ny = x\n\n# %% [markdown]\n# <!--pytest.mark.exact("trial")-->\n\n# %%\nassert x == 4\n'}),
    Case("a notebook with a byte order mark", files={"examples/trial.py": "\ufeff# %% [markdown]\n# # Trial\n\n# %%\nx = 1\n"}),
    Case("the same words twice", after=f"Again, {LINK}. And `[386](check:ten-squares)` is how one would write it."),
    Case("pages of the same text", files={"docs/a.md": "Text.\n", "docs/b.md": "Text.\n", "docs/c.md": ""}),
    Case("a footnote", after=f"Once more[^1].\n\n[^1]: See {LINK}."),
    Case("a table", after=f"| n | sum |\n| - | --- |\n| 10 | {LINK} |"),
    Case("a link over two lines", link="[the\nsum, 385](check:ten-squares)"),
    Case("a link in bold", link=f"**{LINK}**"),
    Case("bold in a link", link="[**385**, *the sum*](check:ten-squares)"),
    Case("a link by reference", after="It is [385][sum].\n\n[sum]: check:ten-squares"),
    Case("a link with a class", link="[385](check:ten-squares){ .big }"),
    Case("a link with a title", link='[385](check:ten-squares "the sum")'),
    Case("a picture in a link", link="[![Squares that grow](x.png) 385](check:ten-squares)", files={"docs/x.png": b""}),
    Case("a link in HTML that Markdown reads", after=f'<div markdown="1">\n\n{LINK}\n\n</div>'),
    Case("references", after="[a][b] and [c].\n\n[b]: #sum-1 (the sum)\n[c]: <#sum-1> 'of squares'"),
    Case("links elsewhere", after="[a](https://example.org), [b](HTTP://example.org), <https://example.org/a_(b)>, [c](mailto:a@example.org), <a@example.org>, [d](//example.org), [e](#sum-1), [f](sums.md#sum-1), [g](#check-ten-squares)"),
    Case("an anchor of HTML", after='<a id="here"></a>\n\n[There](#here)'),
    Case("classes that only begin alike", after='<p class="checked checklist">Text.</p>'),
    Case("a heading on checks", after="## Check the sum\n\n## Checks\n\nText."),
    check_in("in a list", "1. It is\n\n", "    "),
    check_in("in a quotation", "", "> "),
    check_in("in an admonition", "!!! note\n\n", "    "),
    check_in("in closed details", '??? note "More"\n\n', "    "),
    check_in("in a tab", '=== "One"\n\n', "    "),
    check_in("in a tab in an admonition", '!!! note\n\n    === "One"\n\n', "        "),
    check_in("in a block in a block", "//// details | A\n/// details | B\n", "", "\n///\n////"),
    check_in("in a block of tabs", "/// tab | One\n", "", "\n///\n\n/// tab | Two\nText.\n///"),
    check_in("in details of HTML", '<details markdown="1"><summary>More</summary>\n\n', "", "\n\n</details>"),
    check_in("in a definition list", "Sum\n\n:   It is\n\n", "    "),
    Case("a title and options", check=CHECK.replace("```python", '```python title="squares.py" hl_lines="1" linenums="1"')),
    Case("attributes", check=CHECK.replace("```python", "```{ .python .annotate }")),
    Case("tildes", check=CHECK.replace("```", "~~~")),
    Case("a longer fence", check=CHECK.replace("```", "`````")),
    Case("a blank line above the fence", check=CHECK.replace("-->\n", "-->\n\n")),
    Case("outputs and continuations", after=f"```python\nx = 1\nprint(x)\n```\n\n{OUTPUT}\n```text\n1\n```\n\n{CONT}\n```python\nprint(x + 1)\n```\n\nIt prints\n\n{OUTPUT}\n```\n2\n```"),
    Case("what is not run", after=f"{SKIP}\n```python\ntrain(everything)  # …\n```\n\n{SKIP}\n```pycon\n>>> 1\n1\n```"),
    Case("other languages", after="\n\n".join(f"```{name}\nx = 1\n```" for name in ("", "text", "console", "sh", "yaml", "c++", "js", "mermaid", "pytb", "r", "json", "toml", "ini", 'text title="python output"'))),
    Case("Markdown that is shown", after=f"````markdown\n{CHECK}\n\n[386](check:ten-squares) and <!--expected-output-->\n\n/// details | A\n////\n<<<<<<< HEAD\n````"),
    Case("indented text", after="So:\n\n    [386](check:ten-squares)\n"),
    Case("directives in a sentence", after="Above it, write `<!--pytest-codeblocks:expected-output-->` or `<!--pytest.mark.exact(\"x\")-->`."),
    Case("comments", after="<!-- TODO: say more of cubes, and continue -->\n\n<!--\nIt is [386](check:ten-squares).\n-->\n\nText <!-- exact numbers --> more.\n\n<!-- Three code blocks follow; the expected output of each is short. -->"),
    Case("mathematics", after="$x^{2}$, $$\\sum_n n^2 // 2$$ and a // b, and 1/2 /3/, and /// in a line\n\n/// is a mark, // too, and (check: the sign)\n\n// TODO\n\n// a // b"),
    Case("rules and headings", after="Heading\n=======\n\nAnother\n-------\n\n***\n\n---\n\n* a\n* b"),
    Case("other letters", after="Сумма, ἄθροισμα, מספר, 总和.\n\n```python\nη, σ_1, Δx, 和 = 1, 2, 3, 'сумма: \\u200b'\nassert η == 1\n```"),
    Case("signs in strings", after="```python\nx = '👩\u200d🔬 שלום a\u00a0b'\nµ = 1\n```"),
    Case("inline code", after="`print(386)`, ``a ` b``, `#!python x = 1` and <kbd>x</kbd>"),
    Case("text that is struck out", after="~~386~~ <s>386</s> <del>386</del>"),
    Case("a style", after=f'<div style="text-align: center" markdown="1">\n\n{LINK}\n\n</div>'),
    Case("a picture", after="![Ten squares, each larger than the last](x.png){ width=300 }", files={"docs/x.png": b""}),
    Case("a picture with numbers", after='![Ten squares, 385 in all, and an axis from 0 to 100](figures/sums/ten-squares.svg "The sum is 385")', files={"docs/figures/sums.py": "def ten_squares():\n    return draw(0, 100)\n", "docs/figures/sums/ten-squares.svg": "<svg/>"}),
    Case("files beside the pages", files={"docs/data.csv": "1,2\n", "docs/plain.html": "<h1>A</h1><pre><code class='language-text'>x</code></pre>", "docs/figures/sums.py": "x = 1\n"}),
    Case("a notebook of prose alone", files={"docs/words.ipynb": '{"cells": [{"cell_type": "markdown", "source": ["Text"]}, {"cell_type": "code", "source": []}]}'}),
    Case("code with an expected error", code="import pytest\n\nwith pytest.raises(ZeroDivisionError, match='division'):\n    1 / 0\nassert sum(n**2 for n in range(11)) == 385"),
    quiz("an option with a name", "the L2 norm", CODE),
    quiz("an option with a fraction", "1/4 of it", f"{CODE}\nassert sum(n**2 for n in range(11)) / 1540 == 1 / 4"),
    quiz("an option with a number in letters", "half of it", CODE),
    Case("a flag", link="[the sum](check:ten-squares)", code="found = False\nfor n in range(11):\n    if n**2 == 49:\n        found = True\nassert found"),
    Case("one of two words", link="[the sum](check:ten-squares)", code="parity = 'even'\nif sum(n**2 for n in range(11)) % 2:\n    parity = 'odd'\nassert parity == 'odd'"),
    *(
        Case(name, link="[the value](check:ten-squares)", code=code)
        for name, code in (
            ("a piecewise function", "def relu(x):\n    return x if x > 0 else 0\n\nassert relu(-3) == 0"),
            ("a schedule", "def rate(epoch):\n    return 0.1 if epoch < 30 else 0.01\n\nassert rate(31) == 0.01"),
            ("a loop that stops early", "losses, waited = [5, 4, 4, 3], 0\nfor epoch, loss in enumerate(losses):\n    if epoch and loss == losses[epoch - 1]:\n        break\nassert epoch == 2"),
            ("a table that is computed row by row", "table = {0: 1}\nfor n in range(1, 5):\n    table[n] = n * table[n - 1]\nassert table[4] == 24"),
            ("columns of a table", "columns = list(zip(*[[1, 2], [3, 4]]))\nassert columns[1][0] == 2"),
            ("what was kept of a list", "kept = []\nfor n in (1, 5, 2):\n    if n > 2:\n        kept.append(n)\nassert kept == [5]"),
            ("a path of pointers", "parent = {1: 1, 2: 1}\nnode = 2\nwhile parent[node] != node:\n    node = parent[node]\nassert node == 1"),
            ("what a hook saw", "seen = []\ndef hook(x):\n    seen.append(x)\nhook(0)\nlist(map(hook, [n * n for n in range(3)]))\nassert seen[-1] == 4"),
            ("an object that counts its calls", "class Net:\n    def __init__(self):\n        self.calls = []\n    def __call__(self, x):\n        self.calls.append(x)\n        return x\nnet = Net()\nfor n in range(3):\n    net(n * n)\nassert net.calls[-1] == 4"),
            ("a buffer that is changed in place", "import random\nxs = [1, 2, 3]\nrandom.shuffle(xs)\nassert sorted(xs) == [1, 2, 3]\nxs[0], xs[1] = xs[1], xs[0]\nassert xs[0] in (1, 2, 3)"),
            ("an error that is meant", "def divides(n):\n    try:\n        1 / n\n    except ZeroDivisionError:\n        return 'no'\n    return 'yes'\n\nassert divides(0) == 'no'"),
            ("a helper that asserts", "def squares(xs):\n    for x in xs:\n        assert x**2 > x\n    return True\n\nassert squares([2, 3])"),
            ("a helper whose tensor somebody else changes", "import torch\ndef step():\n    weight = torch.zeros(1)\n    weight.grad = torch.ones(1)\n    torch.optim.SGD([weight], lr=1.0).step()\n    return weight.item()\n\nassert step() == -1"),
            ("a helper that finds one", "def has(xs, wanted):\n    for x in xs:\n        if x == wanted:\n            return True\n    return False\n\nassert has([n * n for n in range(5)], 9)"),
            ("no number", "x = float('inf') - float('inf') * sum([1])\nassert x != x"),
            ("the same draws from the same seed", "import random\ndef draws():\n    return random.Random(0).random()\n\nassert draws() == draws()"),
            ("a word backwards", "word = 'level'\nassert word == word[::-1]"),
        )
    ),
    Case("methods and variables called as functions of Python are", code="class Total:\n    def __init__(self):\n        self.sum = 0\n    def max(self):\n        return self.sum\ndef clip(x, min=0):\n    sum = x - min\n    return sum\ntotal = Total()\ntotal.sum = clip(sum(n**2 for n in range(11)))\nassert total.max() == 385"),
    Case("what a check was given", link="With $k = 3$ and $p = 0.5$ it is [9](check:ten-squares), with k = 4 [16](check:ten-squares)", code="from fractions import Fraction\np = Fraction(1, 2)\nfor k, square in [(3, 9), (4, 16)]:\n    assert k**2 == square"),
    *(
        Case(f"what a function was given: {calls}", link="With $k = 3$ it is [9](check:ten-squares)", code=f"def square(k, offset=0):\n    return k * k + offset\n\n{calls}")
        for calls in ("assert square(3) == 9\nassert square(5) == 25", "assert list(map(square, (3, 5))) == [9, 25]", "n = sum([1, 2])\nassert square(n) == 9", "assert square(offset=0, k=3) == 9")
    ),
    Case("a function that calculates", code="def square(n):\n    return n * n\n\nassert sum(map(square, range(11))) == 385"),
    Case("an attribute that is counted up", code="class Sums:\n    total = 0\n\nfor n in range(11):\n    Sums.total += n**2\nassert Sums.total == 385"),
    Case("how often it came near", check=CHECK.replace("exact", "numeric"), link="[within 0.1 of 2 in 9 of 10](check:ten-squares)", code="xs = [2 + n / 100 for n in range(9)] + [3.5]\nassert sum(abs(x - 2) < 0.1 for x in xs) == 9 and len(xs) == 10"),
    Case("a multiple", link="[twice as large](check:ten-squares)", code="small = sum([3, 4])\nlarge = sum([6, 8])\nassert large == 2 * small"),
    Case("a part", link="[half as many](check:ten-squares), [a third](check:ten-squares) of [4 times as many](check:ten-squares)", code="n = sum([3, 4])\nhalf, third, much = [float(sum([7]) / k) for k in (2, 3, 1 / 4)]\nassert half == n / 2\nassert third == n / 3\nassert much == 4 * n"),
    Case("units", link="[7 s](check:ten-squares) and [64 bytes](check:ten-squares)", code="seconds = sum([3, 4])\nassert seconds == 7\nassert len(bytes(64)) == 64"),
    Case("arithmetic in words", link="[2 + 3 = 5](check:ten-squares) and [1 of 4 = 25 %](check:ten-squares)", code="n = sum([2, 3])\nassert n == 5\nassert (n // 5, n - 1) == (1, 4)\nassert n / 20 == 0.25"),
    Case("a number said again further on", after=f"So it is {LINK}.\n\nAnd so, again, it is {LINK}."),
    Case("a tolerance in a function of the page", check=CHECK.replace("exact", "numeric"), link="[to 10⁻⁶](check:ten-squares)", code="def close(a, b):\n    return abs(a - b) < 1e-6\n\ndef cube(x):\n    return x**3\n\nestimate = (cube(2 + 1e-5) - cube(2 - 1e-5)) / 2e-5\nassert close(estimate, 3 * 2.0**2)"),
    Case("what a function finds out of what is no number", check=CHECK.replace("exact", "numeric"), link="[ends](check:ten-squares)", code="def ends(x):\n    for _ in range(2000):\n        x = x * x - x\n    return abs(x) < 1e-6\n\nassert ends(0.5 - 0.5) and not ends(float('inf'))"),
    Case("a function that counts, of a list", link="[3 of 4](check:ten-squares)", code="large = [n * n > 1 for n in range(1, 5)]\nassert sum(large) == 3"),
    *(
        Case(f"a table {how}", link="so:\n\n| layers | plain | dilated |\n| - | - | - |\n| two | [5](check:ten-squares) | [9](check:ten-squares) |\n| three | [7](check:ten-squares) | [13](check:ten-squares) |", code=f"def field(layers, dilation):\n    return 1 + 2 * layers * dilation\n\n{code}")
        for how, code in (
            ("by rows", "assert [field(n, k) for n in (2, 3) for k in (1, 2)] == [5, 9, 7, 13]"),
            ("by columns", "assert [field(n, k) for k in (1, 2) for n in (2, 3)] == [5, 7, 9, 13]"),
            ("of two asserts", "assert [field(n, 2) for n in (2, 3)] == [9, 13]\nassert [field(n, 1) for n in (2, 3)] == [5, 7]"),
        )
    ),
    Case("a range of which each end is asserted by itself", link="[between 4 and 6](check:ten-squares)", code="loss = sum([2, 3])\nassert loss > 4\nassert loss < 6"),
    Case("the larger of two", link="[the value](check:ten-squares)", code="assert max(0, -1) == max(0, -2)"),
    Case("which class it is of each", link="[one of them](check:ten-squares)", code="import torch\nlabels = torch.arange(4) % 2\nclasses = torch.arange(2)\nassert (labels[:, None] == classes).sum(1).eq(1).all()"),
    *(
        Case(f"without a number: {words}", link=f"[{words}](check:ten-squares)", code=code)
        for words, code in (
            ("never rises", "losses = [1 / n for n in range(1, 9)]\nassert losses == sorted(losses, reverse=True)"),
            ("doubles but for one pixel", "def field(layers):\n    return 2**layers - 1\n\nassert all(field(n + 1) == 2 * field(n) + 1 for n in range(1, 9))"),
            ("halves", "def pooled(width):\n    return (width - 2) // 2 + 1\n\nassert pooled(64) == 64 / 2"),
            ("the same output", "xs = [n - 3 for n in range(6)]\nassert max(max(x, 0) for x in xs) == max(max(xs), 0)"),
            ("different outputs", "outputs = [sum([1, 2]), sum([2, 3])]\nassert outputs[0] == 3\nassert outputs[1] == 5"),
            ("no different", "outputs = [sum([1, 2]), sum([2, 1])]\nassert outputs[0] == outputs[1]"),
            ("most runs", "held = [n < 17 for n in range(20)]\nassert sum(held) > len(held) / 2"),
            ("a smaller loss than the plain one", "plain, residual = sum([4]), sum([3])\nassert plain > residual"),
            ("longer, as the deep one is", "wide, deep = sum([4]), sum([30])\nassert deep > wide"),
            ("falls at each step", "losses = [1 / n for n in range(1, 9)]\nfor earlier, later in zip(losses, losses[1:]):\n    assert later < earlier"),
        )
    ),
    Case("keys and arguments", link="For 1 and 2 it is [6 and 7](check:ten-squares), for [9](check:ten-squares) it is [14](check:ten-squares), in chunks of 7 [7 times](check:ten-squares)", code="assert {n: n + 5 for n in (1, 2, 9)} == {1: 6, 2: 7, 9: 14}\n\ndef kept(chunk):\n    return sum([chunk])\n\nassert kept(chunk=7) == 7\nassert kept(chunk=1) == 1"),
    Case("a table in another order", link="A forward gradient takes [386 calls](check:ten-squares), a central one [770](check:ten-squares)", code="calls = {'central': sum([770]), 'forward': sum([386])}\nassert calls == {'forward': 386, 'central': 770}"),
    Case("numbers in order", link="[2 + 3 = 5, and 5 · 5 = 25](check:ten-squares)", code="n = sum([2, 3])\nassert n == 5\nassert n * n == 25"),
    Case("a range and a list", link="[4 to 25](check:ten-squares), in all [4, 9, 16 and 25](check:ten-squares)", code="squares = [n**2 for n in range(2, 6)]\nassert squares[0] == 4 and squares[-1] == 25\nassert squares == [4, 9, 16, 25]"),
    with_extension("abbreviations taken in", "pymdownx.snippets: {auto_append: [more.txt]}", "", **{"more.txt": "*[SGD]: stochastic gradient descent\n"}),
    with_extension("tasks", "pymdownx.tasklist", "- [x] done\n- [ ] to do"),
    with_extension("keys and marks", "pymdownx.mark", "==385=="),
]  # fmt: skip
