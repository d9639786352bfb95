"""`python -m evidence verify`: run what has no current record."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence

from evidence.commands.pages import CommandError, add_jobs, add_pages, find_pages, find_site, require_checks
from evidence.page.model import Block, Page
from evidence.page.site import Site
from evidence.records.records import Record, Records
from evidence.records.verification import verify
from evidence.rules.all_rules import page_errors
from evidence.rules.other_files import site_errors


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "verify",
        help="run the blocks that have no current record",
        description="Runs the blocks of the pages that failed, or were not run as they stand, and keeps what came out.",
        epilog=(
            "A block may take 300 s of processor time; the environment variable EVIDENCE_LIMIT sets another number. "
            "Exit code: 0 all hold, 1 some do not, 2 a page breaks a rule or cannot be read."
        ),
    )
    add_pages(parser)
    add_jobs(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Verify and report; the exit code.

    Raises:
        CommandError: a page breaks a rule.
    """
    begin = time.perf_counter()
    site = find_site(arguments)
    pages, records = find_pages(site, arguments.pages), Records(site.docs_dir)
    require_checks(site, arguments.pages)
    _require_rules(site, pages, None)
    verdict = verify(pages, records, lambda *done: print(_line(*done), flush=True), jobs=arguments.jobs)
    for failure in verdict.failures:
        print(f"\n{failure}")
    seconds = time.perf_counter() - begin
    print(
        f"{verdict.ran} blocks ran, {verdict.current} were current, "
        f"{len(verdict.failures)} do not hold; {seconds:.1f} s"
    )
    # What the words of a link may say is known once its check was run.
    _require_rules(site, pages, records.fresh())
    return int(bool(verdict.failures))


def _require_rules(site: Site, pages: Sequence[Page], records: Records | None) -> None:
    """Refuse pages that break a rule.

    Raises:
        CommandError: some do.
    """
    errors = [str(error) for page in pages for error in page_errors(site, page, records)]
    errors += map(str, site_errors(site))
    if errors:
        raise CommandError("\n".join(errors))


def _line(block: Block, record: Record) -> str:
    return f"{'held ' if record.passed else 'FAILED'} {record.seconds:6.2f} s  {block.where} {block.ident}"
