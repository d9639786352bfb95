"""What stands beside what: nothing is left half empty, and a phone shows sentences whole."""

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
