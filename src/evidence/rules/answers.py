"""An answer rests on a check or on a cited source."""

from __future__ import annotations

from collections.abc import Iterator

from evidence.files.errors import PageError
from evidence.page.model import Page


def answer_errors(page: Page) -> Iterator[PageError]:
    for answer in page.answers:
        if not answer.supported:
            yield PageError(
                page.path,
                answer.line,
                f"the answer to {answer.section!r} links to no check and cites no source",
                "Link its first sentence to a check, [words](check:name), or to references.md#…",
            )
