"""Processes forked from this one in the middle of its work: what it has computed is theirs without paying for it again.

Each goes on from where it was forked, so that it cannot be told what to call, as `evidence.run.forks` does.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
from collections import deque
from collections.abc import Callable
from enum import Enum
from typing import Any, NoReturn

from evidence.run.fork import fork, wait_for


class Ending(Enum):
    """How a process ended; `DIED` is any end that it did not choose."""

    PASSED = 0
    REFUTED = 1  # an assert failed
    FAILED = 2
    TIMED_OUT = 3
    DIED = 4

    @classmethod
    def after(cls, error: BaseException | None) -> Ending:
        """How a process ends that met `error`, or none."""
        return cls.PASSED if error is None else cls.REFUTED if isinstance(error, AssertionError) else cls.FAILED


class Children:
    """Processes forked from this one, with a limit on how many there are at a time.

    Args:
        at_once: how many children work while this process does; with 0, it waits for each before it goes on.
        seconds: how long a child may take. The kernel ends it then, also one that is lost in C code.
    """

    def __init__(self, at_once: int = 0, seconds: float = 30.0) -> None:
        self.at_once = at_once
        self.seconds = seconds
        self._working: deque[tuple[int, Callable[[Ending], None]]] = deque()

    def fork(self, then: Callable[[Ending], None]) -> bool:
        """Fork, and return whether this is the child, which must end with `leave`.

        Args:
            then: called in the parent, at some later time, with how the child ended.
        """
        if self._start(then):
            return True
        self._make_room()
        return False

    def call(self, function: Callable[[], object], then: Callable[[Ending, Any], None]) -> None:
        """Call `function` in a child and hand its result, `None` unless it passed, to `then` in this process.

        The result must be picklable, and small: less than the 64 KiB that a pipe holds with nobody reading.
        """
        reader, writer = os.pipe()

        def collect(ending: Ending) -> None:
            with os.fdopen(reader, "rb") as stream:
                content = stream.read()
            then(ending, pickle.loads(content) if ending is Ending.PASSED else None)

        if self._start(collect):
            ending = Ending.FAILED
            try:
                os.write(writer, pickle.dumps(function()))
                ending = Ending.PASSED
            finally:
                leave(ending)
        # Before another child inherits it: the pipe ends when the last writer closes it.
        os.close(writer)
        self._make_room()

    def wait(self) -> None:
        """Wait until all children have ended."""
        while self._working:
            self._wait_for_oldest()

    def _start(self, then: Callable[[Ending], None]) -> bool:
        child = fork()
        if child == 0:
            self._working.clear()
            _become_child(self.seconds)
            return True
        self._working.append((child, then))
        return False

    def _make_room(self) -> None:
        while len(self._working) > self.at_once:
            self._wait_for_oldest()

    def _wait_for_oldest(self) -> None:
        child, then = self._working.popleft()
        then(_ending(wait_for(child)))


def leave(ending: Ending) -> NoReturn:
    """End a child at once, without the clean-up that is its parent's to do."""
    os._exit(ending.value)


def _become_child(seconds: float) -> None:
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    silence = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(silence, stream)
    # Python's own streams may lead elsewhere, as under a test runner.
    sys.stdout = sys.stderr = os.fdopen(silence, "w")


def _ending(status: int) -> Ending:
    if os.WIFSIGNALED(status):
        return Ending.TIMED_OUT if os.WTERMSIG(status) == signal.SIGALRM else Ending.DIED
    code = os.waitstatus_to_exitcode(status)
    chosen = (Ending.PASSED, Ending.REFUTED, Ending.FAILED)
    return Ending(code) if code in [ending.value for ending in chosen] else Ending.DIED
