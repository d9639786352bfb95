"""`python -m evidence ledger`: all checks, with question, grade, time and verdict."""

from __future__ import annotations

import argparse

from evidence.commands.pages import add_site, find_pages, find_site, require_checks
from evidence.records.records import Records
from evidence.show.ledger import as_json, as_text, ledger


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "ledger",
        help="list all checks with question, grade, time and verdict",
        description="Lists the checks of the site and runs none. A `stale` one was not run as it stands.",
        epilog="Exit code: 0 all passed, 1 some failed or are stale.",
    )
    add_site(parser)
    parser.add_argument("--json", action="store_true", help="as JSON, with the sentences that claim what each shows")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the ledger; the exit code."""
    site = find_site(arguments)
    find_pages(site, [])
    require_checks(site)
    entries = ledger(site, Records(site.docs_dir))
    print(as_json(entries, site.settings.versions) if arguments.json else as_text(entries, site.docs_dir))
    return int(any(entry.verdict not in ("passed", "waived") for entry in entries))
