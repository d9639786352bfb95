"""Runs the mutants of a session's checks: which does each check catch?"""

from __future__ import annotations

import io
from collections.abc import Collection, Sequence
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass

from evidence.files.errors import Refusal
from evidence.mutation.branch import Branches, Ending
from evidence.mutation.gate import Fate, Gate
from evidence.mutation.mutants import Mutant, mutants_of
from evidence.mutation.operands import bound_names
from evidence.mutation.operators import Kind
from evidence.mutation.variants import GATE, Varying
from evidence.page.model import Block
from evidence.run.failure import fails_as_it_is
from evidence.run.observe import Observer, Rewriting
from evidence.run.session import Session, as_seen
from evidence.run.source_text import SourceText

SURVIVORS = frozenset({Fate.SURVIVED, Fate.NOT_REACHED})


@dataclass(frozen=True)
class Trial:
    """A mutant of a check, and what became of it."""

    block: Block
    mutant: Mutant
    fate: Fate


def attack(session: Sequence[Block], branches: Branches, kinds: Collection[Kind] = tuple(Kind)) -> list[Trial]:
    """Try the mutants of the checks of a session, in the order of the page.

    The session is run once, up to its last check. Most mutants are evaluated with what an assert has computed; for
    the others, the process forks where they differ. What takes more than had been computed is left to a second run.

    Args:
        session: the blocks.
        branches: makes those of this process.
        kinds: the kinds of mutants to try.

    Raises:
        Refusal: a block fails as it is, perhaps only in a forked process, where every mutant would seem to be killed.
        PageError: a waiver of a mutant gives no reason, or stands at no assert.
    """
    graded = [at for at, block in enumerate(session) if block.grade]
    if not graded:
        return []
    blocks = session[: graded[-1] + 1]
    mutants = dict(enumerate(_mutants(blocks, kinds)))
    first = _Attack(blocks, Gate(branches), mutants, on_the_spot=True).run()
    fates, endings = first.fates, first.endings
    if first.undecided:
        second = _Attack(blocks, Gate(branches), {number: mutants[number] for number in sorted(first.undecided)}).run()
        fates, endings = fates | second.fates, endings | second.endings
    # Where a mutant was killed otherwise than by an assert: was it for being changed?
    doubtful = [number for number, ending in endings.items() if ending not in (Ending.PASSED, Ending.REFUTED)]
    if doubtful:
        of_each_block = {mutants[number][0].ident: number for number in doubtful}
        control = Gate(branches, changes=False)
        _Attack(blocks, control, {number: mutants[number] for number in of_each_block.values()}).run()
        for number, ending in control.endings.items():
            if ending is not Ending.PASSED:
                how = "takes too long (--limit)" if ending is Ending.TIMED_OUT else "fails"
                raise Refusal(
                    f"{mutants[number][0].where}: in a forked process the block {how} as it is, so that all of its "
                    "mutants would seem to be killed"
                )
    return [Trial(block, mutant, fates.get(number, Fate.NOT_REACHED)) for number, (block, mutant) in mutants.items()]


def _mutants(blocks: Sequence[Block], kinds: Collection[Kind]) -> list[tuple[Block, Mutant]]:
    found = []
    for block in blocks:
        if block.grade:
            with suppress(SyntaxError):  # running the block tells it
                found += [(block, mutant) for mutant in mutants_of(block) if mutant.kind in kinds]
    return found


class _Attack(Observer):
    """One run of a session with mutants.

    Args:
        blocks: the session, up to its last check.
        gate: what its code calls.
        mutants: those to try.
        on_the_spot: whether those that leave the operands of an assert as they are are evaluated with these.
    """

    judges = False

    def __init__(
        self,
        blocks: Sequence[Block],
        gate: Gate,
        mutants: dict[int, tuple[Block, Mutant]],
        *,
        on_the_spot: bool = False,
    ) -> None:
        super().__init__()
        self.blocks, self.gate, self.mutants, self.on_the_spot = blocks, gate, mutants, on_the_spot
        self.session = Session(blocks, observer=self)
        self.session.namespace[GATE] = gate
        gate.namespace = self.session.namespace

    def rewriting(self, block: Block, text: SourceText) -> Rewriting:
        """As of what is only observed, with the mutants of the block."""
        mutants = {number: mutant for number, (of, mutant) in self.mutants.items() if of is block}
        sites = self.gate.sites if self.on_the_spot else None
        return Varying(
            block, text, mutants, bound_names(self.trees), sites, places=self.recorder.places, constant=self.constants
        )

    def run(self) -> Gate:
        """What was found of the mutants."""
        for block in self.blocks:
            self.run_block(block)
        return self.gate

    def run_block(self, block: Block) -> None:
        ending = Ending.FAILED
        try:
            with redirect_stdout(io.StringIO()):
                outcome = self.session.outcome(block)
            ending = Ending.after(outcome.error)
        finally:
            # Each branch comes out here, however its block ended.
            if self.gate.active is not None:
                self.gate.branches.leave(ending)
        if outcome.error is not None:
            raise fails_as_it_is(block, outcome.error)
        for number, (of, mutant) in self.mutants.items():
            if of is block and mutant.output is not None:
                same = as_seen(mutant.output) == as_seen(outcome.output)
                self.gate.fates[number] = Fate.SURVIVED if same else Fate.KILLED
