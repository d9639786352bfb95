"""The site without a network: what was visited is there and says of when it is, and with one, nothing old is shown."""

import json
import shutil
from contextlib import ExitStack
from pathlib import Path

import pytest
from PIL import Image
from served_folder import serving_folder
from site_of_one_chapter import build_one_chapter

from in_a_browser import installed
from portable.written import write_worker

pytestmark = pytest.mark.browser

NOTE = ".offline-copy"
# The addresses, below that of the site, that the browser keeps.
KEPT = """async (root) => (await Promise.all((await caches.keys()).map(async (name) =>
    (await (await caches.open(name)).keys()).map(({ url }) => url.slice(root.length))))).flat()"""
UNTIL = """async (given) => {
    const holds = %s;
    for (const end = Date.now() + 60_000; Date.now() < end; await new Promise((done) => setTimeout(done, 50)))
        if (await holds(...given)) return;
    throw new Error("it did not come to that");
}"""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return build_one_chapter(tmp_path_factory.mktemp("portable"))


class Host:
    """The site below a path of a host that can break down."""

    def __init__(self, folder, built):
        self.site = folder / "host" / "course"
        shutil.copytree(built, self.site)
        self.port = 0
        self.start()

    def start(self):
        self.running = ExitStack()
        address = self.running.enter_context(serving_folder(self.site.parent, self.port))
        self.port = int(address.rsplit(":")[-1].strip("/"))
        self.url = f"{address}course/"

    def stop(self):
        self.running.close()


@pytest.fixture
def host(tmp_path, built):
    host = Host(tmp_path, built)
    yield host
    host.stop()


@pytest.fixture
def tab(browser, host):
    context = browser.new_context(base_url=host.url)
    tab = context.new_page()
    tab.errors = []
    tab.on("pageerror", lambda error: tab.errors.append(str(error)))
    tab.on("console", lambda told: tab.errors.append(told.text) if "Content Security" in told.text else None)
    yield tab
    assert not tab.errors
    context.close()


def until(tab, condition, *given):
    """Wait for what a function of the page promises; Playwright's own would take the promise for it."""
    tab.evaluate(UNTIL % condition, list(given))


def until_kept(tab, host, *addresses):
    until(
        tab,
        f"async (root, wanted) => (await ({KEPT})(root)).filter((each) => wanted.includes(each)).length === wanted.length",
        host.url,
        list(addresses),
    )


def test_a_visited_page_is_there_without_a_network_and_says_so(tab, host):
    tab.goto("sums/")
    (style,) = (file.name for file in host.site.glob("assets/stylesheets/site.*.css"))
    until_kept(tab, host, "sums/", "assets/javascripts/quiz.js", f"assets/stylesheets/{style}", "offline.html")
    host.stop()
    tab.goto("sums/?by=a-link")
    assert tab.locator(NOTE).inner_text().startswith("You are offline. This is the copy that your browser kept on ")
    # It has a style of its own, although no built page holds it.
    assert tab.locator(NOTE).evaluate("note => getComputedStyle(note).borderLeftStyle") == "solid"
    assert tab.locator("h2").first.is_visible()
    assert tab.locator(".check-grade").first.evaluate("grade => getComputedStyle(grade).whiteSpace") == "nowrap"
    tab.get_by_role("button", name="385").click()
    assert tab.locator(".quiz").first.get_by_role("status").inner_text().startswith("Right:")
    # One that was not visited is told from one that is not there.
    tab.goto("means/")
    assert tab.url.startswith(f"{host.url}offline.html")
    tab.locator("#kept-pages a", has_text="Sums").wait_for()
    assert tab.get_by_role("button", name="Menu").count() == 0
    assert tab.get_by_role("link", name="Try again").get_attribute("href") == f"{host.url}means/"
    host.start()
    tab.get_by_role("link", name="Try again").click()
    assert tab.locator("h1").inner_text().startswith("Means")
    tab.goto("sums/")
    assert tab.locator(NOTE).count() == 0


