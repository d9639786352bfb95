"""An author at work: what is current is not run, and what does not hold is shown where it stands, until it is mended."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": str(ROOT / "src")}
BUILD = """
import sys
from mkdocs.__main__ import cli
try:
    cli(["build", "-q"])
except SystemExit as exit_:
    assert not exit_.code, exit_.code
print(sorted({"torch", "matplotlib", "numpy"} & set(sys.modules)))
"""


@pytest.fixture
def copy_of_the_site(built_site, tmp_path):
    """The pages with a current record of each block: the site was built."""
    for folder in ("docs", "examples", "overrides", ".cache"):
        # Other tests may be at work beside this one: their unfinished files are left out.
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns(".*"))
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    return tmp_path


def test_a_build_with_everything_current_imports_no_torch(copy_of_the_site):
    done = subprocess.run(
        [sys.executable, "-c", BUILD], cwd=copy_of_the_site, env=ENVIRONMENT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.fixture
def read(copy_of_the_site):
    """Read a page from `mkdocs serve`, again and again, until it says something."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "mkdocs", "serve", "-q", "--dev-addr", f"127.0.0.1:{port}"],
        cwd=copy_of_the_site,
        env=ENVIRONMENT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def until(address: str, condition, seconds: float = 40) -> str:
        end = time.monotonic() + seconds
        page = ""
        while time.monotonic() < end:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/{address}") as answer:
                    page = answer.read().decode()
            except OSError:
                pass
            if page and condition(page):
                return page
            time.sleep(0.1)
        raise AssertionError(f"/{address} did not come to that within {seconds} s; it ends:\n{page[-2000:]}")

    yield until
    server.terminate()
    server.wait()


def test_a_served_page_shows_a_failure_in_its_place_until_it_is_mended(copy_of_the_site, read):
    page = copy_of_the_site / "docs" / "cnns.md"
    right = page.read_text(encoding="utf-8")
    claim, false = "all(b[0] == a[1] + 1 for", "all(b[0] == a[1] + 2 for"
    assert claim in right, "the chapter no longer makes this claim"
    shown = read("cnns/", lambda html: "check-pending" not in html)
    assert "check-passed" in shown
    assert "check-failure" not in shown

    page.write_text(right.replace(claim, false), encoding="utf-8")
    shown = read("cnns/", lambda html: 'class="check-failure"' in html)
    line = right[: right.index(claim)].count("\n") + 1
    at = shown.index('class="check-failure"')
    assert shown.index('id="check-seven-taps-tile"') < at < shown.index('id="check-cnn-field-by-nan"')
    assert f"docs/cnns.md:{line}: check &#x27;seven-taps-tile&#x27; (exact) failed" in shown[at:]

    page.write_text(right, encoding="utf-8")
    shown = read("cnns/", lambda html: "check-failure" not in html and "check-pending" not in html)
    assert "does not hold" not in shown
