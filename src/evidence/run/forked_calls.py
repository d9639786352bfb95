"""Calls in processes of their own, forked from one that has already imported what they need.

`import torch` takes longer than most figures, and the process that has paid for it once can hand it on.
"""

from __future__ import annotations

import faulthandler
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from inspect import isgenerator
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from typing import IO, Any, NoReturn, cast

from evidence.run.fork import end, end_all, end_orphans, ends_its_children, fork, reap

# How often we look whether a process lives that says nothing.
_LOOK_SECONDS = 0.2
# To write down where it was; lost in the kernel, it may not be able to.
_GRACE_SECONDS = 2.0
# With which a process ends that cannot tell what it should.
_CUT_OFF = 74


@dataclass(frozen=True)
class Limits:
    """What a call may take until its next result.

    Attributes:
        processor: seconds of processor time.
        clock: seconds.
        memory: bytes of address space beyond what it has from its parent; of the whole call.
    """

    processor: float
    clock: float
    memory: int


@dataclass(frozen=True)
class Died:
    """A process that ended before it had told all.

    Attributes:
        how: in words, as `was ended by SIGSEGV`.
        code: its exit code; negative for the signal that ended it.
        stack: where it was then, as Python or its `faulthandler` write it; empty if it could not tell.
    """

    how: str
    code: int
    stack: str = ""


@dataclass(frozen=True)
class _Raised:
    error: str
    report: str


class _Ended:
    """The last that a process says."""


def cores() -> int:
    """How many cores this process may use."""
    # Where a process may run on some cores only, as in a container; not every system can tell.
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_forks(
    calls: Sequence[Callable[[], Any]],
    at_once: int | None = None,
    limits: Limits | None = None,
    until: Connection | None = None,
) -> Iterator[tuple[int, Any]]:
    """Call each of several functions in a process of its own.

    When a call has ended, so has all that it started.

    Args:
        calls: what to call, without arguments. What they return, or yield, must be picklable.
        at_once: how many processes; as many as there are cores, if it is not given.
        limits: of each call.
        until: all are ended as soon as something can be read here, or it was closed at its other end.

    Yields:
        The number of a call and what it returned, or each that it yields, as soon as it is there; and `Died` of one
        that raised, or ended otherwise than by returning.
    """
    pending = deque(enumerate(calls))
    working: dict[Connection, _Call] = {}
    with ends_its_children():
        try:
            while pending or working:
                while pending and len(working) < (at_once or cores()):
                    number, call = pending.popleft()
                    started = _Call(number, call, limits)
                    working[started.receiver] = started
                ready = cast(list[Connection], wait([*working, *([until] if until else [])], _LOOK_SECONDS))
                if until in ready:
                    return
                for each in list(working.values()):
                    said = each.listen() if each.receiver in ready else each.look()
                    if said is not None and not isinstance(said, _Ended):
                        yield each.number, said
                    if isinstance(said, _Ended | Died):
                        del working[each.receiver]
        finally:
            for each in working.values():
                each.close()
            end_all()


