"""A Jupyter kernel that is forked from a process which has imported torch, instead of being started from nothing.

A seed is forked before Jupyter's client has threads or sockets; it waits, and becomes the kernel when one is wanted.
The process that holds a seed can have one kernel. It notes what the cells rest on.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
from multiprocessing.connection import Connection, Pipe
from typing import IO, Any, NoReturn

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from evidence.files.rests_on import RestsOn, Trace
from evidence.run.fork import end, fork, reap, wait_for

NAME = "forked"
"""As which `pyproject.toml` tells Jupyter of it."""
# How notebooks are executed counts by other means.
_JUPYTER = ("evidence", "notebooks")


class Seed:
    """A process that will become a kernel, with what Jupyter asks of a `subprocess.Popen`."""

    stdin = stdout = stderr = None

    def __init__(self, trace: Trace) -> None:
        receiver, self._sender = Pipe(duplex=False)
        self._code: int | None = None
        self._noted: IO[str] = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115
        self.pid = fork()
        if self.pid == 0:
            self._sender.close()
            _become_kernel(receiver, trace, self._noted)
        receiver.close()

    def rests_on(self) -> RestsOn:
        """What the cells that were executed rest on."""
        self._noted.seek(0)
        noted: RestsOn = json.loads(self._noted.read() or "{}")
        return noted

    def grow(self, arguments: list[str], environment: dict[str, str]) -> None:
        """Become a kernel with these command-line arguments."""
        # It ends when this process has ended. A kernel that is started is told by its environment.
        self._sender.send(([*arguments, f"--IPKernelApp.parent_handle={os.getpid()}"], environment))

    def poll(self) -> int | None:
        """The exit code, `None` while it runs."""
        return self._code if self._code is not None else self._note(reap(self.pid))

    def wait(self) -> int | None:
        """The exit code, once there is one."""
        return self._code if self._code is not None else self._note(wait_for(self.pid))

    def send_signal(self, signum: int) -> None:
        """Send it a signal."""
        os.kill(self.pid, signum)

    def kill(self) -> None:
        """End it."""
        if self._code is None:
            self._note(end(self.pid))

    terminate = kill

    def _note(self, status: int | None) -> int | None:
        self._code = None if status is None else os.waitstatus_to_exitcode(status)
        return self._code


def _become_kernel(receiver: Connection, trace: Trace, noted: IO[str]) -> NoReturn:
    from ipykernel.kernelapp import IPKernelApp

    arguments, environment = receiver.recv()
    os.environ.update(environment)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # Where a script begins, as for a kernel that was started.
    sys.argv = ["ipykernel_launcher", *arguments]

    def note(_: object) -> None:
        # After each cell, before its end is told: a kernel may be ended at any time after the last one.
        noted.seek(0)
        noted.truncate()
        json.dump(trace.rests_on(without=_JUPYTER), noted)
        noted.flush()

    application: Any = IPKernelApp.instance()
    try:
        application.initialize(arguments)
        application.shell.events.register("post_run_cell", note)
        trace.forget()
        application.start()
    finally:
        os._exit(0)


class ForkedProvisioner(LocalProvisioner):
    """Jupyter's local kernels, but for how they begin."""

    seed: Seed | None = None

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Make a kernel of the seed; `cmd` is `[python, -m, ipykernel_launcher, argument, …]`."""
        assert ForkedProvisioner.seed is not None, "a seed is forked before Jupyter asks for a kernel"
        assert cmd[1:3] == ["-m", "ipykernel_launcher"], f"a Python kernel, not {cmd}"
        self.process = seed = ForkedProvisioner.seed  # type: ignore[assignment]
        seed.grow(cmd[3:], kwargs.get("env") or {})
        self.pid = seed.pid
        self.cwd = kwargs.get("cwd")
        return self.connection_info
