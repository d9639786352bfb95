"""Where a notebook stands on the site: `examples/two_dropouts.py` is the page `examples/two-dropouts.md`.

Links are written as they lead from file to file, so that they work where the repository is read as well.
"""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

from pagekit.source import examples_of


def page_uri(path: Path, docs_dir: Path) -> str | None:
    """The address, relative to the folder of the pages, that MkDocs knows a file by; `None` for a file of neither."""
    for folder, uri in ((docs_dir, _as_it_is), (examples_of(docs_dir), _of_notebook)):
        if path.is_relative_to(folder):
            return uri(path.relative_to(folder))
    return None


def _as_it_is(path: Path) -> str:
    return path.as_posix()


def _of_notebook(path: Path) -> str:
    return f"examples/{path.stem.replace('_', '-')}.md"


def on_site(href: str, page: Path, docs_dir: Path) -> str:
    """The link `href`, written in the file `page`, as MkDocs wants it between the pages' addresses."""
    address, hash_, fragment = href.partition("#")
    if not address or ":" in address or address.startswith("/"):
        return href
    target = Path(os.path.normpath(page.parent / address))
    there, here = page_uri(target, docs_dir), page_uri(page, docs_dir)
    if there is None or here is None or not target.exists():
        return href
    return os.path.relpath(there, PurePosixPath(here).parent) + hash_ + fragment


def download_uri(page_uri: str) -> str:
    """Where the notebook of the page `page_uri` is, relative to the site: beside the page that is built of it."""
    path = PurePosixPath(page_uri)
    return str(path.with_suffix("") / f"{path.stem}.ipynb")
