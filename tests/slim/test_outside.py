"""What stood inline stands in files, and works as before."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from slim.outside import move_outside

LINK = '<link rel="stylesheet" href="{0}assets/a.css">'


@pytest.fixture
def site(tmp_path):
    (tmp_path / "deep").mkdir()
    return tmp_path


def written(site: Path, body: str, page: str = "index.html", root: str = "") -> str:
    (site / page).write_text(f"<head>{LINK.format(root)}</head><body>{body}</body>", encoding="utf-8")
    move_outside(site)
    return (site / page).read_text(encoding="utf-8")


def test_a_script_gets_a_file_that_the_page_finds(site):
    page = written(site, "<script>let a = 1 < 2</script>", "deep/index.html", "../")
    (address,) = re.findall(r'<script src="([^"]+)"></script>', page)
    assert (site / "deep" / address).resolve().read_text() == "let a = 1 < 2"


def test_a_module_stays_a_module(site):
    assert '<script type="module" src="assets/' in written(site, '<script type="module">import "./a.js"</script>')


@pytest.mark.parametrize(
    "kept", ['<script src="a.js"></script>', '<script type="application/json">{"a": "b"}</script>']
)
def test_what_is_no_inline_script_stays(site, kept):
    assert kept in written(site, kept)


def test_a_style_sheet_gets_a_file(site):
    page = written(site, "<style>p{top:0}</style>")
    (address,) = set(re.findall(r'href="(assets/stylesheets/[0-9a-f]{8}\.css)"', page))
    assert (site / address).read_text() == "p{top:0}"


@pytest.mark.parametrize("smuggled", ["<script>steal()</script>", "<style>p{top:0}</style>"])
def test_what_is_smuggled_into_the_content_is_not_let_out(site, smuggled):
    page = written(site, f'<script>theme()</script><article><p style="top:0">{smuggled}</p></article>')
    assert smuggled in page
    assert "style=" not in page
    assert [file.read_text() for file in (site / "assets/javascripts").iterdir()] == ["theme()"]


def test_a_style_becomes_a_class_that_wins_over_each_rule(site):
    page = written(site, '<p style="top: 0;left:1px">a</p><p id="x" style="top: 0;left:1px">b</p>')
    (name,) = set(re.findall(r'class="(s-[0-9a-f]{8})"', page))
    assert "style=" not in page
    rule = f".{name}{{top: 0!important;left:1px!important}}"
    assert rule in (site / "assets/stylesheets/styles.css").read_text()


@pytest.mark.parametrize(
    "tag",
    [
        '<td style="top:0" class="one two" title="a > b">',
        '<td title="a > b" class="one two" style="top:0">',
        '<td class="one two" style="top:0"/>',
    ],
)
def test_an_elements_other_classes_and_attributes_stay(site, tag):
    page = written(site, tag)
    assert re.search(r'<td[^c]*class="s-[0-9a-f]{8} one two"', page)
    assert tag.count("title") == page.count('title="a > b"')


def test_code_that_shows_a_style_is_no_style(site):
    code = '<pre><code>&lt;p style="top:0"&gt;</code></pre> style="top:0"'
    assert code in written(site, code)


def test_no_class_of_one_style_is_given_to_another(site):
    page = written(site, '<p style="top:0"></p><p style="top:1px"></p>')
    assert len(set(re.findall(r"s-[0-9a-f]{8}", page))) == 2


def test_the_inline_styles_of_all_pages_are_linked_to_once(site):
    assert written(site, "<!-- </head> -->").count("styles.css") == 1


def test_a_class_that_another_attribute_tells_of_is_not_the_elements(site):
    page = written(site, """<p title=' class="a"' class="b" style="top:0">""")
    assert re.search(r"""' class="s-[0-9a-f]{8} b">""", page)
