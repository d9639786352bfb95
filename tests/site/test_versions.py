"""A release that is kept in a folder beside the current site: what cites a claim of it finds it as it was."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from urllib.parse import urljoin
from urllib.request import urlopen

import pytest
from served_folder import serving_folder
from site_of_one_chapter import build_one_chapter

HOST = "https://example.org/"
LOCAL = re.compile(r'\b(?:href|src)="(?!https?:|data:|#|mailto:)([^"]*)"')


@pytest.fixture(scope="module")
def host(tmp_path_factory) -> Path:
    """What a host serves, made as the page on hosting says: first the release, then the site of today."""
    work, host = tmp_path_factory.mktemp("work"), tmp_path_factory.mktemp("host")
    built = build_one_chapter(work, SITE_URL=f"{HOST}course/v1.0/", VERSION="v1.0")
    shutil.copytree(built, host / "course/v1.0")
    built = build_one_chapter(tmp_path_factory.mktemp("later"), SITE_URL=f"{HOST}course/")
    shutil.copytree(built, host / "course", dirs_exist_ok=True)
    return host


def read(host: Path, path: str) -> str:
    return (host / path).read_text(encoding="utf-8")


def test_a_cited_claim_keeps_its_address_and_says_where_the_current_one_is(host):
    with serving_folder(host) as address:
        page = urljoin(address, "course/v1.0/sums/")
        text = urlopen(page).read().decode()
        note = text.partition("This is version v1.0, as it was published")[2].partition("</aside>")[0]
        current, corrections = LOCAL.findall(note)
        assert urljoin(page, current) == urljoin(address, "course/")
        assert urljoin(page, corrections) == urljoin(address, "course/corrections/")
        today = urlopen(urljoin(page, "../../sums/")).read().decode()
    cited = re.findall(r'id="(check-[\w-]+)"', text)
    assert cited
    assert set(cited) <= set(re.findall(r'id="(check-[\w-]+)"', today))
    assert "This is version" not in today


def test_each_is_whole_by_itself(host):
    for folder in ("course/", "course/v1.0/"):
        assert f'<link rel="canonical" href="{HOST}{folder}sums/">' in read(host, f"{folder}sums/index.html")
        found = re.findall("<loc>(.*)</loc>", read(host, f"{folder}sitemap.xml"))
        assert f"{HOST}{folder}sums/" in found
        assert all(each.startswith(HOST + folder) for each in found)
        assert all("v1.0" not in each for each in found) == (folder == "course/")
        lost = LOCAL.findall(read(host, f"{folder}404.html"))
        assert lost
        outside = {f"/{folder}../", f"/{folder}../corrections/"}
        assert [each for each in lost if not each.startswith(f"/{folder}") and each not in outside] == []
        locations = [each["location"] for each in json.loads(read(host, f"{folder}search/search_index.json"))["docs"]]
        assert any(each.startswith("sums/") for each in locations)
        assert not [each for each in locations if each.startswith(("/", "http"))]
