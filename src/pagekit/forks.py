"""Calls in processes of their own, forked from one that has already imported what they need.

`import torch` takes longer than most figures, and the process that has paid for it once can hand it on.
"""

from __future__ import annotations

import contextlib
import importlib
import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any, cast

from pagekit.reach import imports_in


@dataclass(frozen=True)
class Died:
    """A process that ended before it could tell its result.

    Attributes:
        code: its exit code; negative for the signal that ended it.
    """

    code: int


def import_first(sources: Iterable[str]) -> None:
    """Import what Python sources import. What fails is left to them: they tell it with its line."""
    for source in sources:
        with contextlib.suppress(SyntaxError):
            for name in imports_in(source):
                with contextlib.suppress(Exception):
                    importlib.import_module(name)


def in_forks(
    function: Callable[..., Any], calls: Sequence[tuple[Any, ...]], at_once: int | None = None
) -> Iterator[tuple[int, Any]]:
    """Call a function of a module with each of several arguments, each time in a process of its own.

    Torch must be on one thread before (`OMP_NUM_THREADS=1`): a forked process has no other threads. Where there is no
    fork, the processes are started anew, which takes longer and gives the same.

    Args:
        function: what to call; what it returns must be picklable.
        calls: its arguments.
        at_once: how many processes; as many as there are cores, if it is not given.

    Yields:
        The number of a call and what it returned, or `Died`, in the order in which they end.
    """
    context: Any = multiprocessing.get_context("fork" if hasattr(os, "fork") else "spawn")
    pending = deque(enumerate(calls))
    working: dict[Connection, tuple[int, Any]] = {}
    while pending or working:
        while pending and len(working) < (at_once or os.cpu_count() or 1):
            number, arguments = pending.popleft()
            receiver, sender = context.Pipe(duplex=False)
            process = context.Process(target=_call, args=(sender, function, arguments))
            process.start()
            # The pipe ends with the last process that can write to it.
            sender.close()
            working[receiver] = number, process
        for receiver in cast(list[Connection], wait(list(working))):
            number, process = working.pop(receiver)
            try:
                result = receiver.recv()
            except EOFError:
                process.join()
                result = Died(process.exitcode or 0)
            receiver.close()
            process.join()
            yield number, result


def _call(sender: Connection, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    sender.send(function(*arguments))
