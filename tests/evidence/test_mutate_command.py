"""`mutate` names the claims that cannot fail, and no others."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from evidence.__main__ import main


def check(code: str, name: str = "it-holds", grade: str = "exact", cont: bool = False) -> str:
    above = "<!--pytest-codeblocks:cont-->\n" if cont else ""
    return f'{above}<!--pytest.mark.{grade}("{name}")-->\n```python\n{code}\n```\n\n'


def output(text: str) -> str:
    return f"<!--pytest-codeblocks:expected-output-->\n```text\n{text}\n```\n\n"


@pytest.fixture
def mutate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()

    def mutate(text: str, *options: str) -> tuple[int, str]:
        (tmp_path / "docs" / "page.md").write_text(text)
        code = main(["mutate", *options])
        captured = capfd.readouterr()
        return code, captured.out + captured.err

    return mutate


def test_a_good_check_has_no_survivors(mutate):
    code, out = mutate(check("a = [4, 5]\nassert len(a) == 2 and a[1] == 5\nassert all(x < 6 for x in a)"))
    assert code == 0
    assert (
        "8 changed claims of 1 checks: 8 noticed, 0 survived; 1 tightened bounds of 1 checks: 1 noticed, 0 slack" in out
    )


@pytest.mark.parametrize(
    ("code", "report"),
    [
        ("x = 3\nassert x == x", "docs/page.md:4:8: it-holds: both sides are the same\n    assert x == x\n"),
        ("assert all(n == 5 for n in [])", "cannot fail\n    assert all(n == 5 for n in [])\n    == -> !="),
        ("def same(a, b):\n    return True\nassert (same(1, 2) == same(3, 4)) in (True, False)", "== -> !="),
        ("from math import isclose\nassert isclose(3.2, 3.14159, abs_tol=0.1)", "3.14159 -> 3.14160"),
        ("x = 5\nassert x == 5 or x == 7", "7 -> 8"),
        ("for n in []:\n    assert n == 112", "never evaluated\n    assert n == 112\n    112 -> 113"),
        ("def f(n, double=True):\n    return n\nassert f(2, double=False) == 2", ", double=False -> (dropped)"),
    ],
)
def test_a_claim_that_cannot_fail_is_named(code, report, mutate):
    status, out = mutate(check(code))
    assert status == 1
    assert report in out


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("a = [1]\nassert len(a) >= 0", ">= -> >"),
        ("error = 1e-15\nassert error < 1e-8", "1e-8 -> 1e-11"),
        ("import torch\nx = torch.ones(2)\nassert torch.allclose(x, x + 0, rtol=0, atol=1e-6)", "1e-6 -> 1e-9"),
    ],
)
def test_a_slack_bound_is_told_and_counts_if_strict(code, change, mutate):
    status, out = mutate(check(code))
    assert status == 0
    assert f"it-holds: slack: a tighter bound holds\n    {code.splitlines()[-1]}\n    {change}\n" in out
    assert mutate(check(code), "--strict")[0] == 1


def test_a_bound_that_is_as_tight_as_it_should_be_is_not_slack(mutate):
    assert "0 slack" in mutate(check("error = 3e-11\nassert error < 1e-8"), "--strict")[1]


def test_a_survivor_is_waived_with_a_reason(mutate):
    status, out = mutate(check("x = 5.0\nassert x > 1  # mutation: any bound below 5 would do"), "--strict")
    assert status == 0
    assert "0 survived; 1 tightened bounds of 1 checks: 0 noticed, 0 slack, 1 waived" in out


def test_a_waiver_that_is_not_needed_is_told(mutate):
    status, out = mutate(check("x = 5\nassert x == 5  # mutation: old"))
    assert status == 1
    assert "docs/page.md:4: the waiver `# mutation: old` waives nothing" in out


def test_a_waiver_without_a_reason_stops_the_command(mutate):
    status, out = mutate(check("x = 5\nassert x > 1  # mutation:"))
    assert status == 2
    assert "docs/page.md:4: '# mutation:' gives no reason" in out


def test_set_up_and_inputs_are_not_changed(mutate):
    text = "```python\nlearning_rate = 0.1\nassert learning_rate < 1\n```\n\n"
    text += check("def f(n):\n    return 7\nassert f(61) == 7", cont=True)
    assert "3 changed claims of 1 checks: 3 noticed" in mutate(text)[1]
    status, out = mutate(text, "--inputs")
    assert status == 0
    assert "holds of this too\n    assert f(61) == 7\n    61 -> 62" in out


def test_a_hanging_mutant_is_killed(mutate):
    code = "import time\ndef f(n):\n    while n != 2:\n        time.sleep(0.01)\n    return n\n"
    status, out = mutate(check(code + "assert f(2) > 1"), "--inputs", "--limit", "1")
    assert status == 0
    assert "(2 ran out of time)" in out


def test_a_check_that_never_ends_is_stopped_and_named(mutate, monkeypatch):
    monkeypatch.setenv("EVIDENCE_LIMIT", "1")
    status, out = mutate(check("while True:\n    pass\nassert 1 + 1 == 2") + check("assert 1 + 1 == 2", "other"))
    assert status == 2
    assert "docs/page.md:3: the process that attacked it was stopped after 1 s of processor time" in out


@pytest.mark.parametrize(
    ("elsewhere", "how"),
    [
        ("raise RuntimeError('no gradient in a forked process')", "fails"),
        ("time.sleep(60)", "takes too long (--limit)"),
    ],
    ids=["fails", "hangs"],
)
def test_no_mutant_counts_as_killed_where_the_unchanged_block_fails_in_a_forked_process(elsewhere, how, mutate):
    code = f"import os, time\nhere = os.getpid()\ndef f(n, twice=True):\n    if os.getpid() != here:\n        {elsewhere}\n"
    code += "    return 2 * n if twice else n\nassert f(3, twice=False) == 3"
    status, out = mutate(check(code), "--limit", "1")
    assert status == 2
    assert f"docs/page.md:3: in a forked process the block {how} as it is" in out


def test_a_mutant_may_be_killed_by_any_error_if_the_unchanged_block_passes_in_a_forked_process(mutate):
    status, out = mutate(check("def f(n, *, twice):\n    return 2 * n if twice else n\nassert f(3, twice=False) == 3"))
    assert status == 0
    assert "0 survived" in out


def test_numbers_of_an_expected_output_are_changed(mutate):
    status, out = mutate(check("print(6 * 7, 0.5)") + output("42 0.5"))
    assert (status, out.split(":")[0]) == (0, "4 changed claims of 1 checks")


def test_a_check_that_cannot_be_changed_is_refused(mutate):
    status, out = mutate(check("print('yes' if 1 + 1 == 2 else 'no')") + output("yes"))
    assert status == 1
    assert "docs/page.md:3: it-holds: not tried: no claim in it can be changed" in out


def test_what_an_expected_error_says_is_changed(mutate):
    raises = "import pytest\nwith pytest.raises(ZeroDivisionError, match={}):\n    1 / 0"
    assert mutate(check(raises.format("'by zero'")))[0] == 0
    status, out = mutate(check(raises.format("'by zero|y'")))
    assert status == 1
    assert "'by zero|y' -> " in out


def test_a_sum_of_numbers_is_no_count_of_conditions(mutate):
    assert mutate(check("assert sum(n**2 for n in range(11)) < 386"))[0] == 0


def test_a_check_that_fails_when_it_is_attacked_is_no_ground_to_stand_on(mutate):
    code = "from pathlib import Path\nfirst = not Path('seen').exists()\nPath('seen').touch()\nassert not first"
    status, out = mutate(check(code))
    assert status == 2
    assert "docs/page.md:6: check 'it-holds' (exact) failed" in out


def test_asserts_that_are_meant_to_fail(mutate):
    code = "try:\n    assert 1 + 1 == 3\nexcept AssertionError:\n    x = 1\nelse:\n    x = 2\nassert x == 1"
    status, out = mutate(check(code))
    assert status == 1  # that 1 + 1 is not 3 says nothing of 4
    assert "assert 1 + 1 == 3\n    3 -> 4" in out
    assert "7 noticed, 3 survived" in out


def test_a_page_in_another_encoding(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "page.md").write_bytes("é".encode("latin-1"))
    assert main(["mutate", "page.md"]) == 2
    assert "page.md:1: the page is not text in UTF-8" in capsys.readouterr().err


def test_blocks_before_are_run_once_and_prints_are_not_shown(mutate, tmp_path):
    text = "```python\nfrom pathlib import Path\nwith Path('runs').open('a') as f:\n    f.write('x')\nprint('noise')\n```\n\n"
    text += check(
        "with Path('runs').open('a') as f:\n    f.write('y')\nassert Path('runs').read_text() == 'xy'", cont=True
    )
    status, out = mutate(text, "--jobs", "3")
    assert status == 0
    assert "noise" not in out
    assert (tmp_path / "runs").read_text() == "xy"


def test_torch_computes_in_forked_mutants(mutate):
    code = "import torch\ndef slope(x):\n    x = torch.tensor(x, requires_grad=True)\n    return torch.autograd.grad((x * x).sum(), x)[0]\n"
    code += "assert [float(slope(x)) for x in (1.0, 2.0)] == [2, 4]\nassert torch.equal(slope([1.0, 2.0]), torch.tensor([2.0, 4.0]))"
    status, out = mutate(check(code))
    assert status == 0
    assert "0 survived" in out


def test_a_page_that_fails_as_it_is_cannot_be_attacked(mutate):
    status, out = mutate(check("x = 5\nassert x == 6"))
    assert status == 2
    assert "docs/page.md:4: check 'it-holds' (exact) failed" in out
    assert "E   AssertionError: assert 5 == 6" in out
    assert "docs/page.md fails as it is. Repair it first: pytest --codeblocks docs/page.md" in out


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("```python\na = 1\n", (), "docs/page.md:1: *not closed"),
        ("", ("docs/gone.md",), "There is no page docs/gone.md"),
        ("```python\nx = (\n```\n", (), "page.md:2: this is no Python: *"),
    ],
)
def test_pages_that_cannot_be_read(text, options, message, mutate):
    status, out = mutate(text, *options)
    assert status == 2
    assert message.partition("*")[0] in out
    assert message.partition("*")[2] in out


@pytest.mark.parametrize("options", [["--jobs", "0"], ["--limit", "x"], ["--nonsense"]])
def test_wrong_usage(options, capsys):
    with pytest.raises(SystemExit) as error:
        main(["mutate", *options])
    assert error.value.code == 2
    assert "usage: python -m evidence" in capsys.readouterr().err


def test_the_command_line(tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "page.md").write_text(check("x = 3\nassert x == x"))
    command = [sys.executable, "-W", "error", "-m", "evidence", "mutate"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout.startswith("docs/page.md:4:8: it-holds: both sides are the same")
    assert done.stderr == ""
    help_text = subprocess.run([*command, "--help"], capture_output=True, text=True, check=True).stdout
    assert "Exit code: 0 no survivors" in help_text
