"""A machine that fails: what cannot be kept is told in a line, what was kept is never half, and no claim passes by it."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from evidence.page.site import Site
from evidence.records.records import Records
from evidence.records.verification import stale_sessions
from trial_site import CONFIG

PAGE = """# Page

It is [3](check:three).

<!--pytest.mark.exact("three")-->
```python
{}
assert 1 + 2 == 3
```
"""
# Torch takes seconds to import, and is not what this is about.
NO_TORCH = "import sys\nfrom unittest.mock import MagicMock\nsys.modules[__name__] = MagicMock(__spec__=__spec__)\n"
NOBODY = 65534
DONE = "1 blocks ran, 0 were current, 0 do not hold"


class Trial:
    """A small site, and the commands that work on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "docs").mkdir()
        (folder / "mkdocs.yml").write_text(CONFIG)
        (folder / "torch.py").write_text(NO_TORCH)
        self.write()

    def write(self, first: str = "") -> None:
        (self.folder / "docs/index.md").write_text(PAGE.format(first))

    def start(self, command: str, **options) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", *command.split()],
            cwd=self.folder,
            env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **options,
        )

    def run(self, command: str, **options) -> tuple[int, str]:
        process = self.start(command, **options)
        output, _ = process.communicate()
        assert "Traceback" not in output
        return process.returncode, output

    def half_written(self) -> list[Path]:
        return [path for path in self.folder.rglob(".*.*") if path.is_file()]


@pytest.fixture
def trial(tmp_path) -> Trial:
    return Trial(tmp_path)


