"""On a small phone no page scrolls sideways; what is wider scrolls in its own box."""

import pytest

pytestmark = pytest.mark.browser

# The outermost elements that stick out, so that the message names the culprit and not all it holds.
STICKING_OUT = """() => {
    if (document.documentElement.scrollWidth <= innerWidth) return [];
    const out = element => element.getBoundingClientRect().right > innerWidth + 1;
    const within = ".scroll, .math-display, pre, .md-sidebar, .md-search, .tabbed-labels";
    const found = [...document.querySelectorAll("body *")]
        .filter(element => out(element) && !element.closest(within));
    const outermost = found.filter(element => !found.includes(element.parentElement));
    return [`the page is ${document.documentElement.scrollWidth} px wide`,
        ...outermost.map(element => element.outerHTML.slice(0, 150))];
}"""


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_no_page_scrolls_sideways(built_site, open_tab, scripts):
    tab = open_tab(scripts=scripts)
    found = []
    for page in built_site.pages:
        tab.goto(page.address)
        tab.evaluate("() => document.querySelectorAll('details').forEach(details => details.open = true)")
        for width in (360, 320):
            tab.set_viewport_size({"width": width, "height": 740})
            found += [f"{page.name} at {width} px: {culprit}" for culprit in tab.evaluate(STICKING_OUT)]
    assert not found, "\n" + "\n".join(found)


def test_what_scrolls_can_be_reached_by_keyboard(built_site, open_tab):
    """Not every browser lets the keyboard into a box that scrolls, unless the page says so."""
    tab = open_tab(width=360, scripts=False)
    found = []
    for page in built_site.pages:
        tab.goto(page.address)
        tab.evaluate("() => document.querySelectorAll('details').forEach(details => details.open = true)")
        found += [
            f"{page.name}: {box}"
            for box in tab.evaluate(
                """() => [...document.querySelectorAll("article *")]
                    .filter(element => /auto|scroll/.test(getComputedStyle(element).overflowX))
                    .filter(element => element.scrollWidth > element.clientWidth + 1 && element.tabIndex < 0)
                    .map(element => element.outerHTML.slice(0, 150))"""
            )
        ]
    assert not found, "\n" + "\n".join(found)
