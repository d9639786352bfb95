"""How many changed claims of a page its checks caught, kept for as long as the page's blocks stay as they are."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cache

from evidence.files.import_graph import at_work, digest, our_packages, reach_of
from evidence.files.rests_on import RestsOn
from evidence.files.store import Store
from evidence.page.model import Page
from evidence.records.records import Records


@dataclass(frozen=True)
class Tally:
    """The outcome of an attack: changed claims that were caught, that were not, and those waived on the page."""

    caught: int
    survived: int
    waived: int


class Tallies:
    """The tallies of a site, beside its records."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._store = Store(records.folder, ".json")

    def write(self, page: Page, tally: Tally) -> None:
        """Keep what an attack on `page`, as it stands, came to."""
        self._store.write(self._name(page), json.dumps(asdict(tally)).encode(), self._rests_on(page))

    def read(self, page: Page) -> Tally | None:
        """What the last attack on `page` came to; `None` if there was none since it last changed."""
        if not self._records.folder.is_dir():
            return None
        content = self._store.read(self._name(page))
        return None if content is None else Tally(**json.loads(content))

    def _name(self, page: Page) -> str:
        # A block that becomes a check, or an attack that grows stronger, was never attacked.
        sessions = page.sessions()
        blocks = [f"{block.name} {self._records.name(block, session)}" for session in sessions for block in session]
        imports = sorted({name for session in sessions for block in session for name in block.imports or ()})
        packages = at_work(imports)
        parts = [_engine(), digest(reach_of(imports, packages), packages), *blocks]
        return "attack-" + hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def _rests_on(self, page: Page) -> RestsOn:
        """What its blocks were seen to rest on, where they were run before."""
        found: dict[str, str] = {}
        for session in page.sessions():
            found |= self._records.rests_on(session[-1], session)
        return found


@cache
def _engine() -> str:
    """The source of the attack, as this process holds it."""
    packages = our_packages(("evidence",))
    return digest(reach_of(["evidence.mutation.attack"], packages), packages)
