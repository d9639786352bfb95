"""A link within the site leads somewhere."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from evidence.files.errors import PageError, display_path
from evidence.page.model import Page, Reference, anchor
from evidence.page.site import Site
from evidence.rules.nearest import nearest


def reference_errors(site: Site, page: Page) -> Iterator[PageError]:
    """Links within the site that lead nowhere. Builders only warn of them, and not at all when told to be quiet."""
    on_site = site.publishes(page.path)  # a README may lead to any file beside it
    for reference in page.references:
        path, _, fragment = reference.href.partition("#")
        target = Path(os.path.normpath(page.path.parent / unquote(path.partition("?")[0]))) if path else page.path
        if not target.exists():
            yield _error(page, reference, "leads to no file", "Name it from this page")
        elif on_site and target != page.path and target.suffix in (".md", ".py") and not site.publishes(target):
            yield _error(page, reference, "leads to a file that is no page of the site", "Publish it, or do not link")
        elif fragment and target.suffix in (".md", ".py"):
            there = page if target == page.path else site.page(target)
            ids = there.ids | {anchor(block.name) for block in there.blocks if block.name}
            if unquote(fragment) not in ids:
                known = f"{display_path(there.path)} has: {nearest(unquote(fragment), ids)}"
                yield _error(page, reference, "names a place that is not there", known)


def _error(page: Page, reference: Reference, problem: str, remedy: str) -> PageError:
    return PageError(page.path, reference.line, f"the link to {reference.href} {problem}", remedy)
