"""Calls in processes of their own: what they tell comes back, and nothing of them is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from evidence.run.forked_calls import Limits, in_forks
from evidence.run.import_first import import_first

MUCH = 1000


def who() -> int:
    return os.getpid()


def test_each_call_has_a_process_of_its_own():
    told = dict(in_forks([who, who, who], at_once=2))
    assert sorted(told) == [0, 1, 2]
    assert len({os.getpid(), *told.values()}) == 4


def test_a_call_is_told_when_it_ends_and_not_when_it_was_begun():
    (reader, writer), told = os.pipe(), []
    for number, _ in in_forks([lambda: os.read(reader, 1), who], at_once=2):
        told.append(number)
        if number == 1:
            os.write(writer, b"x")  # now the first can end
    assert told == [1, 0]


def test_each_that_a_call_yields_comes_at_once():
    reader, writer = os.pipe()

    def answers():
        yield "question"
        yield os.read(reader, 1)

    heard = in_forks([answers])
    assert next(heard) == (0, "question")
    os.write(writer, b"x")
    assert list(heard) == [(0, b"x")]


def raises() -> None:
    raise ValueError("no such thing")


def interrupts() -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("ends", "how", "code"),
    [
        (lambda: os._exit(3), "ended its own process, with code 3", 3),
        (lambda: os._exit(0), "ended its own process, with code 0", 0),
        (lambda: os.kill(os.getpid(), signal.SIGKILL), "was ended by SIGKILL", -signal.SIGKILL),
        (raises, "broke off: ValueError: no such thing", 1),
        (interrupts, "broke off: KeyboardInterrupt: ", 1),
        (lambda: lambda: "cannot be pickled", "broke off: ", 1),
        (lambda: os.closerange(3, 200), "closed file descriptors", 74),
    ],
    ids=["exits", "exits well", "is killed", "raises", "interrupts", "cannot tell", "closes all"],
)
def test_a_process_that_dies_takes_no_other_with_it(ends, how, code):
    told = dict(in_forks([ends, who], at_once=2))
    assert told[0].code == code
    assert how in told[0].how
    assert isinstance(told[1], int)


def loops() -> None:
    while True:
        pass


def waits() -> None:
    signal.pause()


@pytest.mark.parametrize(
    ("call", "limits", "how"),
    [
        (loops, Limits(0.1, MUCH, 2**40), "was stopped after 0.1 s of processor time"),
        (waits, Limits(MUCH, 0.1, 2**40), "was stopped after 0.1 s"),
    ],
)
def test_what_does_not_end_is_stopped_and_tells_where_it_was(call, limits, how):
    ((_, died),) = in_forks([call], limits=limits)
    assert died.how == how
    assert f"in {call.__name__}" in died.stack


def test_a_limit_is_that_of_one_result():
    def left() -> Iterator[float]:
        while signal.getitimer(signal.ITIMER_PROF)[0] > MUCH - 0.05:
            pass
        yield signal.getitimer(signal.ITIMER_PROF)[0]
        yield signal.getitimer(signal.ITIMER_PROF)[0]

    (_, before), (_, after) = in_forks([left], limits=Limits(MUCH, MUCH, 2**40))
    assert before < after


def test_memory_has_a_limit():
    def much() -> str:
        try:
            return str(len(bytearray(2**31)))
        except MemoryError:
            return "too much"

    assert dict(in_forks([much], limits=Limits(MUCH, MUCH, 2**30))) == {0: "too much"}


def test_what_a_call_has_started_ends_with_it():
    """The group is ended: its pipe has no writer any more."""
    reader, writer = os.pipe()

    def starts() -> None:
        subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"], pass_fds=[writer])

    list(in_forks([starts]))
    os.close(writer)
    assert os.read(reader, 1) == b""


def test_who_stops_listening_leaves_no_process():
    reader, writer = os.pipe()

    def answers():
        yield 1
        signal.pause()

    heard = in_forks([answers])
    assert next(heard) == (0, 1)
    os.close(writer)
    heard.close()
    assert os.read(reader, 1) == b""


def test_who_is_told_to_end_ends_with_the_status_of_the_signal():
    ends = "[lambda: os.kill(os.getppid(), signal.SIGTERM) or signal.pause()]"
    code = f"import os, signal; from evidence.run.forked_calls import in_forks; list(in_forks({ends}))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 128 + signal.SIGTERM  # as a shell tells it


def test_one_that_forks_tells_its_result_once():
    def forks() -> str:
        os.fork()
        return "told"

    assert list(in_forks([forks])) == [(0, "told")]


def test_who_takes_no_notice_of_how_its_processes_end_hears_what_they_tell():
    def takes_no_notice() -> list[object]:
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        return list(in_forks([lambda: "told", lambda: os._exit(0)], at_once=1))

    ((_, (told, died)),) = in_forks([takes_no_notice])
    assert told == (0, "told")
    assert "ended its own process" in died[1].how


def test_what_was_imported_first_is_there_in_a_fork(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "costly_module.py").write_text("import os\nloaded_by = os.getpid()\n")
    import_first(["import absent_module\nfrom costly_module import loaded_by", "this is no Python"])
    ((_, loaded_by),) = in_forks([who_loaded])
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
