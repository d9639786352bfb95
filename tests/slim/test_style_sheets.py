"""What a page needs of a style sheet is kept, and hardly anything else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from slim.joined import join_style_sheets
from slim.style_sheets import names_in_pages, names_in_script, purge

PAGE = '<html><body class="md-body" data-scheme="dark"><p id="first" title="a > b" class="lead">.other is text</p></body></html>'
NAMES = names_in_pages([PAGE]) | names_in_script('element.classList.add("made-by-script")')


@pytest.mark.parametrize(
    "rule",
    [
        "p{color:red}",
        ".lead{color:red}",
        "#first{color:red}",
        "[data-scheme=dark] p{color:red}",
        "[title]{color:red}",
        "[class^=le]{color:red}",
        "[data-scheme=DARK i]{color:red}",
        'p:not(.absent):hover::before{content:"a;b"}',
        "p:is(.absent,.lead)>*{color:red}",
        ".made-by-script{color:red!important}",
        "@media print{p{color:red}}",
        "@font-face{font-family:x;src:url(x)}",
        ":root{--used:1px}p{width:calc(2*var(--used))}",
        "@keyframes turn{from{top:0}to{top:1px}}p{animation:turn 1s}",
    ],
)
def test_a_rule_that_applies_is_kept(rule):
    assert purge(rule, NAMES) == rule


@pytest.mark.parametrize(
    "rule",
    [
        "video{color:red}",
        ".other{color:red}",
        ".first{color:red}",
        "lead{color:red}",
        "[lead]{color:red}",
        ".lead .absent{color:red}",
        "p#second{color:red}",
        "[data-scheme=light] p{color:red}",
        "[dir=rtl] p{color:red}",
        "@media print{.absent{color:red}}",
        ":root{--unused:1px}",
        ":root{--through:var(--unused)}.absent{width:var(--through)}",
        "@keyframes turn{from{top:0}to{top:1px}}",
        "/* A remark */",
    ],
)
def test_a_rule_that_applies_to_nothing_is_left_out(rule):
    assert not purge(rule, NAMES)


def test_of_a_list_of_selectors_those_in_use_are_kept():
    assert purge(".absent, p , .lead:is(a, b){color:red}", NAMES) == "p,.lead:is(a, b){color:red}"


def test_what_is_important_stays_so_and_nothing_else_becomes_it():
    assert purge("p{top:0!important;left:0}", names_in_pages([PAGE])) == "p{top:0!important;left:0}"


def test_remarks_and_blanks_go_wherever_they_stand():
    assert purge("/* a */ @media print{/* b */ p /* c */ { /* d */ top:0 } }", NAMES) == "@media print{p{top:0}}"


def test_a_variable_that_an_inline_style_uses_is_kept():
    page = '<p style="width: var(--here)">'
    assert purge(":root{--here:1px;--nowhere:2px}", names_in_pages([page]) | {":root"}) == ":root{--here:1px}"


def test_a_licence_is_kept():
    assert purge("/* Licence: MIT */ .absent{color:red}", NAMES) == "/* Licence: MIT */"


def site(folder: Path) -> Path:
    (folder / "deep").mkdir()
    (folder / "assets").mkdir()
    head = (
        '<head><link rel="stylesheet" href="{0}assets/a.css">\n<link rel="stylesheet" href="{0}assets/b.css">{1}</head>'
    )
    own = '<link rel="stylesheet" href="../assets/own.css">'
    (folder / "index.html").write_text(head.format("", "") + '<p class="one"></p>')
    (folder / "deep" / "index.html").write_text(head.format("../", own) + '<script src="../assets/a.js"></script>')
    (folder / "404.html").write_text(head.format("/", ""))
    (folder / "assets" / "a.css").write_text(".one{top:0}.two{top:0}.three{top:0}.four{top:0}")
    (folder / "assets" / "b.css").write_text(".one{top:1px}")
    (folder / "assets" / "own.css").write_text(".own{top:0}")
    (folder / "assets" / "a.js").write_text('import("./b.js"); "two"')
    (folder / "assets" / "b.js").write_text('"three"')
    (folder / "assets" / "unused.js").write_text('"four"')
    return folder


def test_shared_style_sheets_become_one_in_their_order_and_others_stay(tmp_path):
    join_style_sheets(site(tmp_path))
    (joined,) = (tmp_path / "assets").glob("site.*.css")
    assert joined.read_text() == ".one{top:0}.two{top:0}.three{top:0}.one{top:1px}"
    for page, at in [("index.html", ""), ("deep/index.html", "../"), ("404.html", "/")]:
        html = (tmp_path / page).read_text()
        assert html.count(f'<link rel="stylesheet" href="{at}assets/{joined.name}">') == 1
        assert "a.css" not in html
        assert "b.css" not in html
        assert ("own.css" in html) == (page == "deep/index.html")


def test_a_site_without_style_sheets_is_left_as_it_is(tmp_path):
    (tmp_path / "index.html").write_text("<p>")
    join_style_sheets(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["index.html"]


def test_they_become_one_where_the_first_was_also_for_a_single_page_and_folders_of_their_own(tmp_path):
    for name in ("second", "first"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.css").write_text(f".{name}{{top:0}}")
    links = "".join(f'<link rel="stylesheet" href="{name}/{name}.css">' for name in ("second", "first"))
    (tmp_path / "index.html").write_text(f'<head>{links}</head><p class="second first">')
    join_style_sheets(tmp_path)
    (address,) = re.findall(r'href="([^"]*)"', (tmp_path / "index.html").read_text())
    assert (tmp_path / address).read_text() == ".second{top:0}.first{top:0}"
