"""A clean process, started for the work of this one, which forks a process for each call; both ends of it.

It has imported what was asked for and run nothing, its hashes are the same each time, and torch computes on one thread.
So what is run there depends on nothing that happened here, and this process need not import torch. It listens for its
user: when that one ends, however it does, so does it, and all that it started.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from evidence.files.rests_on import GIVEN
from evidence.run.fork import end_all, keep_house
from evidence.run.forked_calls import Died, in_forks
from evidence.run.import_first import import_all

# A fork copies the table of the pages of memory, and with torch these are many; where Linux gives large ones it takes a
# third of the time. Python's own allocator does not ask for them, and the C library's does so only if it is told.
_LARGE_PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1", "PYTHONMALLOC": "malloc"}
# Not by `-m`, which would make a second copy of this module, with another class `_End`.
_START = f"from {__name__} import serve; serve()"


class NoAnswer(Exception):
    """A process that was asked ended, or broke off, before it had answered; the message says how."""


@dataclass(frozen=True)
class _End:
    """No more comes of a call; `how` it broke off, if it did."""

    how: str = ""


class CleanProcess:
    """A clean process; one call at a time.

    Args:
        imports: modules to import at once.
        niceness: how far others go first.
    """

    def __init__(self, imports: Iterable[str] = (), niceness: int = 0) -> None:
        self._connection, other = Pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-c", _START, str(other.fileno())],
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
            while not isinstance(said := self._receive(), _End):
                yield said
        finally:
            if not isinstance(said, _End):
                self.stop()
                while not isinstance(said, _End):
                    said = self._receive()
        if said.how:
            raise NoAnswer(said.how)

    def stop(self) -> None:
        """_End the call that is under way, if there is one."""
        self._send(None)

    def close(self) -> None:
        """_End the process, and all that it started."""
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
            return _End(f"the process that does the work ended with code {self._process.wait()}")


def in_clean_process(function: Callable[..., Any], *arguments: Any, niceness: int = 0) -> Iterator[Any]:
    """Call a function of a module in a clean process; see `CleanProcess.call`."""
    with CleanProcess(niceness=niceness) as process:
        yield from process.call(function, *arguments)


def serve() -> None:
    """Be that process; its argument is the file descriptor of its connection."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    keep_house()
    # Whoever asks has ended, or has closed the connection, which is as good.
    with contextlib.suppress(EOFError, OSError):
        _answer(Connection(int(sys.argv[1])))
    end_all()


def _answer(connection: Connection) -> None:
    imports, niceness = connection.recv()
    os.nice(niceness)
    import_all(imports)
    while True:
        asked = connection.recv()
        if asked is None:
            continue  # the call that was to be ended had ended
        how = ""
        try:
            for _, said in in_forks([partial(_called, *asked)], 1, until=connection):
                if isinstance(said, Died):
                    how = f"the process that does the work {said.how}"
                    print(said.stack, file=sys.stderr, flush=True)
                else:
                    connection.send(said)
        except OSError as error:  # of the machine, as of a full disk; where nobody listens, this is not heard either
            how = f"the process that does the work cannot go on: {error}"
        connection.send(_End(how))


def _called(function: Callable[..., Any], arguments: tuple[Any, ...], folder: str, environment: dict[str, str]) -> Any:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[0] = folder  # as of a process that is started there
    return function(*arguments)
