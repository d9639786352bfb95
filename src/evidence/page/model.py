"""What a page holds for us: its blocks of Python, its check links, its answers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from evidence.files.errors import PageError, display_path


def anchor(name: str) -> str:
    """The id of the place of the check `name` on its page."""
    return f"check-{name}"


# A waiver is the attack's, and the author's; a reader of the code has no use for it.
_REMARK = re.compile(r"[ \t]*# mutation\b[^\n]*")


def without_remarks(code: str) -> str:
    """Code as a reader sees it: without what it says to the machine."""
    return _REMARK.sub("", code)


@dataclass(frozen=True)
class Output:
    """What a block is said to print.

    Attributes:
        text: what stands on the page.
        line: that of the first line of the output.
        measured: whether its numbers are those of one machine, beside asserts that hold on any: see `page.measured`.
    """

    text: str
    line: int
    measured: bool = False


@dataclass(frozen=True)
class Block:
    """A fence that the site shows as Python. Lines count from 1 in the file.

    Attributes:
        path: the page's file.
        fence_line: the line of the opening fence.
        line: the line of the first line of code.
        end_line: the line of the closing fence.
        code: the code, dedented.
        section: the id of the heading that it stands under.
        ident: unique on its page and stable under edits elsewhere: the check's name, or `section.1`, `section.2`, …
        grade: the evidence's grade for a check, `None` for set-up.
        name: the check's name.
        waived: why it is not run; empty for a block that is.
        continues: the ident of the block whose names it goes on with.
        output: what it is said to print.
        directive_lines: the lines of the comments above it.
        imports: the dotted names that its code may import; `None` if it is not Python.
    """

    path: Path
    fence_line: int
    line: int
    end_line: int
    code: str
    section: str
    ident: str
    grade: str | None = None
    name: str | None = None
    waived: str = ""
    continues: str | None = None
    output: Output | None = None
    directive_lines: tuple[int, ...] = ()
    imports: tuple[str, ...] | None = ()

    @property
    def where(self) -> str:
        """`docs/cnns.md:57`."""
        return f"{display_path(self.path)}:{self.line}"

    def error(self, problem: str, remedy: str = "") -> PageError:
        """The error to report at this block."""
        return PageError(self.path, self.fence_line, problem, remedy)


@dataclass(frozen=True)
class CheckLink:
    """A link `[words](check:name)`: what a sentence claims the check shows.

    `before` is what stands before it there, and `block` is the number of its paragraph, or of its list or table.
    `column` is that of its cell, from 0; -1 outside of tables.
    """

    path: Path
    line: int
    words: str
    name: str
    section: str
    sentence: str = ""
    before: str = ""
    block: int = 0
    column: int = -1

    def error(self, problem: str, remedy: str = "") -> PageError:
        """The error to report at this link."""
        return PageError(self.path, self.line, problem, remedy)


@dataclass(frozen=True)
class Answer:
    """A details block with the title of an answer.

    Attributes:
        line: where it begins.
        section: the id of its question.
        supported: whether any check link or cited source is in it.
        shorts: the text of each `short` block in it, formulas between `$`.
        open_code: the lines of the fences in it that no fold holds.
        folds: what kind each fold in it is, in their order: `evidence`, or a type of details.
    """

    line: int
    section: str
    supported: bool
    shorts: tuple[str, ...] = ()
    open_code: tuple[int, ...] = ()
    folds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Option:
    """What an option of a quiz says, whether it is right, and the checks that its reason links to."""

    said: str
    right: bool
    checks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Quiz:
    """A quiz item.

    Attributes:
        line: where it begins.
        section: the id of its question in the course.
        question: what it asks.
        options: those that are marked as right or wrong.
        listed: how many options it has.
        late: whether the answer stands before it.
    """

    line: int
    section: str
    question: str
    options: tuple[Option, ...]
    listed: int
    late: bool

    @property
    def checks(self) -> set[str]:
        """The names of the checks that its reasons link to."""
        return {name for option in self.options for name in option.checks}


@dataclass(frozen=True)
class Figure:
    """A picture, with its description and its caption; `asked` is the question of the section that it stands in."""

    path: Path
    line: int
    src: str
    alt: str
    caption: str
    section: str
    asked: str

    def error(self, problem: str, remedy: str = "") -> PageError:
        """The error to report at this picture."""
        return PageError(self.path, self.line, problem, remedy)


@dataclass(frozen=True)
class Reference:
    """A link to a page or file of the site, as the author wrote it."""

    href: str
    line: int


@dataclass
class Page:
    """A parsed page.

    `ids` are where links may lead on it, `headings` what the heading of each section says, `errors` those that the page
    alone shows.
    """

    path: Path
    text: str
    title: str = ""
    blocks: list[Block] = field(default_factory=list)
    links: list[CheckLink] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    quizzes: list[Quiz] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    headings: dict[str, str] = field(default_factory=dict)
    output_directive_lines: list[int] = field(default_factory=list)
    errors: list[PageError] = field(default_factory=list)

    def sessions(self) -> list[list[Block]]:
        """The blocks that are run, in runs that share their names: each block with those that continue it."""
        sessions: list[list[Block]] = []
        of: dict[str, list[Block]] = {}
        for block in self.blocks:
            if block.waived:
                continue
            session = of.get(block.continues or "")
            if session is None:
                session = []
                sessions.append(session)
            session.append(block)
            of[block.ident] = session
        return sessions
