"""What not every visit needs is fetched by none that does not, and notebooks are light."""

import re

import pytest

pytestmark = pytest.mark.browser

NOTEBOOK_HTML_KIB = 120


def test_search_is_fetched_when_it_is_used(built_site, open_tab, search):
    tab = open_tab(fresh=True)
    asked = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto("", wait_until="networkidle")
    before = [url for url in asked if "/search" in url]
    assert not before, before
    search(tab, "network")
    assert any(url.endswith("search_index.json") for url in asked)


def test_the_page_of_a_notebook_is_light(built_site):
    """Stock mkdocs-jupyter puts more than 700 KiB into each, most of it style sheets."""
    found = []
    for page in built_site.pages:
        if page.address.startswith("examples/"):
            html = re.sub(r'<figure class="figure">.*?</figure>', "", page.file.read_text(encoding="utf-8"), flags=re.S)
            if len(html.encode()) > NOTEBOOK_HTML_KIB * 1024:
                found.append(f"{page.name}: {len(html.encode()) / 1024:.0f} KiB of HTML besides figures")
    assert not found, "\n" + "\n".join(found)
