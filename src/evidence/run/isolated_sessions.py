"""Runs sessions, each in a process of its own and within limits of time and memory, so that none feels another.

Such a process is forked from one that has run nothing, and imported nothing but what the session begins by importing,
and what has a state to be reset, as NumPy. So a verdict does not hang on what else was to be run.
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
from evidence.run.clean_process import in_clean_process
from evidence.run.failure import Failure, Told, describe, not_run
from evidence.run.forked_calls import Died, Limits, in_forks
from evidence.run.import_first import import_all, late_imports
from evidence.run.session import Outcome, Session
from evidence.run.state import reset_global_state

LIMIT_SECONDS = 300.0
MEMORY_GIB = 8
# So many sessions that have an import in common are run below a process that makes it for all.
_MANY = 3

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


def run_sessions(sessions: Sessions, at_once: int) -> Iterator[tuple[int, Outcome]]:
    """Run sessions below a clean process that is started for them; see `Run`."""
    if sessions:
        yield from in_clean_process(run_sessions_here, sessions, at_once)


def run_sessions_here(sessions: Sessions, at_once: int) -> Iterator[tuple[int, Outcome]]:
    """Run sessions below this process, which must be clean; see `Run`."""
    trace = Trace()
    _import_what_takes_longest(sessions)
    trace.forget()
    trace.rests_on()  # what it costs to look at large packages is paid once, here
    told = Counter[int]()
    begin = [_begins_by_importing(session).difference(sys.modules) for session in sessions]
    groups = sorted(_akin(begin, at_once), key=lambda numbers: sum(len(sessions[at]) for at in numbers))
    # What takes longest must not come last.
    calls = [partial(_run_akin, sessions, begin, numbers, trace) for numbers in reversed(groups)]
    for _, said in in_forks(calls, at_once, _patient(4)):
        if not isinstance(said, Died):
            told[said[0]] += 1
            yield said
    # Those that share no import, and those whose imports broke the process that made them for all: each meets that
    # itself, in a line of its own.
    left = [number for number, session in enumerate(sessions) if told[number] < len(session)]
    left.sort(key=lambda number: len(sessions[number]), reverse=True)
    for number, outcome in _run_each(sessions, left, at_once, trace):
        if outcome.block in sessions[number][told[number] :]:
            yield number, outcome


def _patient(times: int) -> Limits:
    """The limits of what waits for a block, or for what waits for one."""
    every = limits()
    return replace(every, clock=times * every.clock + 10)


def _import_what_takes_longest(sessions: Sessions) -> None:
    reset_global_state()
    blocks = list(chain(*sessions))
    late = late_imports([block.code for block in blocks], chain(*(block.imports or () for block in blocks)))
    import_all(["_pytest.assertion.rewrite", *late])


Names = frozenset[str]


def _akin(begin: Sequence[Names], at_once: int) -> list[list[int]]:
    """The numbers of sessions that have an import in common with many; the others need no process in between."""
    left = set(range(len(begin)))
    groups: list[list[int]] = []
    while True:
        common, times = Counter(chain(*(begin[number] for number in left), [""])).most_common(1)[0]
        if times < _MANY:
            return groups
        group = [number for number in sorted(left) if common in begin[number]]
        # Each part pays for the import, and one part alone would leave other cores without work.
        groups += [part for at in range(at_once) if (part := group[at::at_once])]
        left -= set(group)


def _alike(begin: Sequence[Names], numbers: Sequence[int]) -> list[list[int]]:
    """Those of the sessions that begin by importing the same."""
    groups: dict[Names, list[int]] = defaultdict(list)
    for number in numbers:
        groups[begin[number]].append(number)
    return list(groups.values())


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


def _run_akin(
    sessions: Sessions, begin: Sequence[Names], numbers: Sequence[int], trace: Trace
) -> Iterator[tuple[int, Outcome]]:
    """Run sessions that have an import in common, one after the other, below a process that makes it for all."""
    common = frozenset.intersection(*(begin[number] for number in numbers))
    if not _import_in_silence(common, trace):
        return
    for alike in _alike(begin, numbers):
        if begin[alike[0]] == common:
            yield from _run_each(sessions, alike, 1, trace)
        else:
            calls = [partial(_run_akin, sessions, begin, alike, trace)]
            yield from (said for _, said in in_forks(calls, 1, _patient(2)) if not isinstance(said, Died))


def _import_in_silence(names: Names, trace: Trace) -> bool:
    """Import modules; whether they printed nothing, which is the block's to do."""
    printed = io.StringIO()
    with warnings.catch_warnings(action="error"), redirect_stdout(printed):  # as where the block imports it
        import_all(sorted(names))
    trace.rests_on()
    return not printed.getvalue()


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
        yield replace(outcome, rests_on=trace.rests_on())


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
