"""Other random numbers than a page's own: every seed that is set, by whom and where, is set to another."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

# Seeds of a page are small; so no seed of one shift is a seed of another, and the factor has no small divisors.
_STRIDE = 1_000_003
_NUMPY_SEEDS = 2**32


def shift(number: int) -> int:
    """What the `number`-th other set of seeds, from 1, adds to each seed; 0 for the page's own."""
    return number * _STRIDE


@contextmanager
def shifted_seeds(offset: int) -> Iterator[list[int]]:
    """Add `offset` to each seed that is set meanwhile: of Python, NumPy and torch, and of generators of their own.

    Yields:
        The seeds that were asked for, as they come.
    """
    import numpy as np
    import torch

    asked: list[int] = []

    def other(seed: Any) -> Any:
        if isinstance(seed, int | np.integer) or (isinstance(seed, torch.Tensor) and seed.numel() == 1):
            asked.append(int(seed))
            return int(seed) + offset
        if isinstance(seed, list | tuple):
            asked.extend(seed)
            return [*seed, offset] if offset else seed
        asked.append(0)  # from the clock, or of a kind that is not shifted: chance all the same
        return seed

    def other_numpy(seed: Any) -> Any:
        shifted = other(seed)
        return shifted % _NUMPY_SEEDS if isinstance(shifted, int) else shifted

    places: list[tuple[object, str, Callable[[Any], Any]]] = [
        (random, "seed", other),
        (np.random, "seed", other_numpy),
        (np.random, "default_rng", other),
        (torch, "manual_seed", other),
        (torch.random, "manual_seed", other),
    ]
    with ExitStack() as stack:
        for owner, name, change in places:
            stack.enter_context(mock.patch.object(owner, name, _reseeded(getattr(owner, name), change)))
        stack.enter_context(mock.patch.object(torch, "Generator", _generator(other)))
        stack.enter_context(mock.patch.object(random, "Random", _random(other)))
        stack.enter_context(mock.patch.object(np.random, "RandomState", _random_state(other_numpy)))
        yield asked


def _reseeded(function: Callable[..., Any], other: Callable[[Any], Any]) -> Callable[..., Any]:
    def seeded(*args: Any, **kwargs: Any) -> Any:
        if args:
            return function(other(args[0]), *args[1:], **kwargs)
        if kwargs:
            return function(**kwargs | {"seed": other(kwargs.get("seed"))})
        return function(*([other(None)] if function.__name__ != "manual_seed" else []))

    return seeded


def _generator(other: Callable[[Any], Any]) -> type:
    import torch

    class Generator(torch.Generator):
        """Seeds shifted."""

        def manual_seed(self, seed: int) -> Any:
            return super().manual_seed(other(seed))

    return Generator


def _random(other: Callable[[Any], Any]) -> type:
    class Random(random.Random):
        """Seeds shifted."""

        def seed(self, a: Any = None, version: int = 2) -> None:
            super().seed(other(a), version)

    return Random


def _random_state(other: Callable[[Any], Any]) -> type:
    import numpy as np

    class RandomState(np.random.RandomState):
        """Seeds shifted."""

        def __init__(self, seed: Any = None) -> None:
            super().__init__(other(seed))

    return RandomState
