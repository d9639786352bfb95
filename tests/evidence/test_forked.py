"""Forked processes: each ends as it is told to, or is ended, and what it found comes back."""

from __future__ import annotations

import os
import signal
import warnings

import pytest

from evidence.run.children import Children, Ending, leave


@pytest.mark.parametrize("at_once", [0, 1, 3])
def test_results_come_back_however_many_work_at_once(at_once):
    children, results = Children(at_once), {}
    for number in range(7):
        children.call(
            lambda number=number: (number * number, os.getpid()),
            lambda ending, result, number=number: results.update({number: (ending, result)}),
        )
    children.wait()
    assert [(ending, result[0]) for ending, result in results.values()] == [(Ending.PASSED, n * n) for n in range(7)]
    assert len({result[1] for _, result in results.values()} - {os.getpid()}) == 7


def test_without_others_at_work_each_is_waited_for():
    endings = []
    if Children(0).fork(endings.append):
        leave(Ending.FAILED)
    assert endings == [Ending.FAILED]


@pytest.mark.parametrize("at_once", [1, 3])
def test_as_many_work_as_were_asked_for_while_this_process_goes_on(at_once):
    children, (reader, writer) = Children(at_once), os.pipe()
    for _ in range(at_once):
        children.call(lambda: os.read(reader, 1), lambda *_: None)  # would wait for ever for what comes below
    os.write(writer, b"." * at_once)
    children.wait()


def hang() -> None:
    while True:
        pass


@pytest.mark.parametrize(
    ("end", "ending"),
    [
        (hang, Ending.TIMED_OUT),
        (signal.pause, Ending.TIMED_OUT),
        (lambda: os.kill(os.getpid(), signal.SIGKILL), Ending.DIED),
        (lambda: os._exit(7), Ending.DIED),
        (lambda: 1 / 0, Ending.FAILED),
        (lambda: lambda: "cannot be pickled", Ending.FAILED),
    ],
    ids=["hangs", "sleeps", "is killed", "exits", "raises", "cannot tell"],
)
def test_how_a_process_ended_is_known(end, ending):
    children, found = Children(2, seconds=0.5), []
    children.call(end, lambda *of: found.append(of))
    children.wait()
    assert found == [(ending, None)]


def test_a_slow_child_does_not_hold_up_the_result_of_another():
    """It ends only after the result of the other has come."""
    children, found, (reader, writer) = Children(1), [], os.pipe()
    children.call(lambda: 1, lambda ending, result: (found.append(result), os.write(writer, b".")))
    children.call(lambda: os.read(reader, 1), lambda ending, result: found.append(result))
    children.wait()
    assert found == [1, b"."]


def test_what_was_buffered_is_written_once(capfd):
    print("before", end=" ")
    children = Children(0)
    children.call(lambda: print("from the child"), lambda *of: None)
    assert capfd.readouterr().out == "before "


def test_python_need_not_warn_of_the_threads_of_blas(monkeypatch):
    fork = os.fork

    def warning_fork() -> int:
        # As Python 3.12 and later do where another thread is alive.
        message = "This process (pid=1) is multi-threaded, use of fork() may lead to deadlocks in the child."
        warnings.warn(message, DeprecationWarning, stacklevel=2)
        return fork()

    monkeypatch.setattr(os, "fork", warning_fork)
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Children(0).call(lambda: 5, lambda ending, result: found.append(result))
    assert found == [5]
