"""From a claim to the code that bears it out, and back to the sentence."""

import pytest
from rules_of_axe import RULES, violations

pytestmark = pytest.mark.browser

# The answer is opened by a reader; the code may stand in a box within it.
OPEN_THE_ANSWER = "link => { for (let box = link; box = box.parentElement.closest('details');) box.open = true; }"
IN_SIGHT = """element => {
    const { top, bottom } = element.getBoundingClientRect();
    return element.checkVisibility() && bottom > 0 && top < innerHeight;
}"""
HIDDEN = """link => {
    const box = document.querySelector(link.hash)?.closest("details");
    return !!box && !box.contains(link) && !box.open;
}"""


def a_claim_whose_check_is_hidden(tab):
    links = tab.locator("article a.check-link:not(.quiz a)").all()
    return next(link for link in links if link.evaluate(HIDDEN))


@pytest.mark.parametrize("scripts", [True, False])
def test_a_claim_leads_to_its_check_in_a_closed_box(open_tab, scripts):
    tab = open_tab(scripts=scripts)
    tab.goto("attention/")
    link = a_claim_whose_check_is_hidden(tab)
    link.evaluate(OPEN_THE_ANSWER)
    link.click()
    check = tab.locator(".check:target")
    check.wait_for(state="visible")
    assert check.evaluate(IN_SIGHT)
    assert check.get_attribute("id") == link.get_attribute("href").removeprefix("#")
    # What is marked is the code as well.
    code = tab.locator(".check:target + .highlight")
    assert code.evaluate("code => getComputedStyle(code).boxShadow") != "none"


def test_the_check_leads_back_to_the_sentence(open_tab, axe):
    tab = open_tab(touch=True, width=360)
    tab.goto("attention/")
    link = a_claim_whose_check_is_hidden(tab)
    link.evaluate(OPEN_THE_ANSWER)
    # Twice, as a reader who comes back and wants to look again.
    link.scroll_into_view_if_needed()
    tab.locator("#preview").wait_for(state="attached")
    for _ in range(2):
        # The first tap shows what the claim rests on, the second follows it.
        link.tap()
        link.tap()
        back = tab.locator(".check:target .check-back")
        back.wait_for(state="visible")
    assert tab.locator(".check-back").count() == 1
    found = violations(tab, axe, RULES)
    assert not found, "\n" + "\n".join(found)
    back.tap()
    tab.wait_for_function("link => link === document.activeElement", arg=link.element_handle())
    assert link.evaluate(IN_SIGHT)


def test_what_the_browser_itself_looks_for_is_found_in_a_closed_answer(tab_of_one_chapter):
    """A link to a text finds as Ctrl-F does."""
    tab = tab_of_one_chapter
    tab.goto("sums/#:~:text=The%20RMS%20again")
    tab.locator("details.success", has_text="The RMS again").locator("p", has_text="The RMS again").wait_for()
    assert tab.locator("details[open]").count() == 1


def test_the_home_page_shows_a_claim_with_its_check(open_tab):
    tab = open_tab()
    tab.goto("")
    run = tab.locator(tab.locator("article a.check-link").first.get_attribute("href"))
    assert not run.is_visible()
    tab.locator("article .quiz-options button").first.click()
    run.wait_for(state="visible")
    assert tab.locator("article strong", has_text="checks").is_visible()
