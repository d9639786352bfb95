"""Comments bind to the Python block that they are meant for, or are errors; they are never lost."""

from __future__ import annotations

import pytest

CONT = "<!--pytest-codeblocks:cont-->\n"
OUTPUT = "<!--pytest-codeblocks:expected-output-->\n"


def test_continuation_skips_over_text_and_sees_the_names(run_page):
    result = run_page(f"```python\na = 1\n```\n\n```text\nsome output\n```\n\n{CONT}```python\nassert a == 999\n```\n")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["E *assert 1 == 999"])


def test_continuation_of_a_block_with_a_title(run_page):
    result = run_page(f'```python title="setup"\na = 1\n```\n\n{CONT}```python\nassert a == 999\n```\n')
    result.assert_outcomes(passed=2, failed=1)


def test_output_binds_to_the_python_before_it(run_page):
    result = run_page(f"```python\nprint(1)\n```\n\n```text\naside\n```\n\n{OUTPUT}```text\n2\n```\n")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["docs/page.md:11: *failed", "*E *- 2", "E *+ 1"])


def test_skip_of_a_continuation_leaves_the_next_block_alone(run_page):
    text = f'```python\na = 1\n```\n\n<!--pytest.mark.skip(reason="x")-->\n{CONT}```python\nassert a == 2\n```\n\n'
    run_page(f"{text}```python\nassert 0\n```\n").assert_outcomes(passed=2, skipped=1, failed=1)


def test_each_block_of_a_session_has_its_own_output_and_result(run_page):
    block = "```python\nprint({0})\n```\n\n" + OUTPUT + "```text\n{1}\n```\n\n"
    text = block.format(1, 1) + CONT + block.format(2, 2) + CONT + block.format(3, 4)
    run_page(text).assert_outcomes(passed=3, failed=1)


def test_each_block_of_a_session_is_run_once(run_page, pytester):
    block = "```python\nwith open('runs', 'a') as file:\n    _ = file.write('{}')\n```\n\n"
    run_page(block.format("a") + CONT + block.format("b") + CONT + block.format("c")).assert_outcomes(passed=4)
    assert (pytester.path / "runs").read_text() == "abc"


def test_a_block_after_a_failed_one_of_its_session_fails_and_says_so(run_page):
    result = run_page(f"```python\n1 / 0\n```\n\n{CONT}```python\na = 1\n```\n\n```python\nb = 1\n```\n")
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines(["E *not run: docs/page.md:2, which it continues, failed"])


def test_names_do_not_reach_a_block_that_does_not_continue(run_page):
    result = run_page("```python\na = 1\n```\n\n```python\na\n```\n")
    result.stdout.fnmatch_lines(["E *NameError: name 'a' is not defined"])


def test_output_that_differs_only_in_trailing_blanks_is_the_same(run_page):
    run_page(f"```python\nprint('a ')\nprint()\n```\n\n{OUTPUT}```text\na\n```\n").assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (f"{CONT}```python\na = 1\n```", 2, "no Python block comes before it"),
        (f"{OUTPUT}```text\n1\n```", 2, "no Python block before it"),
        (f"```python\nprint(1)\n```\n\n{OUTPUT}```python\nassert 0\n```", 6, "would never run"),
        (f"```python\nprint(1)\n```\n\n{OUTPUT}\nNo fence.", 5, "stands above no code block"),
        (
            f"```python\nprint(1)\n```\n{OUTPUT}```text\n1\n```\n{OUTPUT}```text\n1\n```",
            9,
            "a second expected output",
        ),
        (
            '```python\na = 1\n```\n\n<!--pytest.mark.exact("x")-->\n```text\na\n```',
            5,
            "a block that is not Python",
        ),
        (
            f'<!--pytest.mark.skip(reason="x")-->\n```python\na\n```\n{CONT}```python\na\n```',
            6,
            "one that is not run",
        ),
        ("<!--pytest.mark.skip-->\n```python\na\n```", 1, "without a reason"),
        ("<!--pytest-codeblocks:skip-->\n```python\na\n```", 1, "without a word"),
        ("<!--pytest-codeblocks:skipfile-->\n\n```python\na\n```", 1, "without a word"),
        ("<!--pytest-codeblocks:expect-error-->\n```python\na\n```", 1, "pytest.raises"),
        ("<!--pytest.mark.xfail-->\n```python\nundefined_name\n```", 1, "passes on any error"),
        ('<!--pytest.mark.skipif("torch")-->\n```python\na = 1\n```', 1, "some machines only"),
        ("<!--pytest.mark.slow-->\n```python\na = 1\n```", 1, "not a directive"),
        ("<!--pytest-codeblocks:continue-->\n```python\na = 1\n```", 1, "not a directive"),
        ('<!--pytest.mark.exact("Not A Name")-->\n```python\nassert 1\n```', 1, "does not name its check"),
        ("<!--pytest.mark.exact-->\n```python\nassert 1\n```", 1, "does not name its check"),
        (
            '<!--pytest.mark.exact("a")-->\n<!--pytest.mark.numeric("b")-->\n```python\nassert 1\n```',
            3,
            "two grades",
        ),
    ],
)
def test_a_comment_that_says_nothing_clear_is_an_error(text, line, message, run_page):
    result = run_page(f"{text}\n")
    result.stdout.fnmatch_lines([f"E *docs/page.md:{line}: *{message}*"])
