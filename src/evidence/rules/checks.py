"""A check has a name of its own, can fail, and bears out some sentence."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache

from evidence.files.errors import PageError
from evidence.files.syntax import statements
from evidence.page.model import Block, anchor


def check_errors(
    block: Block, checks: Mapping[str, Block], linked: Collection[str], ids: Collection[str]
) -> Iterator[PageError]:
    if block.name is None:
        return
    if anchor(block.name) in ids:
        yield block.error(
            f"the page has the id {anchor(block.name)!r} besides the check {block.name!r}, to whose place it leads",
            "Give the heading, or whatever has it, another id",
        )
    first = checks[block.name]
    if (first.path, first.line) != (block.path, block.line):
        yield block.error(
            f"a second check is named {block.name!r}; the first is at {first.where}",
            "Give it a name of its own",
        )
    if not has_assertion(block):
        yield block.error(
            f"the check {block.name!r} has no assert and no expected output, so it cannot fail",
            "Assert what it shows, write <!--pytest-codeblocks:expected-output--> above what it prints, or remove its "
            "marker: set-up claims nothing",
        )
    if clock := _clock(block.code):
        yield block.error(
            f"the check {block.name!r} asks the clock, with {clock}: what it shows, another machine may not show",
            "Count steps, operations or bytes, or measure in a block that claims nothing",
        )
    if block.name not in linked:
        yield block.error(
            f"no sentence links to the check {block.name!r}",
            f"Link the words that claim it: [words](check:{block.name})",
        )


_CLOCKS = {"perf_counter", "perf_counter_ns", "process_time", "monotonic", "timeit", "time.time"}
_CLOCKS |= {"datetime.now", "datetime.today", "date.today"}


@lru_cache(maxsize=4096)
def _clock(code: str) -> str:
    """The first call of the code that asks for the time; empty if none does."""
    try:
        calls = [ast.unparse(node.func) for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    except SyntaxError:
        return ""
    return next((each for each in calls if {each.split(".")[-1], ".".join(each.split(".")[-2:])} & _CLOCKS), "")


def has_assertion(block: Block) -> bool:
    """Whether the block can fail at all: it asserts, expects an error, or has an expected output."""
    return block.output is not None or _can_fail(block.code)


@lru_cache(maxsize=4096)
def _can_fail(code: str) -> bool:
    try:
        return any(_asserts(statement) for statement in statements(ast.parse(code).body))
    except SyntaxError:
        return True


def _asserts(statement: ast.AST) -> bool:
    if isinstance(statement, ast.With | ast.AsyncWith):
        return any("raises" in ast.unparse(item.context_expr) for item in statement.items)
    return isinstance(statement, ast.Assert)
