"""Goes on twice from the middle of some work: what was computed so far is the other process's without paying for it.

A branch goes on from where it was made, so that it cannot be told what to call, as `evidence.run.forked_calls` does.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from enum import Enum
from typing import NoReturn

from evidence.run.fork import fork, wait_for


class Ending(Enum):
    """How a branch ended; `DIED` is any end that it did not choose."""

    PASSED = b"p"
    REFUTED = b"r"  # an assert failed
    FAILED = b"f"
    TIMED_OUT = b"t"
    DIED = b"d"

    @classmethod
    def after(cls, error: BaseException | None) -> Ending:
        """How a process ends that met `error`, or none."""
        return cls.PASSED if error is None else cls.REFUTED if isinstance(error, AssertionError) else cls.FAILED


class Branches:
    """The branches of this process, one at a time.

    Args:
        seconds: how long one may take. The kernel ends it then, also one that is lost in C code.
    """

    def __init__(self, seconds: float = 30.0) -> None:
        self.seconds = seconds
        self._process, self._teller = 0, 0  # in a branch, its number, and where it tells how it ends

    def branch(self) -> Ending | None:
        """Go on twice: in a branch, at once with `None`, which must end with `leave`; here, with how it ended."""
        reader, writer = os.pipe()
        child = fork()
        if child == 0:
            os.close(reader)
            self._process, self._teller = os.getpid(), writer
            _be_a_branch(self.seconds)
            return None
        os.close(writer)
        status = wait_for(child)
        os.set_blocking(reader, False)  # what it has left behind may hold the other end
        with os.fdopen(reader, "rb") as told:
            said = told.read()
        if said:
            return Ending(said)
        return Ending.TIMED_OUT if status == signal.SIGALRM else Ending.DIED

    def leave(self, ending: Ending) -> NoReturn:
        """End a branch at once, without the clean-up that is not its to do."""
        # Not by the exit code, which the code that it runs may ask for. That may also have forked, or closed all files.
        with contextlib.suppress(OSError):
            if os.getpid() == self._process:
                os.write(self._teller, ending.value)
        os._exit(0)


def _be_a_branch(seconds: float) -> None:
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    silence = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(silence, stream)
    # Python's own may lead elsewhere, as under a test runner. What is printed is still compared with the page.
    sys.stderr = os.fdopen(silence, "w")
