"""`python -m evidence ledger`: all checks, with question, grade, time and verdict."""

from __future__ import annotations

import argparse
from pathlib import Path

from evidence.page.site import Site
from evidence.records.records import Records
from evidence.show.ledger import as_json, as_text, ledger


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "ledger",
        help="list all checks with question, grade, time and verdict",
        description="Lists the checks of the site in docs/ and runs none. A `stale` one was not run as it stands.",
        epilog="Exit code: 0 all passed, 1 some failed or are stale.",
    )
    parser.add_argument("--json", action="store_true", help="as JSON, with the sentences that claim what each shows")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the ledger; the exit code."""
    docs_dir = Path("docs").absolute()
    entries = ledger(Site(docs_dir), Records(docs_dir))
    print(as_json(entries) if arguments.json else as_text(entries, docs_dir))
    return int(any(entry.verdict not in ("passed", "waived") for entry in entries))
