"""MkDocs' successor renders with the same Markdown extensions, and so refuses the same pages."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def copy_of_the_site(built_site, tmp_path):
    """The pages with a current record of each block: the site was built."""
    for folder in ("docs", "examples", "overrides", ".cache"):
        # Other tests may be at work beside this one: their unfinished files are left out.
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns(".*"))
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    return tmp_path


def build(folder: Path) -> tuple[int, str]:
    done = subprocess.run(
        [Path(sys.executable).with_name("zensical"), "build", "--strict"],
        cwd=folder,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def test_the_chapters_are_built_with_their_checks(copy_of_the_site):
    code, output = build(copy_of_the_site)
    assert code == 0, output
    page = (copy_of_the_site / "site" / "cnns" / "index.html").read_text(encoding="utf-8")
    assert '<p class="check" id="check-cnn-receptive-field">' in page
    assert 'class="check-link" href="#check-cnn-receptive-field"' in page
    assert "<math" in page
    assert "<svg" in page


def test_nothing_leads_to_notebooks_where_none_are_made(copy_of_the_site):
    code, output = build(copy_of_the_site)
    assert code == 0, output
    pages = [file for file in (copy_of_the_site / "site").glob("*/index.html") if file.parent.name != "examples"]
    assert len(pages) > 10
    for file in pages:
        article = file.read_text(encoding="utf-8").partition("<article")[2].partition("</article>")[0]
        assert article, file
        assert not re.search(r'href="[^"]*(examples/|\.ipynb|\.py[#"])', article), file


def plant(folder: Path, old: str, new: str) -> int:
    """Replace words of the chapter; the line on which they stood."""
    page = folder / "docs" / "cnns.md"
    text = page.read_text(encoding="utf-8")
    assert old in text, f"the chapter no longer says {old!r}"
    page.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_a_claim_that_was_not_run_as_it_stands_is_not_published(copy_of_the_site):
    plant(copy_of_the_site, "assert field.size == (112, 112)", "assert field.size == (36, 36)")
    code, output = build(copy_of_the_site)
    assert code != 0
    assert "'cnn-receptive-field' was not run as it stands" in output
    assert not (copy_of_the_site / "site" / "cnns").exists()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[12,544](check:", "[12,545](check:", "claims 12,545"),
        ("r_0 = j_0 = 1", "r_0 = \\jump_0 = 1", "jump"),
    ],
)
def test_a_page_that_breaks_a_rule_is_not_published(copy_of_the_site, old, new, message):
    line = plant(copy_of_the_site, old, new)
    code, output = build(copy_of_the_site)
    assert code != 0
    assert f"docs/cnns.md:{line}: " in output
    assert message in output
    assert not (copy_of_the_site / "site" / "cnns").exists()
