"""The proof is alive: each of these mistakes, planted in a copy of the site, is refused with the page's line."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from small_site import CHAPTER, write_small_site

from commands import python

ROOT = Path(__file__).parents[2]


@pytest.fixture
def planted(built_site: object, tmp_path: Path) -> Callable[[str, str], int]:
    """Replace words of the chapter in a small copy of the site; the line on which they stood.

    The site was built, so the copy begins with a current record of every block and every figure.
    """
    write_small_site(tmp_path)

    def plant(old: str, new: str) -> int:
        page = tmp_path / CHAPTER
        text = page.read_text(encoding="utf-8")
        assert old in text, f"the chapter no longer says {old!r}: plant the mistake elsewhere"
        page.write_text(text.replace(old, new, 1), encoding="utf-8")
        return text[: text.index(old)].count("\n") + 1

    return plant


def test_the_copy_without_a_mistake_is_built(planted, tmp_path):
    planted("## 1. ", "## 1. ")
    code, output = python(tmp_path, "-m", "mkdocs", "build", "--strict")
    assert code == 0, output
    assert (tmp_path / "site" / "cnns" / "index.html").is_file()


def test_a_false_assert(planted, tmp_path):
    line = planted("assert field.size == (112, 112)", "assert field.size == (36, 36)")
    code, output = python(tmp_path, "-m", "pytest", "--codeblocks", f"{CHAPTER}::cnn-receptive-field")
    assert code == 1
    assert f"{CHAPTER}:{line}: check 'cnn-receptive-field' (exact) failed" in output
    assert "assert (112, 112) == (36, 36)" in output


def test_a_false_assert_in_a_fence_with_a_title(planted, tmp_path):
    fence = '```python title="proof.py"\nassert False\n```\n\n'
    line = planted("## 2. ", f"{fence}## 2. ")
    code, output = python(tmp_path, "-m", "pytest", "--codeblocks", CHAPTER, "-k", "cnn-1")
    assert code == 1
    assert f"{CHAPTER}:{line + 1}: set-up block failed" in output


# Each is refused when the site is built, and so by every test that looks at the built site.
REFUSED_BY_THE_BUILD = {
    "a changed number in a check link": ("[12,544](check:", "[12,545](check:", "claims 12,545"),
    "an unknown TeX command": ("r_0 = j_0 = 1", "r_0 = \\jump_0 = 1", "jump"),
    "a broken internal link": ("(references.md#luo2016)", "(references.md#lou2016)", "names a place that is not there"),
    "a figure without alt text": (
        "![Heat map of the 21 by 21 pixels",
        "![](figures/cnns/paths-to-a-unit.svg)\n\n![",
        "descri",
    ),
    "a script from another host": (
        "## 2. ",
        '<script src="https://example.org/x.js"></script>\n\n## 2. ',
        "another host",
    ),
}


@pytest.mark.parametrize(
    ("mistake", "flags"),
    [
        *((mistake, ()) for mistake in REFUSED_BY_THE_BUILD),
        # Told to be quiet, MkDocs counts no warnings, and --strict lets all of them through.
        ("a changed number in a check link", ("--strict", "-q")),
        ("a broken internal link", ("--strict", "-q")),
    ],
    ids=str,
)
def test_the_build_refuses(mistake, flags, planted, tmp_path):
    old, new, message = REFUSED_BY_THE_BUILD[mistake]
    line = planted(old, new)
    code, output = python(tmp_path, "-m", "mkdocs", "build", *flags)
    assert code != 0
    assert f"{CHAPTER}:{line}: " in output
    assert message in output
    assert not (tmp_path / "site" / "cnns").exists()


def test_a_false_claim_leaves_the_built_site_as_it_was(planted, tmp_path):
    line = planted("assert field.size == (112, 112)", "assert field.size == (36, 36)")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("what was published before")
    code, output = python(tmp_path, "-m", "mkdocs", "build", "--strict", "-q", "--dirty")
    assert code != 0
    assert f"{CHAPTER}:{line}: check 'cnn-receptive-field' (exact) failed" in output
    assert "assert (112, 112) == (36, 36)" in output
    assert [file.name for file in (tmp_path / "site").iterdir()] == ["index.html"]


def test_a_claim_made_false_by_an_edit_of_a_module(planted, tmp_path):
    line = planted("assert delta.count_nonzero() == 64 and", "assert delta.count_nonzero() == 64 and")
    shutil.copytree(ROOT / "src", tmp_path / "src")
    module = tmp_path / "src" / "dlchecked" / "residual.py"
    source = module.read_text(encoding="utf-8")
    module.write_text(source.replace("*centre)] = 1", "*centre)] = 2"), encoding="utf-8")
    assert module.read_text(encoding="utf-8") != source
    code, output = python(tmp_path, "-m", "mkdocs", "build", PYTHONPATH=str(tmp_path / "src"))
    assert code != 0
    assert "check 'residual-is-a-shift' (exact) failed" in output
    assert f"{CHAPTER}:{line}" not in output  # to count what is not zero, 2 is as good as 1


def test_a_check_renamed_away_under_its_link(planted, tmp_path):
    planted('pytest.mark.exact("cnn-border")', 'pytest.mark.exact("cnn-edge")')
    code, output = python(tmp_path, "-m", "mkdocs", "build")
    assert code != 0
    assert "names the check 'cnn-border', which is on no page" in output
    assert "no sentence links to the check 'cnn-edge'" in output
