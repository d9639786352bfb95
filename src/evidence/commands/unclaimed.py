"""`python -m evidence unclaimed`: the numbers of the answers that no check link claims."""

from __future__ import annotations

import argparse
import re

from evidence.commands.pages import add_pages, find_pages, find_site
from evidence.files.errors import display_path
from evidence.page.model import Page
from evidence.page.parse import PageParser
from evidence.rules.words.unclaimed import Unclaimed, answer_numbers


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "unclaimed",
        help="list the numbers of the answers that no check link claims",
        description=(
            "Lists each number in an answer, or in a reason of a quiz, that stands in no check link, and tells of each "
            "page what share does. Left out is what is given, by the question or by the code that sets up its runs; "
            "displayed formulas, citations and other links; numbers of questions and the like, years; and 0, 1, and "
            "numbers up to twelve in letters, claimed or not."
        ),
        epilog="Exit code: 0.",
    )
    add_pages(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the numbers and the shares; the exit code."""
    site = find_site(arguments)
    parser = PageParser(site.settings)
    claimed = total = 0
    shares = []
    for page in find_pages(site, arguments.pages):
        found = answer_numbers(parser.html(page), page.blocks, site.settings.answer)
        here = found.claimed + len(found.unclaimed)
        if not here:
            continue
        for each in found.unclaimed:
            print(f"{display_path(page.path)}:{_line(page, each)}: {each.number.written} in {each.sentence!r}")
        shares.append(f"{display_path(page.path)}: {_share(found.claimed, here)}")
        claimed, total = claimed + found.claimed, total + here
    for line in shares:
        print(line)
    print(f"all: {_share(claimed, total)}")
    return 0


def _share(claimed: int, total: int) -> str:
    return f"{claimed} of {total} numbers are claimed ({claimed / total:.0%})" if total else "no numbers"


def _line(page: Page, each: Unclaimed) -> int:
    """The line that the number stands on, found by the longest run of plain words in its sentence."""
    head = page.text.find(f"#{each.section}") if each.section else 0
    run = max(re.findall(r"[a-zA-Z]+(?: [a-zA-Z]+)*", each.sentence), key=len, default="")
    words = re.compile(r"\s+".join(run.split())).search(page.text, max(head, 0))
    line = page.text.count("\n", 0, words.start() if words and run else max(head, 0)) + 1
    lines = page.text.split("\n")
    near = sorted(range(max(line - 4, 0), min(line + 4, len(lines))), key=lambda at: abs(at + 1 - line))
    return next((at + 1 for at in near if each.number.written in lines[at]), line)
