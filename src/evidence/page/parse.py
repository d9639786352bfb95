"""Reads a page, for the runner, the rules and the site, and refuses what stands where it cannot: fences, links."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote

from markdown import Markdown
from markdown.extensions import Extension

from evidence.files.errors import PageError
from evidence.files.import_graph import imports_in
from evidence.files.source import read_page, without_front_matter
from evidence.page.addresses import address_problems, leads_elsewhere
from evidence.page.code_problems import code_problems
from evidence.page.directives import GRADES, Directive, DirectiveError, is_directive, parse_directive
from evidence.page.fences import Fence, FenceRecorder
from evidence.page.html_outline import Outline, outline
from evidence.page.languages import Language, classify, problem_with_fence
from evidence.page.layers import AnswerLayers
from evidence.page.link_places import link_lines
from evidence.page.made_links import MadeLinks
from evidence.page.measured import mark_measured
from evidence.page.model import Answer, Block, CheckLink, Figure, Option, Output, Page, Quiz, Reference
from evidence.page.near_directives import near_directives, nearest_form
from evidence.page.odd_characters import odd_in_text
from evidence.page.settings import Settings, settings_error
from evidence.page.stray_syntax import stray_syntax

# A line that looks like the start or end of a fence; inline code that begins a line holds a further backtick.
_FENCE_LINE = re.compile(r"^[>\s]*(`{3,}[^`]*|~{3,}.*)$")
_FRONT_MATTER = re.compile(r"---[ \t]*\n\w+[ \t]*:")
_RESERVED_CLASS = re.compile(r"check(-.*)?")
_LINK = "Write [words](check:name) in a sentence"
_ANSWER_LINE = r"""^\s*(/{{3,}}\s*details\s*\|\s*{0}\s*$|\?\?\?.*["']{0}["'])|<summary>\s*{0}\b"""
_QUIZ_LINE = re.compile(r"^\s*/{3,}\s*quiz\b")

# Of what stands before a link, so many characters tell how its words are meant.
_BEFORE_KEPT = 60


class PageParser:
    """Parses pages as the site with these settings renders them."""

    def __init__(self, settings: Settings | None = None) -> None:
        self._settings = settings or Settings(Path("mkdocs.yml"), Path("docs"))
        self._recorder = FenceRecorder()

    @cached_property
    def _markdown(self) -> Markdown:
        extensions: list[str | Extension] = [
            *self._settings.extensions,
            AnswerLayers(lambda: self._settings.reasons),
            self._recorder,
            MadeLinks(),
        ]
        try:
            return Markdown(extensions=extensions, extension_configs=self._settings.configs)
        except ImportError as error:
            file, name = self._settings.config_file, error.name or ""
            if not file.is_file():
                raise
            problem = f"a Markdown extension cannot be loaded: {error}"
            raise settings_error(file, name, problem, "Install what it needs, or take it out") from error

    def _convert(self, body: str, path: Path, first: int) -> str:
        self._markdown.reset()
        try:
            return self._markdown.convert(body)
        except PageError:
            raise
        except Exception as error:
            quoted = [line for name in re.findall(r"'([^']+)'", str(error)) for line in _lines_with(name, body)]
            problem = f"the page cannot be rendered: {type(error).__name__}: {error}"
            raise PageError(path, first + min(quoted, default=0), problem, "Mend what it names") from error

    def parse(self, path: Path) -> Page:
        """The page in `path`, with the errors that it shows by itself."""
        return self.parse_text(read_page(path), path)

    def parse_text(self, text: str, path: Path) -> Page:
        """The page `text`, which is or will be the content of `path`."""
        body = without_front_matter(text)
        before = text[: len(text) - len(body)].count("\n") if text.endswith(body) else 0
        self._recorder.fences.clear()
        seen = outline(self._convert(body, path, before + 1), self._settings.answer)
        page = Page(path, text)
        reader = _Reader(page, body.split("\n"), before + 1, list(self._recorder.fences), seen, self._settings.answer)
        reader.read(self._recorder.lines)
        if body == text and _FRONT_MATTER.match(text):
            problem = "what stands before the page is shown as text: it does not end with ---, or is no YAML"
            page.errors.append(PageError(path, 1, problem, "Begin and end it with a line ---"))
        page.errors.sort(key=lambda error: error.line)
        return page

    def html(self, page: Page) -> str:
        """What the Markdown of `page` becomes, before our own extensions add to it."""
        return self._convert(without_front_matter(page.text), page.path, 1)


def _lines_with(words: str, text: str) -> list[int]:
    return [at for at, line in enumerate(text.split("\n")) if words in line]


@dataclass
class _Reader:
    """Turns what the Markdown parser saw into a page; `first` is the file's line of `lines[0]`.

    `answer` is the title of a block that holds an answer.
    """

    page: Page
    lines: list[str]
    first: int
    fences: list[Fence]
    seen: Outline
    answer: str
    unnamed: Counter[str] = field(default_factory=Counter)

    def read(self, fenced: list[str]) -> None:
        """Read all; `fenced` are the lines in which the fences were looked for."""
        for at, problem in odd_in_text(self.page.text):
            self.page.errors.append(PageError(self.page.path, at + 1, f"the page holds {problem}", "Take it out"))
        foreign = next((fence for fence in self.fences if not self._holds(fence, fenced)), None)
        if foreign is not None:
            self._error(
                next((at for at, line in enumerate(self.lines) if "--8<--" in line), 0),
                "text is taken in from another file, in code or before it, so that the page does not hold what is run",
                "Write it on the page; code can be imported from a module",
            )
            return
        bound: set[int] = set()
        for number, fence in enumerate(self.fences):
            above = self._directive_lines(fence)
            bound.update(above)
            if number in self.seen.fences:
                self._read_fence(fence, above, self.seen.fences[number])
            elif number in self.seen.hidden and classify(fence.language) is not Language.OTHER:
                self._error(
                    fence.start,
                    "a block of Python stands where no reader sees it: in a comment, a script or what is hidden",
                    "Show it; set-up that distracts can go into a module under src/",
                )
            elif above and number not in self.seen.hidden:
                self._error(
                    above[0],
                    f"{self.lines[above[0]].strip()} stands above a fence that is shown as text",
                    "Indent both no further than the text around them",
                )
        self.page.title = self.seen.title
        self.page.headings = self.seen.headings
        mark_measured(self.page)
        code = {at for fence in self.fences for at in range(fence.start, fence.end)}
        self._read_strays(bound, code)
        self._read_links(code)
        self._read_answers()
        self._read_quizzes()
        self._read_addresses()

    def _holds(self, fence: Fence, fenced: list[str]) -> bool:
        """Whether the page has the fence where it was found."""
        place = slice(fence.start, fence.end)
        return [_bare(line) for line in self.lines[place]] == [_bare(line) for line in fenced[place]]

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
                self._error(at, str(error), error.remedy or nearest_form(self.lines[at].strip("<!-> \t")))
                continue
            if directive.kind in directives:
                self._error(at, f"{directive.kind} is said twice of one block")
            directives[directive.kind] = directive
        kind = classify(fence.language)
        if "expected-output" in directives:
            self._read_output(fence, above, directives, kind)
        elif kind is Language.OTHER:
            problem = problem_with_fence(self.lines[fence.start], fence.language)
            if problem and "skip" not in directives:
                self._error(fence.start, problem, 'Write ```python, options after it, as in ```python title="…"')
            elif directives:
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
        if not waived:
            for at, problem, remedy in code_problems(fence.code):
                self._error(fence.start + 1 + at, problem, remedy)
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
        elif self.page.blocks[-1].waived:
            self._error(
                fence.start,
                "the output of a block that is not run, so that nothing compares it",
                "Let the block run, or show no output of it",
            )
        elif self.page.blocks[-1].output is not None:
            self._error(fence.start, "a second expected output of one block", "Let another block print it")
        else:
            output = Output(fence.code, self.first + fence.start + 1)
            self.page.blocks[-1] = replace(self.page.blocks[-1], output=output)

    def _read_strays(self, bound: set[int], code: set[int]) -> None:
        for at, line in enumerate(self.lines):
            if at in code:
                continue
            if at not in bound and is_directive(line):
                self._error(at, f"{line.strip()} stands above no code block", "Put it right above the fence it is for")
            elif _FENCE_LINE.match(line):
                self._error(
                    at,
                    f"{line.strip()!r} is shown as text: the fence is not closed, or its options are not understood",
                    'Close it; quote its options, as in ```python title="…"',
                )
        for stray in (*near_directives(self.lines, code), *stray_syntax(self.lines, code, self.seen.slashes)):
            self._error(*stray)
        found: Counter[str] = Counter()
        for classes in self.seen.raw_python:
            self._error(
                self._line_of(classes, code, found[classes]),
                "a block of Python is written as raw HTML, where nothing can run it",
                "Write a ```python fence",
            )
            found[classes] += 1
        for name in sorted(filter(_RESERVED_CLASS.fullmatch, self.seen.classes)):
            self._error(
                self._line_of_class(name, code),
                f"the page gives something the class {name!r}, by which a reader knows what was checked",
                "Take a class of another name; a link to a check is [words](check:name)",
            )

    def _line_of_class(self, name: str, code: Collection[int]) -> int:
        written = re.compile(rf"""["'\s.]{re.escape(name)}(?![\w:-])""")
        return next((at for at, line in enumerate(self.lines) if at not in code and written.search(line)), 0)

    def _read_links(self, code: set[int]) -> None:
        text = "\n".join("" if at in code else line for at, line in enumerate(self.lines))
        lines, lost = link_lines(text, self.seen.links, self.seen.literal)
        for link, at in zip(self.seen.links, lines, strict=True):
            words = " ".join(link.words.split())
            before = link.before[-_BEFORE_KEPT:]
            around = (link.section, link.sentence, before, link.block, link.column)
            self.page.links.append(CheckLink(self.page.path, self.first + at, words, link.name, *around))
            if link.problem:
                self._error(at, f"the link [{words}] to a check cannot stand so: {link.problem}", _LINK)
        for at, name in lost:
            self._error(at, f"what names check:{name} became no link to it, or was given another address", _LINK)

    def _read_addresses(self) -> None:
        self.page.ids = self.seen.ids
        for href in self.seen.hrefs:
            if not leads_elsewhere(href):
                self.page.references.append(Reference(href, self.first + self._line_of(href)))
        drawn: Counter[str] = Counter()
        for each in self.seen.figures:
            line = self.first + self._line_of(each.src, occurrence=drawn[each.src])
            asked = self.seen.asked.get(each.section, "")
            figure = Figure(self.page.path, line, each.src, each.alt, each.caption, each.section, asked)
            self.page.figures.append(figure)
            drawn[each.src] += 1
        for repeated in sorted(self.seen.repeated):
            self._error(
                self._line_of(f"#{repeated}", occurrence=1),
                f"two places of the page have the id {repeated!r}, so that links to it lead to the first",
                "Give one of them another id",
            )
        for address, problem, remedy in address_problems(self.seen):
            self._error(self._line_of(address), problem, remedy)

    def _line_of(self, snippet: str, code: Collection[int] = (), occurrence: int = 0) -> int:
        """The line, from 0, on which `snippet` stands for the n-th time; the last such, or the first line of all."""
        lines = ((at, line) for at, line in enumerate(self.lines) if at not in code)
        spots = [at for at, line in lines if snippet in line or unquote(snippet) in line]
        return spots[min(occurrence, len(spots) - 1)] if spots else 0

    def _read_answers(self) -> None:
        titled = re.compile(_ANSWER_LINE.format(re.escape(self.answer)))
        lines = self._lines_of(titled, len(self.seen.answers))
        for line, answer in zip(lines, self.seen.answers, strict=True):
            code = tuple(self.first + self.fences[number].start for number in answer.open_fences)
            found = Answer(line, answer.section, answer.supported, tuple(answer.shorts), code, tuple(answer.folds))
            self.page.answers.append(found)

    def _read_quizzes(self) -> None:
        lines = self._lines_of(_QUIZ_LINE, len(self.seen.quizzes))
        for line, quiz in zip(lines, self.seen.quizzes, strict=True):
            options = tuple(Option(option.said, option.right, tuple(option.checks)) for option in quiz.options)
            self.page.quizzes.append(Quiz(line, quiz.section, quiz.question, options, quiz.listed, quiz.late))

    def _lines_of(self, pattern: re.Pattern[str], count: int) -> list[int]:
        """The lines that begin as many blocks, or the page's first where they cannot be told from others."""
        found = [self.first + at for at, line in enumerate(self.lines) if pattern.search(line)]
        return found if len(found) == count else [self.first] * count


def _bare(line: str) -> str:
    return line.expandtabs(4).rstrip()


def _imports(code: str) -> tuple[str, ...] | None:
    try:
        return imports_in(code)
    except (SyntaxError, ValueError):
        return None
