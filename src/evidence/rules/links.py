"""A check link names a check that is run, and claims the numbers that it asserts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from evidence.files.errors import PageError
from evidence.page.model import Block, CheckLink
from evidence.rules.nearest import nearest
from evidence.rules.numbers import numbers_asserted, numbers_in_text


def link_errors(link: CheckLink, checks: Mapping[str, Block]) -> Iterator[PageError]:
    check = checks.get(link.name)
    if check is None:
        yield link.error(
            f"the link [{link.words}] names the check {link.name!r}, which is on no page",
            f"The nearest checks are: {nearest(link.name, checks)}",
        )
        return
    if check.waived:
        yield link.error(
            f"the link [{link.words}] rests on the check {link.name!r}, which is not run",
            "Let it run, or do not claim it",
        )
    asserted = numbers_asserted(check)
    for written, values in numbers_in_text(link.words):
        if not values & asserted:
            yield link.error(
                f"the link [{link.words}] claims {written}, which {link.name!r} ({check.where}) does not assert",
                "Assert it there as a literal, print it in the expected output, or take it out of the link's words",
            )
