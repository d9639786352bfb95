"""Files of a site that are no pages hold no Python that a reader would take for checked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from evidence.files.errors import PageError
from evidence.files.source import examples_of
from evidence.page.html_outline import outline
from evidence.page.site import Site


def site_errors(site: Site) -> list[PageError]:
    """Everything that forbids to publish `site` besides what is wrong with one of its pages."""
    return [*_copied(site), *_below_examples(site)]


def _copied(site: Site) -> Iterator[PageError]:
    for path in site.files().others:
        if path.suffix in (".html", ".htm", ".xhtml") and (blocks := outline(_text(path)).raw_python):
            line = _text(path).partition(blocks[0])[0].count("\n") + 1
            yield PageError(path, line, "a block of Python stands in a file that is copied as it is", _REMEDY)
        elif path.suffix == ".ipynb" and _has_code(path):
            yield PageError(path, 1, "a notebook is copied as it is, and nothing in it is run", _REMEDY)


_REMEDY = "Make a Markdown page of it, or a notebook in examples/ that is a file of Python"


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def _has_code(path: Path) -> bool:
    try:
        cells = json.loads(_text(path))["cells"]
        return any(cell["cell_type"] == "code" and "".join(cell["source"]).strip() for cell in cells)
    except (ValueError, KeyError, TypeError):
        return True  # whatever it is, nobody can say that it holds no code


def _below_examples(site: Site) -> Iterator[PageError]:
    folder = examples_of(site.docs_dir)
    for path in sorted(folder.rglob("*.py")):
        below = path.relative_to(folder).parts
        if len(below) > 1 and not any(part.startswith((".", "__pycache__")) for part in below):
            yield PageError(
                path, 1, "a file below examples/ is neither a page nor checked", f"Move it into {folder.name}/, or away"
            )
