"""Which files are the pages of a site, and which file, and which of its lines, the Markdown text in hand came from.

A Python-Markdown extension is given text and no file name. A builder that knows says which page it has in hand
(`take_in_hand`); under any other, the page is found by its text.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidence.files.errors import PageError
from evidence.files.percent import as_page

UNKNOWN = Path("<text>")

# Code is no prose: a formula or an image in it is shown as it is written.
_CODE = re.compile(
    r"^[ >]*(?P<fence>```+|~~~+).*?^[ >]*(?P=fence)[ ]*$|(?<!`)(?P<tick>`+)(?!`)[^\n]*?(?P=tick)", re.M | re.S
)


@dataclass(frozen=True)
class Source:
    """A page's text and where it stands: line `i` of the text (from 0) is line `first_line + i` of `path`.

    `of_file` is false for text that is not that of the file: `path` is then the page that it is rendered for, as far as
    that is known.
    """

    path: Path
    first_line: int
    text: str
    of_file: bool = True

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


@dataclass(frozen=True)
class SiteFiles:
    """The files that a site is made from: its `pages`, notebooks last, and `others`, which are copied as they are."""

    pages: tuple[Path, ...]
    others: tuple[Path, ...]


def site_files(docs_dir: Path, examples: Path | None, left_out: Mapping[str, str]) -> SiteFiles:
    """The files of a site, as MkDocs finds them: in linked folders too, and without those that are left out.

    Args:
        docs_dir: the folder of the pages.
        examples: the folder of the notebooks that are pages too, if there is one.
        left_out: the patterns of what is not published, by the names of MkDocs' settings.
    """
    from mkdocs.structure.files import InclusionLevel, get_files
    from pathspec.gitignore import GitIgnoreSpec

    # `get_files` asks for no more of a configuration than this.
    config: Any = {"docs_dir": str(docs_dir), "site_dir": "", "use_directory_urls": True}
    config |= {name: GitIgnoreSpec.from_lines(lines.splitlines()) for name, lines in left_out.items()}
    published = [file for file in get_files(config) if file.inclusion.value >= InclusionLevel.NOT_IN_NAV.value]
    pages = sorted(docs_dir / file.src_uri for file in published if file.is_documentation_page())
    if gone := next((path for path in pages if not path.exists()), None):
        raise PageError(gone, 1, f"the page {gone.name} leads here, where no file is", "Mend it, or take it out")
    others = sorted(docs_dir / file.src_uri for file in published if not file.is_documentation_page())
    return SiteFiles((*pages, *sorted(examples.glob("*.py") if examples else ())), tuple(others))


def is_markdown(path: Path) -> bool:
    """Whether a file is Markdown by its name."""
    return path.name.endswith((".markdown", ".mdown", ".mkdn", ".mkd", ".md"))


def markdown_files(docs_dir: Path) -> tuple[Path, ...]:
    """The Markdown below a folder, in the order of the paths; not what is hidden."""
    found = (Path(folder, name) for folder, _, names in os.walk(docs_dir, followlinks=True) for name in names)
    shown = (path for path in found if not any(part.startswith(".") for part in path.relative_to(docs_dir).parts))
    return tuple(sorted(filter(is_markdown, shown)))


def without_front_matter(text: str) -> str:
    """A page without the metadata before it, as MkDocs tells these."""
    try:
        from mkdocs.utils.meta import get_data
    except ImportError:  # then no builder reads them; forges show them apart
        return re.sub(r"\A---[ \t]*\n(.*?\n)(?:\.{3}|---)[ \t]*\n+", "", text, flags=re.DOTALL)
    return get_data(text)[0]


def read_page(path: Path) -> str:
    """The page in `path` as Markdown, on the lines of the file.

    Raises:
        PageError: it cannot be read, is not text in UTF-8, or is a notebook and not in the percent format.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        problem = f"the page cannot be read: {error.strerror}"
        raise PageError(path, 1, problem, "Mend what it leads to, or take it out") from error
    try:
        # A byte order mark is no part of the text.
        text = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise PageError(path, line, f"the page is not text in UTF-8: {error.reason}", "Save it as UTF-8") from error
    return as_page(text, path) if path.suffix == ".py" else text


# The page that a builder renders: its file, where it has one, and what to call it.
_in_hand: tuple[Path | None, Path] | None = None


def take_in_hand(path: Path | None, name: Path) -> None:
    """Say which page is rendered from now on: its file, if it has one, and what to call it in messages."""
    global _in_hand
    _in_hand = path, name


def put_down() -> None:
    """No page is rendered any more."""
    global _in_hand
    _in_hand = None


def in_hand() -> Path | None:
    """The file of the page that is rendered, as far as its builder tells."""
    return _in_hand[0] if _in_hand else None


def builder_tells() -> bool:
    """Whether a builder says which page it has in hand, and so when it begins with all of them anew."""
    return _in_hand is not None


def locate(text: str, docs_dir: Path) -> Source:
    """The page of the site in `docs_dir` that `text` is (front matter may come before it in the file).

    Text of no page, such as a fragment under test, belongs to the path `<text>`; see `Source.of_file`.
    """
    body = text.strip()
    path, name = _in_hand or (None, UNKNOWN)
    path = path or _place_of(body, docs_dir)
    content = read_page(path).rstrip() if path else ""
    if path and body and content.endswith(body):
        return Source(path, content.count("\n", 0, len(content) - len(body)) + 1, body)
    return Source(name, 1, text, of_file=False)


_places: dict[Path, dict[str, Path]] = {}
_digests: dict[Path, tuple[int, str]] = {}


def _place_of(body: str, docs_dir: Path) -> Path | None:
    """The page with this text. What is known of the others is looked at anew only where it is not found."""
    wanted = _digest_of(body)
    known = _places.get(docs_dir, {}).get(wanted)
    if known and known.exists() and _digest(known) == wanted:
        return known
    _places[docs_dir] = {}
    for path in markdown_files(docs_dir):
        _places[docs_dir].setdefault(_digest(path), path)
    return _places[docs_dir].get(wanted)


def _digest(path: Path) -> str:
    modified = path.stat().st_mtime_ns
    if path not in _digests or _digests[path][0] != modified:
        _digests[path] = (modified, _digest_of(without_front_matter(read_page(path)).strip()))
    return _digests[path][1]


def _digest_of(body: str) -> str:
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()
