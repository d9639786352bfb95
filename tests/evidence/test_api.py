"""What others may rely on stands in the package itself, imports nothing before it is asked for, and is what we use."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from inspect import getdoc
from pathlib import Path

import pytest

import evidence
from evidence import PageError, Records, Site, attack, verify

ROOT = Path(__file__).parents[2]
PAGE = (
    '# Sums\n\nIt is [{0}](check:ten).\n\n<!--pytest.mark.exact("ten")-->\n```python\nassert sum([4, 6]) == {0}\n```\n'
)


@pytest.fixture
def site(tmp_path, monkeypatch) -> Site:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/sums.md").write_text(PAGE.format(10))
    return Site(tmp_path / "mkdocs.yml")


def test_pages_are_verified_and_attacked(site):
    records = Records(site.docs_dir)
    verdict = verify(site.pages(), records)
    assert (verdict.ran, verdict.failures) == (1, [])
    (page,) = site.pages()
    (block,) = page.blocks
    assert records.of(block, page.sessions()[0]).passed
    ((attacked, trials),) = attack(site.pages())
    assert attacked is page
    assert {trial.block for trial in trials} == {block}


def test_what_fails_as_it_is_is_not_attacked(site):
    (site.docs_dir / "sums.md").write_text(PAGE.format(11))
    with pytest.raises(Exception, match=r"docs/sums.md:7: check 'ten' \(exact\) failed[\s\S]*Repair it first"):
        list(attack(site.pages()))


def test_an_error_of_a_page_tells_where_and_what(site):
    (site.docs_dir / "sums.md").write_text(PAGE.format(10).replace("exact", "exakt"))
    (error, *_) = Site().pages()[0].errors
    assert isinstance(error, PageError)
    assert (error.path.name, error.line) == ("sums.md", 5)
    assert "is not a directive" in error.problem


def test_each_name_is_documented_here_and_on_the_page_for_other_authors():
    text = (ROOT / "docs/your-own-course.md").read_text("utf-8").partition("## From Python")[2]
    told = set(re.findall(r"^\| `(\w+)", text, re.M))
    assert told == set(evidence.__all__)
    for name in evidence.__all__:
        assert getdoc(getattr(evidence, name)), name
    with pytest.raises(AttributeError, match="no attribute 'Sight'"):
        evidence.Sight  # noqa: B018


def test_the_commands_use_nothing_else_to_run_and_to_attack():
    used = set()
    for file in (ROOT / "src/evidence/commands").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom):
                used |= {f"{node.module}:{alias.name}" for alias in node.names}
    homes = {home for name, home in evidence._HOMES.items() if name != "PageError"}
    assert homes <= used


def test_to_import_it_imports_nothing_more():
    code = "import sys; before = set(sys.modules); import evidence; print(*set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {name.partition(".")[0] for name in done.stdout.split()} <= {*sys.stdlib_module_names, "evidence"}
    assert "evidence.page" not in done.stdout.split()
