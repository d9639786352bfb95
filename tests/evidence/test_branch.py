"""Branches of a process: each ends as it is told to, or is ended, and how is known."""

from __future__ import annotations

import io
import os
import signal
import warnings
from contextlib import redirect_stdout

import pytest

from evidence.mutation.branch import Branches, Ending
from evidence.run.forked_calls import in_forks


def ending_of(work, seconds: float = 30.0) -> Ending:
    branches = Branches(seconds)
    ending = branches.branch()
    if ending is None:
        ending = Ending.FAILED
        try:
            work()
            ending = Ending.PASSED
        finally:
            branches.leave(ending)
    return ending


def hang() -> None:
    while True:
        pass


@pytest.mark.parametrize(
    ("work", "ending"),
    [
        (lambda: None, Ending.PASSED),
        (hang, Ending.TIMED_OUT),
        (signal.pause, Ending.TIMED_OUT),
        (lambda: os.kill(os.getpid(), signal.SIGKILL), Ending.DIED),
        (lambda: os._exit(0), Ending.DIED),
        (lambda: os.closerange(3, 200), Ending.DIED),
        (lambda: 1 / 0, Ending.FAILED),
        (os.fork, Ending.PASSED),
    ],
    ids=["passes", "hangs", "sleeps", "is killed", "exits", "closes all", "raises", "forks"],
)
def test_how_a_branch_ended_is_known(work, ending):
    assert ending_of(work, 0.5 if ending is Ending.TIMED_OUT else 30) is ending


def takes_no_notice() -> list[Ending]:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel throws away how a child ended
    return [ending_of(lambda: None), ending_of(lambda: 1 / 0)]


def test_so_it_is_where_code_of_a_page_has_thrown_away_how_its_processes_end():
    assert dict(in_forks([takes_no_notice])) == {0: [Ending.PASSED, Ending.FAILED]}


def test_what_a_branch_prints_is_seen_there_alone(capfd):
    with redirect_stdout(io.StringIO()) as printed:
        print("before", end=" ")

        def prints():
            print("from the branch")
            os.write(1, b"from C")
            assert printed.getvalue() == "before from the branch\n"

        assert ending_of(prints) is Ending.PASSED
    assert printed.getvalue() == "before "
    assert capfd.readouterr().out == ""


def test_python_need_not_warn_of_the_threads_of_blas(monkeypatch):
    fork = os.fork

    def warning_fork() -> int:
        # As Python 3.12 and later do where another thread is alive.
        message = "This process (pid=1) is multi-threaded, use of fork() may lead to deadlocks in the child."
        warnings.warn(message, DeprecationWarning, stacklevel=2)
        return fork()

    monkeypatch.setattr(os, "fork", warning_fork)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert ending_of(lambda: None) is Ending.PASSED
