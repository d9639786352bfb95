"""Which file and line a page's text came from."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence.files.source import Source, locate


@pytest.mark.parametrize(
    ("snippet", "occurrence", "line"),
    [
        ("word", 0, 11),
        ("other", 0, 20),
        ("other", 1, 21),
        ("other", 9, 21),
        ("two lines", 0, 21),
        ("only in code", 0, 14),
        ("absent", 0, 11),
        ("", 0, 11),
    ],
)
def test_line_of_prose(snippet: str, occurrence: int, line: int) -> None:
    text = "word `other`\n```\nother\nonly in code\nother\n```\n> ~~~\n> other\n> ~~~\nother\n> other two\n> lines"
    assert Source(Path("page.md"), 11, text).line_of_prose(snippet, occurrence) == line


def test_front_matter_counts(docs: Path) -> None:
    (docs / "page.md").write_text("---\na: b\n---\n\n# Title\n")
    assert locate("# Title", docs).line_of("Title") == 5
