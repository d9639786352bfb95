"""The pages of a site as one page to print: what leads where. How Chromium prints it is seen in `tests/site`."""

import re
from urllib.parse import unquote

import pytest
from pypdf import PdfWriter

from handouts.book import NoBook, as_one_page, main, numbers_of, print_pdf

PAGE = """<head>{canonical}<link rel="stylesheet" href="{root}a.css"><link rel="stylesheet" href="{root}assets/math-font.0.css"></head>
<a href="." title="{name}" class="md-header__button md-logo" aria-label="{name}"></a>{nav}<article class="x">{article}</article>"""
NAVIGATION = "".join(
    f'<a href="{href}" class="md-nav__link">x</a>' for href in (".", "sums/parts/", "sums/parts/", "ledger/", "about/")
)
HOME = '<h1 id="top">Home</h1><a href="sums/parts/#s-1">to a place</a><a href="sums/parts/">to a page</a><a href="#top">up</a>'
PARTS = """<h1 id="a">Parts<a class="headerlink" href="#a">¶</a></h1><h2 id="s-1">What &lt; is <b>a</b> sum?</h2><h2>No place</h2>
<h3 id="c">deeper</h3><a href="../../">home</a><a href="../../ledger/#x">ledger</a><a href="https://b.example/#s-1">other</a>
<a href="mailto:a@b.example">post</a><img src="../drawn.svg">"""


def page(article, root="", canonical="", nav="", name="A &amp; B"):
    return PAGE.format(article=article, root=root, canonical=canonical, nav=nav, name=name)


@pytest.fixture
def site(tmp_path):
    canonical = '<link rel="canonical" href="https://a.example/t/sums/parts/">'
    for address, html in {
        "": page(HOME, nav=NAVIGATION),
        "sums/parts/": page(PARTS, "../../", canonical, name="Another"),
        "ledger/": page("<h1>Ledger</h1>", "../"),
        "about/": "<p>Without an article.</p>",
        "unlisted/": page("<h1>Unlisted</h1>", "../"),
    }.items():
        (tmp_path / address).mkdir(parents=True, exist_ok=True)
        (tmp_path / address / "index.html").write_text(html)
    return tmp_path


def test_pages_follow_each_other_as_in_the_navigation_once_and_without_those_left_out(site):
    book = as_one_page(site, ["ledger/"])
    assert re.findall(r'<section id="([^"]*)">', book) == ["home", "sums-parts"]
    assert re.findall(r"<h1[^>]*>(.*?)</h1>", book) == ["A &amp; B", "Home", "Parts"]
    assert "<title>A &amp; B</title>" in book
    assert re.findall(r'<link rel="stylesheet" href="([^"]*)">', book) == [(site / "a.css").resolve().as_uri()]
    assert "ledger" in as_one_page(site).partition("<section")[0]


def test_a_link_leads_within_the_book_or_to_where_the_site_is(site):
    book = as_one_page(site, ["ledger/"])
    home, parts = (each.partition("</section>")[0] for each in book.split("<section")[1:])
    assert re.findall(r'href="([^"]*)"', home) == ["#sums-parts-s-1", "#sums-parts", "#home-top"]
    assert re.findall(r'(?:href|src)="([^"]*)"', parts) == [
        "#home",
        "https://a.example/t/ledger/",
        "https://b.example/#s-1",
        "mailto:a@b.example",
        (site / "sums/drawn.svg").resolve().as_uri(),
    ]
    assert re.findall(r'id="([^"]*)"', parts) == ["sums-parts", "sums-parts-a", "sums-parts-s-1", "sums-parts-c"]


def test_a_link_to_a_page_left_out_leads_to_its_own_where_nobody_knows_where_the_site_is(site):
    (site / "index.html").write_text(page('<a href="ledger/">x</a>', nav=NAVIGATION))
    assert '<section id="home"><a href="#home">' in as_one_page(site, ["ledger/"])


def test_the_contents_name_chapters_and_questions_and_their_sheets(site):
    contents = as_one_page(site, ["ledger/"], {"sums-parts": 3, "sums-parts-s-1": 4}).partition("</ul>")[0]
    lines = re.findall(r'<li([^>]*)><a href="(.*?)">(.*?)</a><span class="book-number">(.*?)</span></li>', contents)
    assert [line[1:] for line in lines] == [
        ("#home", "Home", ""),
        ("#sums-parts", "Parts", "3"),
        ("#sums-parts-s-1", "What &lt; is a sum?", "4"),
        ("#sums-parts", "No place", "3"),
    ]
    assert ["margin-left" in line[0] for line in lines] == [False, False, True, True]


def test_a_site_of_no_page_is_refused(site, tmp_path_factory):
    with pytest.raises(NoBook, match="holds no page"):
        as_one_page(tmp_path_factory.mktemp("empty"))
    with pytest.raises(NoBook, match="holds no page"):
        as_one_page(site, ["", "sums/parts/", "ledger/"])


def test_a_site_without_a_name_has_contents_for_a_title(site):
    html = (site / "index.html").read_text()
    (site / "index.html").write_text(html.replace("md-logo", "other"))
    assert "<title>Contents</title>" in as_one_page(site)


BROWSER = """#!/bin/sh
for each in "$@"; do case "$each" in --print-to-pdf=*) target="${each#*=}";; file://*) page="${each#file://}";; esac; done
"""


@pytest.fixture
def browser(tmp_path, monkeypatch):
    """Whatever is done in the place of printing."""

    def does(what):
        (tmp_path / "bin").mkdir(exist_ok=True)
        (tmp_path / "bin/google-chrome").write_text(BROWSER + what)
        (tmp_path / "bin/google-chrome").chmod(0o755)

    monkeypatch.setenv("PATH", f"{tmp_path}/bin")
    return does


def test_what_is_printed_is_the_page(tmp_path, browser):
    browser('while read -r line; do echo "$line"; done < "$page" > "$target"')
    print_pdf("Zürich\n", tmp_path / "book.pdf")
    assert (tmp_path / "book.pdf").read_text() == "Zürich\n"


@pytest.mark.parametrize("does", ["exit 0", 'echo > "$target"; echo "no display" >&2; exit 1'])
def test_a_browser_that_does_not_print_is_told_of(tmp_path, browser, does):
    browser(does)
    with pytest.raises(NoBook, match=r"did not print the book: (no display)?$"):
        print_pdf("", tmp_path / "book.pdf")


def test_without_a_browser_it_is_said_which_is_missing(site, browser, capsys):
    assert main([str(site), str(site / "book.pdf")]) == 1
    assert "Chromium prints the book, and is not installed" in capsys.readouterr().err


def test_sheets_are_counted_from_1_and_places_are_named_as_links_do(tmp_path):
    with PdfWriter() as writer:
        for _ in range(3):
            writer.add_blank_page(9, 9)
        writer.add_named_destination("/sums-%C3%A4", 1)
        writer.add_named_destination("/home", 0)
        writer.write(tmp_path / "book.pdf")
    assert numbers_of(tmp_path / "book.pdf") == {unquote("sums-%C3%A4"): 2, "home": 1}
