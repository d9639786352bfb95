"""The other end of `evidence.run.elsewhere`: a process that imports what it is told to, and forks one for each call."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

from evidence.run.elsewhere import End
from evidence.run.fork import end_all, keep_house
from evidence.run.forks import Died, in_forks
from evidence.run.import_first import import_all


def _serve(connection: Connection) -> None:
    imports, niceness = connection.recv()
    os.nice(niceness)
    import_all(imports)
    while True:
        asked = connection.recv()
        if asked is None:
            continue  # the call that was to be ended had ended
        how = ""
        for _, said in in_forks([partial(_called, *asked)], 1, until=connection):
            if isinstance(said, Died):
                how = f"the process that does the work {said.how}"
                print(said.stack, file=sys.stderr, flush=True)
            else:
                connection.send(said)
        connection.send(End(how))


def _called(function: Callable[..., Any], arguments: tuple[Any, ...], folder: str, environment: dict[str, str]) -> Any:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[0] = folder  # as of a process that is started there
    return function(*arguments)


def main() -> None:
    """Run as a process, whose argument is the file descriptor of its connection."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    keep_house()
    # Whoever asks has ended, or has closed the connection, which is as good.
    with contextlib.suppress(EOFError, OSError):
        _serve(Connection(int(sys.argv[1])))
    end_all()


if __name__ == "__main__":
    main()
