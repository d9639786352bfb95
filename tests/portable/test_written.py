"""What is written of a built site, so that it is there without a network: read as a browser would."""

import gzip
import json
import re
from pathlib import Path

import pytest

from portable.written import write_from_disk, write_manifest, write_worker

SCRIPTS = "assets/javascripts"
FILES = {
    "index.html": '<link href="assets/stylesheets/site.css"><img src="assets/images/drawn.png"> Zürich',
    "sums/index.html": '<script src="../assets/javascripts/quiz.js"></script>',
    "404.html": "",
    "offline.html": f'<link rel="a" href="./assets/stylesheets/site.css"><script src="{SCRIPTS}/first.js"></script>'
    f'<a href="https://a.example/of-another.js"></a><a href="sums/"></a> <script src="assets/other.js"></script>'
    '<script src="widgets/other.js"></script>',
    "assets/stylesheets/site.css": "p{}",
    "assets/stylesheets/unnamed.css": "p{}",
    "assets/images/drawn.png": "a picture",
    "assets/images/drawn.txt": "index.html names no such thing",
    "assets/other.js": 'import("./never.js")',
    "widgets/other.js": 'import("./never.js")',
    f"{SCRIPTS}/first.js": 'button.onclick = () => import("./later.js"); // "ö"',
    f"{SCRIPTS}/later.js": "",
    f"{SCRIPTS}/quiz.js": 'fetch("search/search_index.json")',
    f"{SCRIPTS}/bundle.0a1b.min.js": "the theme's",
    f"{SCRIPTS}/lunr/min/lunr.fr.js": "of a language",
    "search/search_index.json": '{"é": "\\""}',
}


@pytest.fixture
def site(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def told(site: Path) -> tuple[str, list[str]]:
    """The version of the worker, and what it keeps first."""
    version, first, rest = (site / "sw.js").read_text(encoding="utf-8").split("\n", 2)
    assert "registration.scope" in rest
    return version, json.loads(first.removeprefix("const FIRST = ").removesuffix(";"))


def test_an_icon_is_told_by_its_kind_and_the_rest_as_it_was_given(tmp_path):
    write_manifest(tmp_path, "Tiefes Lernen, geprüft", "Tief", "Was?", "#123456", {"a/i.svg": "any", "b.png": "9x9"})
    text = (tmp_path / "manifest.webmanifest").read_text(encoding="utf-8")
    manifest = json.loads(text)
    assert "geprüft" in text
    assert [manifest[key] for key in ("name", "short_name", "description")] == [
        "Tiefes Lernen, geprüft",
        "Tief",
        "Was?",
    ]
    assert {manifest["background_color"], manifest["theme_color"]} == {"#123456"}
    assert {manifest["start_url"], manifest["scope"]} == {"./"}
    assert manifest["icons"] == [
        {"src": "a/i.svg", "sizes": "any", "type": "image/svg+xml"},
        {"src": "b.png", "sizes": "9x9", "type": "image/png"},
    ]


def test_from_a_disk_each_text_that_a_script_asks_for_is_there(site):
    write_from_disk(site)
    write_from_disk(site)  # it does not hold itself
    first, rest = (site / SCRIPTS / "from-disk.js").read_text(encoding="utf-8").split("\n", 1)
    held = json.loads(json.loads(re.fullmatch(r"const TEXTS = JSON\.parse\((.*)\);", first)[1]))
    names = [*(f"{SCRIPTS}/{name}.js" for name in ("first", "later", "quiz")), "search/search_index.json"]
    assert held == {name: FILES[name] for name in names}
    assert "importmap" in rest
    assert "ö" in first  # in as few bytes as it has


def test_a_site_without_search_has_no_index_for_a_disk(site):
    (site / "search/search_index.json").unlink()
    write_from_disk(site)
    assert "search_index" not in (site / SCRIPTS / "from-disk.js").read_text(encoding="utf-8").split("\n")[0].replace(
        r"fetch(\\\"search/search_index.json\\\")", ""
    )


def test_all_is_kept_that_a_page_needs_and_nothing_else(site):
    write_from_disk(site)
    write_worker(site)
    listed = json.loads((site / "offline.json").read_text())
    names = {"index.html", "sums/index.html", "offline.html", "assets/stylesheets/site.css", "assets/images/drawn.png"}
    names |= {
        "assets/other.js",
        "widgets/other.js",
        "search/search_index.json",
        *(f"{SCRIPTS}/{name}.js" for name in ("first", "later", "quiz")),
    }
    assert sorted(listed["files"]) == sorted({name.removesuffix("index.html") for name in names})
    assert listed["bytes"] == sum(len(gzip.compress(FILES[name].encode(), mtime=0)) for name in names)


def test_first_is_kept_what_the_page_for_one_that_is_not_there_needs(site):
    write_worker(site)
    page = ["assets/stylesheets/site.css", f"{SCRIPTS}/first.js", "assets/other.js", "widgets/other.js"]
    assert told(site)[1] == sorted(["offline.html", *page, f"{SCRIPTS}/later.js"])


def test_the_version_changes_with_each_file_by_name_or_content_and_with_nothing_else(site):
    write_worker(site)
    versions = [told(site)[0]]
    write_worker(site)
    assert told(site)[0] == versions[0]
    for change in (
        lambda: (site / "index.html").write_text("Another"),
        lambda: (site / "assets/images/drawn.txt").rename(site / "assets/images/drawn.md"),
        lambda: (site / "404.html").unlink(),
    ):
        change()
        write_worker(site)
        versions.append(told(site)[0])
    assert len(set(versions)) == 4
    assert all(re.fullmatch(r'const VERSION = "[0-9a-f]{16}";', version) for version in versions)
