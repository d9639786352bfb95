"""Notebooks in kernels that are forked: each by itself, and none left behind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psutil
import pytest

from evidence.files.rests_on import holds
from evidence.run.clean_process import in_clean_process
from evidence.run.forked_calls import Died
from notebooks.executions import _outputs
from notebooks.kernel import execute_all


def executed(*paths: Path, seconds: int = 100) -> list[Any]:
    told = dict(in_clean_process(execute_all, paths, seconds))
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
        assert told["outputs"] == [[{"text": "__main__ 1 False\n"}]]


def test_one_that_ends_its_kernel_is_told_and_harms_no_other(notebook):
    died, lived = executed(notebook("dies", "import os\nos._exit(7)"), notebook("lives", "print(1)"))
    assert lived["outputs"] == [[{"text": "1\n"}]]
    assert isinstance(died, Died) or "problem" in died


def test_one_that_hangs_is_ended_with_its_kernel(notebook, tmp_path):
    code = f"import os, time\nopen({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()))\ntime.sleep(10**6)"
    path = notebook("hangs", code)
    (told,) = executed(path, seconds=20)
    assert told.how == "was stopped after 20 s"
    assert "its process was stopped after 20 s" in str(_outputs(path, told))
    assert not psutil.pid_exists(int((tmp_path / "pid").read_text()))


def test_what_a_kernel_rests_on_is_told_and_no_more(notebook, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COURSE", "first")
    (tmp_path / "helpers").mkdir()
    for name in ("__init__", "lengths", "areas"):
        (tmp_path / "helpers" / f"{name}.py").write_text("x = 1\n")
    (tmp_path / "data.txt").write_text("385")
    code = "import os\n\nos.environ['OWN'] = '1'\nx = os.environ['COURSE'], os.environ['OWN'], open('data.txt').read()"
    one, two = executed(
        notebook("one", f"from helpers import lengths\n{code}"), notebook("two", "from helpers import areas")
    )

    def inside(told: dict[str, Any]) -> set[str]:
        assert holds(told["rests_on"], {})
        return {name for name in told["rests_on"] if str(tmp_path) in name or name.startswith("variable:")}

    def helper(name: str) -> str:
        return f"file:{tmp_path}/helpers/{name}.py"

    read = {f"file:{tmp_path}/data.txt", "variable:COURSE", "variable:OWN"}
    assert inside(one) == {helper("__init__"), helper("lengths"), *read}
    assert inside(two) == {helper("__init__"), helper("areas")}
    assert "package:ipykernel" in two["rests_on"]
