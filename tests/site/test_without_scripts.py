"""Without JavaScript every question, answer, formula and figure is there."""

import pytest

pytestmark = pytest.mark.browser

# Elements of a page that take no room, although they should.
LOST = """() => [...document.querySelectorAll("article :is(math, svg, pre, table, p, li, h2, h3)")]
    .filter(element => !element.closest(".tabbed-block, svg svg") && !element.matches(":empty"))
    .map(element => [element, element.getBoundingClientRect()])
    .filter(([, box]) => !(box.width > 0 && box.height > 0))
    .map(([element]) => `<${element.localName}> ${element.textContent.trim().slice(0, 80)}`)"""


@pytest.fixture
def tab(open_tab):
    return open_tab(scripts=False)


def test_answers_open_by_a_click_and_show_everything(built_site, tab):
    found = []
    for page in built_site.pages:
        tab.goto(page.address)
        boxes = tab.locator("article details")
        for i in range(boxes.count()):
            summary = boxes.nth(i).locator("> summary")
            assert summary.inner_text().strip(), f"{page.name}: box {i + 1} has no title"
            assert boxes.nth(i).get_attribute("open") is not None or not boxes.nth(i).locator("> p").first.is_visible()
            summary.click()
        found += [f"{page.name}: {lost}" for lost in tab.evaluate(LOST)]
    assert not found, "\n" + "\n".join(found)


def test_no_control_that_would_do_nothing(tab):
    tab.goto("")
    assert not tab.locator(".md-search").is_visible()
    assert tab.locator(".md-header button:visible, .md-header__option:visible").count() == 0


def test_every_chapter_is_a_link_away(built_site, tab):
    tab.goto("")
    for page in built_site.chapters:
        assert tab.locator(f'article a[href^="{page.address}"]').count(), f"the home page does not lead to {page.name}"


def test_colours_follow_the_system(tab):
    tab.goto("")
    shades = []
    for scheme in ("light", "dark"):
        tab.emulate_media(color_scheme=scheme)
        shades.append(tab.evaluate("() => getComputedStyle(document.body).backgroundColor"))
    assert shades[0] != shades[1]
