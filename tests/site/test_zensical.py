"""MkDocs' successor renders with the same Markdown extensions, and so refuses the same pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from small_site import CHAPTER, copy_whole_site, write_small_site

from commands import python


@pytest.fixture
def small_copy(built_site, tmp_path):
    """A chapter with a current record of each block: the site was built."""
    write_small_site(tmp_path)
    return tmp_path


def build(folder: Path) -> tuple[int, str]:
    return python(folder, "-m", "zensical", "build", "--strict")


def test_the_chapters_are_built_with_their_checks(built_site, tmp_path):
    copy_whole_site(tmp_path)
    code, output = build(tmp_path)
    assert code == 0, output
    page = (tmp_path / "site" / "cnns" / "index.html").read_text(encoding="utf-8")
    assert '<p class="check" id="check-cnn-receptive-field">' in page
    assert 'class="check-link" href="#check-cnn-receptive-field"' in page
    assert "<math" in page
    assert "<svg" in page
    nothing_leads_to_notebooks(tmp_path / "site")


def nothing_leads_to_notebooks(site: Path) -> None:
    """This builder makes no pages of them."""
    pages = list(site.glob("*/index.html"))
    assert len(pages) > 10
    for file in pages:
        article = file.read_text(encoding="utf-8").partition("<article")[2].partition("</article>")[0]
        assert article, file
        assert not re.search(r'href="(?!https?:)[^"]*(examples/|\.ipynb|\.py[#"])', article), file


def plant(folder: Path, old: str, new: str) -> int:
    """Replace words of the chapter; the line on which they stood."""
    page = folder / CHAPTER
    text = page.read_text(encoding="utf-8")
    assert old in text, f"the chapter no longer says {old!r}"
    page.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_a_claim_that_was_not_run_as_it_stands_is_not_published(small_copy):
    plant(small_copy, "assert field.size == (112, 112)", "assert field.size == (36, 36)")
    code, output = build(small_copy)
    assert code != 0
    assert "'cnn-receptive-field' was not run as it stands" in output
    assert not (small_copy / "site" / "cnns").exists()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[12,544](check:", "[12,545](check:", "claims 12,545"),
        ("r_0 = j_0 = 1", "r_0 = \\jump_0 = 1", "jump"),
    ],
)
def test_a_page_that_breaks_a_rule_is_not_published(small_copy, old, new, message):
    line = plant(small_copy, old, new)
    code, output = build(small_copy)
    assert code != 0
    assert f"{CHAPTER}:{line}: " in output
    assert message in output
    assert not (small_copy / "site" / "cnns").exists()
