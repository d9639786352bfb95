"""Finds the fenced code blocks of a page: the fences that the site's own Markdown parser takes for such, and no others.

No second grammar is written here. The parser that renders the site, pymdownx.superfences, is made to note each fence
that it meets, with its place, and to leave a numbered mark in the HTML instead of highlighted code. A fence whose mark
is not in the HTML is not shown as code: it was literal text, or stood in an HTML comment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from markdown import Markdown
from markdown.extensions import Extension
from pymdownx.superfences import SuperFencesBlockPreprocessor

MARK = "data-fence"


@dataclass(frozen=True)
class Fence:
    """A fenced block; lines count from 0 in the page's text, and the code is dedented.

    `start` is the opening fence's line, `end` the line after the closing one.
    """

    language: str
    code: str
    start: int
    end: int


class _RecordingPreprocessor(SuperFencesBlockPreprocessor):  # type: ignore[misc] # it carries no types
    """superfences, but for what it does with a fence once found."""

    fences: list[Fence]
    lines: list[str]

    def run(self, lines: list[str]) -> list[str]:
        """Keep the lines as they come in, and look for fences."""
        self.lines[:] = lines
        found: list[str] = super().run(lines)
        return found

    def process_nested_block(self, ws: str, content: str, start: int, end: int) -> None:
        """Note the fence and put a numbered mark in its place (called by superfences at each closing fence)."""
        self.last = ws + self.normalize_ws(content)
        code = "\n".join(line.rstrip("\r") for line in self.rebuild_block(self.code).split("\n"))
        mark = f'<div {MARK}="{len(self.fences)}"></div>'
        self.fences.append(Fence(self.lang or "", code + "\n" if self.code else "", start, end))
        self._store(self.normalize_ws("\n".join(self.code)) + "\n", mark, start, end)
        self.clear()


class FenceRecorder(Extension):
    """Python-Markdown extension to list after all others; `fences` holds what the last conversion met.

    `lines` are those in which the fences were looked for: other ones than the page's, where text was taken in.
    """

    def __init__(self) -> None:
        super().__init__()
        self.fences: list[Fence] = []
        self.lines: list[str] = []

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown's name
        """Take the place of superfences' preprocessor, with its own settings."""
        original: Any = md.preprocessors["fenced_code_block"]
        recorder = _RecordingPreprocessor(md)
        recorder.config = original.config
        recorder.extension = original.extension
        recorder.fences, recorder.lines = self.fences, self.lines
        md.preprocessors.register(recorder, "fenced_code_block", 25)
