"""Whatever a forward does with its input, the interpreter stays alive."""

import subprocess
import sys
from pathlib import Path

import pytest
from no_crash import CASES


@pytest.fixture(scope="module")
def outcomes():
    script = Path(__file__).parent / "no_crash.py"
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    lines = done.stdout.splitlines()
    assert done.returncode == 0, f"exit {done.returncode} at {lines[-1]!r}\n{done.stderr}"
    return dict(line.split("\t") for line in lines)


@pytest.mark.parametrize("name", CASES)
def test_it_is_answered_or_refused(name, outcomes):
    assert outcomes[name] == CASES[name][0]
