"""What is kept of a run: a file a block, which holds until something changes that the run rests on.

What counts for every run, whatever it asked for (Python, its flags, the runner, the code), is in the record's name.
What only this run used is told by `files.rests_on`.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from evidence.files.import_graph import digest, our_packages
from evidence.files.rests_on import RestsOn
from evidence.files.store import Store, cache_folder
from evidence.page.model import Block
from evidence.run.failure import describe
from evidence.run.observation import Observation, as_data, from_data
from evidence.run.session import Outcome


@dataclass(frozen=True)
class Record:
    """How a block went, when it was last run as it stands.

    Attributes:
        digest: the name that it was kept under.
        passed: whether it held.
        output: what it printed.
        seconds: how long it took.
        failure: the report of what went wrong; empty if it passed.
        when: the time of the run, ISO 8601, UTC.
        seen: its observations, as data; read them as `observations`.
        line: the first line of its code in the page's file, at that run.
    """

    digest: str
    passed: bool
    output: str
    seconds: float
    failure: str
    when: str
    seen: tuple[list[Any], ...] = ()
    line: int = 0

    @cached_property
    def observations(self) -> tuple[Observation, ...]:
        """What it was seen to compare, with the lines of that run."""
        return tuple(map(from_data, self.seen))

    def observed_at(self, line: int) -> tuple[Observation, ...]:
        """The same, with the lines of a block that begins at `line` today: the page may have grown above it."""
        shift = line - self.line
        if not shift or not self.line:
            return self.observations
        return tuple(
            replace(each, line=each.line + shift, asserted=each.asserted and each.asserted + shift)
            for each in self.observations
        )


class Records:
    """The records of a site, in `.cache/evidence` beside its folder of pages.

    A record is named after what its page says: the block's code, what it is said to print, the blocks before it in its
    session. It holds for as long as all that the run was seen to rest on stays: modules, packages, files, variables.

    Args:
        docs_dir: the folder of the pages.
    """

    def __init__(self, docs_dir: Path) -> None:
        self.folder = cache_folder(docs_dir) / "evidence"
        self.verified = self.folder / "verified"  # touched when records have come in, for who watches
        self._store = Store(self.folder, ".json")
        self._read: dict[str, tuple[bytes, Record | None]] = {}
        self._names: dict[tuple[Block, ...], str] = {}

    def fresh(self) -> Records:
        """Look anew at what the outcomes rest on; between two such looks it is taken to stay as it is."""
        self._store.fresh()
        return self

    def name(self, block: Block, session: Sequence[Block]) -> str:
        """The name of the record of `block`, in which the runner, Python and its flags count too."""
        upto = tuple(session[: session.index(block) + 1])
        if upto not in self._names:
            code = [[each.code, each.grade, each.output and [each.output.text, each.output.measured]] for each in upto]
            parts = [code, runner(), sys.version, sys.flags.optimize]
            self._names[upto] = hashlib.sha256(json.dumps(parts).encode()).hexdigest()
        return self._names[upto]

    def of(self, block: Block, session: Sequence[Block]) -> Record | None:
        """The current record of `block`: it was run as it stands, and nothing that it rests on has changed."""
        # In a fresh clone nothing has one.
        if not self.folder.is_dir():
            return None
        name = self.name(block, session)
        content = self._store.read(name)
        if content is None:
            return None
        if name not in self._read or self._read[name][0] is not content:
            self._read[name] = content, _as_record(content)
        return self._read[name][1]

    def rests_on(self, block: Block, session: Sequence[Block]) -> RestsOn:
        """What the last run of `block` was seen to rest on."""
        return self._store.rests_on(self.name(block, session))

    def write(self, outcome: Outcome, session: Sequence[Block]) -> Record:
        """Keep an outcome; a reader sees the whole file or none."""
        name = self.name(outcome.block, session)
        record = Record(
            digest=name,
            passed=outcome.error is None,
            output=outcome.output,
            seconds=round(outcome.seconds, 4),
            failure=describe(outcome.block, outcome.error).text() if outcome.error else "",
            when=datetime.now(UTC).isoformat(timespec="seconds"),
            seen=tuple(map(as_data, outcome.observations)),
            line=outcome.block.line,
        )
        data = {each.name: getattr(record, each.name) for each in fields(record)}
        self._store.write(name, json.dumps(data).encode(), outcome.rests_on)
        return record


def _as_record(content: bytes) -> Record | None:
    try:
        return Record(**json.loads(content))
    except (TypeError, ValueError):
        return None


@cache
def runner() -> str:
    """The source of what runs a block, as this process holds it."""
    packages = our_packages(("evidence",))
    return digest((packages["evidence"] / "run").glob("*.py"), packages)
