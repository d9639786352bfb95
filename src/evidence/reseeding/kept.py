"""Under how many other seeds a session held, kept for as long as it and all that it rests on stay."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache

from evidence.files.import_graph import digest, our_packages
from evidence.files.store import Store
from evidence.page.model import Block
from evidence.records.records import Records


class Reseedings:
    """Those of a site, beside its records."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._store = Store(records.folder, ".txt")

    def held_under(self, session: Sequence[Block]) -> int:
        """Under how many other seeds the session held, as it stands; 0 if it was not tried, or did not."""
        content = self._store.read(self._name(session))
        return int(content) if content else 0

    def write(self, session: Sequence[Block], seeds: int) -> None:
        """Keep that the session held under so many other seeds."""
        rests_on = self._records.rests_on(session[-1], session)
        # What was not run as a check is not known to rest on anything, and so is not to be relied on.
        if rests_on:
            self._store.write(self._name(session), str(seeds).encode(), rests_on)

    def _name(self, session: Sequence[Block]) -> str:
        parts = [_engine(), self._records.name(session[-1], session)]
        return "seeds-" + hashlib.sha256("\n".join(parts).encode()).hexdigest()


@cache
def _engine() -> str:
    packages = our_packages(("evidence",))
    return digest((packages["evidence"] / "reseeding").glob("*.py"), packages)
