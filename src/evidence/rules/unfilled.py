"""What `python -m evidence new` left for the author to write has been written."""

from __future__ import annotations

from collections.abc import Iterator

from evidence.files.errors import PageError
from evidence.page.model import Page

MARK = "FILL IN"


def unfilled_errors(page: Page) -> Iterator[PageError]:
    """Each line that is still to be filled in."""
    for number, line in enumerate(page.text.split("\n"), 1):
        if (at := line.find(f"{MARK} ")) >= 0:
            problem = f"to be filled in: {line[at + len(MARK) :].strip()}"
            yield PageError(page.path, number, problem, f"Write it in the place of {MARK} and what follows")
