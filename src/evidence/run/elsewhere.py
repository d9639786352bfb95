"""A clean process, started for the work of this one, which forks a process for each call: `evidence.run.clean` is
its other end.

It has imported what was asked for and run nothing, its hashes are the same each time, and torch computes on one thread.
So what is run there depends on nothing that happened here, and this process need not import torch. It listens for its
user: when that one ends, however it does, so does it, and all that it started.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Pipe
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from evidence.files.rests_on import GIVEN

# A fork copies the table of the pages of memory, and with torch these are many; where Linux gives large ones it takes a
# third of the time. Python's own allocator does not ask for them, and the C library's does so only if it is told.
_LARGE_PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1", "PYTHONMALLOC": "malloc"}


class NoAnswer(Exception):
    """A process that was asked ended, or broke off, before it had answered; the message says how."""


@dataclass(frozen=True)
class End:
    """No more comes of a call; `how` it broke off, if it did."""

    how: str = ""


class Elsewhere:
    """A clean process; one call at a time.

    Args:
        imports: modules to import at once.
        niceness: how far others go first.
    """

    def __init__(self, imports: Iterable[str] = (), niceness: int = 0) -> None:
        self._connection, other = Pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "evidence.run.clean", str(other.fileno())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env={**os.environ, **GIVEN, **_LARGE_PAGES},
            pass_fds=[other.fileno()],
            # Ctrl-C is for us.
            start_new_session=True,
        )
        other.close()
        self._sending = threading.Lock()
        self._send((tuple(imports), niceness))

    def call(self, function: Callable[..., Any], *arguments: Any) -> Iterator[Any]:
        """What a function of a module returns, or each that it yields, called in a fork of that process.

        It works in the folder, and sees the environment variables, that are this process's own at the time.

        Raises:
            NoAnswer: it raised, or the process ended.
        """
        self._send((function, arguments, str(Path.cwd()), {**os.environ, **GIVEN}))
        said: Any = None
        try:
            while not isinstance(said := self._receive(), End):
                yield said
        finally:
            if not isinstance(said, End):
                self.stop()
                while not isinstance(said, End):
                    said = self._receive()
        if said.how:
            raise NoAnswer(said.how)

    def stop(self) -> None:
        """End the call that is under way, if there is one."""
        self._send(None)

    def close(self) -> None:
        """End the process, and all that it started."""
        self._process.terminate()
        self._process.wait()
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, stack: TracebackType | None
    ) -> None:
        self.close()

    def _send(self, message: object) -> None:
        # It may have ended, which `_receive` tells.
        with self._sending, contextlib.suppress(OSError):
            self._connection.send(message)

    def _receive(self) -> Any:
        try:
            return self._connection.recv()
        except (EOFError, OSError):
            return End(f"the process that does the work ended with code {self._process.wait()}")


def elsewhere(function: Callable[..., Any], *arguments: Any, niceness: int = 0) -> Iterator[Any]:
    """Call a function of a module in a clean process; see `Elsewhere.call`."""
    with Elsewhere(niceness=niceness) as process:
        yield from process.call(function, *arguments)
