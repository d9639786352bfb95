"""`mkdocs serve` in a folder, and its pages."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

SRC = Path(__file__).parents[2] / "src"


class Server:
    """The server of the site in a folder."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"http://127.0.0.1:{free.getsockname()[1]}/"
        self.log = folder / "serve.log"
        with self.log.open("w") as file:
            # A group of its own: what works in the background ends with it, as at a person's Ctrl-C.
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "mkdocs",
                    "serve",
                    "--dev-addr",
                    self.address.removeprefix("http://").strip("/"),
                ],
                cwd=folder,
                env={**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": str(SRC)},
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def read(self, page: str, condition: Callable[[str], bool], seconds: float = 120) -> str:
        """Read a page again and again, until it says something."""
        end = time.monotonic() + seconds
        text = ""
        while time.monotonic() < end and self.process.poll() is None:
            try:
                with urllib.request.urlopen(self.address + page) as answer:
                    text = answer.read().decode()
            except OSError:
                pass
            if text and condition(text):
                return text
            time.sleep(0.1)
        told = f"the server says:\n{self.log.read_text()[-4000:]}"
        raise AssertionError(f"/{page} did not come to that within {seconds} s; it ends:\n{text[-2000:]}\n{told}")


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """Serve the site in `folder` for as long as the context lasts."""
    server = Server(folder)
    try:
        yield server
    finally:
        os.killpg(server.process.pid, signal.SIGTERM)
        server.process.wait()
