"""Notebooks in kernels that are forked: each by itself, and none left behind."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from evidence.run.forks import Died, ask
from notebooks.executions import _outputs


def executed(*paths: Path, seconds: int = 100) -> list[object]:
    told = dict(ask("notebooks.kernel", [[str(path), seconds] for path in paths]))
    return [told[number] for number in range(len(paths))]


@pytest.fixture
def notebook(tmp_path):
    def write(name: str, code: str) -> Path:
        path = tmp_path / f"{name}.py"
        path.write_text(f"# %%\n{code}\n", encoding="utf-8")
        return path

    return write


def test_each_has_a_kernel_of_its_own(notebook):
    code = (
        "import json\njson.seen = getattr(json, 'seen', 0) + 1\nprint(__name__, json.seen, 'left' in dir())\nleft = 1"
    )
    for told in executed(notebook("one", code), notebook("two", code)):
        assert told == {"outputs": [[{"text": "__main__ 1 False\n"}]]}


def test_one_that_ends_its_kernel_is_told_and_harms_no_other(notebook):
    died, lived = executed(notebook("dies", "import os\nos._exit(7)"), notebook("lives", "print(1)"))
    assert lived == {"outputs": [[{"text": "1\n"}]]}
    assert isinstance(died, Died) or "problem" in died


def test_one_that_hangs_is_ended_with_its_kernel(notebook, tmp_path):
    code = f"import os, time\nopen({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)"
    path = notebook("hangs", code)
    (told,) = executed(path, seconds=20)
    assert told == Died(-signal.SIGALRM)
    assert "it was stopped after" in str(_outputs(path, told))
    kernel = int((tmp_path / "pid").read_text())
    end = time.monotonic() + 60
    while is_running(kernel):
        assert time.monotonic() < end, "the kernel outlived its notebook"
        time.sleep(0.1)


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
