"""One commit gives one site: wherever, whenever and however fast it is built."""

from __future__ import annotations

from pathlib import Path

from site_of_one_chapter import build_one_chapter

# `mkdocs build` on another day, after which all that is recorded bears that day's date.
BUILD = """
import datetime
import sys
import evidence.records.records as records
from mkdocs.__main__ import cli

class Then(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls(int(sys.argv[1]), 1, 2, tzinfo=tz)

records.datetime = Then
cli(["build", "--strict"])
"""


def build(folder: Path, year: int) -> dict[str, bytes]:
    site = build_one_chapter(folder, ["-c", BUILD, str(year)], SITE_URL="https://example.org/dl/")
    return {str(file.relative_to(site)): file.read_bytes() for file in site.rglob("*") if file.is_file()}


def test_two_builds_give_the_same_bytes(tmp_path):
    one = build(tmp_path / "one", 2001)
    other = build(tmp_path / "in another folder, é", 2002)
    assert one.keys() == other.keys()
    assert {
        "index.html",
        "ledger/index.html",
        "sums/sums.ipynb",
        "decks/all.apkg",
        "assets/pictures/sums.png",
        "llms.txt",
        "search/search_index.json",
        "sw.js",
        "assets/javascripts/from-disk.js",
    } <= one.keys()
    assert any(name.endswith(".whl") for name in one)
    assert not [name for name in one if one[name] != other[name]]
