"""An author at work: what is current is not run, and what does not hold is shown where it stands, until it is mended."""

from __future__ import annotations

import re
import urllib.request

import pytest
from served import serving
from small_site import CHAPTER, write_small_site

CONFIG = """
site_name: Test
theme: {name: material, font: false}
plugins: [evidence, figures, mathml]
markdown_extensions: [attr_list, pymdownx.superfences, evidence, figures, mathml]
"""
PAGE = """# Sums

[Two and two are four](check:sum), so $x^2 = 4$.

![Two points beside one another](figures/demo/points.svg)

<!--pytest.mark.exact("sum")-->

```python
assert 2 + 2 == 4
```
"""
OTHERS = 6
OTHER = """# Page {0}

## A part of it {{ #part }}

What is [said of sums](index.md#sums).
"""
FIGURE = """
import matplotlib.pyplot as plt

def points():
    figure, axes = plt.subplots()
    axes.plot([0, 1], [0, 0], "o")
    return figure
"""


@pytest.fixture
def small_copy(built_site, tmp_path):
    """A chapter with a current record of each block: the site was built."""
    write_small_site(tmp_path)
    return tmp_path


def test_who_builds_the_site_imports_no_torch(built_site):
    """What must be run or drawn is done elsewhere, so a build with everything current begins at once."""
    assert "mkdocs" in built_site.imported
    assert not {"torch", "matplotlib", "numpy"} & built_site.imported


def test_a_served_page_shows_a_failure_in_its_place_until_it_is_mended(small_copy):
    with serving(small_copy) as server:
        _break_and_mend(small_copy, server.read)


def _break_and_mend(small_copy, read):
    page = small_copy / CHAPTER
    right = page.read_text(encoding="utf-8")
    claim, false = "assert {b[0] - a[0] for a, b in", "assert {b[0] - a[0] + 1 for a, b in"
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


@pytest.fixture
def fresh_site(tmp_path):
    """A site of which nothing is kept."""
    (tmp_path / "docs" / "figures").mkdir(parents=True)
    (tmp_path / "mkdocs.yml").write_text(CONFIG)
    (tmp_path / "docs" / "index.md").write_text(PAGE)
    for number in range(OTHERS):
        (tmp_path / "docs" / f"page-{number}.md").write_text(OTHER.format(number))
    (tmp_path / "docs" / "figures" / "demo.py").write_text(FIGURE)
    return tmp_path


def test_a_page_is_there_before_its_checks_its_figures_and_its_font_which_come_by_themselves(fresh_site):
    with serving(fresh_site) as server:
        first = server.read("", bool)
        assert "check-pending" in first
        assert "This figure is being drawn." in first
        # Some are rendered by the builder, some beside it: all are whole.
        for number in range(OTHERS):
            other = server.read(f"page-{number}/", bool)
            assert f"<title>Page {number} - Test</title>" in other
            assert 'href="../#sums"' in other
            assert re.search(r'<nav[^>]*Table of contents.*href="#part"', other, re.DOTALL)
        assert "WARNING" not in server.log.read_text()
        shown = server.read("", lambda html: "-pending" not in html and "math-font" in html)
        assert "check-passed" in shown
        assert "<svg" in shown
        (style,) = re.findall(r'href="([^"]*math-font\.[0-9a-f]{8}\.css)"', shown)
        with urllib.request.urlopen(server.address + style) as answer:
            assert "@font-face" in answer.read().decode()
