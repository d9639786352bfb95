"""What the page for contributors shows is right: its example holds, and the commands exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from evidence.__main__ import main

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


@pytest.fixture
def example(tmp_path, monkeypatch):
    (page,) = re.findall(r"^````markdown\n(.*?)^````$", TEXT, re.S | re.M)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/sums.md").write_text(page, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "docs/sums.md"


def test_the_example_holds_with_a_check_of_each_grade(example, capsys):
    assert main(["verify"]) == 0, capsys.readouterr()
    assert main(["ledger"]) == 0
    assert "4 checks (1 exact, 1 numeric, 1 statistical, 1 experiment): all passed" in capsys.readouterr().out


def test_the_example_of_the_readme_holds(example, capsys):
    (question,) = re.findall(r"^````markdown\n(.*?)^````$", (ROOT / "README.md").read_text("utf-8"), re.S | re.M)
    example.write_text(f"# Sums\n\n{question}", encoding="utf-8")
    assert main(["verify"]) == 0, capsys.readouterr()
    assert main(["mutate"]) == 0, capsys.readouterr()


def test_each_of_its_claims_can_fail(example, capsys):
    assert main(["verify"]) == 0
    assert main(["mutate"]) == 0, capsys.readouterr()


def test_a_failure_reads_as_is_shown(example, capsys):
    example.write_text(example.read_text("utf-8").replace("385", "386"), encoding="utf-8")
    assert main(["verify"]) == 1
    output = capsys.readouterr().out
    assert "check 'ten-squares' (exact) failed" in output
    assert "assert 385 == 386" in output


def test_the_files_that_it_names_are_there():
    for name in set(re.findall(r"\b(?:docs|examples|tests|src)/[\w/-]+\.(?:md|py)\b", TEXT)) - {
        "docs/sums.md",
        "docs/figures/sums.py",
        "examples/sums.py",
        "examples/sums.md",
    }:
        assert (ROOT / name).is_file(), name
    for name in re.findall(r"\]\(([\w/.-]+)(?:#[\w-]+)?\)", TEXT):
        assert (ROOT / name).is_file(), name
