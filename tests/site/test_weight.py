"""A page is small: what a first visit fetches, compressed as any static host does it."""

import pytest

pytestmark = pytest.mark.browser

BUDGET_KIB = 100


def test_search_is_fetched_when_it_is_used(built_site, open_tab, search):
    tab = open_tab(fresh=True)
    asked = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto("", wait_until="networkidle")
    before = [url for url in asked if "/search" in url and "search-on-demand.js" not in url]
    assert not before, before
    search(tab, "network")
    assert any(url.endswith("search_index.json") for url in asked)


def test_a_first_visit_stays_within_the_budget(built_site, open_tab, record_property):
    tab = open_tab(fresh=True)
    tab.context.new_cdp_session(tab).send("Network.setCacheDisabled", {"cacheDisabled": True})
    asked = []
    tab.on("request", lambda request: asked.append(request.url))
    found = []
    for page in built_site.pages:
        asked.clear()
        tab.goto(page.address, wait_until="networkidle")
        sizes = {url: built_site.bytes_over_the_wire(url) / 1024 for url in dict.fromkeys(asked)}
        total = sum(sizes.values())
        record_property(f"KiB of {page.name}", round(total, 1))
        if total > BUDGET_KIB:
            parts = sorted(sizes.items(), key=lambda item: -item[1])
            list_of_parts = "".join(f"\n    {size:6.1f} KiB {url.removeprefix(built_site.url)}" for url, size in parts)
            found.append(f"{page.name}: {total:.1f} KiB of {BUDGET_KIB} {list_of_parts}")
    assert not found, "\n" + "\n".join(found)
