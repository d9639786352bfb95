"""The whole site as one PDF: answers are in it, code is not; it has bookmarks, and its links lead within it."""

import shutil
import subprocess
import sys

import pytest
from pypdf import PdfReader

from in_a_browser import missing


@pytest.fixture(scope="module")
def book(one_chapter, tmp_path_factory):
    if not shutil.which("chromium"):
        missing("Chromium prints the book: install Debian's package `chromium`.")
    target = tmp_path_factory.mktemp("book") / "book.pdf"
    command = [sys.executable, "-m", "handouts.book", str(one_chapter.folder), str(target), "--without", "ledger/"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return PdfReader(target)


def titles(outline):
    return [
        each.title
        for item in outline
        for each in (item if isinstance(item, list) else [item])
        if not isinstance(each, list)
    ]


def test_it_has_bookmarks_in_the_order_of_the_site(book):
    top = [item.title for item in book.outline if not isinstance(item, list)]
    assert top[0] == "Deep Learning, Checked"
    assert "Sums" in top
    assert "Ledger of claims" not in top
    chapter = book.outline[[getattr(item, "title", "") for item in book.outline].index("Sums") + 1]
    assert titles(chapter) == ["1. Squares", "2. A mean"]


def test_its_pages_are_numbered(book):
    feet = [page.extract_text().split()[0] for page in book.pages]
    assert feet == [str(number) for number in range(1, len(feet) + 1)]


def test_the_contents_say_on_which_page_each_chapter_begins(book):
    # The first is the title of the book itself.
    first, *items = (item for item in book.outline if not isinstance(item, list))
    begins = {item.title: book.get_destination_page_number(item) + 1 for item in items if item.title != first.title}
    contents = " ".join(book.pages[sheet].extract_text() for sheet in range(min(begins["Sums"] - 1, 3)))
    told = [" ".join(line.split()) for line in contents.splitlines()]
    assert len(begins) > 3
    assert not [f"{title} {sheet}" for title, sheet in begins.items() if f"{title} {sheet}" not in told]


def test_answers_are_in_it_and_code_is_not(book):
    text = " ".join(" ".join(page.extract_text().split()) for page in book.pages)
    assert "It is 385" in text
    assert "The squares, added up" in text
    assert "Common mistake: the square of the sum" in text
    assert "range(11)" not in text


def test_links_lead_to_pages_of_the_book_or_to_the_site(book, one_chapter):
    addresses = set()
    inside = 0
    for page in book.pages:
        for note in page.get("/Annots") or ():
            action = note.get_object().get("/A", {})
            inside += "/Dest" in note.get_object() or action.get("/S") == "/GoTo"
            if "/URI" in action:
                addresses.add(action["/URI"])
    assert inside > 10
    assert not {address for address in addresses if address.startswith("file:")}
    assert f"{one_chapter.url}sums/sums.ipynb" not in addresses  # what is downloaded stands on no paper


def test_a_bookmark_says_the_words_of_a_title_that_fills_two_lines(tmp_path):
    title = " ".join(["what", "is", "long"] * 20)
    article = f"<article><h1>{title}</h1><p>Some words.</p></article>"
    (tmp_path / "index.html").write_text(f'<a href="./" class="md-nav__link">Home</a>{article}', encoding="utf-8")
    target = tmp_path / "book.pdf"
    command = [sys.executable, "-m", "handouts.book", str(tmp_path), str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert titles(PdfReader(target).outline)[-1] == title


def test_where_no_site_was_built_it_says_what_would_be_right(tmp_path):
    command = [sys.executable, "-m", "handouts.book", str(tmp_path), str(tmp_path / "book.pdf")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, f"{tmp_path} holds no page. Build the site first: make build\n")
