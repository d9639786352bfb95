"""What a reader clicks does what it says: search, copy, colours."""

import re

import pytest
from questions import OPEN_ALL

pytestmark = pytest.mark.browser

BACKGROUND = "() => getComputedStyle(document.body).backgroundColor"
DEPTHS_OF_CHECKS = """() => {
    const depth = element => element ? depth(element.parentElement) + (element.localName === "details") : 0;
    return Object.fromEntries([...document.querySelectorAll("article .check[id]")].map(check => [check.id, depth(check)]));
}"""


def classes(tag):
    return tag.attributes.get("class", "").split()


def test_search_finds_each_chapter_by_a_question(built_site, open_tab, search):
    assert built_site.chapters, "the site has no page with answers"
    tab = open_tab()
    tab.goto("")
    for page in built_site.chapters:
        question = next(tag.text for tag in page.tags() if tag.name == "h2" and tag.attributes.get("id"))
        search(tab, " ".join(re.findall(r"[A-Za-z]{4,}", question)))
        link = tab.locator(f'.md-search-result__link[href*="{page.address}"]').first
        link.wait_for()
        assert built_site.file(link.evaluate("link => link.href")) == page.file
    link.click()
    tab.wait_for_url(re.compile(re.escape(built_site.url + page.address)))


def test_search_opens_from_its_button_on_a_phone(open_tab):
    tab = open_tab(width=360)
    tab.goto("")
    tab.get_by_role("button", name="Search").click()
    assert tab.locator(".md-search__input").evaluate("box => box === document.activeElement")


@pytest.mark.parametrize(("width", "menu", "search"), [(360, True, True), (1000, True, False), (1280, False, False)])
def test_buttons_are_there_for_what_does_not_stand_open(open_tab, width, menu, search):
    tab = open_tab(width=width)
    tab.goto("attention/")
    tab.locator("header button[aria-label=Search]").wait_for(state="attached")
    shown = [tab.locator(f"header button[aria-label={name}]").is_visible() for name in ("Menu", "Search")]
    assert shown == [menu, search]
    assert tab.locator(".md-sidebar--primary .md-nav__link:visible").count() if not menu else True


def test_the_search_closes_when_the_keyboard_goes_on(open_tab):
    tab = open_tab()
    tab.goto("")
    tab.keyboard.press("/")
    assert tab.locator("#__search").is_checked()
    for _ in range(4):
        tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.matches('.md-sidebar--primary *')")
    assert not tab.locator("#__search").is_checked()


def test_the_menu_shows_where_the_page_stands_and_the_contents_go_back_to_their_top(open_tab):
    tab = open_tab()
    tab.goto("ledger/")
    within = """([selector, box]) => {
        const inner = document.querySelector(selector).getBoundingClientRect();
        const outer = document.querySelector(`${box} .md-sidebar__scrollwrap`).getBoundingClientRect();
        return inner.top >= outer.top && inner.bottom <= outer.bottom;
    }"""
    tab.wait_for_function(
        within, arg=[".md-sidebar--primary a.md-nav__link--active[href='./']", ".md-sidebar--primary"]
    )
    tab.get_by_role("button", name="Show all").click()
    assert tab.evaluate("scrollY") == 0
    last = ".md-sidebar--secondary li:last-child > a"
    assert not tab.evaluate(within, [last, ".md-sidebar--secondary"])
    tab.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    tab.wait_for_function(within, arg=[last, ".md-sidebar--secondary"])
    tab.evaluate("scrollTo(0, 0)")
    tab.wait_for_function(within, arg=[".md-sidebar--secondary li:first-child > a", ".md-sidebar--secondary"])


def test_the_contents_follow_what_is_read(open_tab):
    tab = open_tab()
    tab.goto("dropout/")
    tab.evaluate(OPEN_ALL)
    heading = tab.locator("article h2").nth(1)
    heading.evaluate("heading => { heading.scrollIntoView({ behavior: 'instant' }); scrollBy(0, 100); }")
    place = f'[href="#{heading.get_attribute("id")}"]'
    tab.locator(f".md-sidebar--secondary .md-nav__link--active{place}").wait_for()
    assert tab.locator(".md-sidebar--secondary .md-nav__link--active").count() == 1
    # The header names the page, whose title is gone.
    tab.locator(".md-header__title--active").wait_for(state="attached")


def test_code_is_copied_as_it_stands(built_site, open_tab):
    tab = open_tab()
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    pages = [page for page in built_site.of_each_kind if any("highlight" in classes(tag) for tag in page.tags())]
    assert len(pages) > 1
    for page in pages:
        tab.goto(page.address)
        tab.evaluate(OPEN_ALL)
        tab.locator("article .highlight").first.scroll_into_view_if_needed()
        tab.locator("article .highlight button[data-md-type=copy]").first.click()
        shown = tab.locator("article .highlight code").first.inner_text().rstrip()
        copied = tab.evaluate("() => navigator.clipboard.readText()").rstrip()
        assert copied == shown, page.name


def test_colours_follow_the_system_until_the_reader_chooses(open_tab):
    tab = open_tab(fresh=True)
    tab.goto("")
    light = tab.evaluate(BACKGROUND)
    tab.emulate_media(color_scheme="dark")
    tab.wait_for_function(f"light => ({BACKGROUND})() !== light", arg=light)
    dark = tab.evaluate(BACKGROUND)

    toggle = tab.locator("form[data-md-component=palette] label:visible")
    seen = []
    for _ in range(3):
        toggle.click()
        seen.append(tab.evaluate(BACKGROUND))
    assert seen == [light, dark, dark], "the toggle goes from system (dark here) to light, dark, and system again"

    toggle.click()
    tab.reload()
    assert tab.evaluate(BACKGROUND) == light, "the choice is stronger than the system, and outlives the page"


def test_a_check_link_opens_the_way_to_its_check(built_site, open_tab):
    """The code that a claim leads to may stand in a closed box, and that in another."""
    tab = open_tab()
    page = next(page for page in built_site.of_each_kind if page in built_site.chapters)
    tab.goto(page.address)
    depths = tab.evaluate(DEPTHS_OF_CHECKS)
    assert set(depths.values()) == {2}, f"{page.name} has a check that is not in a fold within its answer"
    tab.goto("about:blank")
    tab.goto(f"{page.address}#{next(iter(depths))}")
    tab.locator(":target").wait_for(state="visible", timeout=3000)
