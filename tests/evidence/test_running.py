"""A block runs as a script would, each session from the same state, and a failure tells what happened where."""

from __future__ import annotations

import pytest


def page(code: str) -> str:
    return f"# A page\n\n```python\n{code}\n```\n"


def test_a_failed_assert_tells_line_and_values(run_page):
    result = run_page(page("a = [1, 2]\nassert a\nassert len(a) == 2\nassert a[0] == 1\nassert a[1] == 3"))
    result.stdout.fnmatch_lines(
        [
            "docs/page.md:8: set-up block failed",
            ">    8 | assert a[[]1[]] == 3",
            "E   AssertionError: assert 2 == 3",
        ]
    )
    result.stdout.fnmatch_lines(["FAILED docs/page.md::a-page.1 - docs/page.md:8: AssertionError: assert 2 == 3*"])


def test_an_error_in_a_called_function_tells_its_type_and_the_way_there(run_page, pytester):
    pytester.makepyfile(helper="def look(d):\n    return d['missing']\n")
    pytester.syspathinsert()
    result = run_page(page("from helper import look\nlook({})"))
    result.stdout.fnmatch_lines(
        ["*>    5 | look({})", "*helper.py:2 in look: return d[[]'missing'[]]", "E   KeyError: 'missing'"]
    )


def test_what_a_failing_block_printed_is_shown(run_page):
    result = run_page(page("print('on the way')\nassert 0"))
    result.stdout.fnmatch_lines(["*Captured stdout call*", "on the way"])


def test_a_syntax_error_has_the_line_of_the_page(run_page):
    result = run_page(page("a = 1\n\nb = ("))
    result.stdout.fnmatch_lines(["docs/page.md:6: *failed", "E   SyntaxError: '(' was never closed"])


@pytest.mark.parametrize("call", ["sys.exit()", "sys.exit(0)", "sys.exit(1)", "raise SystemExit"])
def test_leaving_is_a_failure_of_the_block_alone(call, run_page):
    result = run_page(page(f"import sys\n{call}") + page("a = 1"))
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines([">    5 | *", "E *the block called sys.exit(*); let it run to its end"])


def test_ids_are_stable_and_select_one_block(run_page):
    check = '[It](check:it-holds).\n\n<!--pytest-codeblocks:cont-->\n<!--pytest.mark.exact("it-holds")-->\n```python\nassert a + 1 == 2\n```\n'
    result = run_page("## Q { #cnn-1 }\n\n```python\na = 1\n```\n\n" + check, "docs/page.md::it-holds", "-v")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["docs/page.md::it-holds PASSED*"])


def test_grades_are_marks(run_page):
    check = '[It](check:{0}-holds).\n\n<!--pytest.mark.{0}("{0}-holds")-->\n```python\nassert 1 + 1 == 2\n```\n\n'
    text = "".join(check.format(grade) for grade in ("exact", "numeric", "statistical", "experiment"))
    result = run_page(text, "docs", "-m", "exact or experiment", "-v")
    result.assert_outcomes(passed=2, deselected=3)


def test_a_block_is_a_main_module_that_can_be_pickled_and_inspected(run_page):
    code = [
        "import inspect, pickle, typing",
        "class Net:",
        "    size: 'int' = 3",
        "",
        "def double(x):",
        "    return 2 * x",
        "",
        "assert pickle.loads(pickle.dumps(Net())).size == 3",
        "assert inspect.getsource(double) == 'def double(x):\\n    return 2 * x\\n'",
        "assert inspect.getsource(Net).startswith('class Net')",
        "assert typing.get_type_hints(Net) == {'size': int}",
        "ran = False",
        "if __name__ == '__main__':",
        "    ran = True",
        "assert ran",
    ]
    run_page(page("\n".join(code))).assert_outcomes(passed=2)


def test_main_is_run_like_any_other_code(run_page):
    run_page(page("if __name__ == '__main__':\n    assert False")).assert_outcomes(passed=1, failed=1)


def test_every_session_starts_from_the_same_state(run_page):
    leave = "torch.set_default_dtype(torch.float64)\ntorch.set_grad_enabled(False)\ntorch.set_num_threads(2)\n"
    draw = "import random\nimport numpy as np\nimport torch\ndrawn = (torch.rand(2).tolist(), random.random(), np.random.rand())\n"
    found = "print(drawn, torch.get_default_dtype(), torch.is_grad_enabled(), torch.get_num_threads())\n"
    result = run_page(page(draw + found + leave) + page(draw + found), "docs", "-s")
    result.assert_outcomes(passed=3)
    printed = [line for line in result.outlines if "torch.float" in line]
    assert len(printed) == 2
    assert printed[0].partition("(")[2] == printed[1].partition("(")[2]
    assert "torch.float32 True 1" in printed[0]


def test_what_a_page_sets_does_not_reach_the_tests_after_it(run_page, pytester):
    pytester.makepyfile(
        test_after="import torch\n\ndef test_it():\n    assert torch.get_default_dtype() == torch.float32\n    assert torch.is_grad_enabled()"
    )
    leave = "import torch\ntorch.set_default_dtype(torch.float64)\ntorch.set_grad_enabled(False)\n"
    run_page(page(leave), "docs", "test_after.py").assert_outcomes(passed=3)


def test_a_warning_is_a_failure(run_page):
    result = run_page(page("import warnings\nwarnings.warn('old habit', DeprecationWarning)"))
    result.stdout.fnmatch_lines(["E   DeprecationWarning: old habit"])


def test_decorators_of_torch_work_in_a_block(run_page):
    run_page(
        page("import torch\n\n@torch.no_grad()\ndef f(x):\n    return x + 1\n\nassert f(torch.zeros(1)).item() == 1")
    ).assert_outcomes(passed=2)
