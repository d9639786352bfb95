"""A Jupyter kernel that is forked from a process which has imported torch, instead of being started from nothing.

A seed is forked before Jupyter's client has threads or sockets; it waits, and becomes the kernel when one is wanted.
The process that holds a seed can have one kernel.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
from multiprocessing.connection import Connection
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

NAME = "forked"
"""As which `pyproject.toml` tells Jupyter of it."""


class Seed:
    """A process that will become a kernel, with what Jupyter asks of a `subprocess.Popen`."""

    stdin = stdout = stderr = None

    def __init__(self) -> None:
        context: Any = multiprocessing.get_context("fork")
        receiver, self._sender = context.Pipe(duplex=False)
        self._process = context.Process(target=_become_kernel, args=(receiver, self._sender), daemon=True)
        gc.freeze()  # as in `evidence.run.forks.in_forks`
        self._process.start()
        receiver.close()

    @property
    def pid(self) -> int:
        """The number of the process."""
        pid: int = self._process.pid
        return pid

    def grow(self, arguments: list[str], environment: dict[str, str]) -> None:
        """Become a kernel with these command-line arguments."""
        # It ends when this process has ended. A kernel that is started is told by its environment.
        self._sender.send(([*arguments, f"--IPKernelApp.parent_handle={os.getpid()}"], environment))

    def poll(self) -> int | None:
        """The exit code, `None` while it runs."""
        code: int | None = self._process.exitcode
        return code

    def wait(self) -> int | None:
        """The exit code, once there is one."""
        self._process.join()
        return self.poll()

    def send_signal(self, signum: int) -> None:
        """Send it a signal."""
        os.kill(self.pid, signum)

    def kill(self) -> None:
        """End it."""
        self._process.kill()

    terminate = kill


def _become_kernel(receiver: Connection, sender: Connection) -> None:
    from ipykernel.kernelapp import launch_new_instance

    sender.close()
    arguments, environment = receiver.recv()
    os.environ.update(environment)
    # Where a script begins, as for a kernel that was started.
    sys.argv = ["ipykernel_launcher", *arguments]
    launch_new_instance(argv=arguments)


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
