"""The site, built once and served from here, and one browser for all tests that need one."""

from __future__ import annotations

import fcntl
import functools
import gzip
import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest

from commands import python
from in_a_browser import missing

# The copies of the site are shared by several files of tests.
sys.path.insert(0, str(Path(__file__).parent))

from served_folder import serving_folder

ROOT = Path(__file__).parents[2]
AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"


@dataclass(frozen=True)
class Tag:
    """An opening tag of a built page. `text` is the text that follows it, up to the next tag."""

    name: str
    attributes: dict[str, str]
    line: int
    text: str = ""


@dataclass(frozen=True)
class Page:
    """A page of the built site."""

    file: Path
    address: str  # relative to the site's root, as a browser asks for it: "", "cnns/", "404.html"
    source: Path | None  # the Markdown file that it was built from

    @property
    def name(self) -> str:
        return f"/{self.address}"

    def at(self, line: int) -> str:
        """A place in the built page, for messages."""
        return f"{self.name} (built page, line {line})"

    def written_at(self, snippet: str) -> str:
        """Where the Markdown source says `snippet`; the page's name where it does not."""
        if self.source:
            for number, line in enumerate(self.source.read_text(encoding="utf-8").splitlines(), 1):
                if snippet and snippet in line:
                    return f"{self.source.relative_to(ROOT)}:{number}"
        return self.name

    def tags(self) -> list[Tag]:
        """Every opening tag, in order."""
        return _tags_in(self.file)


@functools.cache
def _tags_in(file: Path) -> list[Tag]:
    reader = _Tags()
    reader.feed(file.read_text(encoding="utf-8"))
    reader.close()
    return reader.found


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Tag] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.found.append(Tag(tag, attributes, self.getpos()[0]))

    def handle_data(self, data: str) -> None:
        if self.found and data.strip():
            last = self.found[-1]
            self.found[-1] = Tag(last.name, last.attributes, last.line, last.text + data)


@dataclass(frozen=True)
class Site:
    """The built site, where it is served, and the modules that its builder imported."""

    folder: Path
    url: str
    imported: frozenset[str]

    @property
    def pages(self) -> list[Page]:
        """All pages, found by walking the folder: a new chapter is tested as soon as it is there."""
        found = []
        for file in sorted(self.folder.rglob("*.html")):
            path = file.relative_to(self.folder)
            address = path.as_posix().removesuffix("index.html")
            stem = address.rstrip("/") or "index"
            source = ROOT / "docs" / f"{stem}.md"
            index = ROOT / "docs" / stem / "index.md"
            found.append(Page(file, address, next((s for s in (source, index) if s.is_file()), None)))
        return found

    @property
    def chapters(self) -> list[Page]:
        """The pages that answer questions, told by their answer boxes."""
        return [
            page
            for page in self.pages
            if any(tag.name == "details" and "success" in tag.attributes.get("class", "") for tag in page.tags())
        ]

    @property
    def of_each_kind(self) -> list[Page]:
        """The home page, a chapter, an example and the ledger: what the theme does to one of a kind it does to all."""
        found = [
            page for page in self.pages if page.address in ("", "attention/", "examples/receptive-fields/", "ledger/")
        ]
        assert len(found) == 4, found
        return found

    def file(self, url: str) -> Path | None:
        """The file that answers a request for `url`."""
        path = self.folder / unquote(urlsplit(url).path).lstrip("/")
        path = path / "index.html" if path.is_dir() else path
        return path if path.is_file() else None

    def resolve(self, page: Page, href: str) -> str:
        """`href` on `page` as an absolute address."""
        return urljoin(urljoin(self.url, page.address), href)

    def is_own(self, url: str) -> bool:
        """Whether a request for `url` stays with us; data and blob addresses make no request."""
        return url.startswith((self.url, "data:", "blob:"))

    def bytes_over_the_wire(self, url: str) -> int:
        """What a server sends for `url`, text compressed as any static host does."""
        file = self.file(url)
        return _bytes_over_the_wire(file) if file else 0


@functools.cache
def _bytes_over_the_wire(file: Path) -> int:
    content = file.read_bytes()
    return len(content) if file.suffix in (".woff2", ".png", ".webp") else len(gzip.compress(content, 6))


