"""Which file and line a page's text came from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence.files.errors import PageError
from evidence.files.source import UNKNOWN, Source, locate, put_down, read_page, take_in_hand
from evidence.page.site import Site


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


@pytest.fixture
def _put_down() -> Iterator[None]:
    yield
    put_down()


def test_text_is_found_by_what_it_says_and_after_each_edit(docs: Path) -> None:
    (docs / "a.md").write_text("# One\n")
    (docs / "b.markdown").write_text("\n\n# Two\n\nText.\n")
    assert locate("# One", docs).path == docs / "a.md"
    assert locate("# Two\n\nText.", docs).line_of("Text") == 5
    (docs / "a.md").write_text("---\nx: y\n---\n# Three\n")
    assert locate("# Three\n", docs) == Source(docs / "a.md", 4, "# Three")
    assert locate("# One", docs) == Source(UNKNOWN, 1, "# One", of_file=False)


@pytest.mark.usefixtures("_put_down")
def test_a_builder_says_which_of_two_pages_of_one_text_it_has_in_hand(docs: Path) -> None:
    for name in ("a.md", "b.md"):
        (docs / name).write_text("# One\n")
    take_in_hand(docs / "b.md", docs / "b.md")
    assert locate("# One", docs).path == docs / "b.md"
    changed = locate("# Another", docs)
    assert (changed.path, changed.of_file) == (docs / "b.md", False)


def test_pages_are_those_that_the_builder_makes(docs: Path) -> None:
    (docs / "sub").mkdir()
    for name in ("a.md", "b.markdown", "c.mkd", "sub/d.mdown", "draft.md", "out.md", ".hidden.md", "e.txt", "f.html"):
        (docs / name).write_text("")
    (docs.parent / "mkdocs.yml").write_text(
        "exclude_docs: out.md\ndraft_docs: draft.md\nnot_in_nav: a.md\nmarkdown_extensions: [pymdownx.superfences]\n"
        "plugins: [evidence: {examples: examples}]\n"
    )
    (docs.parent / "linked").mkdir()
    (docs.parent / "linked" / "g.md").write_text("")
    (docs / "z").symlink_to(docs.parent / "linked")
    (docs.parent / "examples").mkdir()
    (docs.parent / "examples" / "h.py").write_text("")
    found = Site(docs.parent / "mkdocs.yml").files()
    assert [path.name for path in found.pages] == ["a.md", "b.markdown", "c.mkd", "d.mdown", "g.md", "h.py"]
    assert [path.name for path in found.others] == ["e.txt", "f.html"]


def test_text_in_another_encoding_is_told_with_its_line(docs: Path) -> None:
    (docs / "a.md").write_bytes("Text.\nSchön.\n".encode("latin-1"))
    with pytest.raises(PageError, match=r"docs/a\.md:2: the page is not text in UTF-8"):
        read_page(docs / "a.md")
