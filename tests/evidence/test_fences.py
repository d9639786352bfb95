"""Whatever the site shows as Python is run, however its fence is written; nothing else is."""

from __future__ import annotations

import pytest

FORMS = {
    "plain": "```python\nassert 0\n```",
    "space": "``` python\nassert 0\n```",
    "title": '```python title="x.py"\nassert 0\n```',
    "hl_lines": '```python hl_lines="1"\nassert 0\n```',
    "linenums": '```python linenums="1"\nassert 0\n```',
    "attributes": "```{.python}\nassert 0\n```",
    "attributes and class": "```{.python .annotate}\nassert 0\n```",
    "attributes and title": '```{.python title="x.py"}\nassert 0\n```',
    "py": "```py\nassert 0\n```",
    "python3": "```python3\nassert 0\n```",
    "capital": "```Python\nassert 0\n```",
    "tildes": "~~~python\nassert 0\n~~~",
    "four backticks": "````python\nassert 0\n````",
    "list": "1. An item\n\n    ```python\n    assert 0\n    ```",
    "blockquote": "> ```python\n> assert 0\n> ```",
    "admonition": "!!! note\n    ```python\n    assert 0\n    ```",
    "details": '??? question "Why"\n    ```python\n    assert 0\n    ```',
    "tab": '=== "One"\n    ```python\n    assert 0\n    ```',
    "tab in admonition": '!!! note\n    === "One"\n        ```python\n        assert 0\n        ```',
    "HTML details": '<details markdown="1"><summary>s</summary>\n\n```python\nassert 0\n```\n\n</details>',
    "block": "/// details | Answer to nothing\n```python\nassert 0\n```\n///",
    "block in block": "//// details | A\n/// details | B\n```python\nassert 0\n```\n///\n////",
    "after inline code": "```x``` begins this line\n\n```python\nassert 0\n```",
}


@pytest.mark.parametrize("form", FORMS)
def test_python_on_show_is_run(form, run_page):
    result = run_page(f"# A page\n\n{FORMS[form]}\n")
    result.assert_outcomes(passed=1, failed=1)  # the page's rules pass, its block fails
    result.stdout.fnmatch_lines(["*> *| assert 0"])


@pytest.mark.parametrize(
    "text",
    [
        "````markdown\n```python\nassert 0\n```\n````",
        "Literal text:\n\n    ```python\n    assert 0\n    ```",
        "```sh\nfalse\n```\n\n```bash\ntouch /tmp/ran && false\n```",
        "```text\nassert 0\n```\n\n```\nassert 0\n```",
    ],
    ids=["fence in a fence", "indented code", "shell", "text"],
)
def test_nothing_else_is_run(text, run_page):
    run_page(f"# A page\n\n{text}\n").assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("```python\nassert 0\n", 3, "not closed"),
        ("```python title=x.py\nassert 0\n```", 3, "quote its options"),
        ("<!--\n```python\nassert 0\n```\n-->", 4, "stands where no reader sees it"),
        ("```pycon\n>>> 1\n2\n```", 3, "looks like checked Python"),
        ("```python2\nprint 1\n```", 3, "looks like checked Python"),
        ('<pre><code class="language-python">assert 0</code></pre>', 3, "raw HTML"),
    ],
)
def test_python_that_only_looks_checked_is_an_error(text, line, message, run_page):
    result = run_page(f"# A page\n\n{text}\n")
    result.stdout.fnmatch_lines([f"E *docs/page.md:{line}: *{message}*"])
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_a_waived_block_is_not_run_and_says_why(run_page):
    result = run_page('# A page\n\n<!--pytest.mark.skip(reason="needs eight GPUs")-->\n```python\nassert 0\n```\n')
    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(["*docs/page.md*needs eight GPUs"])


def test_front_matter_does_not_shift_lines(run_page):
    result = run_page("---\ntitle: A page\n---\n\n# A page\n\n```python\nassert 0\n```\n")
    result.stdout.fnmatch_lines(["*docs/page.md:8: *failed"])


def test_blank_lines_in_an_indented_fence_survive(run_page):
    text = '!!! note\n\n    ```python\n    text = """a\n\n    b"""\n    assert text == "a\\n\\nb"\n    print("a\\n\\nb")\n    ```\n\n'
    output = "    <!--pytest-codeblocks:expected-output-->\n    ```text\n    a\n\n    b\n    ```\n"
    run_page(f"# A page\n\n{text}{output}").assert_outcomes(passed=2)
    without = output.replace("a\n\n", "a\n")
    run_page(f"# A page\n\n{text}{without}").assert_outcomes(passed=1, failed=1)


@pytest.mark.parametrize("suffix", ["markdown", "mkd", "mkdn", "mdown"])
def test_whatever_the_builder_makes_a_page_of_is_run(suffix, run_page, pytester):
    (pytester.path / "docs").mkdir()
    (pytester.path / "docs" / f"more.{suffix}").write_text("```python\nassert 0\n```\n")
    run_page("# A page\n").assert_outcomes(passed=2, failed=1)  # the rules of both pages, and the block


def test_a_page_that_is_no_text_is_told_and_no_traceback_of_it(run_page, pytester):
    (pytester.path / "docs").mkdir()
    (pytester.path / "docs" / "more.md").write_bytes("Schön".encode("latin-1"))
    result = run_page("# A page\n")
    result.stdout.fnmatch_lines(["docs/more.md:1: the page is not text in UTF-8*"])
    result.stdout.no_fnmatch_line("*Traceback*")
