"""What the code of a check with its mutants calls: it decides what becomes of each, on the spot or in a fork."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from enum import Enum
from typing import Any

from evidence.mutation.branch import Branches, Ending
from evidence.mutation.held import Held, Missing
from evidence.mutation.variants import Site


class Fate(Enum):
    """What became of a mutant."""

    KILLED = "killed"
    TIMED_OUT = "ran out of time"  # counts as killed: a check that hangs is seen
    SURVIVED = "survived"
    NOT_REACHED = "not reached"  # what it changes is never evaluated, so it claims nothing


_FATES = {Ending.PASSED: Fate.SURVIVED, Ending.TIMED_OUT: Fate.TIMED_OUT}


class Gate:
    """Decides what becomes of mutants.

    Args:
        branches: makes those of this process.
        changes: whether a branch is changed; else it shows that the block passes there as it is.

    Attributes:
        holder: made for each evaluation of an assert, to hold its operands.
        namespace: the names of the session, for functions that a condition calls.
        sites: the asserts whose mutants are evaluated with their operands.
        active: in a forked process, the number of its mutant.
        fates: what became of each mutant, by number.
        endings: how the branches ended.
        undecided: those that take more than an assert had computed.
    """

    holder = Held

    def __init__(self, branches: Branches, *, changes: bool = True) -> None:
        self.branches, self.changes = branches, changes
        self.namespace: dict[str, Any] = {}
        self.sites: list[Site] = []
        self.active: int | None = None
        self.fates: dict[int, Fate] = {}
        self.endings: dict[int, Ending] = {}
        self.undecided: set[int] = set()
        self._waiting: dict[int, _Conditions] = {}

    def on(self, number: int) -> bool:
        """Whether this process is that of a mutant; asked where it differs."""
        if self.active is None and number not in self.fates:
            ending = self.branches.branch()
            if ending is None:
                self.active = number
            else:
                self.fates[number], self.endings[number] = _FATES.get(ending, Fate.KILLED), ending
        return self.active == number and self.changes

    def decided(self, held: Held, value: Any) -> Any:
        """The value of a condition; those of its mutants come of the same operands.

        If one comes out false, its assert would have failed, and the block with it.
        """
        if self.active is not None or not value:
            return value
        if held.site not in self._waiting:
            self._waiting[held.site] = _Conditions(self.sites[held.site], self.namespace)
        waiting = self._waiting[held.site]
        if waiting.changed and _comes_out(waiting.plain, held) is not True:
            # Its operands are no longer what they were, as of an iterator that has come to its end.
            self.undecided.update(waiting.changed)
            waiting.changed.clear()
        for number, changed in list(waiting.changed.items()):
            holds = _comes_out(changed, held)
            if holds:
                self.fates[number] = Fate.SURVIVED
                continue
            if holds is None:
                self.undecided.add(number)
            self.fates[number] = Fate.KILLED
            del waiting.changed[number]
        return value


class _Conditions:
    """Those of a site: the plain one, and the changed ones about which nothing is known yet."""

    def __init__(self, site: Site, namespace: dict[str, Any]) -> None:
        with warnings.catch_warnings(action="ignore"):
            self.plain, *changed = eval(site.source, namespace)
        self.changed: dict[int, Callable[[Held], Any]] = dict(zip(site.numbers, changed, strict=True))


def _comes_out(condition: Callable[[Held], Any], held: Held) -> bool | None:
    """Whether a condition holds, which it does not where it cannot be evaluated; `None` if an operand is missing."""
    try:
        return bool(condition(held))
    except Missing:
        return None
    except Exception:
        return False
