"""Every link within the built site leads somewhere, down to the heading or check that it names."""

from collections import Counter
from urllib.parse import unquote, urlsplit


def test_every_internal_link_resolves(built_site):
    ids = {
        page.file: {tag.attributes[name] for tag in page.tags() for name in ("id", "name") if name in tag.attributes}
        for page in built_site.pages
    }
    found = []
    for page in built_site.pages:
        for tag in page.tags():
            href = tag.attributes.get("href")
            if tag.name not in ("a", "link") or href is None:
                continue
            url = built_site.resolve(page, href)
            if not url.startswith(built_site.url):
                continue
            file = built_site.file(url)
            fragment = unquote(urlsplit(url).fragment)
            if file is None:
                found.append(f"{page.at(tag.line)}: {href} leads to no page")
            elif fragment and fragment not in ids.get(file, ()):
                found.append(f"{page.at(tag.line)}: {href}: that page has no #{fragment}")
    assert not found, "\n" + "\n".join(found)


def test_ids_are_unique(built_site):
    found = []
    for page in built_site.pages:
        counts = Counter(tag.attributes["id"] for tag in page.tags() if tag.attributes.get("id"))
        found += [f"{page.name}: #{identity} {count} times" for identity, count in counts.items() if count > 1]
    assert not found, "\n" + "\n".join(found)


def test_the_error_page_leads_home_from_any_depth(built_site):
    """It is served under addresses of any depth, so its links start at the root."""
    page = next(page for page in built_site.pages if page.address == "404.html")
    relative = [
        f"{page.at(tag.line)}: {tag.attributes['href']}"
        for tag in page.tags()
        if tag.name in ("a", "link") and not tag.attributes.get("href", "#").startswith(("/", "#", "http"))
    ]
    assert not relative, "\n" + "\n".join(relative)
