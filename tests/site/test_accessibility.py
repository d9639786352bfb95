"""The menu and the search break no rule of axe either, and a keyboard opens them.

Every page with all its answers open: see test_with_scripts.py.
"""

import pytest
from questions import OPEN_ALL
from rules_of_axe import CONTRAST, TWO_LOOKS, contrast_violations, violations

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("selector", "style"),
    [
        ("article p >> nth=5", "color: #999"),
        ("article .highlight .k >> nth=20", "color: #bbb"),
        ("article td >> nth=6", "background: #445"),
        ("article table >> nth=0", "opacity: 0.4"),
    ],
)
def test_bad_contrast_of_a_single_element_is_found(open_tab, axe, selector, style):
    tab = open_tab()
    tab.goto("attention/")
    tab.evaluate(OPEN_ALL)
    tab.locator(selector).evaluate("(element, style) => element.style = style", style)
    assert any(CONTRAST in each for each in contrast_violations(tab, axe, TWO_LOOKS))


def in_both_schemes(tab, axe, what):
    found = []
    for scheme in ("light", "dark"):
        tab.emulate_media(color_scheme=scheme)
        found += [f"{what} in {scheme}: {wrong}" for wrong in violations(tab, axe)]
    return found


def test_open_menu_and_open_search(open_tab, search, axe):
    tab = open_tab(width=360)
    tab.goto("")
    tab.get_by_role("button", name="Menu").click()
    tab.wait_for_function("() => document.querySelector('.md-sidebar--primary').getBoundingClientRect().left >= 0")
    found = in_both_schemes(tab, axe, "open menu")
    tab.goto("")
    tab.get_by_role("button", name="Search").click()
    search(tab, "answer")
    tab.locator(".md-search-result__link").first.wait_for()
    found += in_both_schemes(tab, axe, "open search")
    assert not found, "\n" + "\n".join(found)


def test_pages_of_each_kind_with_a_mouse(built_site, open_tab, axe):
    """With a finger, all of them: see test_with_scripts.py. Colours are the same."""
    tab = open_tab()
    found = []
    for page in built_site.of_each_kind:
        tab.goto(page.address)
        tab.evaluate(OPEN_ALL)
        found += [f"{page.name}: {wrong}" for wrong in violations(tab, axe, contrast=False)]
    assert not found, "\n" + "\n".join(found)


def test_menu_opens_from_the_keyboard(open_tab):
    tab = open_tab(width=360)
    tab.goto("")
    menu = tab.get_by_role("button", name="Menu")
    for _ in range(5):
        tab.keyboard.press("Tab")
        if menu.evaluate("button => button === document.activeElement"):
            break
    tab.keyboard.press("Enter")
    assert menu.get_attribute("aria-expanded") == "true"
    assert tab.locator("#__drawer").is_checked()
