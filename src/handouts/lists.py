"""Pages that list what stands on others: all questions without their answers, and all common mistakes.

A page asks for a list by a comment: `<!--handouts:questions-->`, `<!--handouts:mistakes-->`. A third one,
`<!--handouts:decks-->`, stands for links to the decks of cards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from mkdocs.structure.pages import Page
from mkdocs.structure.toc import AnchorLink, TableOfContents
from mkdocs.utils import get_relative_url

from handouts.elements import moved, with_places
from handouts.questions import Question


@dataclass(frozen=True)
class Chapter:
    """A page with questions: its address, its title, and they."""

    url: str
    title: str
    questions: Sequence[Question]

    @property
    def place(self) -> str:
        """Its place in a list: `optimization-depth`."""
        return self.url.strip("/").replace("/", "-") or "home"


def fill_in(page: Page, chapters: Sequence[Chapter], *, decks: bool) -> None:
    """Put the lists that a page asks for in their places, and into its table of contents.

    Args:
        page: the page that may ask.
        chapters: the pages with questions.
        decks: whether decks are written, so that a link to one leads somewhere.
    """
    if page.content and DECKS in page.content:
        shown = _decks(chapters, page.url) if decks else "<p>They are written when the site is built, not at work.</p>"
        page.content = page.content.replace(DECKS, shown)
    for mark, entry in _LISTS.items():
        if page.content and mark in page.content:
            listed = [(chapter, html) for chapter in chapters if (html := _chapter(chapter, page.url, entry))]
            page.content = page.content.replace(mark, "\n".join(html for _, html in listed))
            page.toc = TableOfContents([AnchorLink(chapter.title, chapter.place, 2) for chapter, _ in listed])


def _decks(chapters: Sequence[Chapter], here: str) -> str:
    """Links to the decks of cards that `handouts.cards` writes."""
    named = [*((chapter.place, chapter.title) for chapter in chapters), ("all", "all of them")]
    links = "\n".join(
        f'<li><a href="{get_relative_url(f"{FOLDER}/{name}.apkg", here)}" download>{title}</a></li>'
        for name, title in named
    )
    return f"<ul>\n{links}\n</ul>"


def _chapter(chapter: Chapter, here: str, entry: Callable[[Question], Iterator[str]]) -> str:
    parts = []
    for question in chapter.questions:
        html = "\n".join(entry(question))
        if html:
            link = moved(f'<a href="#{question.identity}">{question.title}</a>', chapter.url, here)
            # A place may be named on two pages of a site.
            own = with_places(moved(html, chapter.url, here), lambda place: f"{chapter.place}-{place}")
            parts.append(f'<section class="listed"><h3>{link}</h3>\n{own}</section>')
    return "\n".join([f'<h2 id="{chapter.place}">{chapter.title}</h2>', *parts]) if parts else ""


def _asked(question: Question) -> Iterator[str]:
    yield question.asked


def _mistaken(question: Question) -> Iterator[str]:
    for mistake in question.mistakes:
        yield f"<p><strong>{mistake.title}.</strong></p>\n{mistake.text}"


DECKS = "<!--handouts:decks-->"
FOLDER = "decks"
_LISTS = {"<!--handouts:questions-->": _asked, "<!--handouts:mistakes-->": _mistaken}