def test_a_new_build_is_shown_at_once_and_its_pages_take_the_places_of_the_old(tab, host):
    tab.goto("sums/")
    until_kept(tab, host, "sums/")
    page = host.site / "sums" / "index.html"
    page.write_text(page.read_text(encoding="utf-8").replace("What a sum is", "What a sum was"), encoding="utf-8")
    shutil.rmtree(host.site / "means")
    write_worker(host.site)
    version = (host.site / "sw.js").read_text().split('"')[1]
    tab.goto("sums/")
    assert "What a sum was" in tab.locator("article").inner_text()
    until(tab, "async (name) => (await caches.keys()).join() === name", f"kept /course/ {version}")
    host.stop()
    tab.goto("sums/")
    assert "What a sum was" in tab.locator("article").inner_text()
    assert tab.locator(NOTE).count() == 1


def test_a_page_that_was_withdrawn_is_kept_no_longer(tab, host):
    tab.goto("means/")
    until_kept(tab, host, "means/")
    shutil.rmtree(host.site / "means")
    assert tab.goto("means/").status == 404
    until(tab, f"async (root) => !(await ({KEPT})(root)).includes('means/')", host.url)
    host.stop()
    tab.goto("means/")
    assert "offline.html" in tab.url


def test_a_site_at_work_takes_away_the_worker_of_the_one_that_was_there(tab, host):
    tab.goto("sums/")
    until_kept(tab, host, "sums/")
    page = host.site / "sums" / "index.html"
    page.write_text(page.read_text(encoding="utf-8").replace('<link rel="manifest"', '<link rel="none"'), "utf-8")
    tab.goto("sums/")
    until(tab, "async () => !(await navigator.serviceWorker.getRegistration())")


def test_all_pages_are_kept_when_asked_for(tab, host):
    index = host.site / "index.html"
    index.write_text(index.read_text(encoding="utf-8").replace("</article>", '<div id="keep-all"></div></article>'))
    tab.goto("")
    tab.get_by_role("button", name="Keep all pages").click()
    tab.get_by_role("status").filter(has_text="All pages are kept.").wait_for()
    listed = json.loads((host.site / "offline.json").read_text())["files"]
    assert {"", "sums/", "means/", "search/search_index.json"} <= set(listed)
    until_kept(tab, host, *listed)
    host.stop()
    tab.goto("glossary/")
    assert tab.locator(NOTE).is_visible()
    tab.locator(".md-search__input").click()
    tab.locator(".md-search__input").press_sequentially("squares")
    tab.locator(".md-search-result__link").first.wait_for()


def test_the_site_can_be_installed(browser, tab, host):
    tab.goto("")
    manifest = tab.evaluate("async () => (await fetch(document.querySelector('link[rel=manifest]').href)).json()")
    assert (manifest["start_url"], manifest["scope"]) == ("./", "./")
    sign, picture = manifest["icons"]
    assert (host.site / sign["src"]).is_file()
    with Image.open(host.site / picture["src"]) as drawn:
        assert picture["sizes"] == "{}x{}".format(*drawn.size)
        assert len(drawn.getcolors(drawn.size[0] * drawn.size[1])) > 2
    (paper,) = {line.split("(")[1].split(",")[0] for line in _colours() if line.strip().startswith("--paper:")}
    assert manifest["background_color"] == manifest["theme_color"] == paper
    told = tab.context.new_cdp_session(tab).send("Page.getInstallabilityErrors")["installabilityErrors"]
    # A browser without a profile installs nothing.
    assert {error["errorId"] for error in told} <= {"in-incognito"}


def _colours():
    sheet = Path(__file__).parents[2] / "docs" / "assets" / "stylesheets" / "colours.css"
    return sheet.read_text(encoding="utf-8").splitlines()


def test_from_a_disk_links_quizzes_and_search_work(browser, built):
    # As a reader's browser, which does not let a file have another.
    own = browser.browser_type.launch(executable_path=installed(), args=["--no-sandbox", "--disable-gpu"])
    tab = own.new_page()
    errors = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    asked = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto((built / "index.html").as_uri())
    tab.locator(".card h3 a", has_text="Sums").click()
    tab.get_by_role("button", name="385").click()
    assert tab.locator(".quiz").first.get_by_role("status").inner_text().startswith("Right:")
    tab.locator(".md-search__input").click()
    tab.locator(".md-search__input").press_sequentially("means")
    tab.locator(".md-search-result__link", has_text="Means").first.click()
    tab.wait_for_url("**/means/index.html*")
    tab.goto((built / "index.html").as_uri())
    tab.locator(".card-count", has_text="1 answered").wait_for()
    assert not errors
    assert all(url.startswith(("file:", "blob:", "data:")) for url in asked)
    own.close()
