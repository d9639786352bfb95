"""The questions as decks of cards for Anki: in front the question; behind it the short answer, its picture and a link.

What identifies a card, its kind and its deck is made from the question's id, the site's name and the chapter's title.
So a deck that is imported again renews its cards, and keeps what the reader has learned.
"""

from __future__ import annotations

import hashlib
import io
import sqlite3
import zipfile
from collections.abc import Iterable, Sequence
from contextlib import closing
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from handouts.elements import for_elsewhere
from handouts.lists import Chapter
from handouts.questions import Question

_FRONT = "<div class='asked'>{{Question}}</div>"
_BACK = "{{FrontSide}}<hr id='answer'>{{Answer}}<p class='source'>{{Source}}</p>"
_LIGHT = "--fig-bg:#fdfdfb;--fig-fg:#22262b;--fig-muted:#565d66"
_DARK = "--fig-bg:#15181b;--fig-fg:#dfe2e5;--fig-muted:#a4abb3"
_CSS = f"""
.card {{ {_LIGHT}; max-width: 36rem; margin: auto; padding: 0.5rem; font: 18px/1.5 system-ui, sans-serif;
  color: #22262b; background-color: #fdfdfb; }}
.nightMode.card, .night_mode .card {{ {_DARK}; color: #dfe2e5; background-color: #15181b; }}
pre {{ overflow-x: auto; font-size: 0.85em; }} svg {{ max-width: 100%; height: auto; }}
table {{ border-collapse: collapse; }} td, th {{ padding: 0.2rem 0.5rem; text-align: left; }}
.source, figcaption {{ font-size: 0.8em; }}
"""


def write_decks(folder: Path, site_name: str, site_url: str, chapters: Sequence[Chapter], time: float) -> None:
    """Write a deck for each chapter, and one with all of them, whose parts they are.

    Args:
        folder: where they go: `dropout.apkg`, …, and `all.apkg`.
        site_name: the site's name, which is that of the deck with all.
        site_url: where the site is, for links; without it cards name the chapter.
        chapters: the pages with questions.
        time: when the cards were made, in seconds; Anki takes over cards that are newer than its own.
    """
    folder.mkdir(parents=True, exist_ok=True)
    decks = {chapter.place: _deck(f"{site_name}::{chapter.title}", chapter, site_url) for chapter in chapters}
    for name, each in [*((place, [deck]) for place, deck in decks.items()), ("all", list(decks.values()))]:
        (folder / f"{name}.apkg").write_bytes(_package(each, time))


def _deck(name: str, chapter: Chapter, site_url: str) -> Any:
    import genanki

    deck = genanki.Deck(_number(name), name)
    for question in chapter.questions:
        deck.add_note(
            genanki.Note(
                model=_model(), fields=_fields(question, chapter, site_url), guid=genanki.guid_for(question.identity)
            )
        )
    return deck


def _fields(question: Question, chapter: Chapter, site_url: str) -> list[str]:
    place = f"{chapter.url}#{question.identity}"
    words = f"{chapter.title}: {question.title}"
    source = f'<a href="{site_url}{place}">{words}</a>' if site_url else words
    parts = (f"<b>{question.title}</b>\n{question.asked}", f"{question.short}\n{question.figure}")
    return [*(for_elsewhere(part, site_url and site_url + chapter.url) for part in parts), source]


@cache
def _model() -> Any:
    import genanki

    fields = [{"name": name} for name in ("Question", "Answer", "Source")]
    templates = [{"name": "Question", "qfmt": _FRONT, "afmt": _BACK}]
    return genanki.Model(_number("a question and its short answer"), "Question", fields, templates, css=_CSS)


def _number(name: str) -> int:
    """Anki knows kinds of cards, and decks, by numbers of this size."""
    return (1 << 30) + int(hashlib.sha256(name.encode()).hexdigest()[:7], 16)


def _package(decks: Iterable[Any], time: float) -> bytes:
    """The file to import. What genanki itself writes differs each time, and leaves a file where such are kept."""
    import genanki

    written = io.BytesIO()
    with closing(sqlite3.connect(":memory:")) as collection, zipfile.ZipFile(written, "w") as target:
        genanki.Package(list(decks)).write_to_db(collection.cursor(), time, count(int(time * 1000)))
        collection.commit()
        for name, held in (("collection.anki2", collection.serialize()), ("media", b"{}")):
            target.writestr(zipfile.ZipInfo(name), held, zipfile.ZIP_DEFLATED)
    return written.getvalue()
