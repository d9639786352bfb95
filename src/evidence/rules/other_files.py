"""Files of a site that are no pages hold no Python that a reader would take for checked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from evidence.files.errors import PageError
from evidence.page.directives import LEDGER_MARK
from evidence.page.html_outline import outline
from evidence.page.site import Site


def site_errors(site: Site) -> list[PageError]:
    """Everything that forbids to publish `site` besides what is wrong with one of its pages."""
    return [*_copied(site), *_below_examples(site), *_settings(site)]


def _copied(site: Site) -> Iterator[PageError]:
    for path in site.files().others:
        if path.suffix in (".html", ".htm", ".xhtml") and (blocks := outline(_text(path)).raw_python):
            line = _text(path).partition(blocks[0])[0].count("\n") + 1
            yield PageError(path, line, "a block of Python stands in a file that is copied as it is", _REMEDY)
        elif path.suffix == ".ipynb" and _has_code(path):
            yield PageError(path, 1, "a notebook is copied as it is, and nothing in it is run", _REMEDY)


_REMEDY = "Make a Markdown page of it, or a notebook that is a file of Python (setting `examples`)"


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def _has_code(path: Path) -> bool:
    try:
        cells = json.loads(_text(path))["cells"]
        return any(cell["cell_type"] == "code" and "".join(cell["source"]).strip() for cell in cells)
    except (ValueError, KeyError, TypeError):
        return True  # whatever it is, nobody can say that it holds no code


def _below_examples(site: Site) -> Iterator[PageError]:
    folder = site.settings.examples
    if folder is None:
        return
    for path in sorted(folder.rglob("*.py")):
        below = path.relative_to(folder).parts
        if len(below) > 1 and not any(part.startswith((".", "__pycache__")) for part in below):
            problem = f"a file below {folder.name}/ is neither a page nor checked"
            yield PageError(path, 1, problem, f"Move it into {folder.name}/, or away")


def _settings(site: Site) -> Iterator[PageError]:
    """Pages that the configuration names hold what they are named for."""
    grades, ledger = site.settings.grades, site.settings.ledger
    if grades:
        used = {block.grade for page in site.pages() for block in page.blocks if block.grade}
        for grade in sorted(used - site.page(grades).ids):
            problem = f"the page that tells what grades promise has no place for {grade!r}, to which checks link"
            yield PageError(grades, 1, problem, f"Give its heading the id {{ #{grade} }}")
    if ledger and LEDGER_MARK not in site.page(ledger).text.split("\n"):
        problem = "the page of the ledger has no place for it"
        yield PageError(ledger, 1, problem, f"Write {LEDGER_MARK} on a line of its own")
