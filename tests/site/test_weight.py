"""What not every visit needs is fetched by none that does not, and notebooks are light."""

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
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


# What a page shows while its author is at work, when nothing is left out of the style sheets; what an old version says; and
# what authors may write.
NOT_IN_USE = {
    "md-banner",
    "check-failed",
    "check-failure",
    "check-link--broken",
    "check-pending",
    "check-waived",
    "footnote",
}


def test_no_rule_of_ours_for_what_a_page_may_show_is_left_out(built_site):
    """A class that a script puts together from parts would not be found in it."""
    (joined,) = built_site.folder.glob("assets/stylesheets/site.*.css")
    kept = set(re.findall(r"\.(-?[a-zA-Z_][\w-]*)", joined.read_text(encoding="utf-8")))
    for sheet in sorted((ROOT / "docs" / "assets" / "stylesheets").glob("*.css")):
        css = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
        named = set(re.findall(r"\.(-?[a-zA-Z_][\w-]*)(?=[^{}]*\{)", css))
        assert named - kept <= NOT_IN_USE, f"{sheet.name}: {sorted(named - kept - NOT_IN_USE)}"


def test_the_page_of_a_notebook_is_light(built_site):
    """Stock mkdocs-jupyter puts more than 700 KiB into each, most of it style sheets."""
    found = []
    for page in built_site.pages:
        if page.address.startswith("examples/"):
            html = re.sub(r'<figure class="figure">.*?</figure>', "", page.file.read_text(encoding="utf-8"), flags=re.S)
            if len(html.encode()) > NOTEBOOK_HTML_KIB * 1024:
                found.append(f"{page.name}: {len(html.encode()) / 1024:.0f} KiB of HTML besides figures")
    assert not found, "\n" + "\n".join(found)
