"""`python -m evidence …`: what can be done with the checks of a site."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from evidence.commands import ledger, mutate, reseed, unclaimed, update, verify
from evidence.commands.pages import CommandError
from evidence.files.errors import PageError
from evidence.page.settings import SettingsError
from evidence.rules.interpreter import interpreter_problem
from evidence.run.elsewhere import NoAnswer

COMMANDS = (verify, mutate, reseed, update, ledger, unclaimed)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that `argv` names and return the exit code: 2 where it could not be done, 130 if interrupted."""
    parser = argparse.ArgumentParser(
        prog="python -m evidence", description="Run, attack, vary, update and list the checks of a site."
    )
    subparsers = parser.add_subparsers(metavar="command", required=True)
    for command in COMMANDS:
        command.add(subparsers)
    arguments = parser.parse_args(argv)
    if problem := interpreter_problem():
        print(problem, file=sys.stderr)
        return 2
    try:
        code: int = arguments.run(arguments)
    except (CommandError, NoAnswer, PageError, SettingsError) as error:
        sys.stdout.flush()
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    return code


if __name__ == "__main__":
    sys.exit(main())
