"""A whole site, built by MkDocs, and looked at in a browser."""

from __future__ import annotations

import io
import json
import re
import shutil
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from fontTools.ttLib import TTFont

from commands import python

CONFIG = """
site_name: Test
theme: {name: material, font: false}
plugins: [search, figures, mathml]
extra_css: [assets/own.css]
markdown_extensions:
  - attr_list
  - toc
  - figures
  - mathml
"""
PAGE = """# Formulas $x^2$

Let $\\sqrt{x_i}$ be small, with $f'(x)$.

$$
\\underbrace{\\sum_{i=1}^n \\frac{x_i}{\\sqrt{n}} + \\left( \\begin{matrix} 1 \\\\ 2 \\\\ 3 \\end{matrix} \\right) + a + b + c + d + e + f + g + h + i + j + k}_{n}
$$

![Two lines that cross in the middle](figures/demo/two-lines.svg "A caption")
"""
FIGURE = """
import matplotlib.pyplot as plt

def two_lines():
    figure, axes = plt.subplots()
    axes.plot([0, 1], [0, 1])
    axes.plot([0, 1], [1, 0])
    axes.set_xlabel("axis label")
    return figure
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    (folder / "mkdocs.yml").write_text(CONFIG)
    (folder / "docs" / "figures").mkdir(parents=True)
    (folder / "docs" / "index.md").write_text(PAGE)
    (folder / "docs" / "assets").mkdir()
    (folder / "docs" / "assets" / "own.css").touch()
    (folder / "docs" / "words.md").write_text("# Words\n\nNo formula.\n")
    (folder / "docs" / "figures" / "demo.py").write_text(FIGURE)
    code, output = python(folder, "-m", "mkdocs", "build", "--strict")
    assert code == 0, output
    return folder / "site"


def test_each_page_has_the_font_of_its_own_formulas(site: Path) -> None:
    html = (site / "index.html").read_text()
    (style,) = re.findall(r'href="(assets/stylesheets/math-font\.[0-9a-f]{8}\.css)"', html)
    (font,) = re.findall(r"base64,([^\")]*)", (site / style).read_text())
    mapped = TTFont(io.BytesIO(b64decode(font))).getBestCmap()
    assert {ord(char) for char in "𝑥√∑2′"} <= set(mapped)
    assert (site / style).stat().st_size < 25 * 1024
    assert "math-font" not in (site / "words" / "index.html").read_text()


def test_style_sheets_of_the_site_have_the_last_word(site: Path) -> None:
    sheets = re.findall(r'href="([^"]*\.css)"', (site / "index.html").read_text())
    (own,) = [place for place, sheet in enumerate(sheets) if "/mathml." in sheet]
    assert own < sheets.index("assets/own.css")


def test_search_finds_words_and_no_garbage(site: Path) -> None:
    index = json.loads((site / "search" / "search_index.json").read_text())
    (entry,) = [each for each in index["docs"] if each["location"] == ""]
    assert entry["title"] == "Formulas x^2"
    assert "Let √x_i be small, with f′(x)." in entry["text"]
    assert "Two lines that cross in the middle" in entry["text"]
    assert "A caption" in entry["text"]
    assert "axis label" not in entry["text"]
    html = (site / "index.html").read_text()
    assert html.count("<math") == 4
    assert "data-search" not in html
    assert "data-formula" not in html


def test_the_code_of_figures_is_not_published(site: Path) -> None:
    assert not (site / "figures").exists()


def test_a_wrong_formula_stops_the_build_in_one_line(site: Path, tmp_path: Path) -> None:
    shutil.copytree(site.parent, tmp_path / "copy", ignore=shutil.ignore_patterns("site"))
    (tmp_path / "copy" / "docs" / "index.md").write_text("# Title\n\n$\\foo$\n")
    code, output = python(tmp_path / "copy", "-m", "mkdocs", "build", "--strict", "-q")
    assert code == 1
    assert 'docs/index.md:3: Unknown command "\\foo"' in output
    assert "Traceback" not in output


@pytest.mark.browser
def test_formulas_in_a_browser(site: Path, browser: Any) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 800}, java_script_enabled=True)
    page.goto((site / "index.html").as_uri())
    page.evaluate("document.fonts.ready")
    assert page.evaluate("document.fonts.check('16px \"STIX Two Math\"', '∑')")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    wide = "document.querySelector('.math-display')"
    assert page.evaluate(f"{wide}.scrollWidth > {wide}.clientWidth && {wide}.tabIndex === 0")
    assert page.evaluate(f"{wide}.scrollHeight <= {wide}.clientHeight")
    # Brackets grow with what they hold, and a root is followed by no hole.
    assert (
        page.evaluate(
            "[...document.querySelectorAll('mo')].find(mo => mo.textContent === '(' && !mo.hasAttribute('stretchy'))"
            ".getBoundingClientRect().height"
        )
        > 45
    )
    assert (
        page.evaluate(
            "(() => { const root = document.querySelector('p msqrt'), math = root.closest('math');"
            " return math.getBoundingClientRect().right - root.getBoundingClientRect().right; })()"
        )
        < 2.5
    )
    assert page.evaluate("document.querySelector('figure svg').getBoundingClientRect().width") <= 328
    page.close()
