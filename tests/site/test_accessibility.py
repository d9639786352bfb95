"""No page breaks a rule of axe: WCAG 2.2 A and AA, and best practice."""

import hashlib
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = [360, 1280]
ROOT = Path(__file__).parents[2]
SCHEMES = ["light", "dark"]


def violations(tab, axe, where):
    if not tab.evaluate("() => 'axe' in window"):
        tab.evaluate(axe)
    # Without the elements that passed, the answer is small and comes at once.
    result = tab.evaluate("tags => axe.run({ runOnly: tags, resultTypes: ['violations'], elementRef: false })", RULES)
    return [
        "\n    ".join(
            [
                f"{where}: {rule['id']}: {rule['help']}",
                " ".join(map(str, node["target"])),
                node["html"][:200],
                *node["failureSummary"].splitlines()[1:],
            ]
        )
        for rule in result["violations"]
        for node in rule["nodes"]
    ]


def clean_page(site, page, judge, scheme, width):
    """The mark of a page that broke no rule, under a name that changes with all that the rules look at."""
    parts = [page.file, *sorted(site.folder.rglob("*.css")), *sorted(site.folder.rglob("*.js"))]
    total = hashlib.sha256(f"{judge}{RULES}{page.address}{scheme}{width}".encode())
    for part in parts:
        total.update(part.read_bytes())
    return ROOT / ".cache" / "axe" / total.hexdigest()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_page_with_all_answers_open(built_site, open_tab, axe, scheme):
    tab = open_tab(scheme=scheme)
    found = []
    for page in built_site.pages:
        tab.goto(page.address)
        tab.evaluate("() => document.querySelectorAll('details').forEach(details => details.open = true)")
        for width in WIDTHS:
            # What scheme and width do to a page of one kind they do to all: beyond the first two, two of the four do.
            if page.address not in ("", "cnns/") and (scheme == "dark") == (width == 1280):
                continue
            seen = clean_page(built_site, page, axe + tab.context.browser.version, scheme, width)
            if seen.exists():
                continue
            tab.set_viewport_size({"width": width, "height": 800})
            wrong = violations(tab, axe, f"{page.name} in {scheme} at {width} px")
            found += wrong
            if not wrong:
                seen.parent.mkdir(parents=True, exist_ok=True)
                seen.touch()
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_open_menu_and_open_search(built_site, open_tab, search, axe, scheme):
    tab = open_tab(scheme=scheme, width=360)
    tab.goto("")
    tab.get_by_role("button", name="Menu").click()
    tab.wait_for_function("() => document.querySelector('.md-sidebar--primary').getBoundingClientRect().left >= 0")
    found = violations(tab, axe, f"open menu in {scheme}")
    tab.goto("")
    tab.get_by_role("button", name="Search").click()
    search(tab, "answer")
    tab.locator(".md-search-result__link").first.wait_for()
    found += violations(tab, axe, f"open search in {scheme}")
    assert not found, "\n" + "\n".join(found)


def test_menu_opens_from_the_keyboard(open_tab):
    tab = open_tab(width=360)
    tab.goto("")
    menu = tab.get_by_role("button", name="Menu")
    for _ in range(5):
        tab.keyboard.press("Tab")
        if menu.evaluate("button => button === document.activeElement"):
            break
    tab.keyboard.press("Enter")
    assert menu.get_attribute("aria-expanded") == "true"
    assert tab.locator("#__drawer").is_checked()
