"""What stands beside what, in which letters: nothing is left half empty, and a phone shows sentences whole."""

import pytest
from questions import STICKING_OUT

pytestmark = pytest.mark.browser

# What is empty above the last line of a card, in pixels.
EMPTY = """() => [...document.querySelectorAll(".card")].map(card => {
    const last = card.querySelector(".card-count"), before = last.previousElementSibling;
    return last.getBoundingClientRect().top - before.getBoundingClientRect().bottom;
})"""
SIDEWAYS = "() => [...document.querySelectorAll('.corrected .scroll')].map(box => box.scrollWidth - box.clientWidth)"


def test_a_card_is_not_half_empty_beside_one_with_more_to_say(open_tab):
    tab = open_tab()
    tab.goto("")
    empty = tab.evaluate(EMPTY)
    assert len(empty) > 5
    assert max(empty) < 40, empty


@pytest.mark.parametrize("width", [320, 360])
def test_corrections_are_read_without_scrolling_sideways(open_tab, width):
    tab = open_tab(scripts=False, width=width)
    tab.goto("corrections/")
    assert tab.evaluate(SIDEWAYS) == [0, 0]
    assert not tab.evaluate(STICKING_OUT)
    row = tab.locator(".corrected tbody tr").first
    assert row.locator("td").nth(2).evaluate("cell => getComputedStyle(cell, '::before').content") == '"What holds: "'


@pytest.mark.parametrize(
    ("what", "family"),
    [("body", "system-ui"), ("h1", "system-ui"), ("article p", "system-ui"), ("article code", "ui-monospace")],
)
def test_letters_are_those_that_the_style_sheet_names(tab_of_one_chapter, what, family):
    tab_of_one_chapter.goto("sums/")
    used = tab_of_one_chapter.locator(what).first.evaluate("element => getComputedStyle(element).fontFamily")
    assert used.startswith(family)


def test_formulas_are_drawn_in_the_font_of_the_site(tab_of_one_chapter):
    tab = tab_of_one_chapter
    tab.goto("sums/#answer-sum-1")
    tab.evaluate("() => document.fonts.ready")
    tools = tab.context.new_cdp_session(tab)
    tools.send("DOM.enable")
    tools.send("CSS.enable")
    root = tools.send("DOM.getDocument")["root"]["nodeId"]
    formula = tools.send("DOM.querySelector", {"nodeId": root, "selector": "article math mi"})["nodeId"]
    fonts = tools.send("CSS.getPlatformFontsForNode", {"nodeId": formula})["fonts"]
    assert fonts
    assert all(font["isCustomFont"] for font in fonts), fonts
