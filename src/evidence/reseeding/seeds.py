"""Other random numbers than a page's own: every seed that is set, by whom and where, is set to another."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

from evidence.run.state import resetters

# Seeds of a page are small; so no seed of one shift is a seed of another, and the factor has no small divisors.
_STRIDE = 1_000_003


def shift(number: int) -> int:
    """What the `number`-th other set of seeds, from 1, adds to each seed; 0 for the page's own."""
    return number * _STRIDE


@contextmanager
def shifted_seeds(offset: int) -> Iterator[list[int]]:
    """Add `offset` to each seed that is set meanwhile: of every package that has a state resetter.

    Yields:
        The seeds that were asked for, as they come.
    """
    asked: list[int] = []

    def other(seed: Any) -> Any:
        number = _as_integer(seed)
        if number is not None:
            asked.append(number)
            return number + offset
        if isinstance(seed, list | tuple):
            asked.extend(seed)
            return [*seed, offset] if offset else seed
        asked.append(0)  # from the clock, or of a kind that is not shifted: chance all the same
        return seed

    patches = [patch for resetter in resetters() for patch in resetter.seeded_otherwise(other)]
    with ExitStack() as stack:
        for owner, name, replacement in patches:
            stack.enter_context(mock.patch.object(owner, name, replacement))
        yield asked


def _as_integer(seed: Any) -> int | None:
    """A whole number as such, of whatever kind: NumPy's, or a tensor of one."""
    try:
        return operator.index(seed)
    except (TypeError, ValueError, RuntimeError):
        return None
