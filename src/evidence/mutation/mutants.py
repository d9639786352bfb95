"""The mutants of a check: its code or expected output, each with one claim changed."""

from __future__ import annotations

import io
import re
import tokenize
from dataclasses import dataclass, field

from evidence.files.errors import PageError
from evidence.mutation.operators import Change, Kind, changes_of
from evidence.page.model import Block
from evidence.run.source_text import SourceText

_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?|\.\d+")
_WAIVER = re.compile(r"#\s*mutation\b:?\s*(?P<reason>.*)")


@dataclass(frozen=True)
class Mutant:
    """A check with one claim changed.

    Attributes:
        kind: what it would mean if the check still passed.
        line: the line of the change in the page's file.
        column: its column in the block's code, from 1.
        old: the text that is changed.
        new: what it becomes.
        output: the expected output, changed; `None` for a change of the code.
        why: what makes the claim empty where that is plain from its text; otherwise empty.
        waiver: the reason to let it survive, from the comment `# mutation: …` at its assert.
        change: that of the code; `None` for a change of the expected output.
    """

    kind: Kind
    line: int
    column: int
    old: str
    new: str
    output: str | None = None
    why: str = ""
    waiver: str = ""
    change: Change | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Waiver:
    """A comment `# mutation: reason` on `line`, at the assert on the lines `first` to `last` of the page's file."""

    line: int
    reason: str
    first: int
    last: int


def mutants_of(block: Block) -> list[Mutant]:
    """All mutants of `block`, in the order of their places.

    Raises:
        SyntaxError: the code is not Python.
        PageError: a waiver gives no reason, or stands at no assert.
    """
    source = SourceText(block.code)
    waivers = waivers_of(block, source)
    found = [_of_code(change, block, source, waivers) for change in changes_of(source)]
    return found + _of_output(block)


def _of_code(change: Change, block: Block, source: SourceText, waivers: list[Waiver]) -> Mutant:
    line, column = source.place(change.start)
    line += block.line - 1
    return Mutant(
        kind=change.kind,
        line=line,
        column=column,
        old=source.text[change.start : change.end].decode(),
        new=change.new,
        why=change.why,
        waiver=next((waiver.reason for waiver in waivers if waiver.first <= line <= waiver.last), ""),
        change=change,
    )


def _of_output(block: Block) -> list[Mutant]:
    """Each number of the expected output with its last digit one up, and one down."""
    if block.output is None or block.output.measured:
        return []
    found = []
    for number, line in enumerate(block.output.text.split("\n")):
        for match in _NUMBER.finditer(line):
            for step in (1, -1):
                changed = match[0][:-1] + str((int(match[0][-1]) + step) % 10)
                lines = block.output.text.split("\n")
                lines[number] = line[: match.start()] + changed + line[match.end() :]
                found.append(
                    Mutant(
                        kind=Kind.CLAIM,
                        line=block.output.line + number,
                        column=match.start() + 1,
                        old=match[0],
                        new=changed,
                        output="\n".join(lines),
                    )
                )
    return found


def waivers_of(block: Block, source: SourceText) -> list[Waiver]:
    """The waivers in the block's code.

    Raises:
        PageError: one gives no reason, or stands at no assert.
    """
    found = []
    for token in tokenize.generate_tokens(io.StringIO(block.code).readline):
        match = _WAIVER.match(token.string) if token.type == tokenize.COMMENT else None
        if match is None:
            continue
        line = token.start[0]
        lines = source.assert_at(line)
        if lines is None or not match["reason"]:
            raise PageError(
                block.path,
                block.line + line - 1,
                f"{token.string!r} " + ("stands at no assert" if lines is None else "gives no reason"),
                "Write `# mutation: why it may survive` on a line of the assert whose mutants may survive",
            )
        first, last = (block.line + each - 1 for each in lines)
        found.append(Waiver(block.line + line - 1, match["reason"], first, last))
    return found
