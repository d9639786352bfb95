"""How to cite a site, from its `CITATION.cff`: as a sentence, and for BibTeX.

A page asks for it by a comment: `<!--handouts:citation-->`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from html import escape
from pathlib import Path
from typing import Any

import yaml

CITATION = "<!--handouts:citation-->"


def read_citation(file: Path) -> dict[str, Any]:
    """The content of a file in the Citation File Format."""
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    return content if isinstance(content, dict) else {}


def citation(work: Mapping[str, Any], address: str, built: date, commit: str) -> str:
    """HTML that says how to cite.

    Args:
        work: the content of a `CITATION.cff`: its `title`, `authors` and `version` are used.
        address: where the site is; empty if it was not told.
        built: the day that the site is of.
        commit: the state of its sources; empty where that is not known.
    """
    title, version = str(work.get("title", "")), str(work.get("version", ""))
    authors = [_name(author) for author in work.get("authors", ())]
    state = ", ".join(filter(None, [version and f"version {version}", commit and f"commit {commit}"]))
    cited = ", ".join(filter(None, [f"<cite>{escape(title)}</cite>", state, str(built.year)]))
    sentence = f"{escape(', '.join(authors))}: {cited}" if authors else cited
    fields = {
        "author": " and ".join(f"{{{author}}}" for author in authors),
        "title": f"{{{title}}}",
        "year": str(built.year),
        "version": version,
        "note": commit and f"Commit {commit}",
        "url": address,
    }
    lines = [f"  {name:<7} = {{{value}}}" for name, value in fields.items() if value]
    key = f"{re.sub(r'[^a-z]+', '-', title.lower()).strip('-')}-{built.year}"
    bibtex = escape(",\n".join([f"@software{{{key}", *lines]) + "\n}", quote=False)
    linked = f', <a href="{escape(address)}">{escape(address)}</a>' if address else ""
    return f'<p>{sentence}{linked}.</p>\n<div class="highlight"><pre><span></span><code>{bibtex}\n</code></pre></div>'


def _name(author: Mapping[str, Any]) -> str:
    """A person, or an entity, which has a name only."""
    parts = (author.get("given-names"), author.get("family-names"), author.get("name"))
    return " ".join(str(part) for part in parts if part)
