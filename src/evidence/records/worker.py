"""A process of its own that runs blocks, so that who builds the site need not import torch.

`python -m evidence.records.worker DOCS CONFIG` verifies all pages once. With `--warm` it imports torch and waits: for
each line that it reads, a fork of it verifies what has become stale, with today's sources, and answers with a line.
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import IO

from evidence.page.model import Block
from evidence.page.site import Site
from evidence.records.records import Record, Records
from evidence.records.verification import Progress, Verdict, stale_sessions, verify
from evidence.run.forks import cores

# Each time that a verdict is told, the whole site is built again, which takes time from the checks.
BETWEEN_SECONDS = 15


def verify_elsewhere(docs_dir: Path, config_file: Path) -> Verdict:
    """Verify all pages in a new process; its progress goes to our standard error.

    Raises:
        RuntimeError: the process ended without a verdict.
    """
    command = _command(docs_dir, config_file)
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    return _verdict(done.stdout)


class WarmWorker:
    """A process that holds torch, and verifies within the time of the blocks themselves."""

    def __init__(self, docs_dir: Path, config_file: Path) -> None:
        self._process = subprocess.Popen(
            [*_command(docs_dir, config_file), "--warm"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._idle = threading.Event()
        self._idle.set()
        self._lock = threading.Lock()
        self._wanted_again = False

    def verify(self, wait: float) -> bool:
        """Ask for a verification and wait for it at most `wait` seconds; whether it is done.

        One that is under way may have begun before the last edit, so that another one follows it.
        """
        with self._lock:
            if self._idle.is_set():
                self._idle.clear()
                threading.Thread(target=self._ask, daemon=True).start()
            else:
                self._wanted_again = True
        return self._idle.wait(wait)

    def _ask(self) -> None:
        while True:
            try:
                _pipe(self._process.stdin).write("verify\n")
                _pipe(self._process.stdin).flush()
                _pipe(self._process.stdout).readline()
            except OSError:
                self._wanted_again = False  # it was closed while we waited
            with self._lock:
                if not self._wanted_again:
                    self._idle.set()
                    return
                self._wanted_again = False

    def close(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.wait()


def _pipe(stream: IO[str] | None) -> IO[str]:
    assert stream is not None, "the process was started with pipes"
    return stream


def _command(docs_dir: Path, config_file: Path) -> list[str]:
    return [sys.executable, "-m", "evidence.records.worker", str(docs_dir), str(config_file)]


def _verdict(answer: str) -> Verdict:
    try:
        return Verdict(**json.loads(answer.strip().rsplit("\n", 1)[-1]))
    except (ValueError, TypeError) as error:
        raise RuntimeError(
            "the process that runs the checks ended without a verdict; its messages are above"
        ) from error


def _verify_all(docs_dir: Path, config_file: Path) -> Verdict:
    pages, records = Site(docs_dir, config_file).pages(), Records(docs_dir)
    return verify(pages, records, _progress(sum(map(len, stale_sessions(pages, records)))), jobs=cores())


def _progress(total: int) -> Progress:
    count = 0

    def show(block: Block, record: Record) -> None:
        nonlocal count
        count += 1
        if sys.stderr.isatty():
            end = "\n" if count == total else ""
            print(
                f"\r\033[Kchecking {count}/{total}: {block.where} {block.ident}", end=end, file=sys.stderr, flush=True
            )

    return show


def _stay_warm(docs_dir: Path, config_file: Path) -> None:
    if hasattr(os, "nice"):
        os.nice(5)  # Who serves the site meanwhile goes first.
    # The point of staying: torch, and what it imports at the first optimizer, which takes as long.
    import torch._dynamo  # noqa: F401

    for _ in sys.stdin:
        gc.freeze()  # as in `evidence.run.forks.in_forks`
        child = os.fork()
        if child == 0:
            _verify_and_tell(Site(docs_dir, config_file), Records(docs_dir))
            print("done", flush=True)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status:
            print("died", flush=True)


def _verify_and_tell(site: Site, records: Records) -> None:
    """Verify, and touch `records.verified` for who watches: at once, and then now and then."""
    told, untold = -math.inf, False
    for page in site.pages():
        untold = bool(verify([page], records, retry=False).ran) or untold
        if untold and time.monotonic() > told + BETWEEN_SECONDS:
            records.verified.touch()
            told, untold = time.monotonic(), False
    if untold:
        records.verified.touch()


def main(arguments: Sequence[str] | None = None) -> None:
    """Run as a process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("docs_dir", type=Path)
    parser.add_argument("config_file", type=Path)
    parser.add_argument("--warm", action="store_true", help="import torch, and verify at each line of standard input")
    given = parser.parse_args(arguments)
    if given.warm:
        _stay_warm(given.docs_dir, given.config_file)
    else:
        # What blocks print is theirs; our answer is the last line of standard output.
        answer, sys.stdout = sys.stdout, open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
        verdict = _verify_all(given.docs_dir, given.config_file)
        print(json.dumps(asdict(verdict)), file=answer, flush=True)


if __name__ == "__main__":
    main()
