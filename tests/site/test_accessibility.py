"""No page breaks a rule of axe: WCAG 2.2 A and AA, and best practice."""

import hashlib
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = [360, 1280]
ROOT = Path(__file__).parents[2]
SCHEMES = ["light", "dark"]

# Leaves of the elements with text of their own one of each kind, since contrast is what takes most of the time and those
# of a kind have the same. A kind is all that contrast depends on, of the element and of all that it stands in.
ONE_OF_EACH_KIND = """() => {
    const seen = new Map(), kinds = new Set(), kept = new Set();
    function around(element) {
        if (!element) return "";
        if (!seen.has(element)) {
            const style = getComputedStyle(element);
            const painted = ["backgroundColor", "backgroundImage", "opacity", "filter", "mixBlendMode", "textShadow"];
            let kind = painted.map(name => style[name]).join();
            // What stands apart from the flow may lie on anything.
            if (style.position !== "static" || style.float !== "none" || style.transform !== "none")
                kind += element.tagName + element.className;
            for (const pseudo of ["::before", "::after"])
                if (!["none", "normal"].includes(getComputedStyle(element, pseudo).content))
                    kind += pseudo + element.className;
            const outer = around(element.parentElement);
            // Elements that paint nothing are none of its business.
            seen.set(element, kind === "rgba(0, 0, 0, 0),none,1,none,normal,none" ? outer : outer + "/" + kind);
        }
        return seen.get(element);
    }
    for (const element of document.querySelectorAll("body *")) {
        if (![...element.childNodes].some(node => node.nodeType === 3 && node.data.trim())) continue;
        if (!element.checkVisibility()) continue;
        const style = getComputedStyle(element);
        const kind = [style.color, style.fontSize, style.fontWeight, around(element)].join();
        if (kinds.has(kind)) continue;
        kinds.add(kind);
        for (let each = element; each; each = each.parentElement) kept.add(each);
    }
    for (const element of [...document.querySelectorAll("body *")])
        if (!kept.has(element) && kept.has(element.parentElement)) element.remove();
    return kinds.size;
}"""


CONTRAST = "color-contrast"


def violations(tab, axe, where, **options):
    if not tab.evaluate("() => 'axe' in window"):
        tab.evaluate(axe)
    # Without the elements that passed, the answer is small and comes at once.
    options = {"runOnly": RULES, "resultTypes": ["violations"], "elementRef": False} | options
    result = tab.evaluate("options => axe.run(options)", options)
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


def contrast_violations(tab, axe, where):
    """Of the page as it stands, which is not whole afterwards."""
    assert tab.evaluate(ONE_OF_EACH_KIND) > 5
    return violations(tab, axe, where, runOnly=[CONTRAST])


def clean_page(site, page, judge, scheme, widths):
    """The mark of a page that broke no rule, under a name that changes with all that the rules look at."""
    parts = [Path(__file__), page.file, *sorted(site.folder.rglob("*.css")), *sorted(site.folder.rglob("*.js"))]
    total = hashlib.sha256(f"{judge}{page.address}{scheme}{widths}".encode())
    for part in parts:
        total.update(part.read_bytes())
    return ROOT / ".cache" / "axe" / total.hexdigest()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_page_with_all_answers_open(built_site, open_tab, axe, scheme):
    tab = open_tab(scheme=scheme)
    found = []
    for page in built_site.pages:
        # What scheme and width do to a page of one kind they do to all: beyond the first two, two of the four do.
        widths = WIDTHS if page.address in ("", "cnns/") else [WIDTHS[scheme == "light"]]
        seen = clean_page(built_site, page, axe + tab.context.browser.version, scheme, widths)
        if seen.exists():
            continue
        tab.goto(page.address)
        tab.evaluate("() => document.querySelectorAll('details').forEach(details => details.open = true)")
        wrong = []
        for width in widths:
            tab.set_viewport_size({"width": width, "height": 800})
            where = f"{page.name} in {scheme} at {width} px"
            wrong += violations(tab, axe, where, rules={CONTRAST: {"enabled": False}})
        wrong += contrast_violations(tab, axe, where)
        found += wrong
        if not wrong:
            seen.parent.mkdir(parents=True, exist_ok=True)
            seen.touch()
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("selector", "style"),
    [
        ("article p >> nth=30", "color: #999"),
        ("article .highlight .k >> nth=40", "color: #bbb"),
        ("article td >> nth=8", "background: #445"),
        ("article table >> nth=1", "opacity: 0.4"),
    ],
)
def test_bad_contrast_of_a_single_element_is_found(open_tab, axe, selector, style):
    tab = open_tab()
    tab.goto("optimization/")
    tab.evaluate("() => document.querySelectorAll('details').forEach(details => details.open = true)")
    tab.locator(selector).evaluate("(element, style) => element.style = style", style)
    assert any(CONTRAST in each for each in contrast_violations(tab, axe, "here"))


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
