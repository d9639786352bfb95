"""Another author's course: another layout, package and language, no torch, from the wheel in an environment of its own.

Its files are those that the page for other authors shows, and what is done to it is what that page says.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request
import venv
from pathlib import Path

import pytest

from installed import ROOT, install_wheel, link_in, needed

PAGE = (ROOT / "docs/your-own-course.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
FENCE = re.compile(r'^(?P<fence>`{3,})\w+ title="(?P<name>[^"]+)"\n(?P<text>.*?)^(?P=fence)$', re.S | re.M)
FILES = {match["name"]: match["text"] for match in FENCE.finditer(PAGE)}
INSTALL, RUN = re.findall(r"^```console\n(.*?)^```$", PAGE, re.S | re.M)
# The server takes seconds; this is only so that a test that fails ends.
PATIENCE_SECONDS = 600
COMMANDS = [line.removeprefix("$ python -m ") for line in RUN.splitlines()]


class Course:
    """The site in a folder, and the Python that it is built with."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "kurs"
        self.python = folder / "venv/bin/python"
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "NO_MKDOCS_2_WARNING": "1"}
        for name, text in FILES.items():
            self.write(name, text)

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def start(self, command: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [self.python, "-m", *command.split()],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, command: str) -> tuple[int, str]:
        process = self.start(command)
        output, _ = process.communicate()
        return process.returncode, output

    def built(self, page: str) -> str:
        return (self.folder / "site" / page / "index.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Course:
    """The site before anything was done to it, with what the page has its author install."""
    folder = tmp_path_factory.mktemp("another")
    venv.create(folder / "venv", with_pip=False, symlinks=True)
    packages = install_wheel(folder / "packages")
    extras, others = re.search(r'\[([\w,]+)\]" (.*)', INSTALL).groups()
    asked = [line for name in extras.split(",") for line in PROJECT["optional-dependencies"][name]]
    link_in(packages, needed(*asked, *others.split()))
    (site_packages,) = (folder / "venv/lib").glob("python*/site-packages")
    shutil.rmtree(site_packages)
    packages.rename(site_packages)
    (folder / "venv/share").symlink_to(Path(sys.prefix, "share"))  # what pip installs besides modules
    return Course(folder)


def test_there_is_no_torch_in_it(course):
    code, output = course.run("torch")
    assert code == 1
    assert "No module named torch" in output


@pytest.mark.parametrize("command", COMMANDS)
def test_what_the_page_says_works(course, command):
    code, output = course.run(command)
    assert code == 0, output
    said = {
        "evidence verify": "5 blocks ran, 0 were current, 0 do not hold",
        "evidence mutate": "changed claims of 4 checks",
        "evidence reseed --seeds 3": "4 checks, 1 in sessions that draw random numbers",
        "evidence ledger": "4 checks (2 exact, 1 numeric, 1 experiment): all passed",
    }
    assert said.get(command, "") in output


def test_what_was_built_shows_grades_verdicts_and_the_ledger(course):
    page = course.built("")
    assert 'class="check-link" href="#check-determinante-zwei">−2</a>' in page
    assert 'class="check-grade check-grade--exact" href="ueber/wie-geprueft-wird/#exact">exact</a>' in page
    assert page.count(">held<") == 3
    assert "<summary>Was stimmt, und warum</summary>" in page
    held = r'All 3 checks of this page held with <span class="versions">Markdown \d[\d.]*</span>\. <a href="ueber/pruefungen/">'
    assert re.search(held, page)
    assert 'href="versuche/potenzmethode/"' in page
    assert ">held<" in course.built("versuche/potenzmethode")
    ledger = course.built("ueber/pruefungen")
    assert 'href="../../#check-determinante-zwei"' in ledger
    assert 'href="../../versuche/potenzmethode/#check-potenz-konvergiert"' in ledger


@pytest.fixture
def mended(course):
    """What a test edits is as it was afterwards."""
    yield course
    for name, text in FILES.items():
        course.write(name, text)


def test_a_false_claim_is_not_published(mended):
    before = mended.built("")
    text = FILES["seiten/index.md"]
    mended.write("seiten/index.md", text.replace("[−2]", "[−3]"))
    code, output = mended.run("mkdocs build")
    assert code == 1
    line = text.partition("[−2]")[0].count("\n") + 1
    assert f"seiten/index.md:{line}: the link [−3] claims −3" in output
    assert mended.built("") == before


def test_an_answer_by_another_name_must_rest_on_something_too(mended):
    text = FILES["seiten/index.md"]
    mended.write("seiten/index.md", f"{text}\n## 2. Ränge {{ #rang }}\n\n/// details | Antwort\nGroß.\n///\n")
    code, output = mended.run("mkdocs build")
    assert code == 1
    assert "the answer to 'rang' links to no check and cites no source" in output


def test_it_is_served_with_the_failure_at_its_block(mended):
    text = FILES["seiten/index.md"]
    mended.write("seiten/index.md", text.replace("== -2", "== -4"))
    address = free_address()
    server = mended.start(f"mkdocs serve --dev-addr {address}")
    try:
        page = served_with("does not hold", address, server)
    finally:
        server.terminate()
        server.communicate()
    assert "assert Fraction(-2, 1) == -4" in page.replace("&#10;", "\n")
    assert 'class="check-failure"' in page


def free_address() -> str:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return f"127.0.0.1:{taken.getsockname()[1]}"


def served_with(words: str, address: str, server: subprocess.Popen[str]) -> str:
    """The home page, once it says so."""
    end = time.monotonic() + PATIENCE_SECONDS
    while server.poll() is None and time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"http://{address}/", timeout=600) as answer:
                page = answer.read().decode()
        except OSError:
            page = ""
        if words in page:
            return page
        time.sleep(0.1)
    server.kill()
    raise AssertionError(f"the page did not come to say {words!r}; the server says:\n{server.communicate()[0]}")


def test_the_page_shows_a_whole_site():
    assert set(FILES) >= {"mkdocs.yml", "seiten/index.md", "lineal/__init__.py", "versuche/potenzmethode.py"}
