"""Anki itself imports the decks, renews their cards, and keeps what was learned."""

from __future__ import annotations

from pathlib import Path

import pytest
from anki.collection import Collection, ImportAnkiPackageRequest
from site_of_one_chapter import build_one_chapter


@pytest.fixture
def collection(tmp_path: Path):
    found = Collection(str(tmp_path / "collection.anki2"))
    yield found
    found.close()


def imported(collection: Collection, deck: Path) -> object:
    return collection.import_anki_package(ImportAnkiPackageRequest(package_path=str(deck))).log


def test_anki_takes_in_a_chapter(collection, one_chapter):
    log = imported(collection, one_chapter.folder / "decks" / "sums.apkg")
    assert len(log.new) == 2
    assert "Deep Learning, Checked::Sums" in [deck.name for deck in collection.decks.all_names_and_ids()]
    front, back, source = collection.get_note(collection.find_notes("squares")[0]).fields
    assert "What is the sum of the first ten squares?" in front
    # The short answer, its formula, its picture; and nothing that leads to where the card is not.
    assert "It is <a" in back
    assert "<math>" in back
    assert "<svg" in back
    assert f'href="{one_chapter.url}sums/#check-ten-squares"' in back
    assert source == f'<a href="{one_chapter.url}sums/#sum-1">Sums: 1. Squares</a>'


def test_the_deck_with_all_renews_the_cards_of_a_chapter(collection, one_chapter, tmp_path):
    imported(collection, one_chapter.folder / "decks" / "sums.apkg")
    card = collection.get_card(collection.find_cards("mean")[0])
    card.ivl = 40
    collection.update_card(card)
    again = imported(collection, one_chapter.folder / "decks" / "all.apkg")
    assert not again.new
    assert collection.note_count() == 2
    (temporary := tmp_path / "temporary").mkdir()
    address = "https://elsewhere.example/"
    later = build_one_chapter(
        tmp_path / "later", SITE_URL=address, SOURCE_DATE_EPOCH="1800000000", TMPDIR=str(temporary)
    )
    # A build leaves nothing among the machine's temporary files.
    assert not list(temporary.iterdir())
    renewed = imported(collection, later / "decks" / "all.apkg")
    assert len(renewed.updated) == 2
    assert collection.get_card(card.id).ivl == 40
    assert "https://elsewhere.example/sums/" in collection.get_note(card.nid).fields[2]
