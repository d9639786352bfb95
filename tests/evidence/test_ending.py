"""No process outlives the command that it works for, however that one ends, and no file is left half written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path

import psutil
import pytest

from evidence.files.store import Store
from trial_site import CONFIG

# Torch takes seconds to import, and is not what this is about.
NO_TORCH = "import sys\nfrom unittest.mock import MagicMock\nsys.modules[__name__] = MagicMock(__spec__=__spec__)\n"
PAGE = """# Page

It is [3](check:three).

<!--pytest.mark.exact("three")-->
```python
import os, pathlib, random, signal, subprocess, sys

random.random()
here = os.getpid()
again = pathlib.Path("ran").exists()
pathlib.Path("ran").touch()

def hang():
    waits = [sys.executable, "-c", "import signal; signal.pause()"]
    left = [subprocess.Popen(waits), subprocess.Popen(waits, start_new_session=True)]
    pathlib.Path("hangs").touch()
    while True:
        pass

def value(given=False):
    if {where}:
        hang()
    return 3

assert value(given=True) == 3
```
"""
ALWAYS, IN_A_FORK, AGAIN = "True", "os.getpid() != here", "again"
COMMANDS = {
    "build": ("mkdocs build", ALWAYS),
    "serve": ("mkdocs serve --dev-addr 127.0.0.1:0", ALWAYS),
    "verify": ("evidence verify", ALWAYS),
    "pytest": ("pytest -p no:cacheprovider --codeblocks docs", ALWAYS),
    "mutate": ("evidence mutate", ALWAYS),
    "mutate, in a mutant": ("evidence mutate", IN_A_FORK),
    "reseed, under another seed": ("evidence reseed --seeds 2", AGAIN),
}
BOUND_SECONDS = 60


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "mkdocs.yml").write_text(CONFIG)
    (tmp_path / "torch.py").write_text(NO_TORCH)
    return tmp_path


@contextmanager
def hanging(site: Path, command: str, **environment: str) -> Iterator[tuple[subprocess.Popen, list[psutil.Process]]]:
    """A command that hangs, and all processes that belong to it."""
    with (site / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *command.split()],
            cwd=site,
            env={**os.environ, "NO_MKDOCS_2_WARNING": "1", **environment},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    found: list[psutil.Process] = []
    try:
        wait_until(lambda: (site / "hangs").exists() or process.poll() is not None, "it hangs")
        assert process.poll() is None, (site / "log").read_text()
        found = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
        yield process, found
    finally:
        for each in found:
            if each.is_running():
                each.kill()
        process.kill()
        process.wait()


def wait_until(condition, what: str) -> None:
    end = time.monotonic() + BOUND_SECONDS
    while not condition():
        assert time.monotonic() < end, f"it never came to this: {what}"
        time.sleep(0.01)


def is_gone(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE  # of which nobody wants to know how it ended
    except psutil.NoSuchProcess:
        return True


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda how: how.name)
@pytest.mark.parametrize(("command", "where"), COMMANDS.values(), ids=COMMANDS)
def test_nothing_is_left_of_a_command_that_was_ended(command, where, how, site):
    (site / "docs" / "index.md").write_text(PAGE.format(where=where))
    with hanging(site, command) as (process, found):
        assert len(found) > 3
        # As a terminal does: to the whole group of the command.
        os.killpg(process.pid, how)
        process.wait(BOUND_SECONDS)
        wait_until(lambda: all(map(is_gone, found)), "no process is left")
    told = (site / "log").read_text()
    assert "Traceback" not in told
    if how is signal.SIGINT and command.startswith("evidence"):
        assert told.splitlines()[-1:] == ["interrupted"]
        assert process.returncode == 130


# The third is that of the session.
@pytest.mark.parametrize("generation", [1, 2, 3])
def test_nor_is_it_if_one_of_those_between_is_killed(generation, site):
    (site / "docs" / "index.md").write_text(PAGE.format(where=ALWAYS))
    with hanging(site, "evidence verify") as (process, found):
        between = psutil.Process(process.pid)
        for _ in range(generation):
            between = between.children()[0]
        between.kill()
        process.wait(BOUND_SECONDS)
        wait_until(lambda: all(map(is_gone, found)), "no process is left")
    told = (site / "log").read_text()
    assert "Traceback" not in told
    assert ("docs/index.md:7: check 'three' (exact) failed" in told) == (generation > 2)


# Loaded by each Python: whoever begins to write a file of such a name writes half of it, and hangs.
HALFWAY = """
import builtins, fnmatch, os, pathlib, signal

def halfway(opened):
    def open_(file, mode="r", *arguments, **named):
        found = opened(file, mode, *arguments, **named)
        name = os.readlink(f"/proc/self/fd/{file}") if isinstance(file, int) else os.fspath(file)
        if mode == "wb" and fnmatch.fnmatch(name, os.environ["HALFWAY"]):
            whole = found.write
            def write(content):
                whole(content[: len(content) // 2])
                found.flush()
                pathlib.Path(os.environ["HANGS"]).touch()
                signal.pause()
            return Written(found, write)
        return found
    return open_

class Written:
    def __init__(self, file, write):
        self.file, self.write = file, write
    def __enter__(self):
        return self
    def __exit__(self, *_):
        self.file.close()
    def __getattr__(self, name):
        return getattr(self.file, name)

builtins.open, os.fdopen = halfway(builtins.open), halfway(os.fdopen)
"""
QUICK = """# Page

It is [3](check:three).

<!--pytest.mark.exact("three")-->
```python
import random

random.random()
assert len("abc") == 3
print(3)
```

<!--pytest-codeblocks:expected-output-->
```text
4
```
"""
WRITTEN = {
    "verify": ("evidence verify", "*/.cache/evidence/.*"),
    "serve": ("mkdocs serve --dev-addr 127.0.0.1:0", "*/.cache/evidence/.*"),
    "build": ("mkdocs build", "*/.site.unfinished/index.html"),
    "mutate": ("evidence mutate", "*/.cache/evidence/.attack-*"),
    "reseed": ("evidence reseed --seeds 1", "*/.cache/evidence/.seeds-*"),
    "update": ("evidence update", "*/docs/.index.md.*"),
}


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda how: how.name)
@pytest.mark.parametrize(("command", "half"), WRITTEN.values(), ids=WRITTEN)
def test_no_file_is_left_half_written(command, half, how, site):
    page, built = site / "docs" / "index.md", site / "site" / "index.html"
    page.write_text(QUICK if command == "evidence update" else QUICK.replace("\n4\n", "\n3\n"))
    built.parent.mkdir()
    built.write_text("the old site")
    before = {path: path.read_bytes() for path in (page, built)}
    (site / "sitecustomize.py").write_text(HALFWAY)
    with hanging(site, command, PYTHONPATH=str(site), HALFWAY=half, HANGS=str(site / "hangs")) as (process, found):
        assert any(fnmatch(str(path), half) for path in site.rglob("*"))
        os.killpg(process.pid, how)
        process.wait(BOUND_SECONDS)
        wait_until(lambda: all(map(is_gone, found)), "no process is left")
    assert {path: path.read_bytes() for path in before} == before
    kept = [path for path in (site / ".cache").rglob("[!.]*.*") if path.is_file()]
    assert all(Store(path.parent, path.suffix).read(path.stem) is not None for path in kept)
    # What wrote for `serve` is a process that the kernel ends. What it leaves begins with a dot, and is swept away.
    if how is signal.SIGINT and not command.startswith("mkdocs serve"):
        assert not [path for path in site.rglob("*") if fnmatch(str(path), half)]
