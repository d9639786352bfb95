"""Runs the blocks of a session, one after the other, in one namespace."""

from __future__ import annotations

import ast
import io
import linecache
import re
import sys
import time
import types
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from typing import Any, TextIO

from evidence.files.rests_on import RestsOn
from evidence.page.model import Block, Output
from evidence.run.failure import BlockExited, not_run, output_mismatch
from evidence.run.observation import Observation
from evidence.run.observe import NAME as OBSERVED
from evidence.run.observe import Observer
from evidence.run.proof import proves_nothing, swallowed
from evidence.run.state import reset_global_state

PRINTED_KEPT = 100_000
# What is kept of what was seen: how often a loop ran is for the verdict alone.
_KEPT = ("compare", "counted", "raises", "printed")

_NUMBER = re.compile(r"[-+−]?\d[\d,.]*(e[-+]?\d+)?")
_BLANKS = re.compile(r"[ \t]+")


@dataclass(frozen=True)
class Outcome:
    """How a block went: what it printed, how long it took, what it raised, `None` if it passed, and what it compared.

    The seconds are those of the processor: on a busy machine a block takes no longer for it.
    """

    block: Block
    output: str
    seconds: float
    error: BaseException | None = None
    observations: tuple[Observation, ...] = ()
    rests_on: RestsOn = field(default_factory=dict)


class Session:
    """A block and those that continue it, run in order on demand; each is run once and has its own outcome.

    Args:
        blocks: the blocks, in the order of the page.
        compares: whether what a block prints is compared with what the page says.
        observer: has their code tell what it saw.
    """

    def __init__(self, blocks: Sequence[Block], *, compares: bool = True, observer: Observer | None = None) -> None:
        self.blocks = tuple(blocks)
        self._compares = compares
        self._observer = observer or Observer()
        self._outcomes: dict[str, Outcome] = {}
        # Classes of a page can be pickled and inspected, and `if __name__ == "__main__":` runs, as in a script.
        self._module = types.ModuleType("__main__")
        self._module.__file__ = str(self.blocks[0].path)
        self._module.__dict__[OBSERVED] = self._observer.recorder

    @property
    def namespace(self) -> dict[str, Any]:
        """The names that the blocks share."""
        return self._module.__dict__

    def outcome(self, block: Block) -> Outcome:
        """The outcome of `block`, after those that it builds on."""
        for each in self.blocks[: self.blocks.index(block) + 1]:
            if each.ident not in self._outcomes:
                self._outcomes[each.ident] = self._run(each)
        return self._outcomes[block.ident]

    def _run(self, block: Block) -> Outcome:
        failed = next((outcome for outcome in self._outcomes.values() if outcome.error is not None), None)
        if failed is not None:
            return Outcome(block, "", 0.0, not_run(failed.block))
        if not self._outcomes:
            reset_global_state()
        self._show_source(block)
        printed = _Tee(sys.stdout)
        places = self._observer.recorder.places
        before = [place.times for place in places]
        begin = time.process_time()
        error: BaseException | None = None
        try:
            with self._as_main(), warnings.catch_warnings(action="error"), redirect_stdout(printed):
                exec(self._compiled(block), self._module.__dict__)
            if block.output is not None and self._compares:
                _compare(block.output, printed.getvalue())
            if self._observer.judges:
                own = places[len(before) :]
                error = proves_nothing(own, block.grade, block.line) if block.grade else swallowed(own)
        except SystemExit as exit_:
            error = BlockExited(f"the block called sys.exit({exit_.code!r}); let it run to its end")
            error = error.with_traceback(exit_.__traceback__)
        except Exception as raised:
            error = raised
        except BaseException as raised:
            what = f"{type(raised).__name__}: {raised}".removesuffix(": ")
            error = BlockExited(f"the block raised {what}, which ends a program; let it run to its end")
            error = error.with_traceback(raised.__traceback__)
        seconds = time.process_time() - begin
        # Functions of an earlier block compare for this one, too.
        earlier = [place for place, times in zip(places, before, strict=False) if place.times > times]
        seen = tuple(place.observation() for place in earlier + places[len(before) :] if place.kind in _KEPT)
        return Outcome(block, printed.getvalue(), seconds, error, seen)

    def _compiled(self, block: Block) -> types.CodeType:
        """The observed code of a block, its lines numbered as in the page's file.

        Raises:
            SyntaxError: with the line in the page's file.
        """
        path = str(block.path)
        try:
            tree = ast.parse(block.code, path)
        except SyntaxError as error:
            error.lineno = (error.lineno or 1) + block.line - 1
            raise
        tree = ast.increment_lineno(self._observer.rewrite(tree, block), block.line - 1)
        return compile(tree, path, "exec", dont_inherit=True)

    @contextmanager
    def _as_main(self) -> Iterator[None]:
        before = sys.modules["__main__"]
        sys.modules["__main__"] = self._module
        try:
            yield
        finally:
            sys.modules["__main__"] = before

    def _show_source(self, block: Block) -> None:
        """Let tracebacks and `inspect` read the page: the session's code on its own lines, all other lines blank."""
        upto = self.blocks[: self.blocks.index(block) + 1]
        lines = [""] * upto[-1].end_line
        for each in upto:
            code = each.code.rstrip("\n").split("\n")
            lines[each.line - 1 : each.line - 1 + len(code)] = code
        text = [line + "\n" for line in lines]
        # Without a modification time, linecache keeps the entry as it is.
        linecache.cache[str(block.path)] = (sum(map(len, text)), None, text, str(block.path))


def as_seen(output: str) -> str:
    """The output as a reader sees it: blanks at the ends of lines, and the last line's end, cannot be seen."""
    return "\n".join(line.rstrip() for line in output.split("\n")).rstrip("\n")


def _compare(expected: Output, actual: str) -> None:
    said, printed = as_seen(expected.text), as_seen(actual)
    if said != printed and not (expected.measured and _without_numbers(said) == _without_numbers(printed)):
        raise output_mismatch(said, printed)


def _without_numbers(output: str) -> str:
    """What stays of a table whose numbers, and with them its blanks, are others."""
    return _BLANKS.sub(" ", _NUMBER.sub("0", output))


class _Tee(io.StringIO):
    """Keeps what is printed and passes it on, so that a failing block's prints are seen where they were; what is more
    than anybody reads is cut.
    """

    def __init__(self, through: TextIO) -> None:
        super().__init__()
        self._through = through
        self._left = PRINTED_KEPT

    def write(self, text: str) -> int:
        if self._left > 0:
            kept = text[: self._left]
            if len(text) >= self._left:
                kept += f"\n… the block printed more than {PRINTED_KEPT:,} characters, and the rest is cut\n"
            self._left -= len(text)
            self._through.write(kept)
            super().write(kept)
        return len(text)
