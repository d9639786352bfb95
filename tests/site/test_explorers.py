"""A figure comes to life when a reader is near it: keyboard and finger, told in words, kept in the address, no jump."""

import re
from pathlib import Path

import pytest
from questions import OPEN_ALL, STICKING_OUT
from rules_of_axe import RULES

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "docs" / "assets" / "javascripts" / "explorer.js"
EXPLORERS = re.findall(r'^ {2}"([\w-]+)": ', SCRIPT.read_text(encoding="utf-8"), re.M)
KIB = 15
SHIFT = 0.02

REMEMBER_SHIFTS = """
window.shifts = 0;
new PerformanceObserver(list => list.getEntries().forEach(({ value }) => shifts += value))
    .observe({ type: "layout-shift", buffered: true });
"""
PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"
IN_ADDRESS = "name => new URLSearchParams(location.search).has(name)"
IN_THE_MIDDLE = """box => {
    const { top, bottom } = box.getBoundingClientRect();
    return top < innerHeight / 2 && bottom > innerHeight / 2;
}"""
HEIGHT = "figure => figure.offsetHeight"
# Each control is set to places along its whole range, as a hand or a key would.
TRY_SETTINGS = """async (figure, places) => {
    const heights = new Set(), wrong = [];
    const fields = [...figure.querySelectorAll("input, select")];
    for (const [at, place] of places.entries()) {
        const field = fields[at % fields.length];
        if (field.disabled) continue;
        if (field.localName === "select") field.selectedIndex = Math.floor(place * field.options.length);
        else field.value = Number(field.min) + place * (field.max - field.min);
        field.dispatchEvent(new Event("input", { bubbles: true }));
        const told = figure.querySelector("[role=status]").textContent;
        if (/NaN|undefined|null/.test(told + figure.querySelector("svg").outerHTML)) wrong.push(told);
        heights.add(figure.offsetHeight);
    }
    return [[...heights], wrong];
}"""
# To look at a whole page takes longer than to look at the figure in it.
REMOVE_THE_OTHERS = """name => {
    for (let kept = document.getElementById(`explore-${name}`); kept !== document.body; kept = kept.parentElement)
        for (const other of [...kept.parentElement.children]) if (other !== kept) other.remove();
}"""
BROKEN_RULES = """async ([name, rules]) => {
    const { violations } = await axe.run(`#explore-${name}`, { runOnly: rules });
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 200)}`);
}"""


def pages_with(built_site):
    """The page of each explorer."""
    return {
        tag.attributes["id"].removeprefix("explore-"): page
        for page in built_site.pages
        for tag in page.tags()
        if tag.attributes.get("class") == "explorer"
    }


def come_near(tab, built_site, name, query=""):
    """Go to a page, open its answers and bring a figure near; the explorer in it."""
    tab.goto(pages_with(built_site)[name].address + query)
    tab.evaluate(OPEN_ALL)
    explorer = tab.locator(f"#explore-{name}")
    explorer.scroll_into_view_if_needed()
    explorer.get_by_role("status").wait_for()
    return explorer


def told(explorer):
    return explorer.get_by_role("status").inner_text()


def test_each_is_on_a_page_and_no_page_names_another(built_site):
    assert len(EXPLORERS) == 7
    assert set(pages_with(built_site)) == set(EXPLORERS)


