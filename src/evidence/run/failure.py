"""What went wrong in a block, told with the page's own file, lines and values."""

from __future__ import annotations

import difflib
import traceback
from dataclasses import dataclass
from pathlib import Path

from evidence.files.errors import Refusal, display_path
from evidence.page.model import Block
from evidence.run import recorder
from evidence.run.proof import ProvesNothing

_CONTEXT = 4
_LONGEST_LINE = 1000
_MORE_LINES = 20


class OutputMismatch(AssertionError):
    """A block printed something else than the page says."""


class ContinuedBlockFailed(Exception):
    """A block was not run, since one that it continues failed."""


class BlockExited(Exception):
    """A block called `sys.exit`, or raised what ends a program."""


@dataclass(frozen=True)
class Failure:
    """A failed block.

    Attributes:
        block: the block that failed.
        line: the line of the page that failed, or the block's first where none did.
        summary: the exception in one line, the assert's values included.
        message: the exception in full.
        frames: `file:line in function` and source, for calls from the page into other code.
    """

    block: Block
    line: int
    summary: str
    message: str
    frames: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        """`docs/cnns.md:57`."""
        return f"{display_path(self.block.path)}:{self.line}"

    def text(self) -> str:
        """The report: where, the page's own lines around it, what came out."""
        what = f"check {self.block.name!r} ({self.block.grade})" if self.block.name else "set-up block"
        lines = [f"{self.where}: {what} failed", "", *self._page_lines(), ""]
        lines += [f"    {frame}" for frame in self.frames]
        lines += [f"E   {line}" for line in self.message.rstrip().split("\n")]
        return "\n".join(lines)

    def _page_lines(self) -> list[str]:
        code = self.block.code.rstrip("\n").split("\n")
        shown = range(max(self.block.line, self.line - _CONTEXT), min(self.block.line + len(code), self.line + 2))
        return [f"{'>' if at == self.line else ' '} {at:4} | {code[at - self.block.line]}" for at in shown]


class Told(Exception):
    """What went wrong in a block that was run in another process; `failure` is what was described there."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.failure = failure


def fails_as_it_is(block: Block, error: BaseException) -> Refusal:
    """Why nothing can be shown by changing a block: it fails as the page has it."""
    page = display_path(block.path)
    report = describe(block, error).text()
    return Refusal(f"{report}\n\n{page} fails as it is. Repair it first: pytest --codeblocks {page}")


def not_run(failed: Block) -> ContinuedBlockFailed:
    """The error of a block that continues one that failed."""
    return ContinuedBlockFailed(f"not run: {failed.where}, which it continues, failed")


def describe(block: Block, error: BaseException) -> Failure:
    """The failure of `block` with `error`."""
    path = str(block.path)
    if isinstance(error, Told):
        return error.failure
    if isinstance(error, ContinuedBlockFailed):
        return Failure(block, block.line, str(error), str(error))
    if isinstance(error, OutputMismatch) and block.output is not None:
        return Failure(block, block.output.line, str(error).split("\n")[0], str(error))
    if isinstance(error, SyntaxError) and error.filename == path:
        line = error.lineno or block.line
        message = f"SyntaxError: {error.msg}"
        return Failure(block, line, message, message)
    if isinstance(error, ProvesNothing):
        return Failure(block, error.line, str(error), str(error))
    stack = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename != recorder.__file__]
    on_page = [i for i, frame in enumerate(stack) if frame.filename == path]
    last = on_page[-1] if on_page else len(stack)
    line = stack[last].lineno or block.line if on_page else block.line
    frames = [f"{display_path(Path(f.filename))}:{f.lineno} in {f.name}: {f.line}" for f in stack[last + 1 :]]
    if isinstance(error, BlockExited):
        message = str(error)
    else:
        message = "".join(traceback.TracebackException.from_exception(error).format_exception_only()).rstrip()
    if error.__cause__ is not None:
        message += f"\ncaused by {type(error.__cause__).__name__}: {error.__cause__}"
    return Failure(block, line, message.split("\n")[0], message, tuple(frames))


def output_mismatch(expected: str, actual: str) -> OutputMismatch:
    """The error for a block that printed `actual` where its page says `expected`."""
    lines = expected.splitlines()
    # Of much that was not to be expected, its beginning tells.
    diff = difflib.ndiff(lines, [line[:_LONGEST_LINE] for line in actual.splitlines()[: len(lines) + _MORE_LINES]])
    return OutputMismatch("the block printed something else (- the page, + the run):\n" + "\n".join(diff))
