"""A page is small: what a visit fetches, compressed as any static host does it."""

import re
from urllib.parse import urlsplit

import pytest

pytestmark = pytest.mark.browser

# The longest chapter answers fifteen questions, each with its code.
OWN_KIB = 80
# Theme, fonts and styles are fetched once, and then come from the browser's cache. The font of the formulas is a part,
# 44 KiB for the letters and signs of all chapters.
SHARED_KIB = 115
NOTEBOOK_HTML_KIB = 120


def test_search_is_fetched_when_it_is_used(built_site, open_tab, search):
    tab = open_tab(fresh=True)
    asked = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto("", wait_until="networkidle")
    before = [url for url in asked if "/search" in url and "search-on-demand.js" not in url]
    assert not before, before
    search(tab, "network")
    assert any(url.endswith("search_index.json") for url in asked)


def test_pages_stay_within_the_budgets(built_site, open_tab, record_property):
    tab = open_tab(fresh=True)
    tab.context.new_cdp_session(tab).send("Network.setCacheDisabled", {"cacheDisabled": True})
    asked = []
    tab.on("request", lambda request: asked.append(request.url))
    found = []
    for page in built_site.pages:
        asked.clear()
        tab.goto(page.address, wait_until="networkidle")
        sizes = {url: built_site.bytes_over_the_wire(url) / 1024 for url in dict.fromkeys(asked)}
        own = {url: size for url, size in sizes.items() if "/assets/" not in urlsplit(url).path}
        for what, parts, budget in [
            ("of its own", own, OWN_KIB),
            ("shared by all pages", {url: size for url, size in sizes.items() if url not in own}, SHARED_KIB),
        ]:
            total = sum(parts.values())
            record_property(f"KiB {what}, {page.name}", round(total, 1))
            if total > budget:
                listed = "".join(
                    f"\n    {size:6.1f} KiB {url.removeprefix(built_site.url)}" for url, size in parts.items()
                )
                found.append(f"{page.name}: {total:.1f} KiB {what}, of {budget}{listed}")
    assert not found, "\n" + "\n".join(found)


def test_the_page_of_a_notebook_is_light(built_site):
    """Stock mkdocs-jupyter puts more than 700 KiB into each, most of it style sheets."""
    found = []
    for page in built_site.pages:
        if page.address.startswith("examples/"):
            html = re.sub(r'<figure class="figure">.*?</figure>', "", page.file.read_text(encoding="utf-8"), flags=re.S)
            if len(html.encode()) > NOTEBOOK_HTML_KIB * 1024:
                found.append(f"{page.name}: {len(html.encode()) / 1024:.0f} KiB of HTML besides figures")
    assert not found, "\n" + "\n".join(found)
