"""What is kept of a run: one small file a block, under a name that changes with all that can change the outcome."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from functools import cache, cached_property
from importlib.metadata import PackageNotFoundError, version
from itertools import chain
from pathlib import Path
from typing import Any

from evidence.files.import_graph import digest, our_packages, reach_of, state_of
from evidence.files.store import cache_folder, write_atomic
from evidence.page.model import Block
from evidence.run.failure import describe
from evidence.run.observation import Observation, as_data, from_data
from evidence.run.session import Outcome

# What a page's code may run; and the code that runs it.
_OURS = ("dlchecked", "evidence", "figures")
_RUNNER = ("evidence.run.session",)


@dataclass(frozen=True)
class Record:
    """How a block went, when it was last run as it stands.

    Attributes:
        digest: the name that it was kept under.
        passed: whether it held.
        output: what it printed.
        seconds: how long it took.
        failure: the report of what went wrong; empty if it passed.
        versions: of Python and the packages that the outcome hangs on.
        when: the time of the run, ISO 8601, UTC.
        seen: its observations, as data; read them as `observations`.
    """

    digest: str
    passed: bool
    output: str
    seconds: float
    failure: str
    versions: dict[str, str]
    when: str
    seen: tuple[list[Any], ...] = ()

    @cached_property
    def observations(self) -> tuple[Observation, ...]:
        """What it was seen to compare."""
        return tuple(map(from_data, self.seen))


@cache
def versions() -> dict[str, str]:
    """The versions of Python, torch and numpy, read without importing them."""
    found = {"python": platform.python_version()}
    for package in ("torch", "numpy"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "none"
    return found


class Records:
    """The records of a site, in `.cache/evidence` beside its folder of pages.

    Args:
        docs_dir: the folder of the pages.
        packages: the folders of the packages whose source the outcomes may hang on; by default ours.
    """

    def __init__(self, docs_dir: Path, packages: Mapping[str, Path] | None = None) -> None:
        self.folder = cache_folder(docs_dir) / "evidence"
        self.verified = self.folder / "verified"  # touched when records have come in, for who watches
        self._packages = our_packages(_OURS) if packages is None else packages
        self._state: object = None
        self._read: dict[str, tuple[int, Record | None]] = {}
        self._names: dict[tuple[Block, ...], str] = {}
        self._sources_of: dict[frozenset[str], str] = {}

    def fresh(self) -> Records:
        """Look at the sources anew; between two such looks they are taken to stay as they are.

        So what is kept of a run is kept under the sources that it began with.
        """
        state = state_of(self._packages)
        if state != self._state:
            self._state = state
            self._names.clear()
            self._sources_of.clear()
        return self

    def name(self, block: Block, session: Sequence[Block]) -> str:
        """The digest of all that can change the outcome of `block`.

        That is its code and what it is said to print, the blocks before it in its session, the source of each module of
        ours that they reach, the versions of Python, torch and numpy, and the runner.
        """
        upto = tuple(session[: session.index(block) + 1])
        if upto not in self._names:
            imports = [each.imports for each in upto]
            parts = {
                "blocks": [[each.code, each.output.text if each.output else None] for each in upto],
                "modules": "not Python" if None in imports else self._sources(chain(*filter(None, imports))),
                "runner": self._sources(_RUNNER),
                "versions": versions(),
            }
            self._names[upto] = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
        return self._names[upto]

    def _sources(self, imports: Iterable[str]) -> str:
        names = frozenset(name for name in imports if name.partition(".")[0] in self._packages)
        if names not in self._sources_of:
            try:
                self._sources_of[names] = digest(reach_of(names, self._packages), self._packages)
            except SyntaxError:  # in a module of ours; running the block tells
                self._sources_of[names] = "not Python"
        return self._sources_of[names]

    def read(self, name: str) -> Record | None:
        """The record of that name; `None` if there is none, or if it is damaged or was put under another's name."""
        file = self.folder / f"{name}.json"
        try:
            modified = file.stat().st_mtime_ns
            if self._read.get(name, (0, None))[0] != modified:
                self._read[name] = modified, _unsealed(json.loads(file.read_text(encoding="utf-8")), name)
        except (OSError, ValueError):
            return None
        return self._read[name][1]

    def of(self, block: Block, session: Sequence[Block]) -> Record | None:
        """The current record of `block`, if it was run as it stands."""
        # A name costs the reading of all sources, and in a fresh clone nothing has one.
        if not self.folder.is_dir():
            return None
        return self.read(self.name(block, session))

    def write(self, outcome: Outcome, session: Sequence[Block]) -> Record:
        """Keep an outcome; a reader sees the whole file or none."""
        record = Record(
            digest=self.name(outcome.block, session),
            passed=outcome.error is None,
            output=outcome.output,
            seconds=round(outcome.seconds, 4),
            failure=describe(outcome.block, outcome.error).text() if outcome.error else "",
            versions=versions(),
            when=datetime.now(UTC).isoformat(timespec="seconds"),
            seen=tuple(map(as_data, outcome.observations)),
        )
        content = json.dumps({"record": _data(record), "seal": _seal(record)})
        write_atomic(self.folder / f"{record.digest}.json", content.encode())
        return record


def _unsealed(kept: Any, name: str) -> Record | None:
    try:
        record = Record(**kept["record"])
        return record if record.digest == name and kept["seal"] == _seal(record) else None
    except (TypeError, KeyError):
        return None


def _data(record: Record) -> dict[str, Any]:
    return {each.name: getattr(record, each.name) for each in fields(record)}


def _seal(record: Record) -> str:
    """Ties the parts of a record to one another, so that a damaged or patched-up one is not taken for a run."""
    return hashlib.sha256(json.dumps(_data(record), sort_keys=True).encode()).hexdigest()
