"""Blocks that a reader takes for run and compared, and that are not."""

from __future__ import annotations

from one_chapter import CHECK, Case

FALSE = "assert sum(n**2 for n in range(11)) == 386"
RUNS = "```python\nprint(385)\n```"
SHOWN = "```text\n386\n```"
OUTPUT = "<!--pytest-codeblocks:expected-output-->"
SKIP = '<!--pytest.mark.skip(reason="needs a GPU")-->'


def output(comment: str, **more: str) -> Case:
    """A false output below a comment that should have it compared."""
    return Case(comment, after=f"{RUNS}\n\n{comment}\n{SHOWN}", at=comment, **more)


def fence(opening: str, refused: str, **more: str) -> Case:
    """A false claim in a block that begins with this line."""
    return Case(opening, refused, after=f"{opening}\n{FALSE}\n```", at=f"{opening}\n", **more)


def runs(name: str, after: str) -> Case:
    """A false claim in a form of block that is run, and so fails."""
    return Case(name, "AssertionError: assert 385 == 386", after=after.replace("FALSE", FALSE))


LIES = {
    "page.near_directives": [
        output("<!--pytest_codeblocks:expected-output-->", refused="Write <!--pytest-codeblocks:expected-output-->"),
        output("<!--Pytest-codeblocks:expected-output-->", refused="Write <!--pytest-codeblocks:expected-output-->"),
        output("<!--expected-output-->", refused="Write <!--pytest-codeblocks:expected-output-->"),
        output("<!-- Expected output -->", refused="is no directive"),
        output("<!--codeblocks:expected-output-->", refused="is no directive"),
        output("<!--pytest codeblocks:expected-output-->", refused="is no directive"),
        output("<!--pytset-codeblocks:expected-output-->", refused="is no directive"),
        output("<!--\npytest-codeblocks:expected-output\n-->", refused="is no directive"),
        output("<!--pytest-codeblocks:expected-output->", refused="is no directive"),
        output("<!-pytest-codeblocks:expected-output-->", refused="is no directive"),
        output("<!--pytest-codeblocks:expectedoutput-->", refused="Write <!--pytest-codeblocks:expected-output-->"),
        output("<!--pytest-codeblock:expected-output-->", refused="Write <!--pytest-codeblocks:expected-output-->"),
        output("<!--pytest-codeblocks:expected-ouput-->", refused="Write <!--pytest-codeblocks:expected-output-->"),
        output("[//]: # (pytest-codeblocks:expected-output)", refused="is no directive"),
        output("[comment]: <> (expected output)", refused="is no directive"),
        output(f"- {OUTPUT}", refused="is no directive"),
        output(f"{OUTPUT} It prints", refused="is no directive"),
        output(f"It prints {OUTPUT}", refused="is no directive"),
        Case("a grade and text", "is no directive", check=CHECK.replace("-->", "--> Proof:"), at="<!--pytest.mark"),
        Case("a grade in a list", "is no directive", check=CHECK.replace("<!--", "- <!--"), at="- <!--pytest.mark"),
        Case("a dash begins the comment", "is no directive", check=CHECK.replace("<!--", "<!—"), at="<!—"),
        Case("a dash ends the comment", "is no directive", check=CHECK.replace("-->", "—>"), at="<!--pytest"),
        Case("a blank in the comment's beginning", "is no directive", check=CHECK.replace("<!--", "<! --"), at="<! --"),
        Case("a grade over two lines", "is no directive", check=CHECK.replace("(", "(\n", 1), at="<!--pytest"),
        Case("curly quotes", "Write <!--pytest.mark.exact(", check=CHECK.replace('"', "”"), at="<!--pytest"),
        Case("no quotes", "does not name its check", check=CHECK.replace('"', ""), at="<!--pytest"),
        Case("an underscore in the name", "in small letters, digits and hyphens", check=CHECK.replace("ten-squares", "ten_squares"), at="<!--pytest"),
        Case("a grade below its block", "stands above no code block", check="\n".join(reversed(CHECK.split("\n", 1))), at="<!--pytest"),
        Case("text between grade and block", "stands above no code block", check=CHECK.replace("-->\n", "-->\n\nProof:\n\n"), at="<!--pytest"),
        Case("two grades", "a check of two grades", check=CHECK.replace("<!--", '<!--pytest.mark.numeric("b")-->\n<!--'), at="```python"),
        Case("a misspelt mark", "is no directive", check=CHECK.replace("pytest.mark", "pytst.mark"), at="<!--pytst"),
        Case("a misspelt grade", "Write <!--pytest.mark.exact(", check=CHECK.replace("exact", "exakt"), at="<!--pytest"),
        Case("a capital grade", "Write <!--pytest.mark.exact(", check=CHECK.replace("exact", "Exact"), at="<!--pytest"),
        Case("another mark", "Write <!--pytest.mark.exact(", check=CHECK.replace("mark", "mrk"), at="<!--pytest.mrk"),
        Case("a bare grade", "Write <!--pytest.mark.exact(", check=CHECK.replace("pytest.mark.", ""), at="<!--exact"),
        Case("a misspelt skip", "Write <!--pytest.mark.skip(", after=f"{SKIP.replace('skip', 'skp')}\n{RUNS}"),
        Case("skip with an underscore", "is no directive", after=f"{SKIP.replace('.mark', '_mark')}\n{RUNS}"),
    ],
    "page.parse": [
        Case("an output of a block that is not run", "of a block that is not run", after=f"{SKIP}\n{RUNS}\n\n{OUTPUT}\n{SHOWN}", at="```text"),
        Case("an output of no block", "no Python block before it", page=f"# A\n\n{OUTPUT}\n{SHOWN}\n", at="```text"),
        Case("a second output", "a second expected output", after=f"{RUNS}\n\n{OUTPUT}\n```text\n385\n```\n\n{OUTPUT}\n{SHOWN}"),
        Case("an output far below", "385", after=f"{RUNS}\n\nMuch text.\n\nMore of it.\n\n{OUTPUT}\n{SHOWN}"),
        Case("an output that is Python", "would never run", after=f"{RUNS}\n\n{OUTPUT}\n```python\n386\n```"),
        Case("skip without a reason", "without a reason", after=f"<!--pytest.mark.skip-->\n```python\n{FALSE}\n```"),
        Case("a blank reason", "without a reason", after=f'<!--pytest.mark.skip(reason=" ")-->\n```python\n{FALSE}\n```'),
        Case("an over-indented fence with its directive", "above a fence that is shown as text", after=f"So it is:\n\n    {OUTPUT}\n    ```text\n    386\n    ```"),
        Case("a fence that is not closed", "the fence is not closed", after=f"```python\n{FALSE}", at="```python\nassert sum(n**2 for n in range(11)) == 386"),
        Case("a fence in a script", "stands where no reader sees it", after=f"<script>\n```python\n{FALSE}\n```\n</script>"),
        Case("a fence in a comment", "stands where no reader sees it", after=f"<!--\n```python\n{FALSE}\n```\n-->"),
        *(
            Case(f"a fence in {name}", "stands where no reader sees it", after=f"{start}\n\n```python\n{FALSE}\n```\n\n{end}", at="```python\nassert sum(n**2 for n in range(11)) == 386")
            for name, start, end in (
                ("a template", "<template>", "</template>"),
                ("noscript", "<noscript>", "</noscript>"),
                ("a style", "<style>", "</style>"),
                ("a hidden div", '<div hidden markdown="1">', "</div>"),
                ("a div of no size", '<div style="height: 0" markdown="1">', "</div>"),
            )
        ),
        *(
            Case(f"a fence after {name}", "is shown as text", after=f"{sign}```python\n{FALSE}\n```")
            for name, sign in (("no width", "\u200b"), ("a form feed", "\x0c"), ("a hard space", "\u00a0"))
        ),
        Case("a return in an output", "printed something else", after=f"{RUNS}\n\n{OUTPUT}\n```text\n385\r386\n```"),
        Case("an output on the other stream", "printed something else", after=f"```python\nimport sys\nprint(385, file=sys.stderr)\n```\n\n{OUTPUT}\n```text\n385\n```"),
        Case("a div of Python", "written as raw HTML", after=f'<div class="language-python">{FALSE}</div>', at="<div"),
        Case("a code of Python", "written as raw HTML", after=f'<pre><code class="language-python">{FALSE}</code></pre>', at="<pre>"),
        Case("a code called python", "written as raw HTML", after=f'<pre><code class="python">{FALSE}</code></pre>', at="<pre>"),
        Case("a pre called python", "written as raw HTML", after=f'<pre class="highlight python">{FALSE}</pre>', at="<pre"),
        Case("a div called highlight-python", "written as raw HTML", after=f'<div class="highlight-python"><pre>{FALSE}</pre></div>', at="<div"),
        Case("a block of HTML", "written as raw HTML", after=f"/// html | pre.python\n{FALSE}\n///"),
        Case("a continuation of nothing", "no Python block comes before", page=f"<!--pytest-codeblocks:cont-->\n{RUNS}\n"),
        Case("no Python", "this is no Python", code="assert sum(n**2 for n in range(11) == 385", at="assert"),
        Case("wrong indentation", "this is no Python: unexpected indent", code="x = 1\n  assert x == 1", at="  assert"),
        Case("a prompt", "this is no Python", code=">>> assert 385 == 385", at=">>> assert"),
        Case("a command of a notebook", "this is no Python", code="!pip install x\nassert 385 == 385", at="!pip"),
        Case("Python 2", "this is no Python: Missing parentheses", code="print 385", at="print"),
        Case("return outside a function", "this is no Python", code="return 385"),
    ],
    "page.languages": [
        fence("```{python}", "the fence names 'python', but not in the place"),
        fence("```{ .annotate .python }", "the fence names 'python'"),
        fence("```{ lang=python }", "the fence names 'python'"),
        fence('```{ .text .py title="x" }', "the fence names 'py'"),
        fence("```numpy", "looks like checked Python"),
        fence("```cython", "looks like checked Python"),
        fence("```pyx", "looks like checked Python"),
        fence("```mojo", "looks like checked Python"),
        fence("```ipython", "looks like checked Python"),
        fence("```ipython3", "looks like checked Python"),
        fence("```pycon", "looks like checked Python"),
        fence("```python2", "looks like checked Python"),
        fence("```pyhton", "is no language that the highlighter knows, and close to 'python'"),
        fence("```pyt", "close to 'python'"),
        fence("```pythn", "close to 'python'"),
        fence("```pythоn", "letters that are not Latin"),
        fence("```python:title", "is shown as text"),
        fence("```{code-cell} python", "is shown as text"),
        fence("```{code-block} python", "is shown as text"),
        fence("```python # note", "is shown as text"),
        fence("```python,linenos", "is shown as text"),
        fence("```python title=x.py", "is shown as text"),
    ],
    "page.odd_characters": [
        Case("a Cyrillic letter in a name", "CYRILLIC SMALL LETTER A", code="аssert = 386\nassert 385 == 385", at="аssert"),
        Case("a Greek letter in a name", "GREEK SMALL LETTER OMICRON", code="tοtal = 386\nassert 385 == 385", at="tοtal"),
        Case("a full width letter", "FULLWIDTH LATIN SMALL LETTER X", code="ｘ = 386\nassert 385 == 385", at="ｘ"),
        Case("a ligature", "LATIN SMALL LIGATURE FI", code="ﬁrst = 386\nassert 385 == 385"),
        Case("writing turned around", "RIGHT-TO-LEFT OVERRIDE", code="assert 385 == 385  # \u202e683", at="assert"),
        Case("no width", "ZERO WIDTH SPACE", code="assert 385 == 385  # 3\u200b86", at="assert"),
        Case("a line separator", "LINE SEPARATOR", code="x = 1  # \u2028assert 385 == 386\nassert 385 == 385", at="x = 1"),
        Case("a vertical tab", "U+000B", code="x = 1  # \x0bassert 385 == 386\nassert 385 == 385", at="x = 1"),
        Case("a form feed", "U+000C", code="x = 1  # \x0cassert 385 == 386\nassert 385 == 385", at="x = 1"),
        Case("a NUL", "U+0000", code="assert 385 == 385  # \0", at="assert"),
        Case("a NUL in a sentence", "U+0000", link="[385](check:ten-squares)\0", at="[385]"),
        Case("a byte order mark in code", "U+FEFF", code="\ufeffassert 385 == 385", at="\ufeffassert"),
    ],
    "verdict": [
        *(runs(name, f"```{name}\nFALSE\n```") for name in ("py", "sage", "bazel", "starlark", "pyi", "PYTHON", "python3")),
        runs("options", '```python title="x.py" hl_lines="1"\nFALSE\n```'),
        runs("attributes with an id", "```{ .python #here }\nFALSE\n```"),
        runs("a list, 2 blanks", "- It is\n\n  ```python\n  FALSE\n  ```"),
        runs("a list, 3 blanks", "1. It is\n\n   ```python\n   FALSE\n   ```"),
        runs("a list, 4 blanks", "1. It is\n\n    ```python\n    FALSE\n    ```"),
        runs("right after text", "It is\n```python\nFALSE\n```"),
        runs("tildes in a quotation", "> ~~~python\n> FALSE\n> ~~~"),
        runs("a footnote", "It is[^1].\n\n[^1]: So:\n\n    ```python\n    FALSE\n    ```"),
        runs("a definition list", "Sum\n\n:   So:\n\n    ```python\n    FALSE\n    ```"),
        runs("a pre", "<pre>\n```python\nFALSE\n```\n</pre>"),
        runs("details of raw HTML", "<details>\n\n```python\nFALSE\n```\n\n</details>"),
        runs("a div", "<div>\n\n```python\nFALSE\n```\n\n</div>"),
        runs("a div with Markdown", '<div markdown="1">\n\n```python\nFALSE\n```\n\n</div>'),
        runs("details of HTML", '<details markdown="1"><summary>s</summary>\n\n```python\nFALSE\n```\n\n</details>'),
        runs("a details block", "/// details | More\n```python\nFALSE\n```\n///"),
        runs("an admonition", "!!! note\n    ```python\n    FALSE\n    ```"),
        runs("a tab", '=== "One"\n    ```python\n    FALSE\n    ```'),
        runs("a longer fence", "`````python\nFALSE\n`````"),
    ],
    "not refused": [
        Case("an output without a directive", after=f"{RUNS}\n\nIt prints\n\n{SHOWN}", allowed="text beside code is prose, and the page does not say that it was compared"),
        Case("indented text", after=f"So:\n\n    {FALSE}", allowed="it is not shown as Python"),
        Case("a fence of no language", after=f"```\n{FALSE}\n```", allowed="it is not shown as Python"),
        Case("a shell that runs Python", after=f"```sh\npython -c '{FALSE}'\n```", allowed="shells are never run, and never said to be"),
        Case("a pre without a class", after=f"<pre>{FALSE}</pre>", allowed="it is not shown as Python"),
        Case("code in a line", after=f"`#!python {FALSE}`", allowed="a piece of code in a sentence is no block, and has no verdict"),
        Case("another language", after="```gdscript\nassert(386 == 385)\n```", allowed="it is not Python, nor a dialect of it"),
        Case("a traceback", after="```pytb\nTraceback (most recent call last):\nValueError: 386\n```", allowed="it is what Python put out"),
    ],
}  # fmt: skip
