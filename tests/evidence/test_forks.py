"""Calls in processes of their own."""

from __future__ import annotations

import os
import sys
import time

import pytest

from evidence.run.forks import Died, import_first, in_forks


def work(seconds: float, code: int | None = None) -> int:
    time.sleep(seconds)
    if code is not None:
        os._exit(code)
    return os.getpid()


def test_each_call_has_a_process_of_its_own_and_is_told_when_it_ends():
    told = dict(in_forks(work, [(0.5,), (0.0,), (0.0,)], at_once=2))
    assert list(told) == [1, 2, 0]
    assert len({os.getpid(), *told.values()}) == 4


def test_a_process_that_dies_takes_no_other_with_it():
    told = dict(in_forks(work, [(0.0, 3), (0.1,)], at_once=2))
    assert told[0] == Died(3)
    assert isinstance(told[1], int)


def test_what_was_imported_first_is_there_in_a_fork(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "costly_module.py").write_text("import os\nloaded_by = os.getpid()\n")
    import_first(["import absent_module\nfrom costly_module import loaded_by", "this is no Python"])
    ((_, loaded_by),) = in_forks(who_loaded, [()])
    assert loaded_by == os.getpid()


@pytest.mark.parametrize(
    ("source", "first"),
    [
        ("import torch\n", False),
        ("import torch\noptimizer = torch.optim.SGD\n", True),
        ("from torch import nn, optim\n", True),
        ("def later():\n    from dlchecked.attention import train_to_reverse\n", True),
    ],
)
def test_torchs_compiler_is_imported_first_where_there_is_an_optimizer(source, first, monkeypatch):
    imported = []
    monkeypatch.setattr("importlib.import_module", imported.append)
    import_first([source])
    assert ("torch._dynamo" in imported) == first


def who_loaded() -> int:
    return int(sys.modules["costly_module"].loaded_by)