class _Call:
    """A call that is under way in a process of its own."""

    def __init__(self, number: int, call: Callable[[], Any], limits: Limits | None) -> None:
        self.number = number
        self.limits = limits
        self.heard = time.monotonic()
        self.stopped: float | None = None
        self.status: int | None = None
        self.stack: IO[str] = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115
        self.receiver, sender = Pipe(duplex=False)
        self.pid = fork(group=True)
        if self.pid == 0:
            self.receiver.close()
            _work(sender, call, limits, self.stack)
        sender.close()

    def listen(self) -> Any:
        """What it says."""
        try:
            said = self.receiver.recv()
        except Exception:  # of whatever stands in the pipe: a call can write there too, or close it
            return self._cut_off()
        self.heard = time.monotonic()
        if isinstance(said, _Raised | _Ended):
            if self.status is None:  # else it was seen to end before it was heard
                end(self.pid)
            end_orphans()
            self.close()
        return Died(f"broke off: {said.error}", 1, said.report) if isinstance(said, _Raised) else said

    def look(self) -> Died | None:
        """How it ended, if it did; if it goes on, see that it does so within its limits."""
        if self.status is None:
            self.status = reap(self.pid)
        if self.status is None:
            self._keep_within_limits()
        elif not self.receiver.poll():  # else it said something before it ended
            return self._died()
        return None

    def _cut_off(self) -> Died:
        """How it ended, since it can tell nothing any more; what goes on does so for nothing."""
        limit = time.monotonic() + _GRACE_SECONDS
        while self.status is None and time.monotonic() < limit:
            self.status = reap(self.pid)
            time.sleep(0.002)
        if self.status is None:
            end(self.pid)
            self.status = _CUT_OFF << 8
        return self._died()

    def _keep_within_limits(self) -> None:
        now = time.monotonic()
        if self.stopped is not None and now > self.stopped + _GRACE_SECONDS:
            os.kill(self.pid, signal.SIGKILL)
        elif self.stopped is None and self.limits and now > self.heard + self.limits.clock:
            self.stopped = now
            os.kill(self.pid, signal.SIGXCPU)

    def _died(self) -> Died:
        assert self.status is not None, "it has ended"
        end_orphans()
        self.stack.seek(0)
        stack = self.stack.read()
        self.close()
        code = os.waitstatus_to_exitcode(self.status)
        return Died(self._how(code), code, stack)

    def _how(self, code: int) -> str:
        if self.stopped is not None and self.limits:
            return f"was stopped after {self.limits.clock:g} s"
        if code == -signal.SIGPROF and self.limits:
            return f"was stopped after {self.limits.processor:g} s of processor time"
        if code == _CUT_OFF:
            return "closed file descriptors that it had not opened, and could not tell its result"
        return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended its own process, with code {code}"

    def close(self) -> None:
        """Let go of what leads to it."""
        self.receiver.close()
        self.stack.close()


def _work(sender: Connection, call: Callable[[], Any], limits: Limits | None, stack: IO[str]) -> NoReturn:
    """In the child: call, tell, and end without the clean-up that is the parent's to do."""
    mine = os.getpid()
    code = 0
    try:
        _prepare(limits, stack)
        for said in _results(call, limits):
            if os.getpid() != mine:
                os._exit(0)  # the call has forked, and this is the other one
            _say(sender, said)
    except BaseException as error:
        if os.getpid() != mine:
            os._exit(1)
        code = 1
        if not isinstance(error, SystemExit):  # we were told to end
            _say(sender, _Raised(f"{type(error).__name__}: {error}", traceback.format_exc()))
    end_all()
    if code == 0:
        _say(sender, _Ended())
    os._exit(code)


def _say(sender: Connection, said: object) -> None:
    try:
        sender.send(said)
    except OSError:
        end_all()
        os._exit(_CUT_OFF)


def _results(call: Callable[[], Any], limits: Limits | None) -> Iterator[Any]:
    _begin_to_count(limits)
    said = call()
    if not isgenerator(said):
        yield said
        return
    for each in said:
        yield each
        _begin_to_count(limits)


def _begin_to_count(limits: Limits | None) -> None:
    if limits is not None:
        signal.setitimer(signal.ITIMER_PROF, limits.processor)


def _prepare(limits: Limits | None, stack: IO[str]) -> None:
    """Keep within limits, and write where this process is when a signal ends it, also when it is lost in C code."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    faulthandler.enable(stack)
    for each in (signal.SIGPROF, signal.SIGXCPU):
        faulthandler.unregister(each)  # what the parent has of its own
        signal.signal(each, signal.SIG_DFL)
        faulthandler.register(each, stack, chain=True)
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    if limits is not None:
        _limit_memory(limits.memory)


def _limit_memory(more: int) -> None:
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        wanted = pages * resource.getpagesize() + more
        resource.setrlimit(resource.RLIMIT_AS, (wanted if most < 0 else min(wanted, most), most))
