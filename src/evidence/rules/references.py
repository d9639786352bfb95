"""A link within the site leads somewhere."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote

from evidence.files.errors import PageError, display_path
from evidence.page.model import Page, anchor
from evidence.page.site import Site


def reference_errors(site: Site, page: Page) -> Iterator[PageError]:
    """Links within the site that lead nowhere. Builders only warn of them, and not at all when told to be quiet."""
    for reference in page.references:
        path, _, fragment = reference.href.partition("#")
        target = (page.path.parent / unquote(path)) if path else page.path
        if not target.exists():
            yield PageError(
                page.path,
                reference.line,
                f"the link to {reference.href} leads to no file",
                "Name it from this page",
            )
        elif fragment and target.suffix in (".md", ".py"):
            there = page if target == page.path else site.page(target.resolve())
            if unquote(fragment) not in there.ids | {anchor(block.name) for block in there.blocks if block.name}:
                yield PageError(
                    page.path,
                    reference.line,
                    f"the link to {reference.href} names a place that is not there",
                    f"{display_path(there.path)} has: {', '.join(sorted(there.ids)) or 'no ids'}",
                )
