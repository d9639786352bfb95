"""Under how many other seeds a session held, kept for as long as it and all that it rested on then stay."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from evidence.files.import_graph import digest, our_packages
from evidence.files.store import Store
from evidence.page.measured import SAMPLED
from evidence.page.model import Block, Page
from evidence.records.records import Records
from evidence.reseeding.reseed import Reseeded, reseed
from evidence.run.clean_process import in_clean_process

# Without which nothing is published: a lucky seed rarely has a twin.
SEEDS = 1


class Reseedings:
    """Those of a site, beside its records."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._store = Store(records.folder, ".txt")

    def held_under(self, session: Sequence[Block]) -> int:
        """Under how many other seeds the session held, as it stands; 0 if it was not tried, or did not."""
        content = self._store.read(self._name(session))
        return int(content) if content else 0

    def stale(self, pages: Iterable[Page], seeds: int = SEEDS) -> list[list[Block]]:
        """The sessions with statistical checks or experiments that were not seen to hold under so many other seeds."""
        return [
            session
            for page in pages
            for session in page.sessions()
            if any(block.grade in SAMPLED for block in session) and self.held_under(session) < seeds
        ]

    def reseed(self, sessions: Sequence[Sequence[Block]], seeds: int, jobs: int) -> Iterator[tuple[int, Reseeded]]:
        """See `reseed`, whose clean process is started for it; what held is kept.

        Raises:
            NoAnswer: that process broke off.
        """
        if not sessions:
            return
        for at, found in in_clean_process(reseed, sessions, seeds, jobs):
            if not found.failed:
                self._store.write(self._name(sessions[at]), str(seeds).encode(), found.rests_on)
            yield at, found

    def _name(self, session: Sequence[Block]) -> str:
        parts = [_engine(), self._records.name(session[-1], session)]
        return "seeds-" + hashlib.sha256("\n".join(parts).encode()).hexdigest()


@cache
def _engine() -> str:
    packages = our_packages(("evidence",))
    return digest((packages["evidence"] / "reseeding").glob("*.py"), packages)
