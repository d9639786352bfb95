"""All rules that a page is held to, in one place."""

from __future__ import annotations

from evidence.files.errors import PageError
from evidence.page.model import Page
from evidence.page.site import Site
from evidence.rules.answers import answer_errors
from evidence.rules.checks import check_errors
from evidence.rules.links import link_errors
from evidence.rules.references import reference_errors


def page_errors(site: Site, page: Page) -> list[PageError]:
    """Everything that forbids to publish `page` besides verdicts, in the order of its lines."""
    checks = site.checks()
    for block in page.blocks:
        if block.name:
            checks.setdefault(block.name, block)
    linked = {link.name for each in (page, *site.pages()) for link in each.links}
    found = [
        *page.errors,
        *(error for link in page.links for error in link_errors(link, checks)),
        *(error for block in page.blocks for error in check_errors(block, checks, linked)),
        *answer_errors(page),
        *reference_errors(site, page),
    ]
    return sorted(found, key=lambda error: error.line)
