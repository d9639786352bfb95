"""What an assert computed, held while its mutants are evaluated: they change what is done with it, not how it came."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any


class Missing(Exception):
    """A value that was not computed, since the assert came out without it."""


class Held:
    """The operands of one evaluation of an assert, by number; those within a loop, for each turn of it.

    Args:
        site: the number of the assert.
    """

    def __init__(self, site: int) -> None:
        self.site = site
        self._values: dict[int, Any] = {}
        self._turns: dict[int, list[tuple[Held, Any]]] = {}
        self._ended: set[int] = set()

    def hold(self, number: int, loop: int | None, value: Any) -> Any:
        """Keep an operand that was computed."""
        of = self if loop is None else self._turns[loop][-1][0]
        of._values[number] = value
        return value

    def each(self, loop: int, items: Iterable[Any]) -> Iterator[Any]:
        """What a loop runs over, and keep it."""
        turns = self._turns[loop] = []
        for item in items:
            turns.append((Held(self.site), item))
            yield item
        self._ended.add(loop)

    def __call__(self, number: int) -> Any:
        """An operand."""
        try:
            return self._values[number]
        except KeyError:
            raise Missing from None

    def turns(self, loop: int) -> Iterator[tuple[Held, Any]]:
        """The turns that a loop took: what was computed in it, and its item."""
        yield from self._turns.get(loop, ())
        if loop not in self._ended:
            raise Missing