# `mkdocs build`, which tells at its end what it imported.
BUILD = """
import sys
from mkdocs.__main__ import cli
try:
    cli(["build", "--strict", "--site-dir", sys.argv[1]])
except SystemExit as exit_:
    if exit_.code:
        raise
print(*sorted(sys.modules))
"""


@pytest.fixture(scope="session")
def built_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site as `make build` makes it. Of several processes that test, one builds it for all."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folder, outcome = shared / "built-site", shared / "built-site.json"
    with (shared / "built-site.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not outcome.exists():
            outcome.write_text(json.dumps(python(ROOT, "-c", BUILD, str(folder))), encoding="utf-8")
    code, output = json.loads(outcome.read_text(encoding="utf-8"))
    if code:
        pytest.fail(f"`mkdocs build --strict` ended with {code}:\n{output}", pytrace=False)
    with serving_folder(folder) as url:
        yield Site(folder, url, frozenset(output.splitlines()[-1].split()))


@pytest.fixture(scope="session")
def one_chapter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of one short chapter, at an address that it knows."""
    from site_of_one_chapter import build_one_chapter

    folder = tmp_path_factory.mktemp("one-chapter")
    with serving_folder(folder / "site") as url:
        told = {
            "SITE_URL": url,
            "REPO_URL": "https://example.org/us/book",
            "EDIT_URI": "edit/main/docs/",
            "COLAB_URL": "https://colab.example.org/us/book/blob/pages",
        }
        yield Site(build_one_chapter(folder, **told), url, frozenset())


@pytest.fixture
def tab_of_one_chapter(browser: object, one_chapter: Site) -> Iterator[object]:
    """A tab of its own, so that nothing is remembered from another test."""
    context = browser.new_context(
        base_url=one_chapter.url,
        viewport={"width": 1280, "height": 800},
        reduced_motion="reduce",
        service_workers="block",
    )
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def open_tab(browser: object, built_site: Site) -> Iterator[Callable[..., object]]:
    """Get a tab, with scripts or without. Starting one takes a second, so tests share them, unless `fresh`.

    With `touch` it is fresh too, and believes in a finger, which does not hover.
    """
    tabs: dict[bool, object] = {}

    def start(scripts: bool, touch: bool = False) -> object:
        # What a worker answers is seen by no test that looks at requests: see test_portable.py.
        context = browser.new_context(
            base_url=built_site.url, java_script_enabled=scripts, has_touch=touch, service_workers="block"
        )
        context.set_default_timeout(30_000)
        return context.new_page()

    def tab(
        *, scripts: bool = True, scheme: str = "light", width: int = 1280, fresh: bool = False, touch: bool = False
    ) -> object:
        if fresh or touch:
            found = start(scripts, touch)
        else:
            found = tabs.get(scripts) or tabs.setdefault(scripts, start(scripts))
        found.set_viewport_size({"width": width, "height": 800})
        # What moves is not where a test looks for it.
        found.emulate_media(media="null", color_scheme=scheme, reduced_motion="reduce")
        return found

    yield tab
    for shared in tabs.values():
        shared.context.close()


@pytest.fixture(scope="session")
def search() -> Callable[[object, str], None]:
    """Put words into the search of a tab and wait for the answer."""

    def type_and_wait(tab: object, words: str) -> None:
        box, told = tab.locator(".md-search__input"), tab.locator(".md-search-result__meta")
        # The theme searches when a key goes up, which a mere change of the value is not.
        box.fill("")
        box.press("Backspace")
        told.filter(has_not_text="matching document").wait_for(state="attached")
        box.fill(words[:-1])
        box.press(words[-1])
        told.filter(has_text="matching document").wait_for()

    return type_and_wait


@pytest.fixture(scope="session")
def axe_if_here() -> str:
    """The source of axe-core, or nothing."""
    return AXE.read_text(encoding="utf-8") if AXE.is_file() else ""


@pytest.fixture(scope="session")
def axe(axe_if_here: str) -> str:
    """The source of axe-core."""
    if not axe_if_here:
        missing("The accessibility rules are not here: run `make axe`, which needs Debian's package `npm`.")
    return axe_if_here