def little_room() -> None:
    """No file gets beyond a few bytes, as where the disk is full."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))


def no_room() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


@pytest.mark.parametrize("command", ["evidence verify", "mkdocs build --strict"])
def test_a_full_disk_is_told_in_a_line_and_all_is_well_when_there_is_room(command, trial):
    code, output = trial.run(command, preexec_fn=little_room)
    assert code != 0
    assert ".cache/pages: nothing can be kept here (File too large). Make room, or let it be written to" in output
    assert trial.half_written() == []
    assert not (trial.folder / "site").exists()
    assert trial.run(command)[0] == 0


def test_a_disk_that_fills_up_while_checks_run_loses_the_verdict_and_makes_up_none(trial):
    assert trial.run("evidence verify")[0] == 0
    # The page is kept, and the record must be written anew.
    shutil.rmtree(trial.folder / ".cache/evidence")
    for limited, told in {
        little_room: ".cache/evidence: nothing can be kept here (File too large)",
        no_room: "the process that does the work cannot go on: [Errno 2] No usable temporary directory found",
    }.items():
        code, output = trial.run("evidence verify", preexec_fn=limited)
        assert code == 2
        assert told in output
        assert trial.half_written() == []
    code, output = trial.run("evidence verify")
    assert (code, DONE in output) == (0, True), output


@pytest.fixture
def read_only() -> Iterator[Trial]:
    """A site that this user may read and not write, not even the superuser: its commands are run as nobody then."""
    # Not below pytest's own folder, which is closed to others.
    with tempfile.TemporaryDirectory() as folder:
        trial = Trial(Path(folder).resolve())
        yield trial
        for path in (trial.folder, *trial.folder.rglob("*")):
            path.chmod(0o755)


def closed(trial: Trial) -> dict[str, int]:
    for path in (*trial.folder.rglob("*"), trial.folder):
        path.chmod(0o555 if path.is_dir() else 0o444)
    if os.geteuid():
        return {}
    try:
        subprocess.run([sys.executable, "-c", "import evidence"], user=NOBODY, group=NOBODY, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("another user may not read this environment: run the tests as one who is not the superuser")
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []}


def test_what_was_never_checked_and_may_not_be_written_is_told_in_a_line(read_only):
    code, output = read_only.run("evidence verify", **closed(read_only))
    assert code == 2
    assert ".cache/pages: nothing can be kept here (Permission denied)" in output


def test_what_was_checked_is_read_where_nothing_may_be_written(read_only):
    assert read_only.run("mkdocs build --strict")[0] == 0
    only_read = closed(read_only)
    code, output = read_only.run("evidence verify", **only_read)
    assert (code, output.splitlines()[-1][:41]) == (0, "0 blocks ran, 1 were current, 0 do not ho"), output
    with tempfile.TemporaryDirectory() as elsewhere:
        Path(elsewhere).chmod(0o777)
        assert read_only.run(f"mkdocs build --strict --site-dir {elsewhere}/site", **only_read)[0] == 0
        assert 'href="#check-three">3</a>' in Path(elsewhere, "site/index.html").read_text()


def test_several_at_once_on_one_cache_each_succeed_and_leave_it_whole(trial):
    commands = ["evidence verify", *(f"mkdocs build --strict --site-dir site{n}" for n in range(3))]
    started = [trial.start(command) for command in commands]
    for process in started:
        output, _ = process.communicate()
        assert process.returncode == 0, output
    assert trial.half_written() == []
    sites = [(trial.folder / f"site{n}/index.html").read_text() for n in range(3)]
    assert all('href="#check-three">3</a>' in page for page in sites)
    assert "0 blocks ran, 1 were current" in trial.run("evidence verify")[1]


@pytest.mark.parametrize("name", [".cache", ".cache/evidence", ".cache/pages"])
def test_a_file_where_the_cache_is_to_be_is_told_in_a_line(name, trial):
    (trial.folder / name).parent.mkdir(exist_ok=True)
    (trial.folder / name).write_text("")
    code, output = trial.run("evidence verify")
    assert code == 2
    assert "nothing can be kept here" in output


@pytest.fixture
def verified(trial, monkeypatch):
    monkeypatch.chdir(trial.folder)
    assert trial.run("evidence verify")[0] == 0
    return trial


def is_current(trial: Trial) -> bool:
    records = Records(trial.folder / "docs")
    return stale_sessions(Site(trial.folder / "mkdocs.yml").pages(), records.fresh()) == []


@pytest.mark.parametrize("when", [0, 1, 2**31], ids=["long ago", "long ago, another", "in years to come"])
def test_a_clock_that_was_set_back_or_forward_makes_nothing_false_current(when, verified):
    """What counts is what stands in files, and not which of them is newer."""
    page = verified.folder / "docs/index.md"
    for path in (page, *(verified.folder / ".cache").rglob("*")):
        os.utime(path, (when, when))
    assert is_current(verified)
    before = page.stat()
    page.write_text(page.read_text().replace("1 + 2 == 3", "1 + 3 == 3"))
    os.utime(page, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert page.stat().st_size == before.st_size
    assert not is_current(verified)
    assert "assert 4 == 3" in verified.run("evidence verify")[1]


def test_the_record_of_another_site_proves_nothing_here(verified, tmp_path_factory):
    """Not even by the name that it would have here: a seal is of what stands in the file, under that name."""
    other = Trial(tmp_path_factory.mktemp("other"))
    other.write("n = 1")
    assert other.run("evidence verify")[0] == 0
    (theirs,) = (other.folder / ".cache/evidence").glob("*.json")
    (ours,) = (verified.folder / ".cache/evidence").glob("*.json")
    shutil.copy(theirs, ours)
    assert not is_current(verified)


LIE = "# Page\n\nIt is [4](check:three).\n"
WRITES = {
    "its own page": f"from pathlib import Path\nPath('docs/index.md').write_text({LIE!r})",
    "a new page": f"from pathlib import Path\nPath('docs/new.md').write_text({LIE!r})",
    "its own page, appended": "with open('docs/index.md', 'a') as page:\n    page.write('\\n[4](check:three)\\n')",
}


@pytest.mark.parametrize("writes", WRITES.values(), ids=WRITES)
def test_a_check_that_writes_into_the_pages_publishes_nothing_that_was_not_checked(writes, trial):
    trial.write(writes)
    code, output = trial.run("mkdocs build")
    assert code != 0, output
    assert "claims 4" in output or "was not run" in output or "is on no page" in output, output
    assert not list(trial.folder.glob("site/**/*.html"))


def test_a_check_that_deletes_its_page_publishes_nothing(trial):
    trial.write("from pathlib import Path\nPath('docs/index.md').unlink()")
    code, output = trial.run("mkdocs build")
    assert code != 0, output
    assert not list(trial.folder.glob("site/**/*.html"))


FORKS = """
import os, signal
from pathlib import Path

def branch(depth):
    for _ in range(3):
        read, write = os.pipe()
        if os.fork():
            os.close(write)
            os.read(read, 1)  # until it has said who it is
            continue
        os.setsid()
        with open("living", "a") as file:
            file.write(f"{os.getpid()}\\n")
        if depth:
            branch(depth - 1)
        os.write(write, b".")
        while True:
            signal.pause()

branch(2)
"""


def test_of_a_check_that_forks_and_forks_again_nothing_is_left(trial):
    trial.write(FORKS)
    code, output = trial.run("evidence verify")
    assert code == 0, output
    living = [int(line) for line in (trial.folder / "living").read_text().split()]
    assert len(living) == 3 + 9 + 27
    for number in living:
        with contextlib.suppress(psutil.NoSuchProcess):
            assert psutil.Process(number).status() == psutil.STATUS_ZOMBIE
