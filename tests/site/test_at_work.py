"""An author at work: what is current is not run, and what does not hold is shown where it stands, until it is mended."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from small_site import CHAPTER, write_small_site

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": str(ROOT / "src")}


@pytest.fixture
def small_copy(built_site, tmp_path):
    """A chapter with a current record of each block: the site was built."""
    write_small_site(tmp_path)
    return tmp_path


def test_who_builds_the_site_imports_no_torch(built_site):
    """What must be run or drawn is done elsewhere, so a build with everything current begins at once."""
    assert "mkdocs" in built_site.imported
    assert not {"torch", "matplotlib", "numpy"} & built_site.imported


@pytest.fixture
def read(small_copy):
    """Read a page from `mkdocs serve`, again and again, until it says something."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = small_copy / "serve.log"
    with log.open("w") as file:
        server = subprocess.Popen(
            [sys.executable, "-m", "mkdocs", "serve", "--dev-addr", f"127.0.0.1:{port}"],
            cwd=small_copy,
            env=ENVIRONMENT,
            stdout=file,
            stderr=subprocess.STDOUT,
        )

    def until(address: str, condition, seconds: float = 120) -> str:
        end = time.monotonic() + seconds
        page = ""
        while time.monotonic() < end and server.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/{address}") as answer:
                    page = answer.read().decode()
            except OSError:
                pass
            if page and condition(page):
                return page
            time.sleep(0.1)
        told = f"the server says:\n{log.read_text()[-4000:]}"
        raise AssertionError(f"/{address} did not come to that within {seconds} s; it ends:\n{page[-2000:]}\n{told}")

    yield until
    server.terminate()
    server.wait()


def test_a_served_page_shows_a_failure_in_its_place_until_it_is_mended(small_copy, read):
    page = small_copy / CHAPTER
    right = page.read_text(encoding="utf-8")
    claim, false = "all(b[0] == a[1] + 1 for", "all(b[0] == a[1] + 2 for"
    assert claim in right, "the chapter no longer makes this claim"
    shown = read("cnns/", lambda html: "check-passed" in html and "check-pending" not in html)
    assert "check-failure" not in shown

    page.write_text(right.replace(claim, false), encoding="utf-8")
    shown = read("cnns/", lambda html: 'class="check-failure"' in html)
    line = right[: right.index(claim)].count("\n") + 1
    at = shown.index('class="check-failure"')
    assert shown.index('id="check-seven-taps-tile"') < at < shown.index('id="check-cnn-field-by-nan"')
    assert f"{CHAPTER}:{line}: check &#x27;seven-taps-tile&#x27; (exact) failed" in shown[at:]

    page.write_text(right, encoding="utf-8")
    shown = read("cnns/", lambda html: "check-failure" not in html and "check-pending" not in html)
    assert "does not hold" not in shown
