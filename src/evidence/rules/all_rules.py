"""All rules that a page is held to, in one place."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from evidence.files.errors import PageError
from evidence.page.model import Block, CheckLink, Page
from evidence.page.site import Site
from evidence.records.records import Record, Records
from evidence.rules.answers import answer_errors
from evidence.rules.checks import check_errors
from evidence.rules.directions import direction_errors
from evidence.rules.figures import cell_errors, figure_errors
from evidence.rules.given import given_errors
from evidence.rules.links import RecordOf, link_errors
from evidence.rules.meanings import meaning_errors
from evidence.rules.notebooks import notebook_errors
from evidence.rules.opposites import opposite_errors
from evidence.rules.quiz import quiz_errors
from evidence.rules.references import reference_errors
from evidence.rules.unfilled import unfilled_errors

# Of each page whose links were found to be borne out, what they were held to. While that stays, they need not be held
# to it again: a build asks before it begins and when it renders the page, a served site at each edit of another one.
_BORNE_OUT: dict[Path, list[object]] = {}


def page_errors(site: Site, page: Page, records: Records | None) -> list[PageError]:
    """Everything that forbids to publish `page` besides verdicts, in the order of its lines.

    Args:
        site: the site that the page may link into.
        page: the page.
        records: what the words of its links are held to, where there is a current record; `None` holds them to nothing.
    """
    # Of two checks with one name, the first is the site's. But the page need not be one of the site's, and one that is
    # may be written at this moment: its own checks are those that it has in hand.
    own = {block.name: block for block in reversed(page.blocks) if block.name}
    listed = site.checks()
    checks = ChainMap({name: own[name] for name in own if listed.get(name, own[name]).path == page.path}, listed)
    here = {link.name for link in page.links}
    linked = site.linked() if here <= site.linked() else site.linked() | here
    # What is no Python asserts nothing: that is told once, and not again of each sentence that rests on it.
    # Nor is a name told as unknown where a directive with that name is told as wrong.
    sound = [
        link
        for link in page.links
        if (checks[link.name].imports is not None if link.name in checks else not _is_told_of(link.name, page))
    ]

    # Each rule asks for the same records, and of a page of many checks that must not mean as many looks at all of them.
    @cache
    def sessions_on(path: Path) -> dict[int, list[Block]]:
        found = page if path == page.path else site.page(path)
        return {block.line: session for session in found.sessions() for block in session}

    @cache
    def record_of(check: Block) -> Record | None:
        session = sessions_on(check.path).get(check.line) if records is not None else None
        return records.of(check, session) if records is not None and session else None

    found = [
        *page.errors,
        *_word_errors(page, sound, checks, record_of),
        *(
            error
            for link in sound
            if (check := checks.get(link.name))
            for session in [sessions_on(check.path).get(check.line, ())]
            for error in (
                *given_errors(link, session),
                *opposite_errors(link, session, check, record_of(check)),
                *direction_errors(link, check, record_of(check)),
            )
        ),
        *(error for figure in page.figures for error in figure_errors(figure, page, checks, record_of)),
        *cell_errors(page, record_of),
        *(error for block in page.blocks for error in check_errors(block, checks, linked, page.ids)),
        *meaning_errors(page),
        *answer_errors(page),
        *notebook_errors(page),
        *reference_errors(site, page),
        *unfilled_errors(page),
    ]
    return sorted(found, key=lambda error: error.line)


def _word_errors(
    page: Page, links: list[CheckLink], checks: Mapping[str, Block], record_of: RecordOf
) -> list[PageError]:
    """What is wrong with the words of check links, and with quizzes, whose reasons are such links."""
    named = {link.name for link in page.links}.union(
        *(option.checks for quiz in page.quizzes for option in quiz.options)
    )
    held_to: list[object] = [page]
    for name in sorted(named):
        check = checks.get(name)
        held_to += [check, check and record_of(check)]
    before = _BORNE_OUT.get(page.path, [])
    if len(before) == len(held_to) and all(old is new for old, new in zip(before, held_to, strict=True)):
        return []
    errors = [error for link in links for error in link_errors(link, page.links, checks, record_of)]
    errors += quiz_errors(page, lambda link: link_errors(link, (), checks, record_of))
    if not errors:
        _BORNE_OUT[page.path] = held_to
    return errors


def _is_told_of(name: str, page: Page) -> bool:
    return bool(name) and any(f'"{name}"' in error.problem for error in page.errors)
