"""The text of the page in hand, kept for the moment in which a mistake needs its line."""

from __future__ import annotations

from markdown.preprocessors import Preprocessor


class KeepText(Preprocessor):
    """Remembers the text that is being converted; to be run before all others."""

    text = ""

    def run(self, lines: list[str]) -> list[str]:
        """Keep the lines, and change nothing."""
        self.text = "\n".join(lines)
        return lines
