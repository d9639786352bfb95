"""A chapter in a folder: its first page lists the questions under their own headings, where old addresses lead."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"
HEADING = re.compile(r"^#+ (.*?)\s*\{ #([\w-]+) \}", re.M)


@pytest.mark.parametrize("index", sorted(DOCS.glob("*/index.md")), ids=lambda path: path.parent.name)
def test_the_first_page_of_a_chapter_lists_its_questions(index):
    listed = index.read_text(encoding="utf-8")
    for page in index.parent.glob("*.md"):
        for words, ident in HEADING.findall(page.read_text(encoding="utf-8")) if page != index else ():
            assert f"- [{words}]({page.name}#{ident}){{ #{ident} }}" in listed


def test_the_page_to_practise_says_when_a_question_comes_again():
    script = (DOCS / "assets" / "javascripts" / "progress.js").read_text(encoding="utf-8")
    (days,) = re.findall(r"DAYS = \[([\d, ]+)\]", script)
    *first, last = days.split(", ")
    assert f"after {', '.join(first)} and then {last} days" in (DOCS / "practice.md").read_text(encoding="utf-8")
