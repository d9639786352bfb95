"""Runs the mutants of a session's checks: which does each check catch?"""

from __future__ import annotations

import ast
import io
import types
from collections.abc import Collection, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from enum import Enum

from evidence.mutation.instrument import NAME, Gate, instrument
from evidence.mutation.mutants import Mutant, mutants_of
from evidence.mutation.operators import Kind
from evidence.mutation.source_text import SourceText
from evidence.page.model import Block
from evidence.run.children import Children, Ending, leave
from evidence.run.session import Outcome, Session, as_seen, compile_block


class Fate(Enum):
    """What became of a mutant."""

    KILLED = "killed"
    TIMED_OUT = "ran out of time"  # counts as killed: a check that hangs is seen
    SURVIVED = "survived"
    NOT_REACHED = "not reached"  # what it changes is never evaluated, so it claims nothing


SURVIVORS = frozenset({Fate.SURVIVED, Fate.NOT_REACHED})


@dataclass(frozen=True)
class Trial:
    """A mutant of a check, and what became of it."""

    block: Block
    mutant: Mutant
    fate: Fate


class ForkFailed(Exception):
    """A block passes here and does not, unchanged, in a forked process: there every mutant seems to be killed."""

    def __init__(self, block: Block, ending: Ending) -> None:
        super().__init__(block.ident)
        self.block = block
        self.ending = ending


class BlockFailed(Exception):
    """A block fails as it is written, so its mutants show nothing; `outcome` is its own."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.block.ident)
        self.outcome = outcome


def attack(session: Sequence[Block], children: Children, kinds: Collection[Kind] = tuple(Kind)) -> list[Trial]:
    """Try the mutants of the checks of a session, in the order of the page.

    The session is run once, up to its last check; at the place where a mutant differs, the process forks.

    Args:
        session: the blocks.
        children: forks the processes.
        kinds: the kinds of mutants to try.

    Raises:
        BlockFailed: a block fails as it is.
        ForkFailed: a block fails as it is in a forked process.
        PageError: a waiver of a mutant gives no reason, or stands at no assert.
    """
    graded = [at for at, block in enumerate(session) if block.grade]
    blocks = session[: graded[-1] + 1] if graded else []
    first = _Attack(blocks, children, kinds)
    trials = first.run()
    if first.doubtful:
        _Control(blocks, children, kinds, first.doubtful).run()
    return trials


class _Attack:
    def __init__(self, blocks: Sequence[Block], children: Children, kinds: Collection[Kind]) -> None:
        self.blocks = blocks
        self.children = children
        self.active: int | None = None  # in a child, the number of its mutant
        self.doubtful: set[str] = set()  # the idents of blocks with a mutant that was killed, but not by an assert
        self.fates: dict[int, Fate] = {}
        self.mutants: list[tuple[Block, Mutant]] = []
        self.code: dict[str, types.CodeType] = {}
        for block in blocks:
            if block.grade:
                self.add(block, kinds)

    def add(self, block: Block, kinds: Collection[Kind]) -> None:
        try:
            source = SourceText(block.code)
            mutants = [mutant for mutant in mutants_of(block, source) if mutant.kind in kinds]
        except SyntaxError:
            return  # running the block tells it
        first = len(self.mutants)
        self.mutants += [(block, mutant) for mutant in mutants]
        effects = [(first + i, mutant.effect) for i, mutant in enumerate(mutants) if mutant.effect is not None]
        tree = ast.increment_lineno(instrument(source.tree, effects), block.line - 1)
        self.code[block.ident] = compile(tree, str(block.path), "exec", dont_inherit=True)

    def run(self) -> list[Trial]:
        if self.blocks:
            session = Session(self.blocks, lambda block: self.code.get(block.ident) or compile_block(block))
            session.namespace[NAME] = Gate(self.on, self.kill)
            for block in self.blocks:
                self.run_block(session, block)
        self.children.wait()
        return [
            Trial(block, mutant, self.fates.get(number, Fate.NOT_REACHED))
            for number, (block, mutant) in enumerate(self.mutants)
        ]

    def on(self, number: int) -> bool:
        if self.active is None and number not in self.fates:
            self.fates[number] = Fate.KILLED  # until its process says otherwise
            if self.children.fork(lambda ending: self.note(number, ending)):
                self.active = number
        return self.active == number

    def kill(self, number: int) -> None:
        if self.active is None:
            self.fates.setdefault(number, Fate.KILLED)

    def note(self, number: int, ending: Ending) -> None:
        fates = {Ending.PASSED: Fate.SURVIVED, Ending.TIMED_OUT: Fate.TIMED_OUT}
        self.fates[number] = fates.get(ending, Fate.KILLED)
        if ending not in (Ending.PASSED, Ending.REFUTED):
            self.doubtful.add(self.mutants[number][0].ident)

    def run_block(self, session: Session, block: Block) -> None:
        ending = Ending.FAILED
        try:
            with redirect_stdout(io.StringIO()):
                outcome = session.outcome(block)
            ending = Ending.after(outcome.error)
        finally:
            # Each child comes out here, however its block ended.
            if self.active is not None:
                leave(ending)
        if outcome.error is not None:
            self.children.wait()
            raise BlockFailed(self.as_written(block))
        for number, (of, mutant) in enumerate(self.mutants):
            if of is block and mutant.output is not None:
                same = as_seen(mutant.output) == as_seen(outcome.output)
                self.fates[number] = Fate.SURVIVED if same else Fate.KILLED

    def as_written(self, block: Block) -> Outcome:
        """The failed block's outcome without mutants: its asserts tell their values."""
        with redirect_stdout(io.StringIO()):
            return Session(self.blocks).outcome(block)


class _Control(_Attack):
    """Runs blocks as they are in forked processes. Where one fails, its mutants did not fail for being changed."""

    def __init__(
        self, blocks: Sequence[Block], children: Children, kinds: Collection[Kind], doubtful: Collection[str]
    ) -> None:
        super().__init__(blocks, children, kinds)
        self.waiting = set(doubtful)
        self.endings: list[tuple[Block, Ending]] = []

    def on(self, number: int) -> bool:
        block = self.mutants[number][0]
        if self.active is None and block.ident in self.waiting:
            self.waiting.remove(block.ident)
            if self.children.fork(lambda ending: self.endings.append((block, ending))):
                self.active = number
        return False

    def run(self) -> list[Trial]:
        super().run()
        for block, ending in self.endings:
            if ending is not Ending.PASSED:
                raise ForkFailed(block, ending)
        return []
