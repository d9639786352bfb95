"""Calls in processes of their own, forked from one that has already imported what they need.

`import torch` takes longer than most figures, and the process that has paid for it once can hand it on.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import multiprocessing
import os
import re
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from multiprocessing.connection import Connection, wait
from typing import Any, cast

from evidence.files.import_graph import imports_in, our_packages, reach_of

_OPTIMIZER = re.compile(r"torch\.optim\b|from torch import .*\boptim\b")


@dataclass(frozen=True)
class Died:
    """A process that ended before it could tell its result.

    Attributes:
        code: its exit code; negative for the signal that ended it.
    """

    code: int


def import_first(sources: Iterable[str]) -> None:
    """Import what Python sources import, and what torch imports at the first optimizer, where they have one: its
    compiler, which takes nearly as long as torch. What fails is left to them: they tell it with its line.
    """
    sources = list(sources)
    names: dict[str, None] = {}
    for source in sources:
        with contextlib.suppress(SyntaxError):
            names |= dict.fromkeys(imports_in(source))
    if any(map(_OPTIMIZER.search, chain(sources, _reached(names)))):
        names["torch._dynamo"] = None
    for name in names:
        with contextlib.suppress(Exception, SystemExit):
            importlib.import_module(name)


def _reached(names: Iterable[str]) -> Iterator[str]:
    """The text of each of our files that an import of `names` reaches."""
    with contextlib.suppress(SyntaxError):
        yield from (file.read_text(encoding="utf-8") for file in reach_of(names, our_packages()))


def cores() -> int:
    """How many cores this process may use."""
    # Where a process may run on some cores only, as in a container; not every system can tell.
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


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
        while pending and len(working) < (at_once or cores()):
            number, arguments = pending.popleft()
            receiver, sender = context.Pipe(duplex=False)
            process = context.Process(target=_call, args=(sender, function, arguments))
            # Its garbage collection would write to all that it has from this one, and so copy it.
            gc.freeze()
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


class NoAnswer(Exception):
    """A process that was asked ended before it had answered; the message is the last that it wrote."""


def ask(module: str, jobs: Sequence[Any]) -> Iterator[tuple[int, Any]]:
    """What `python -m module`, which calls `answer`, says to each of some jobs.

    Args:
        module: its dotted name.
        jobs: the arguments of each call, as JSON can write them.

    Yields:
        The number of a job and its answer, or `Died`, as soon as each is there.

    Raises:
        NoAnswer: it ended before that.
    """
    told = 0
    with tempfile.TemporaryFile("w+", encoding="utf-8") as errors:
        pipe = subprocess.PIPE
        command = [sys.executable, "-m", module]
        with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=errors, text=True, encoding="utf-8") as process:
            assert process.stdin is not None
            assert process.stdout is not None
            with process.stdin as stdin:
                json.dump(jobs, stdin)
            for line in process.stdout:
                number, said = json.loads(line)
                told += 1
                yield number, Died(said["died"]) if said.keys() == {"died"} else said
        if told < len(jobs):
            errors.seek(0)
            last = (errors.read().strip().splitlines() or ["no message"])[-1]
            raise NoAnswer(f"ended with code {process.returncode}: {last}")


def answer(function: Callable[..., dict[str, Any]], sources: Callable[..., str]) -> None:
    """Do the jobs that standard input tells, each in a process of its own, and write what comes of them.

    Args:
        function: called with the arguments of a job.
        sources: the Python source of a job, from its arguments; what all jobs import is imported first.
    """
    if hasattr(os, "nice"):
        os.nice(10)  # Whoever serves the site meanwhile goes first.
    jobs = json.load(sys.stdin)
    # What they print must not get between, not even where it goes past Python.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)
        import_first(sources(*job) for job in jobs)
        for number, said in in_forks(function, jobs):
            line = [number, {"died": said.code} if isinstance(said, Died) else said]
            print(json.dumps(line), file=answers, flush=True)
