"""Where a notebook stands on the site: `examples/two_dropouts.py` is the page `examples/two-dropouts.md`.

Links are written as they lead from file to file, so that they work where the repository is read as well.
"""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

from evidence.page.settings import Settings


def page_uri(path: Path, settings: Settings) -> str | None:
    """The address, relative to the folder of the pages, that MkDocs knows a file by; `None` for a file of neither."""
    if path.is_relative_to(settings.docs_dir):
        return path.relative_to(settings.docs_dir).as_posix()
    if settings.examples and path.is_relative_to(settings.examples):
        return f"{settings.examples.name}/{path.stem.replace('_', '-')}.md"
    return None


def on_site(href: str, page: Path, settings: Settings) -> str:
    """The link `href`, written in the file `page`, as MkDocs wants it between the pages' addresses."""
    address, hash_, fragment = href.partition("#")
    if page.suffix == ".md" and not address.endswith(".py"):
        return href  # within the folder of pages, files lie as pages do
    target = _target(href, page)
    there, here = page_uri(target, settings) if target else None, page_uri(page, settings)
    if there is None or here is None:
        return href
    return os.path.relpath(there, PurePosixPath(here).parent) + hash_ + fragment


def leads_to_notebook(href: str, page: Path, settings: Settings) -> bool:
    """Whether the link `href`, written in the file `page`, leads to a notebook of the site."""
    target = _target(href, page)
    examples = settings.examples
    return bool(target and target.suffix == ".py" and examples and target.is_relative_to(examples))


def _target(href: str, page: Path) -> Path | None:
    """The file that a link leads to; `None` for a place on the page itself, another site, or no file."""
    address = href.partition("#")[0]
    if not address or ":" in address or address.startswith("/"):
        return None
    target = Path(os.path.normpath(page.parent / address))
    return target if target.exists() else None


def download_uri(page_uri: str, ending: str = ".ipynb") -> str:
    """Where what is taken away of the page `page_uri` is, relative to the site: beside the page that is built of it."""
    path = PurePosixPath(page_uri)
    folder = path.parent if path.stem == "index" else path.with_suffix("")
    return str(folder / f"{path.stem}{ending}")
