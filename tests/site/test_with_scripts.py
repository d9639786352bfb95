"""On a phone every page asks nobody else, is small and steady, fits, and breaks no rule of axe."""

import re
from collections import defaultdict
from typing import NamedTuple

import pytest
from questions import NOT_TO_BE_COPIED, OPEN_ALL, PLAIN_IN_CODE, SHOW_ALL_CODE, STICKING_OUT
from rules_of_axe import broken_rules

pytestmark = pytest.mark.browser

# All that a first visit fetches: the document, its style sheets with the font of its formulas, scripts, pictures.
KIB = 100
ELEMENTS = 8000
# What a reader sees jump while a page loads, as a share of the screen: the height of a line on a phone at most.
SHIFT = 0.02
PHONE = {"width": 360, "height": 740}
REMEMBER_SHIFTS = """
window.shifts = [];
new PerformanceObserver(list => list.getEntries().forEach(({ value, sources }) => shifts.push({
    value, what: sources.map(({ node }) => `${node?.nodeName} ${node?.textContent?.trim().slice(0, 40)}`)
}))).observe({ type: "layout-shift", buffered: true });
"""
# What the page on hosting has a host forbid.
REMEMBER_WHAT_IS_FORBIDDEN = """
window.forbidden = [];
document.addEventListener("securitypolicyviolation", event => forbidden.push(
    `${event.violatedDirective} forbids ${event.blockedURI} ${event.sample}`));
"""
PAINTED = "() => performance.getEntriesByName('first-contentful-paint').length > 0"
# Scripts that stood in the page: it is not shown before they have run.
FIRST = re.compile(r"/[0-9a-f]{8}\.js$")
LAID_OUT = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"


def come_late(tab, address):
    """Visit a page of which all that it can be shown without comes after it was shown; how much it shifts then."""
    late, shown = [], False

    def hold(route):
        if shown or route.request.resource_type in ("document", "stylesheet") or FIRST.search(route.request.url):
            route.continue_()
        else:
            late.append(route)

    tab.route("**/*", hold)
    tab.goto(address, wait_until="commit")
    tab.wait_for_function(PAINTED)
    shown = True
    for route in late:
        route.continue_()
    tab.wait_for_load_state("load")
    tab.evaluate("() => document.fonts.ready.then(() => {})")
    tab.evaluate(LAID_OUT)
    tab.unroute("**/*", hold)
    return tab.evaluate("() => shifts.reduce((sum, shift) => sum + shift.value, 0)")


class Seen(NamedTuple):
    """What each page asked for, how many elements it has, and what is wrong with the pages, by topic."""

    asked: dict
    elements: dict
    wrong: defaultdict


@pytest.fixture(scope="module")
def seen(built_site, open_tab, axe_if_here):
    """Each page is visited once."""
    tab = open_tab(touch=True, width=360)
    tab.context.new_cdp_session(tab).send("Network.setCacheDisabled", {"cacheDisabled": True})
    tab.add_init_script(REMEMBER_SHIFTS)
    tab.add_init_script(REMEMBER_WHAT_IS_FORBIDDEN)
    requests = []
    tab.context.on("request", lambda request: requests.append(request.url))
    asked, elements, wrong = {}, {}, defaultdict(list)
    for page in built_site.pages:
        requests.clear()
        tab.set_viewport_size(PHONE)
        shift = come_late(tab, page.address)
        if shift > SHIFT:
            wrong["unsteady"].append(f"{page.name}: {shift:.3f} {tab.evaluate('() => JSON.stringify(shifts)')}")
        elements[page] = tab.evaluate("() => document.querySelectorAll('*').length")
        tab.evaluate(OPEN_ALL)
        wrong["plain"] += [f"{page.name}: {kind}" for kind in tab.evaluate(PLAIN_IN_CODE)]
        tab.evaluate(SHOW_ALL_CODE)
        wrong["not to be copied"] += [f"{page.name}: {code}" for code in tab.evaluate(NOT_TO_BE_COPIED)]
        for width in (360, 320):
            tab.set_viewport_size({"width": width, "height": 740})
            wrong["sideways"] += [f"{page.name} at {width} px: {culprit}" for culprit in tab.evaluate(STICKING_OUT)]
        if axe_if_here:
            wrong["rules"] += broken_rules(built_site, page, tab, axe_if_here)
        # What is fetched late counts too.
        tab.wait_for_load_state("networkidle")
        asked[page] = list(dict.fromkeys(requests))
        wrong["forbidden"] += [f"{page.name}: {what}" for what in tab.evaluate("() => forbidden")]
    return Seen(asked, elements, wrong)


def test_no_page_asks_another_host(built_site, seen):
    assert all(seen.asked.values())
    found = [
        f"{page.name}: asks for {url}" for page in seen.asked for url in seen.asked[page] if not built_site.is_own(url)
    ]
    assert not found, "\n" + "\n".join(found)


def test_no_page_does_what_its_host_may_forbid(seen):
    assert not seen.wrong["forbidden"], "\n" + "\n".join(seen.wrong["forbidden"])


def test_what_is_smuggled_into_a_page_does_nothing(open_tab):
    tab = open_tab(fresh=True)
    tab.add_init_script(REMEMBER_WHAT_IS_FORBIDDEN)
    tab.goto("")
    tab.evaluate("() => document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.smuggled = 1\">')")
    tab.wait_for_function("() => forbidden.length > 0")
    assert not tab.evaluate("() => window.smuggled")


def test_every_page_is_light(built_site, seen, record_property):
    found = []
    for page, urls in seen.asked.items():
        sizes = {url: built_site.bytes_over_the_wire(url) / 1024 for url in urls}
        total = sum(sizes.values())
        record_property(f"KiB of {page.name}", round(total, 1))
        if total > KIB:
            listed = "".join(f"\n    {size:6.1f} KiB {url.removeprefix(built_site.url)}" for url, size in sizes.items())
            found.append(f"{page.name}: {total:.1f} KiB, of {KIB}{listed}")
    assert not found, "\n" + "\n".join(found)


def test_no_page_has_too_many_elements(seen, record_property):
    record_property("elements", {page.name: count for page, count in seen.elements.items()})
    found = [f"{page.name}: {n}, of {ELEMENTS}" for page, n in seen.elements.items() if n > ELEMENTS]
    assert not found, "\n" + "\n".join(found)


def test_each_element_in_code_can_be_told_from_the_code_around_it(seen):
    assert not seen.wrong["plain"], "\n" + "\n".join(seen.wrong["plain"])


def test_no_page_shifts_while_it_loads(seen):
    assert not seen.wrong["unsteady"], "\n" + "\n".join(seen.wrong["unsteady"])


def test_no_page_scrolls_sideways_on_a_small_phone(seen):
    assert not seen.wrong["sideways"], "\n" + "\n".join(seen.wrong["sideways"])


def test_all_code_can_be_copied(seen):
    assert not seen.wrong["not to be copied"], "\n" + "\n".join(seen.wrong["not to be copied"])


def test_no_page_breaks_a_rule_of_axe_with_all_answers_open(axe, seen):
    assert not seen.wrong["rules"], "\n" + "\n".join(seen.wrong["rules"])
