"""What is kept of a page's parse: a file, under a name that changes with all that can change what the parser sees."""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import asdict, fields
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from evidence.files.errors import PageError
from evidence.files.import_graph import digest, our_packages
from evidence.files.store import Store, cache_folder
from evidence.page.model import Answer, Block, CheckLink, Figure, Option, Output, Page, Quiz, Reference
from evidence.page.settings import Settings

# What renders a page, and so says what a fence, a link or a heading is.
_RENDERERS = ("Markdown", "pymdown-extensions", "Pygments", "mkdocs")


class KeptPages:
    """The parses of a site's pages, in `.cache/pages` beside its folder of pages.

    Args:
        settings: those of the site, which name the Markdown extensions.
    """

    def __init__(self, settings: Settings) -> None:
        self._store = Store(cache_folder(settings.docs_dir) / "pages", ".json")
        self._settings = "\0".join(settings.texts)

    def read(self, path: Path, text: str) -> Page | None:
        """The parse of the page `text` in `path`; `None` if there is none, or if it is damaged."""
        kept = self._store.read(self._name(path, text))
        return None if kept is None else _as_page(json.loads(kept), path, text)

    def write(self, page: Page) -> None:
        """Keep a parse; a reader sees the whole file or none."""
        self._store.write(self._name(page.path, page.text), json.dumps(_as_data(page)).encode())

    def _name(self, path: Path, text: str) -> str:
        parts = (text, path.suffix, self._settings, _parser())
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@cache
def _parser() -> str:
    """The parser that this process holds: its source, read once as Python has read it, and what it stands on.

    Its source is this room and the one before it, as a room imports no other. Python itself is among what it stands on:
    what its syntax is, it knows.
    """
    packages = our_packages(("evidence",))
    source = [file for room in ("files", "page") for file in (packages["evidence"] / room).glob("*.py")]
    versions = [sys.version, *(f"{package} {version(package)}" for package in _RENDERERS)]
    return "\n".join([digest(source, packages), *versions])


def _as_data(page: Page) -> dict[str, Any]:
    """The page as JSON holds it, without its path and text, which whoever reads it knows."""
    data = {field.name: getattr(page, field.name) for field in fields(page) if field.name not in ("path", "text")}
    for name in ("blocks", "links", "answers", "quizzes", "references", "figures"):
        data[name] = [_without_path(asdict(each)) for each in data[name]]
    data["ids"] = sorted(page.ids)
    data["errors"] = [[error.line, error.problem, error.remedy] for error in page.errors]
    return data


def _without_path(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name != "path"}


def _as_page(data: dict[str, Any], path: Path, text: str) -> Page:
    return Page(
        path,
        text,
        title=data["title"],
        blocks=[_as_block(block, path) for block in data["blocks"]],
        links=[CheckLink(path=path, **link) for link in data["links"]],
        answers=[Answer(**_tuples(answer)) for answer in data["answers"]],
        quizzes=[_as_quiz(quiz) for quiz in data["quizzes"]],
        references=[Reference(**reference) for reference in data["references"]],
        figures=[Figure(path=path, **figure) for figure in data["figures"]],
        ids=set(data["ids"]),
        headings=data["headings"],
        output_directive_lines=data["output_directive_lines"],
        errors=[PageError(path, *error) for error in data["errors"]],
    )


def _tuples(data: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in data.items()}


def _as_quiz(data: dict[str, Any]) -> Quiz:
    return Quiz(**data | {"options": tuple(Option(**_tuples(option)) for option in data["options"])})


def _as_block(data: dict[str, Any], path: Path) -> Block:
    output = Output(**data.pop("output")) if data["output"] else data.pop("output")
    imports = data.pop("imports")
    return Block(
        path=path,
        **data | {"directive_lines": tuple(data["directive_lines"])},
        output=output,
        imports=None if imports is None else tuple(imports),
    )
