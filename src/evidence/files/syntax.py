"""The statements of a piece of Python, without a walk over its expressions, which are most of a tree."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

_PARTS = ("body", "orelse", "finalbody", "handlers", "cases")


def statements(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """The statements of `body` and those within them, and the `except` and `case` that these stand under."""
    for node in body:
        yield node
        for part in _PARTS:
            yield from statements(getattr(node, part, ()))
