"""Cards that lead to the chapters of a site: what each teaches, its first figure, how many questions it asks.

A page asks for those of a part of the navigation by a comment with its title: `<!--handouts:chapters First part-->`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from mkdocs.structure.nav import Navigation, Section
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url

from evidence.files.errors import PageError
from handouts.elements import with_places
from handouts.lists import Chapter

_MARK = re.compile(r"<!--handouts:chapters (?P<title>.+?)-->")
_FIGURE = re.compile(r'<figure class="figure">\s*<svg\b(?P<attributes>[^>]*)>(?P<drawing>.*?</svg>)\s*</svg>', re.S)
# On its page it has a name, and a size, of which it keeps the colour of its text.
_OF_ITS_PAGE = re.compile(r'\s(?:role|aria-labelledby)="[^"]*"|(?<=style=")[^"]*?(?=fill:|")')
_TITLE = re.compile(r"<title\b.*?</title>", re.S)
_WIDE = 1.25
_QUIZ = re.compile(r'<div class="quiz"')


@dataclass(frozen=True)
class _Card:
    """A chapter: its title, its pages with questions, the page that leads to them, and whether that is one of them."""

    title: str
    first: Page
    chapters: Sequence[tuple[Page, Chapter]]


def fill_in_cards(page: Page, nav: Navigation, chapters: Mapping[str, Chapter]) -> None:
    """Put cards in the place of each comment that asks for them.

    Args:
        page: the page that may ask.
        nav: the navigation of the site.
        chapters: the pages with questions, by their addresses.

    Raises:
        PageError: the navigation has no such part, or there is no question in it.
    """

    def cards(mark: re.Match[str]) -> str:
        parts = [item for item in nav.items if isinstance(item, Section) and item.title == mark["title"]]
        found = [card for part in parts for item in part.children if (card := _card(item, chapters)) is not None]
        if not found:
            titles = ", ".join(str(item.title) for item in nav.items if isinstance(item, Section))
            raise _error(page, mark[0], titles)
        return '<div class="cards">\n{}\n</div>'.format("\n".join(_as_html(card, page.url) for card in found))

    if page.content and "<!--handouts:chapters " in page.content:
        page.content = _MARK.sub(cards, page.content)


def _error(page: Page, mark: str, titles: str) -> PageError:
    file = Path(page.file.abs_src_path or page.file.src_uri)
    lines = file.read_text(encoding="utf-8").splitlines()
    line = next((number for number, line in enumerate(lines, 1) if mark in line), 1)
    return PageError(file, line, f"no part of nav with questions is called as {mark} says", f"Name one of: {titles}")


def _card(item: object, chapters: Mapping[str, Chapter]) -> _Card | None:
    pages = list(_pages(item))
    asking = [(page, chapters[page.url]) for page in pages if page.url in chapters]
    return _Card(str(getattr(item, "title", "")), pages[0], asking) if asking else None


def _pages(item: object) -> Iterator[Page]:
    if isinstance(item, Page):
        yield item
    elif isinstance(item, Section):
        for child in item.children:
            yield from _pages(child)


def _as_html(card: _Card, here: str) -> str:
    teaches = escape(str(card.first.meta.get("description", "")))
    head = f"{_figure(card)}<h3>{_link(card.first, card.title, here)}</h3>\n<p>{teaches}</p>"
    return "\n".join([f'<section class="card">{head}', *_parts(card, here), f"{_count(card)}</section>"])


def _parts(card: _Card, here: str) -> Iterator[str]:
    """The pages of a chapter that has more than one."""
    if len(card.chapters) > 1:
        links = "\n".join(f"<li>{_link(page, str(page.title), here)}</li>" for page, _ in card.chapters)
        yield f"<ul>\n{links}\n</ul>"


def _link(page: Page, title: str, here: str) -> str:
    return f'<a href="{get_relative_url(page.url, here)}">{title}</a>'


def _count(card: _Card) -> str:
    """How much there is to answer, and for a script, where a reader's answers are kept."""
    questions = sum(len(chapter.questions) for _, chapter in card.chapters)
    quizzes = sum(len(_QUIZ.findall(page.content or "")) for page, _ in card.chapters)
    addresses = " ".join(page.url for page, _ in card.chapters)
    told = [
        f"{questions} question{'s' * (questions > 1)}",
        *([f"{quizzes} quiz{'zes' * (quizzes > 1)}"] * bool(quizzes)),
    ]
    return f'<p class="card-count" data-pages="{addresses}" data-quizzes="{quizzes}">{", ".join(told)}</p>'


def _figure(card: _Card) -> str:
    """A figure of a chapter. Its own page describes it; here it says no more than the words beside it."""
    found = [(figure, chapter) for page, chapter in card.chapters for figure in _FIGURE.finditer(page.content or "")]
    if not found:
        return ""
    # The first that fills a card.
    figure, chapter = next((each for each in found if _width_to_height(each[0]["attributes"]) >= _WIDE), found[0])
    attributes = _OF_ITS_PAGE.sub("", figure["attributes"])
    svg = f'<svg{attributes} aria-hidden="true">{_TITLE.sub("", figure["drawing"], count=1)}</svg>'
    return with_places(svg, lambda place: f"card-{chapter.place}-{place}")


def _width_to_height(attributes: str) -> float:
    box = re.search(r'viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ([\d.]+)"', attributes)
    return float(box[1]) / float(box[2]) if box else 0
