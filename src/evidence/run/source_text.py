"""The text of a piece of code, cut at the places of its syntax tree."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable


class SourceText:
    """Code with its syntax tree; places count in bytes of UTF-8, as the tree's columns do.

    Raises:
        SyntaxError: `code` is not Python.
    """

    def __init__(self, code: str) -> None:
        self.tree = ast.parse(code)
        self.text = code.encode()
        self._lines = [0]
        for line in self.text.split(b"\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)

    def span(self, node: ast.expr | ast.keyword) -> tuple[int, int]:
        """Where `node` begins and ends."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self._lines[node.lineno - 1] + node.col_offset, self._lines[node.end_lineno - 1] + node.end_col_offset

    def of(self, node: ast.expr) -> str:
        """The text of `node`."""
        start, end = self.span(node)
        return self.text[start:end].decode()

    def place(self, at: int) -> tuple[int, int]:
        """Line and column, both from 1 and the column in characters, of the byte `at`."""
        before = self.text[:at].decode()
        return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1

    def edited(self, edits: Iterable[tuple[int, int, str]], within: tuple[int, int] | None = None) -> str:
        """The code, or the part of it that is `within`, with new texts; the bytes that they replace do not overlap."""
        at, end = within or (0, len(self.text))
        parts = []
        for first, last, new in sorted(edits, key=lambda edit: edit[:2]):
            parts += [self.text[at:first], new.encode()]
            at = last
        return b"".join([*parts, self.text[at:end]]).decode()

    def operator(self, symbol: str, left: ast.expr, right: ast.expr) -> tuple[int, int]:
        """Where the operator between two operands stands; brackets and comments may stand there too."""
        start, end = self.span(left)[1], self.span(right)[0]
        gap = re.sub(rb"#[^\n]*", lambda comment: b" " * len(comment[0]), self.text[start:end])
        pattern = rb"\s+".join(re.escape(word) for word in symbol.encode().split())
        found = re.search(pattern, gap)
        assert found is not None, "an operator stands between its operands"
        return start + found.start(), start + found.end()

    def argument(self, keyword: ast.keyword, *, alone: bool) -> tuple[int, int]:
        """Where a keyword argument stands, with the comma that goes if it goes: that before it, or if alone after."""
        start, end = self.span(keyword)
        if alone:
            after = re.match(rb"\s*,", self.text[end:])
            return start, end + (after.end() if after else 0)
        return len(re.sub(rb",\s*$", b"", self.text[:start])), end

    def assert_at(self, line: int) -> tuple[int, int] | None:
        """The first and last line of the assert statement that `line`, from 1, is part of."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Assert) and node.lineno <= line <= (node.end_lineno or node.lineno):
                return node.lineno, node.end_lineno or node.lineno
        return None
