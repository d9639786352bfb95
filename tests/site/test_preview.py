"""What a claim rests on is shown beside it: for a mouse, the keyboard and a finger."""

import pytest
from rules_of_axe import RULES, violations

pytestmark = pytest.mark.browser

PRINTED = "a.check-link >> text=a run that prints"


@pytest.fixture
def tab(tab_of_one_chapter):
    tab_of_one_chapter.goto("sums/#check-printed-squares")
    return tab_of_one_chapter


@pytest.fixture
def preview(tab):
    return tab.locator("#preview")


def test_a_mouse_that_rests_on_a_claim_sees_verdict_grade_output_and_versions(tab, preview, axe):
    tab.locator(PRINTED).hover()
    preview.wait_for()
    said = preview.inner_text()
    assert "exact · held with torch 2." in said
    assert "numpy" in said
    assert said.endswith("It printed:\n\n385")
    box = preview.bounding_box()
    assert box["x"] >= 0
    assert not violations(tab, axe, RULES)
    # Escape closes it, as WCAG 1.4.13 asks.
    tab.keyboard.press("Escape")
    preview.wait_for(state="hidden")


def test_what_prints_nothing_shows_what_it_asserts(tab, preview):
    link = tab.locator("details.success > .short-answer a.check-link", has_text="385")
    link.focus()
    tab.keyboard.press("Shift+Tab")
    tab.keyboard.press("Tab")
    preview.wait_for()
    assert preview.inner_text().endswith("It asserted:\n\nassert sum(squares) == 385")
    assert link.get_attribute("aria-describedby") == "preview"
    link.blur()
    preview.wait_for(state="hidden")


def test_a_check_on_another_page_is_shown_too(tab, preview):
    tab.goto("means/")
    tab.locator("a.check-link").hover()
    preview.wait_for()
    assert "assert Fraction(1 + 3, 2) == 2" in preview.inner_text()


def test_a_term_shows_its_definition_and_an_abbreviation_its_meaning(tab, preview):
    tab.locator("article a[href*='glossary/#mean']").first.hover()
    preview.wait_for()
    assert preview.inner_text().startswith("Mean, or average. The sum of some numbers divided by their count")
    tab.locator("article abbr").hover()
    preview.filter(has_text="root mean square").wait_for()


def test_a_finger_sees_it_first_and_follows_with_the_second_tap(browser, one_chapter):
    context = browser.new_context(base_url=one_chapter.url, has_touch=True, viewport={"width": 360, "height": 800})
    tab = context.new_page()
    tab.goto("sums/#quiz-sum-1")
    tab.locator("details.success > summary").first.tap()
    tab.locator("#preview").wait_for(state="attached")
    link = tab.locator(PRINTED)
    link.tap()
    tab.locator("#preview").wait_for()
    assert tab.url.endswith("#quiz-sum-1")
    box = tab.locator("#preview").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    link.tap()
    tab.locator("#check-printed-squares:target").wait_for()
    tab.locator(".check-back").tap()
    tab.wait_for_function("link => link === document.activeElement", arg=link.element_handle())
    context.close()


def test_a_finger_that_is_faster_than_the_script_sees_it_too(browser, one_chapter):
    context = browser.new_context(
        base_url=one_chapter.url, has_touch=True, viewport={"width": 360, "height": 800}, service_workers="block"
    )
    tab = context.new_page()
    held = []
    tab.route("**/preview.js", lambda route: held.append(route))
    tab.goto("sums/#check-printed-squares")
    link = tab.locator(PRINTED)
    link.tap()
    assert held
    assert tab.url.endswith("#check-printed-squares")
    held[0].continue_()
    tab.unroute("**/preview.js")
    tab.locator("#preview", has_text="It printed").wait_for()
    # Where it cannot be had, the link is followed.
    tab.route("**/preview.js", lambda route: route.abort())
    tab.goto("means/")
    tab.locator("article a.check-link").tap()
    tab.wait_for_url("**/sums/#check-mean-of-two")
    context.close()
