"""Verifies the site while it is served, in a process of its own that has imported what takes long."""

from __future__ import annotations

import math
import threading
import time
from pathlib import Path

from evidence.page.model import Block
from evidence.page.site import Site
from evidence.records.records import Record, Records
from evidence.records.verification import verify
from evidence.run.clean_process import CleanProcess, NoAnswer
from evidence.run.forked_calls import cores
from evidence.run.isolated_sessions import run_sessions_here
from evidence.run.state import resetters

# Each time that a verdict is told, the whole site is built again, which takes time from the checks.
BETWEEN_SECONDS = 15
# With one process alone, a check that does not end would hold up all others.
_AT_LEAST = 2


class WarmWorker:
    """A process that has imported what takes long, and verifies within the time of the blocks themselves."""

    def __init__(self, config_file: Path) -> None:
        self._config_file = config_file.absolute()
        self._process = _warm_process()
        self._idle = threading.Event()
        self._idle.set()
        self._lock = threading.Lock()
        self._wanted_again = False
        self._closed = False

    def verify(self, wait: float) -> bool:
        """Ask for a verification and wait for it at most `wait` seconds; whether it is done.

        One that is under way may be of what stood there before the last edit, so that it makes room for another one.
        What it has found is kept.
        """
        with self._lock:
            if self._idle.is_set():
                self._idle.clear()
                threading.Thread(target=self._verify, daemon=True).start()
            else:
                self._wanted_again = True
                self._process.stop()
        return self._idle.wait(wait)

    def _verify(self) -> None:
        while True:
            try:
                for _ in self._process.call(verify_and_tell, self._config_file):
                    pass
            except NoAnswer:
                self._begin_anew()
            with self._lock:
                if not self._wanted_again or self._closed:
                    self._idle.set()
                    return
                self._wanted_again = False

    def _begin_anew(self) -> None:
        with self._lock:
            if not self._closed:
                self._process.close()
                self._process = _warm_process()

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._closed = True
            self._process.close()


def _warm_process() -> CleanProcess:
    return CleanProcess(imports=[name for each in resetters() for name in each.late_imports], niceness=5)


def verify_and_tell(config_file: Path) -> None:
    """Verify below this process, which must be clean, and touch `records.verified` for who watches: at once, and then
    now and then.
    """
    site = Site(config_file)
    records = Records(site.docs_dir)
    told, untold = -math.inf, False

    def tell(block: Block, record: Record) -> None:
        nonlocal told, untold
        untold = True
        if time.monotonic() > told + BETWEEN_SECONDS:
            records.verified.touch()
            told, untold = time.monotonic(), False

    verify(site.pages(), records, tell, retry=False, jobs=max(_AT_LEAST, cores()), run=run_sessions_here)
    if untold:
        records.verified.touch()
