"""Forks this process; what it forks does not outlive it.

On Linux the kernel ends a forked process with the one that forked it, also one that was killed. Elsewhere that needs
the one that forked: it ends its children when it is told to end, and when whoever it works for has gone.

Torch must be on one thread when a process forks: a forked process has no other threads, and a pool of them that it
believes in would wait for ever. `evidence.run.clean_process` sees to that. The idle threads that NumPy's BLAS keeps
from its import are safe, as it makes them anew after a fork, but Python from 3.12 on warns of any thread; here it need
not.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import signal
import sys
import time
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

_SET_DEATH_SIGNAL, _SET_ADOPTS_ORPHANS = 1, 36  # PR_SET_PDEATHSIG and PR_SET_CHILD_SUBREAPER of linux/prctl.h
# To a process that is told to end, for the end of its own children.
_GRACE_SECONDS = 5.0

# The status of a process that code of a page has asked for, or had the kernel throw away.
UNKNOWN = 255 << 8

_living: set[int] = set()
_forked = False
_keeps_house = False


def fork(*, group: bool = False) -> int:
    """As `os.fork`; the child is ended with the thread that calls this, at the latest.

    Args:
        group: whether the child gets a process group and a session of its own, with which `end` ends what it started.
    """
    parent = os.getpid()
    _control()
    for stream in (sys.stdout, sys.stderr):
        # What is buffered would be written by both.
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    with warnings.catch_warnings(), _undisturbed():
        warnings.filterwarnings("ignore", message=".*multi-threaded.*fork", category=DeprecationWarning)
        # Its garbage collection would write to all that it has from this one, and so copy it.
        gc.freeze()
        child = os.fork()
        if child:
            _living.add(child)
            return child
        global _forked
        _forked = True
        _living.clear()
        if group:
            os.setsid()
        _die_with(parent)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    return 0


def end(child: int) -> int:
    """End a child, with what it started in its group if it has one; its status, as `os.waitpid` gives it."""
    _signal(child, signal.SIGKILL)
    return wait_for(child)


def wait_for(child: int) -> int:
    """The status of a child, when it has ended; `UNKNOWN` if somebody else has asked for it."""
    try:
        return os.waitpid(child, 0)[1]
    except ChildProcessError:
        return UNKNOWN
    finally:
        _living.discard(child)


def reap(child: int) -> int | None:
    """The status of a child that has ended, with what it left behind in its group; `None` if it goes on."""
    try:
        ended, status = os.waitpid(child, os.WNOHANG)
    except ChildProcessError:
        ended, status = child, UNKNOWN
    if not ended:
        return None
    _living.discard(child)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)
    return status


def end_all() -> None:
    """End all children; each has a moment to end its own first."""
    for child in list(_living):
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGTERM)
    limit = time.monotonic() + _GRACE_SECONDS
    for child in list(_living):
        while reap(child) is None and time.monotonic() < limit:
            time.sleep(0.002)
        if child in _living:
            end(child)
    end_orphans()


@contextlib.contextmanager
def ends_its_children() -> Iterator[None]:
    """Within this, being told to end is an exception, which leaves time for `end_all`."""

    def told(signum: int, frame: object) -> NoReturn:
        raise SystemExit(128 + signum)

    before = signal.signal(signal.SIGTERM, told)
    if _forked:
        _control(_SET_DEATH_SIGNAL, signal.SIGTERM)
    if _keeps_house:
        _control(_SET_ADOPTS_ORPHANS, 1)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
        if _forked:
            _control(_SET_DEATH_SIGNAL, signal.SIGKILL)


def keep_house() -> None:
    """From now on, this process and what it forks end also what was started with a session of its own.

    Only where all processes below this one are ours to end.
    """
    global _keeps_house
    _keeps_house = True


def end_orphans() -> None:
    """End the processes that fell to this one because their own parents have ended."""
    # Those of one that is ended fall to this one in turn.
    while _keeps_house and (orphans := _children() - _living):
        for child in orphans:
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)


def _children() -> set[int]:
    try:
        return set(map(int, Path("/proc/thread-self/children").read_text(encoding="ascii").split()))
    except OSError:
        return set()  # another system, where none falls to this process


def _die_with(parent: int) -> None:
    """Have the kernel end this process with its parent, which has that number."""
    _control(_SET_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)  # it has ended before


def _signal(child: int, signum: signal.Signals) -> None:
    # It has no group of its own if it was not asked for, or not yet.
    for send in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            send(child, signum)


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Nothing interrupts us between the fork and the note of it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@cache
def _prctl() -> Any:
    return ctypes.CDLL(None).prctl if sys.platform == "linux" else None


def _control(*arguments: int) -> None:
    control = _prctl()
    if control is not None and arguments:
        control(*(ctypes.c_ulong(each) for each in arguments), *(ctypes.c_ulong(0),) * (5 - len(arguments)))
