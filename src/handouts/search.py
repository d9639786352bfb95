"""What a search knows besides the words of the pages: what teaches a term, which pages teach, and checks."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path

from handouts.glossary import Term

# A page with questions is what a reader is after, more than one that only mentions the words.
BOOST_OF_CHAPTERS = 2
# A check is found by its name; by the words of its claim, after the answer that makes it.
BOOST_OF_CHECKS = 1e-6


def tag_with_terms(index: Path, found: Iterable[Term], addresses: Mapping[str, str]) -> None:
    """Give the sections of a search index the terms that they teach as tags, which weigh more than all words.

    Args:
        index: the file that the theme's search reads.
        found: the terms of the glossary.
        addresses: by the file of a page, as links name it, where the page is on the site.
    """
    tags: dict[str, list[str]] = defaultdict(list)
    for term in found:
        page, _, place = term.taught.partition("#")
        if page:
            names = [other for name in term.names for other in _spellings(name)]
            tags[f"{addresses[page]}#{place}" if place else addresses[page]] += names
    content = json.loads(index.read_text(encoding="utf-8"))
    for entry in content["docs"]:
        if entry["location"] in tags:
            entry["tags"] = tags[entry["location"]]
    index.write_text(json.dumps(content, ensure_ascii=False, sort_keys=True), encoding="utf-8")


def list_checks(index: Path, checks: Iterable[tuple[str, str, str]]) -> None:
    """Have search find checks.

    Args:
        index: the file that the theme's search reads.
        checks: of each its address on the site, its name, and a sentence that claims what it shows.
    """
    content = json.loads(index.read_text(encoding="utf-8"))
    content["docs"] += [
        {
            "location": address,
            "title": f"<code>{name}</code>",
            "text": escape(sentence, quote=False),
            "tags": [name],
            "boost": BOOST_OF_CHECKS,
        }
        for address, name, sentence in checks
    ]
    index.write_text(json.dumps(content, ensure_ascii=False, sort_keys=True), encoding="utf-8")


def _spellings(name: str) -> Iterable[str]:
    """A name as others write it: in American English, and two words as one (batchnorm, warmup)."""
    american = name.replace("isation", "ization").replace("ise", "ize")
    words = american.replace("-", " ").split()
    return dict.fromkeys([name, american, *(["".join(words)] if len(words) == 2 else [])])
