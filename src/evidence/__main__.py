"""`python -m evidence …`: what can be done with the checks of a site."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from evidence.files.errors import Refusal
from evidence.rules.interpreter import interpreter_problem
from evidence.run.clean_process import NoAnswer


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that `argv` names and return the exit code: 2 where it could not be done, 130 if interrupted."""
    try:
        parser = _parser()
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing in ("", "evidence"):
            raise
        print(f"Pages are read with the package {missing}, which is not installed. {_REMEDY}", file=sys.stderr)
        return 2
    arguments = parser.parse_args(argv)
    if problem := interpreter_problem():
        print(problem, file=sys.stderr)
        return 2
    try:
        code: int = arguments.run(arguments)
    except (Refusal, NoAnswer) as error:
        sys.stdout.flush()
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    return code


_REMEDY = "Install what you have this from once more, with its extra `evidence` in brackets after its name"


def _parser() -> argparse.ArgumentParser:
    """The commands.

    Raises:
        ModuleNotFoundError: something is not installed that reads pages.
    """
    from evidence.commands import ledger, mutate, new, reseed, unclaimed, update, verify

    description = "Run, attack, vary, update and list the checks of a site, and write new ones."
    parser = argparse.ArgumentParser(prog="python -m evidence", description=description)
    subparsers = parser.add_subparsers(metavar="command", required=True)
    for command in (verify, mutate, reseed, update, ledger, unclaimed, new):
        command.add(subparsers)
    return parser


if __name__ == "__main__":
    sys.exit(main())
