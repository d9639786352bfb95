"""A reader of the site is seen by nobody else: no page makes a request to another host."""

import re

import pytest

# These relations of a <link> name an address and fetch nothing.
MERELY_NAMED = {"alternate", "author", "canonical", "license", "next", "prev"}
ELSEWHERE = re.compile(r"\s*(?:https?:)?//", re.IGNORECASE)
IN_CSS = re.compile(r"""(?:@import\s+|url\()\s*["']?\s*((?:https?:)?//[^"')\s]+)""", re.IGNORECASE)


def fetched(tag):
    """The addresses that a browser fetches for a tag."""
    attributes = tag.attributes
    if tag.name == "link" and not MERELY_NAMED & set(attributes.get("rel", "").lower().split()):
        yield attributes.get("href", "")
    if tag.name == "use" or tag.name == "image":
        yield attributes.get("href", attributes.get("xlink:href", ""))
    if tag.name == "object":
        yield attributes.get("data", "")
    yield attributes.get("src", "")
    yield attributes.get("poster", "")
    yield from (part.strip().split(" ")[0] for part in attributes.get("srcset", "").split(","))


def test_no_tag_names_another_host(built_site):
    found = []
    for page in built_site.pages:
        for tag in page.tags():
            urls = [url for url in fetched(tag) if ELSEWHERE.match(url)]
            urls += IN_CSS.findall(tag.attributes.get("style", ""))
            urls += IN_CSS.findall(tag.text) if tag.name == "style" else []
            found += [f"{page.at(tag.line)}: <{tag.name}> fetches {url}" for url in urls]
    assert not found, "\n" + "\n".join(found)


def test_no_style_sheet_names_another_host(built_site):
    found = []
    for sheet in sorted(built_site.folder.rglob("*.css")):
        for number, line in enumerate(sheet.read_text(encoding="utf-8").splitlines(), 1):
            where = f"{sheet.relative_to(built_site.folder)}:{number}"
            found += [f"{where}: fetches {url}" for url in IN_CSS.findall(line)]
    assert not found, "\n" + "\n".join(found)


def test_nothing_makes_the_theme_fetch_its_own_extras(built_site):
    """A diagram makes it load a library from elsewhere, and a link to a repository makes it ask a forge."""
    found = []
    for page in built_site.pages:
        for tag in page.tags():
            classes = set(tag.attributes.get("class", "").split())
            if "mermaid" in classes or tag.attributes.get("data-md-component") == "source":
                found.append(f"{page.at(tag.line)}: <{tag.name} class={' '.join(sorted(classes))!r}>")
    assert not found, "\n" + "\n".join(found)


@pytest.mark.browser
def test_no_request_to_another_host_while_searching(built_site, open_tab, search):
    """What a page asks for when it is opened: see test_with_scripts.py."""
    tab = open_tab()
    asked = []
    tab.context.on("request", lambda request: asked.append((tab.url, request.url)))
    for page in built_site.of_each_kind:
        tab.goto(page.address)
        search(tab, "network")
    assert asked
    found = [f"{page}: asks for {url}" for page, url in asked if not built_site.is_own(url)]
    assert not found, "\n" + "\n".join(found)