@pytest.mark.parametrize("name", EXPLORERS)
def test_without_scripts_the_figure_stands_as_it_is(built_site, open_tab, name):
    tab = open_tab(scripts=False)
    tab.goto(pages_with(built_site)[name].address)
    explorer = tab.locator(f"#explore-{name}")
    assert explorer.locator("figure > svg > title").count() == 1
    assert explorer.locator("figcaption").count() == 1
    assert explorer.locator("input, select, button").count() == 0
    assert explorer.locator("figure").evaluate("figure => getComputedStyle(figure).minHeight") in ("0px", "auto")


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("name", EXPLORERS)
def test_it_is_fetched_when_near_is_light_and_moves_nothing_whatever_is_set(built_site, open_tab, name, width):
    tab = open_tab(fresh=True, width=width)
    tab.add_init_script(REMEMBER_SHIFTS)
    held, asked, shown = [], [], False

    def hold(route):
        asked.append(route.request.url)
        if shown:
            route.continue_()
        else:
            held.append(route)

    tab.route("**/explorers/*.js", hold)
    tab.goto(pages_with(built_site)[name].address, wait_until="load")
    explorer = tab.locator(f"#explore-{name}")
    folded = not explorer.is_visible()
    assert not (folded and asked), "a figure in a closed answer is not near"
    tab.evaluate(OPEN_ALL)
    # The module of another figure may be on its way too.
    explorer.scroll_into_view_if_needed()
    tab.evaluate(PAINTED)
    tab.evaluate("() => { shifts = 0; }")
    before = explorer.locator("figure").evaluate(HEIGHT)
    shown = True
    for route in held:
        route.continue_()
    explorer.get_by_role("status").wait_for()
    tab.wait_for_load_state("networkidle")
    tab.evaluate(PAINTED)
    assert explorer.locator("figure").evaluate(HEIGHT) == before
    assert tab.evaluate("() => shifts") <= SHIFT
    mine = {url for url in asked if not any(f"/{other}.js" in url for other in EXPLORERS if other != name)}
    assert any(f"/{name}.js" in url for url in mine)
    assert sum(map(built_site.bytes_over_the_wire, mine)) <= KIB * 1024
    # The bar to scroll with goes with them, so the figure may be higher.
    tab.evaluate(REMOVE_THE_OTHERS, name)
    before = explorer.locator("figure").evaluate(HEIGHT)
    places = [(number * 0.618) % 1 for number in range(150)] + [0.0, 0.999] * 9
    heights, wrong = explorer.locator("figure").evaluate(TRY_SETTINGS, places)
    assert not wrong, wrong
    assert heights == [before]
    assert not tab.evaluate(STICKING_OUT)
    tab.context.close()


@pytest.mark.parametrize("name", EXPLORERS)
def test_the_keyboard_changes_it_the_address_keeps_it_and_nonsense_there_does_no_harm(built_site, open_tab, name):
    tab = open_tab()
    explorer = come_near(tab, built_site, name)
    first = told(explorer)
    picture = explorer.locator("svg").first.inner_html()
    assert f"{name}=" not in tab.url
    slider = explorer.locator("input[type=range]").first
    slider.focus()
    slider.press("PageUp" if slider.evaluate("slider => slider.valueAsNumber < slider.max") else "PageDown")
    changed = told(explorer)
    assert changed != first
    assert explorer.locator("svg").first.inner_html() != picture
    assert explorer.locator("svg").first.get_attribute("aria-label") == changed
    tab.wait_for_function(IN_ADDRESS, arg=name)
    # A link to a setting opens the answer that holds the figure, and shows it.
    tab.goto(tab.url)
    tab.locator(f"#explore-{name} [role=status]").wait_for(state="visible")
    assert told(explorer) == changed
    assert explorer.evaluate(IN_THE_MIDDLE)
    explorer.get_by_role("button", name="Reset").click()
    assert told(explorer) == first
    tab.wait_for_function(f"name => !({IN_ADDRESS})(name)", arg=name)
    assert told(come_near(tab, built_site, name, f"?{name}=x~~1e999~[]~<b>~NaN~~~~")) == first


@pytest.mark.parametrize("name", EXPLORERS)
def test_it_breaks_no_rule_of_axe(built_site, open_tab, axe, name):
    tab = open_tab(touch=True, width=360)
    come_near(tab, built_site, name)
    tab.evaluate(REMOVE_THE_OTHERS, name)
    tab.evaluate(axe)
    for scheme in ("light", "dark"):
        tab.emulate_media(color_scheme=scheme)
        assert not tab.evaluate(BROKEN_RULES, [name, RULES]), scheme
    tab.context.close()


def test_a_finger_picks_a_unit_and_a_layer_can_be_added(built_site, open_tab):
    tab = open_tab(touch=True, width=360)
    explorer = come_near(tab, built_site, "receptive-field")
    assert told(explorer).startswith("Unit 0 of layer 5 has a field of 112, from −29 to 82")
    picture = explorer.locator(".explorer-picture")
    picture.evaluate("picture => picture.scrollIntoView({ block: 'center', behavior: 'instant' })")
    box = picture.bounding_box()
    tab.touchscreen.tap(box["x"] + box["width"] * 0.7, box["y"] + 10)
    assert re.match(r"Unit [1-9]\d* of layer 5", told(explorer))
    explorer.get_by_role("button", name="Add a layer").tap()
    assert "of layer 6 has a field of 128" in told(explorer)
    explorer.get_by_label("Network").select_option("holes")
    assert "7 of 32 pixels along the axis, with 6 left out" in told(explorer)
    tab.context.close()


def test_on_paper_there_is_no_control(built_site, open_tab):
    tab = open_tab()
    explorer = come_near(tab, built_site, "losses")
    tab.emulate_media(media="print")
    assert not explorer.locator("form").is_visible()
    assert explorer.locator("svg").first.is_visible()
