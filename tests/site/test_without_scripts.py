"""Without JavaScript every question, answer, formula and figure is there: on a screen, on a phone and on paper."""

from collections import defaultdict

import pytest
from questions import (
    ADDRESSES_LEFT_OUT,
    BOXES_THAT_DO_NOT_OPEN,
    CLOSED,
    LEFT_ON_PAPER,
    LOST,
    OUT_OF_REACH,
    STICKING_OUT,
)

pytestmark = pytest.mark.browser


@pytest.fixture
def tab(open_tab):
    return open_tab(scripts=False)


@pytest.fixture(scope="module")
def wrong(built_site, open_tab):
    """What is wrong with the pages, by topic. Each is visited once."""
    found = defaultdict(list)
    tab = open_tab(scripts=False)
    # A page begins at the width at which the one before it ended: to lay out again what is about to go is lost time.
    widths = [1280, 360, 320]
    for page in built_site.pages:

        def ask(topic, *questions, where=page.name):
            found[topic] += [f"{where}: {answer}" for question in questions for answer in tab.evaluate(question)]

        tab.emulate_media(media="print")
        tab.goto(page.address)
        ask("on paper", CLOSED, LEFT_ON_PAPER, ADDRESSES_LEFT_OUT)
        tab.emulate_media(media="null")
        if not a_click_opens(tab.locator("article details:not([open])")):
            found["boxes"].append(f"{page.name}: a click does not open the first box")
        ask("boxes", BOXES_THAT_DO_NOT_OPEN)
        for width in widths:
            tab.set_viewport_size({"width": width, "height": 740})
            ask("lost", CLOSED, LOST, where=f"{page.name} at {width} px")
            ask("sideways", STICKING_OUT, where=f"{page.name} at {width} px")
            ask("out of reach", OUT_OF_REACH, where=f"{page.name} at {width} px")
        widths.reverse()
    return found


def a_click_opens(closed):
    """Whether a click opens the first of the closed boxes, if there is one."""
    if not closed.count():
        return True
    box = closed.first.element_handle()
    content = box.query_selector(":scope > :not(summary)")
    before = content.is_visible()
    box.query_selector(":scope > summary").click()
    return not before and content.is_visible()


def test_answers_open_by_a_click(wrong):
    assert not wrong["boxes"], "\n" + "\n".join(wrong["boxes"])


def test_everything_is_shown(wrong):
    assert not wrong["lost"], "\n" + "\n".join(wrong["lost"])


def test_no_page_scrolls_sideways_on_a_small_phone(wrong):
    assert not wrong["sideways"], "\n" + "\n".join(wrong["sideways"])


def test_what_scrolls_can_be_reached_by_keyboard(wrong):
    assert not wrong["out of reach"], "\n" + "\n".join(wrong["out of reach"])


def test_on_paper_answers_are_open_addresses_written_out_and_navigation_gone(wrong):
    assert not wrong["on paper"], "\n" + "\n".join(wrong["on paper"])


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
