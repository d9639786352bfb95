"""Which file, and which of its lines, the Markdown text in hand came from.

A Python-Markdown extension is given text and no file name. It is told the folder of the pages instead, and
finds the page whose text it holds. That works under every site builder, which a hook of one builder would
not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from evidence.files.errors import PageError
from evidence.files.percent import as_page

UNKNOWN = Path("<text>")

# Code is no prose: a formula or an image in it is shown as it is written.
_CODE = re.compile(
    r"^[ >]*(?P<fence>```+|~~~+).*?^[ >]*(?P=fence)[ ]*$|(?<!`)(?P<tick>`+)(?!`)[^\n]*?(?P=tick)", re.M | re.S
)


@dataclass(frozen=True)
class Source:
    """A page's text and where it stands: line `i` of the text (from 0) is line `first_line + i` of `path`."""

    path: Path
    first_line: int
    text: str

    def line_of(self, snippet: str) -> int:
        """The line in the file on which `snippet` first occurs; the page's first line where it does not."""
        at = self.text.find(snippet)
        return self.first_line + (self.text.count("\n", 0, at) if at >= 0 else 0)

    def line_of_prose(self, snippet: str, occurrence: int = 0) -> int:
        """The line on which `snippet` stands outside of code, for the n-th time, from 0.

        Its white space may differ from the page's, as it does after the indentation of a list item was taken
        away. Falls back to the last such place, and then to `line_of`.
        """
        prose = _CODE.sub(lambda code: re.sub(r"[^\n]", "\0", code[0]), self.text)
        words = map(re.escape, snippet.split())
        places = [match.start() for match in re.finditer(r"[\s>]+".join(words), prose)] if snippet.strip() else []
        if not places:
            return self.line_of(snippet)
        return self.first_line + prose.count("\n", 0, places[min(occurrence, len(places) - 1)])

    def error(self, snippet: str, problem: str, remedy: str = "") -> PageError:
        """The error to raise for what `snippet` of the page got wrong."""
        return PageError(self.path, self.line_of(snippet), problem, remedy)


def examples_of(docs_dir: Path) -> Path:
    """The folder of the notebooks that are pages too: beside that of the pages."""
    return docs_dir.parent / "examples"


def page_files(docs_dir: Path) -> list[Path]:
    """The files that pages are made from: Markdown below `docs_dir`, and notebooks (`*.py`) beside it."""
    return [*sorted(docs_dir.rglob("*.md")), *sorted(examples_of(docs_dir).glob("*.py"))]


def read_page(path: Path) -> str:
    """The page in `path` as Markdown, on the lines of the file.

    Raises:
        PageError: a notebook is not in the percent format.
    """
    text = path.read_text(encoding="utf-8-sig")
    return as_page(text.replace("\r\n", "\n"), path) if path.suffix == ".py" else text


def locate(text: str, docs_dir: Path) -> Source:
    """The page of the site in `docs_dir` that ends with `text` (front matter may come before it).

    Text of no page, such as a fragment under test, belongs to the path `<text>`.
    """
    body = text.strip()
    for path in page_files(docs_dir):
        content = _read(path, path.stat().st_mtime_ns)
        if body and content.endswith(body):
            before = content[: len(content) - len(body)]
            return Source(path, before.count("\n") + 1, body)
    return Source(UNKNOWN, 1, text)


@lru_cache(maxsize=1024)
def _read(path: Path, _modified_ns: int) -> str:
    # MkDocs drops a byte order mark, and Python-Markdown knows only \n.
    return read_page(path).replace("\r\n", "\n").rstrip()
