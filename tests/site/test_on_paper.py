"""On paper the answers are open, addresses are written out, and nothing is left to click."""

import re
import shutil
import subprocess

import pytest

pytestmark = pytest.mark.browser

CLOSED = """() => [...document.querySelectorAll("article details > :not(summary)")]
    .filter(element => !element.checkVisibility() || !element.getClientRects().length)
    .map(element => element.textContent.trim().slice(0, 80))"""
NAVIGATION = ".md-header, .md-sidebar, .md-footer, .md-search, .headerlink, .md-code__nav, .md-skip"


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_answers_are_open_and_navigation_is_gone(built_site, open_tab, scripts):
    tab = open_tab(scripts=scripts)
    found = []
    for page in built_site.pages:
        tab.goto(page.address)
        tab.emulate_media(media="print")
        found += [f"{page.name}: closed: {text}" for text in tab.evaluate(CLOSED)]
        for element in tab.locator(NAVIGATION).all():
            if element.is_visible():
                found.append(f"{page.name}: on paper: {element.evaluate('element => element.className')}")
        tab.emulate_media(media="null")
    assert not found, "\n" + "\n".join(found)


def test_pdf_holds_the_answers_and_the_addresses(built_site, open_tab, tmp_path):
    if not shutil.which("pdftotext"):
        pytest.skip("needs pdftotext, of Debian's package `poppler-utils`")
    tab = open_tab(scripts=False, scheme="dark")
    for page in built_site.chapters:
        tab.goto(page.address)
        wanted = tab.locator("article details > p:not(.check, .check-note)").all_inner_texts()
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
