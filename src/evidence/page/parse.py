"""Reads a page: one parser, shared by the runner, the rules and the site."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote

from markdown import Markdown
from markdown.extensions import Extension
from mkdocs.utils.meta import get_data

from evidence.files.errors import PageError
from evidence.files.import_graph import imports_in
from evidence.files.source import read_page
from evidence.page.directives import GRADES, Directive, DirectiveError, is_directive, parse_directive
from evidence.page.fences import Fence, FenceRecorder
from evidence.page.html_outline import Outline, outline
from evidence.page.languages import Language, classify
from evidence.page.model import Answer, Block, CheckLink, Output, Page, Reference
from evidence.page.settings import MarkdownSettings

# A line that looks like the start or end of a fence; inline code that begins a line holds a further backtick.
_FENCE_LINE = re.compile(r"^[>\s]*(`{3,}[^`]*|~{3,}.*)$")
_ELSEWHERE = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//")
_ANOTHER_HOST = re.compile(r"(https?:)?//", re.IGNORECASE)
_ANSWER_LINE = re.compile(r"""^\s*(/{3,}\s*details\s*\|\s*Answer\s*$|\?\?\?.*["']Answer["'])|<summary>\s*Answer\b""")


class PageParser:
    """Parses pages as the site with these settings renders them."""

    def __init__(self, settings: MarkdownSettings | None = None) -> None:
        self._settings = settings or MarkdownSettings()
        self._recorder = FenceRecorder()

    @cached_property
    def _markdown(self) -> Markdown:
        extensions: list[str | Extension] = [*self._settings.extensions, self._recorder]
        return Markdown(extensions=extensions, extension_configs=self._settings.configs)

    def parse(self, path: Path) -> Page:
        """The page in `path`, with the errors that it shows by itself."""
        return self.parse_text(read_page(path), path)

    def parse_text(self, text: str, path: Path) -> Page:
        """The page `text`, which is or will be the content of `path`."""
        body, _ = get_data(text)
        before = text[: len(text) - len(body)].count("\n") if text.endswith(body) else 0
        self._recorder.fences.clear()
        self._markdown.reset()
        seen = outline(self._markdown.convert(body))
        page = Page(path, text)
        _Reader(page, body.split("\n"), before + 1, list(self._recorder.fences), seen).read()
        page.errors.sort(key=lambda error: error.line)
        return page


@dataclass
class _Reader:
    """Turns what the Markdown parser saw into a page; `first` is the file's line of `lines[0]`."""

    page: Page
    lines: list[str]
    first: int
    fences: list[Fence]
    seen: Outline
    unnamed: Counter[str] = field(default_factory=Counter)

    def read(self) -> None:
        bound: set[int] = set()
        for number, fence in enumerate(self.fences):
            above = self._directive_lines(fence)
            bound.update(above)
            if number in self.seen.fences:
                self._read_fence(fence, above, self.seen.fences[number])
            elif number in self.seen.hidden and classify(fence.language) is not Language.OTHER:
                self._error(
                    fence.start,
                    "a block of Python stands in an HTML comment, where no reader sees it",
                    "Show it; set-up that distracts can go into a module under src/",
                )
        self.page.title = self.seen.title
        self._read_strays(bound)
        self._read_links()
        self._read_answers()
        self._read_addresses()

    def _error(self, line: int, problem: str, remedy: str = "") -> None:
        self.page.errors.append(PageError(self.page.path, self.first + line, problem, remedy))

    def _directive_lines(self, fence: Fence) -> list[int]:
        found = []
        for at in range(fence.start - 1, -1, -1):
            if is_directive(self.lines[at]):
                found.append(at)
            elif self.lines[at].strip("> \t"):
                break
        return found[::-1]

    def _read_fence(self, fence: Fence, above: list[int], section: str) -> None:
        directives: dict[str, Directive] = {}
        for at in above:
            try:
                directive = parse_directive(self.lines[at])
            except DirectiveError as error:
                self._error(at, str(error), error.remedy)
                continue
            if directive.kind in directives:
                self._error(at, f"{directive.kind} is said twice of one block")
            directives[directive.kind] = directive
        kind = classify(fence.language)
        if "expected-output" in directives:
            self._read_output(fence, above, directives, kind)
        elif kind is Language.OTHER:
            if directives:
                self._error(
                    above[0],
                    f"{', '.join(directives)} stands above a block that is not Python",
                    "Put it above the Python block that it is meant for",
                )
        elif kind is Language.LOOKALIKE and "skip" not in directives:
            self._error(
                fence.start,
                f"a block of {fence.language!r} looks like checked Python and cannot be run",
                'Write it as ```python, or waive it with <!--pytest.mark.skip(reason="…")-->',
            )
        else:
            self._read_python(fence, above, directives, section)

    def _read_python(self, fence: Fence, above: list[int], directives: dict[str, Directive], section: str) -> None:
        grades = [directives[grade] for grade in GRADES if grade in directives]
        if len(grades) > 1:
            self._error(
                fence.start,
                f"a check of two grades: {' and '.join(g.kind for g in grades)}",
                "Give the one that its evidence has, or split it in two blocks",
            )
        waived = directives["skip"].argument if "skip" in directives else ""
        previous = self.page.blocks[-1] if self.page.blocks else None
        continues = None
        if "cont" in directives:
            if previous is None:
                self._error(fence.start, "a block continues, and no Python block comes before it")
            elif previous.waived and not waived:
                self._error(fence.start, "a block continues one that is not run", "Let it begin anew, or waive it too")
            else:
                continues = previous.ident
        elif previous is not None and self.page.path.suffix == ".py":
            continues = previous.ident  # the cells of a notebook share their names
        name = grades[0].argument if grades else None
        key = section or "page"
        self.unnamed[key] += name is None
        self.page.blocks.append(
            Block(
                path=self.page.path,
                fence_line=self.first + fence.start,
                line=self.first + fence.start + 1,
                end_line=self.first + fence.end - 1,
                code=fence.code,
                section=section,
                ident=self._ident(name or f"{key}.{self.unnamed[key]}"),
                grade=grades[0].kind if grades else None,
                name=name,
                waived=waived,
                continues=continues,
                directive_lines=tuple(self.first + at for at in above),
                imports=_imports(fence.code),
            )
        )

    def _ident(self, wanted: str) -> str:
        """A second check of the same name is an error of the page, and still a block of its own."""
        same = sum(block.ident.split("~")[0] == wanted for block in self.page.blocks)
        return f"{wanted}~{same + 1}" if same else wanted

    def _read_output(self, fence: Fence, above: list[int], directives: dict[str, Directive], kind: Language) -> None:
        self.page.output_directive_lines += [self.first + at for at in above]
        if kind is Language.PYTHON or len(directives) > 1:
            self._error(
                fence.start,
                "expected-output stands above a block of Python, which would never run",
                "Put it above the text block that holds the output",
            )
        elif not self.page.blocks:
            self._error(fence.start, "an expected output, and no Python block before it to print it")
        elif self.page.blocks[-1].output is not None:
            self._error(fence.start, "a second expected output of one block", "Let another block print it")
        else:
            output = Output(fence.code, self.first + fence.start + 1)
            self.page.blocks[-1] = replace(self.page.blocks[-1], output=output)

    def _read_strays(self, bound: set[int]) -> None:
        inside = {at for fence in self.fences for at in range(fence.start, fence.end)}
        for at, line in enumerate(self.lines):
            if at in inside:
                continue
            if at not in bound and is_directive(line):
                self._error(at, f"{line.strip()} stands above no code block", "Put it right above the fence it is for")
            elif _FENCE_LINE.match(line):
                self._error(
                    at,
                    f"{line.strip()!r} is shown as text: the fence is not closed, or its options are not understood",
                    'Close it; quote its options, as in ```python title="…"',
                )
        for _ in range(self.seen.raw_python):
            self._error(
                0,
                "a block of Python is written as raw HTML, where nothing can run it",
                "Write a ```python fence",
            )

    def _read_links(self) -> None:
        text, at = "\n".join(self.lines), 0
        for link in self.seen.links:
            found = text.find(f"](check:{link.name}", at)
            at = found + 1 if found >= 0 else at
            # A link may span lines: its words begin at the last bracket before.
            start = text.rfind("[", 0, found) if found >= 0 else 0
            line = self.first + text.count("\n", 0, max(start, 0))
            words = " ".join(link.words.split())
            self.page.links.append(CheckLink(self.page.path, line, words, link.name, link.section, link.sentence))

    def _read_addresses(self) -> None:
        self.page.ids = self.seen.ids
        for href in self.seen.hrefs:
            if not _ELSEWHERE.match(href):
                self.page.references.append(Reference(href, self.first + self._line_of(href)))
        for url in self.seen.fetched:
            if _ANOTHER_HOST.match(url):
                self._error(
                    self._line_of(url),
                    f"the page makes every reader's browser ask another host for {url}",
                    "Link to it, or take it from an installed package while the site is built",
                )

    def _line_of(self, address: str) -> int:
        spots = (at for at, line in enumerate(self.lines) if address in line or unquote(address) in line)
        return next(spots, 0)

    def _read_answers(self) -> None:
        at = [self.first + i for i, line in enumerate(self.lines) if _ANSWER_LINE.search(line)]
        for i, answer in enumerate(self.seen.answers):
            line = at[i] if len(at) == len(self.seen.answers) else self.first
            self.page.answers.append(Answer(line, answer.section, answer.supported))


def _imports(code: str) -> tuple[str, ...] | None:
    try:
        return imports_in(code)
    except SyntaxError:
        return None  # running it tells, with the line
