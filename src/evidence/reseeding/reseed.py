"""Runs a session under other seeds than its own, and counts how often each of its blocks holds."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from functools import partial

from evidence.page.measured import shows_by_output_alone
from evidence.page.model import Block
from evidence.reseeding.seeds import shift, shifted_seeds
from evidence.run.failure import ContinuedBlockFailed, OutputMismatch, describe
from evidence.run.forks import Died, Limits, in_forks
from evidence.run.session import Outcome, Session, as_seen
from evidence.run.torch_state import reset_global_state

_SUMMARY = 200

# By ident: what went wrong, empty for a block that held. A block that was not run is missing.
Result = dict[str, str]


@dataclass
class Tally:
    """How often a block held under other seeds; `failures` has the number of each set of seeds and what went wrong."""

    block: Block
    held: int = 0
    failures: list[tuple[int, str]] = field(default_factory=list)

    @property
    def tried(self) -> int:
        """Under how many seeds it was run: not under those where a block that it continues failed."""
        return self.held + len(self.failures)


def outcomes_and_chance(session: Sequence[Block]) -> tuple[list[Outcome], bool]:
    """Run the session as it is: its outcomes, and whether it set a seed or drew a random number."""
    with shifted_seeds(0) as asked:
        reset_global_state()
        set_by_reset, before = len(asked), _generators()
        run = Session(session)
        with redirect_stdout(io.StringIO()):
            outcomes = [run.outcome(block) for block in session]
        return outcomes, len(asked) > 2 * set_by_reset or _generators() != before


def reseed(session: Sequence[Block], seeds: int, limits: Limits, at_once: int) -> list[Tally]:
    """Run the session under `seeds` other sets of seeds, each in a process of its own."""
    tallies = [Tally(block) for block in session]
    calls = [partial(_run_shifted, session, number) for number in range(1, seeds + 1)]
    for at, result in sorted(in_forks(calls, at_once, limits), key=lambda each: each[0]):
        for tally in tallies:
            problem = f"the process {result.how}" if isinstance(result, Died) else result.get(tally.block.ident)
            if problem:
                tally.failures.append((at + 1, problem))
            elif problem is not None:
                tally.held += 1
    return tallies


def _run_shifted(session: Sequence[Block], number: int) -> Result:
    run = Session(session, compares=False)
    result = {}
    with shifted_seeds(shift(number)), redirect_stdout(io.StringIO()):
        for block in session:
            outcome = run.outcome(block)
            error = outcome.error
            if error is None and shows_by_output_alone(block) and not _as_said(block, outcome):
                error = OutputMismatch("the block printed something else")
            if not isinstance(error, ContinuedBlockFailed):
                result[block.ident] = describe(block, error).summary[:_SUMMARY] if error is not None else ""
    return result


def _as_said(block: Block, outcome: Outcome) -> bool:
    return block.output is None or as_seen(block.output.text) == as_seen(outcome.output)


def _generators() -> tuple[object, ...]:
    import numpy as np
    import torch

    return random.getstate(), repr(np.random.get_state()), torch.get_rng_state().numpy().tobytes()
