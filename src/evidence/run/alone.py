"""Runs sessions, each in a process of its own, so that none feels another, or can harm it.

Such a process is forked from one that has imported what the session begins by importing, and nothing besides but what
has a state to be reset, as NumPy, and has run nothing. So a verdict does not hang on what else was to be run.
"""

from __future__ import annotations

import ast
import io
import os
import re
import sys
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import replace
from functools import partial
from itertools import chain

from evidence.files.rests_on import Trace
from evidence.page.model import Block
from evidence.run.elsewhere import elsewhere
from evidence.run.failure import Failure, Told, describe, not_run
from evidence.run.forks import Died, Limits, in_forks
from evidence.run.import_first import import_all, late_imports
from evidence.run.session import Outcome, Session
from evidence.run.state import reset_global_state

LIMIT_SECONDS = 300.0
MEMORY_GIB = 8
# Of sessions that begin alike, so many are run one after the other by the process that imports for them.
_TOGETHER = 4
# What is ours and runs blocks: a record's name counts it.
RUNNER = ("evidence",)

Sessions = Sequence[Sequence[Block]]
Run = Callable[[Sessions, int], Iterator[tuple[int, Outcome]]]
"""Runs sessions, so many at once; yields the number of one and the outcome of its next block, as soon as it is there.

The outcomes can go from one process to another: what was raised is `Told`.
"""


def limits() -> Limits:
    """What a block may take: `EVIDENCE_LIMIT` seconds of processor time, and four times as many by the clock."""
    seconds = float(os.environ.get("EVIDENCE_LIMIT", LIMIT_SECONDS))
    return Limits(seconds, 4 * seconds, MEMORY_GIB * 2**30)


def session_limits(sessions: Sessions, more: float) -> Limits:
    """What a process may take that runs any one of the sessions, and `more` seconds by the clock for what it starts."""
    blocks, every = max(map(len, sessions), default=0), limits()
    return replace(every, processor=blocks * every.processor, clock=blocks * every.clock + more)


def run_elsewhere(sessions: Sessions, at_once: int) -> Iterator[tuple[int, Outcome]]:
    """Run sessions below a clean process that is started for them; see `Run`."""
    if sessions:
        yield from elsewhere(run_alone, sessions, at_once)


def run_alone(sessions: Sessions, at_once: int) -> Iterator[tuple[int, Outcome]]:
    """Run sessions below this process, which must be clean; see `Run`."""
    trace = Trace()
    _import_what_takes_longest(sessions)
    trace.forget()
    trace.rests_on(without=RUNNER)  # what it costs to look at large packages is paid once, here
    told = Counter[int]()
    every = limits()
    calls = [partial(_run_alike, sessions, numbers, trace) for numbers in _alike(sessions)]
    # What waits for a block must be more patient.
    for _, said in in_forks(calls, at_once, replace(every, clock=2 * every.clock + 10)):
        if not isinstance(said, Died):
            told[said[0]] += 1
            yield said
    # Whose imports broke the process that made them for all: each meets that itself, in a line of its own.
    left = [number for number, session in enumerate(sessions) if told[number] < len(session)]
    for number, outcome in _run_each(sessions, left, at_once, trace):
        if outcome.block in sessions[number][told[number] :]:
            yield number, outcome


def _import_what_takes_longest(sessions: Sessions) -> None:
    reset_global_state()
    blocks = list(chain(*sessions))
    late = late_imports([block.code for block in blocks], chain(*(block.imports or () for block in blocks)))
    import_all(["_pytest.assertion.rewrite", *late])


def _alike(sessions: Sessions) -> list[list[int]]:
    """The numbers of sessions that begin with the same imports, some together."""
    groups: dict[frozenset[str], list[int]] = defaultdict(list)
    for number, session in enumerate(sessions):
        groups[_begins_by_importing(session)].append(number)
    together = [numbers[i : i + _TOGETHER] for numbers in groups.values() for i in range(0, len(numbers), _TOGETHER)]
    # What takes longest must not come last.
    return sorted(together, key=lambda numbers: sum(len(sessions[number]) for number in numbers), reverse=True)


def _begins_by_importing(session: Sequence[Block]) -> frozenset[str]:
    """What the first block imports in any case, as far as it takes time."""
    try:
        body = ast.parse(session[0].code).body
    except SyntaxError:
        return frozenset()
    names: set[str] = set()
    for statement in body:
        match statement:
            case ast.Import():
                names.update(alias.name for alias in statement.names)
            case ast.ImportFrom(module=str(module), level=0):
                names.update((module, *(f"{module}.{alias.name}" for alias in statement.names)))
    return frozenset(name for name in names if name.partition(".")[0] not in sys.stdlib_module_names)


def _run_alike(sessions: Sessions, numbers: Sequence[int], trace: Trace) -> Iterator[tuple[int, Outcome]]:
    printed = io.StringIO()
    with warnings.catch_warnings(), redirect_stdout(printed):
        warnings.simplefilter("error")  # as where the block imports it
        import_all(sorted(_begins_by_importing(sessions[numbers[0]])))
    if not printed.getvalue():  # else it is the block's to print it
        trace.rests_on(without=RUNNER)
        yield from _run_each(sessions, numbers, 1, trace)


def _run_each(sessions: Sessions, numbers: Sequence[int], at_once: int, trace: Trace) -> Iterator[tuple[int, Outcome]]:
    told = Counter[int]()
    for at, said in in_forks([partial(_outcomes, sessions[number], trace) for number in numbers], at_once, limits()):
        number = numbers[at]
        if isinstance(said, Died):
            for outcome in _died(sessions[number], told[at], said):
                yield number, outcome
        else:
            told[at] += 1
            yield number, said


def _outcomes(blocks: Sequence[Block], trace: Trace) -> Iterator[Outcome]:
    session = Session(blocks)
    for block in blocks:
        outcome = session.outcome(block)
        if outcome.error is not None:
            outcome = replace(outcome, error=Told(_failure(outcome)))
        yield replace(outcome, rests_on=trace.rests_on(without=RUNNER))


def _failure(outcome: Outcome) -> Failure:
    assert outcome.error is not None
    failure = describe(outcome.block, outcome.error)
    if isinstance(outcome.error, MemoryError) or "allocate memory" in failure.message:
        return replace(
            failure, message=f"{failure.message}\na block may take {MEMORY_GIB} GiB of memory; let it take less"
        )
    return failure


def _died(session: Sequence[Block], told: int, died: Died) -> Iterator[Outcome]:
    """The outcomes of the blocks after the first `told`, whose process died."""
    for at, block in enumerate(session[told:]):
        if at == 0:
            message = f"the block {died.how}; {_remedy(died)}"
            yield Outcome(block, "", 0.0, Told(Failure(block, _line(died.stack, block), message, message)))
        else:
            yield Outcome(block, "", 0.0, Told(describe(block, not_run(session[told]))))


def _remedy(died: Died) -> str:
    if "stopped" in died.how:
        return "let it do less, or set the environment variable EVIDENCE_LIMIT to more seconds of processor time"
    return "let it run to its end"


def _line(stack: str, block: Block) -> int:
    """The line of the block where its process was when it died; its first, if that is not known."""
    file = re.escape(str(block.path).encode("ascii", "backslashreplace").decode())
    lines = [int(line) for line in re.findall(rf'File "{file}", line (\d+)', stack)]
    within = [line for line in lines if block.line <= line < block.end_line]
    return within[0] if within else block.line
