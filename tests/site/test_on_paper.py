"""On paper the answers are open, code is folded unless asked for, addresses are written out, and nothing is left to click."""

import re
import shutil
import subprocess

import pytest
from pypdf import PdfReader
from questions import ADDRESSES_LEFT_OUT, CLOSED, LEFT_ON_PAPER

pytestmark = pytest.mark.browser


def test_answers_are_open_and_navigation_is_gone(built_site, open_tab):
    """With scripts, on a page of each kind; without them, on every page: see test_without_scripts.py."""
    tab = open_tab()
    found = []
    for page in built_site.of_each_kind:
        tab.goto(page.address)
        tab.emulate_media(media="print")
        for question in (CLOSED, LEFT_ON_PAPER, ADDRESSES_LEFT_OUT):
            found += [f"{page.name}: {answer}" for answer in tab.evaluate(question)]
        tab.emulate_media(media="null")
    assert not found, "\n" + "\n".join(found)


def test_code_is_on_paper_where_a_reader_has_opened_it(tab_of_one_chapter):
    tab = tab_of_one_chapter
    tab.goto("sums/")
    code = tab.locator("details.evidence .highlight")
    tab.emulate_media(media="print")
    assert [code.nth(at).is_visible() for at in range(code.count())] == [False] * 4
    tab.emulate_media(media="screen")
    tab.locator("details.success > summary").first.click()
    tab.locator("details.evidence > summary").first.click()
    tab.emulate_media(media="print")
    # Two checks, and what one printed.
    assert [code.nth(at).is_visible() for at in range(code.count())] == [True, True, True, False]


def test_a_chapter_fills_no_more_than_twelve_sheets(built_site, open_tab, tmp_path):
    # The others have fewer elements, and half as many sheets.
    longest = sorted(built_site.chapters, key=lambda page: len(page.tags()))[-6:]
    tab = open_tab(scripts=False)
    sheets = {}
    for page in longest:
        tab.goto(page.address)
        tab.pdf(path=tmp_path / "page.pdf", format="A4")
        sheets[page.name] = len(PdfReader(tmp_path / "page.pdf").pages)
    assert max(sheets.values()) <= 12, sheets


def test_pdf_holds_the_answers_and_the_addresses(built_site, open_tab, tmp_path):
    if not shutil.which("pdftotext"):
        pytest.skip("needs pdftotext, of Debian's package `poppler-utils`")
    tab = open_tab(scripts=False, scheme="dark")
    for page in built_site.of_each_kind:
        tab.goto(page.address)
        wanted = tab.locator("article details:not(.evidence) > p:not(.check, .check-note)").all_inner_texts()
        links = tab.locator('article a[href^="http"]').evaluate_all("links => links.map(link => link.href)")
        tab.pdf(path=tmp_path / "page.pdf")
        text = subprocess.run(
            ["pdftotext", "-raw", tmp_path / "page.pdf", "-"], capture_output=True, text=True, check=True
        ).stdout
        # A line of a PDF ends anywhere, even within a word.
        text = re.sub(r"\s", "", text)
        for paragraph in wanted:
            beginning = re.match(r"[\w\s,()]*", paragraph)[0]
            assert re.sub(r"\s", "", beginning) in text, f"{page.name}: not on paper: {paragraph}"
        for link in links:
            assert re.sub(r"\s", "", link) in text, f"{page.name}: address not written out: {link}"
        assert "Tableofcontents" not in text
