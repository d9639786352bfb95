"""How many changed claims of a page its checks caught, kept for as long as the page's blocks stay as they are."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cache

from evidence.files.import_graph import digest, our_packages
from evidence.files.store import write_atomic
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

    def write(self, page: Page, tally: Tally) -> None:
        """Keep what an attack on `page`, as it stands, came to."""
        name = self._name(page)
        content = json.dumps({"name": name, **asdict(tally)})
        write_atomic(self._records.folder / f"{name}.json", content.encode())

    def read(self, page: Page) -> Tally | None:
        """What the last attack on `page` came to; `None` if there was none since it last changed."""
        if not self._records.folder.is_dir():
            return None
        name = self._name(page)
        try:
            kept = json.loads((self._records.folder / f"{name}.json").read_text(encoding="utf-8"))
            return Tally(**kept) if kept.pop("name") == name else None
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def _name(self, page: Page) -> str:
        # A block that becomes a check, or an attack that grows stronger, was never attacked.
        blocks = [
            f"{block.grade} {block.name} {self._records.name(block, session)}"
            for session in page.sessions()
            for block in session
        ]
        return "attack-" + hashlib.sha256("\n".join([_engine(), *blocks]).encode()).hexdigest()


@cache
def _engine() -> str:
    """The source of the attack, as this process holds it."""
    packages = our_packages(("evidence",))
    return digest((packages["evidence"] / "mutation").glob("*.py"), packages)
