"""Other random numbers than a page's own: every seed that is set, by whom and where, is set to another."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from numbers import Integral
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
    asked: list[int] = []

    def other(seed: Any) -> Any:
        if type(seed).__module__ == "torch" and seed.numel() == 1:
            seed = seed.item()
        if isinstance(seed, Integral):
            asked.append(int(seed))
            return int(seed) + offset
        if isinstance(seed, list | tuple):
            asked.extend(seed)
            return [*seed, offset] if offset else seed
        asked.append(0)  # from the clock, or of a kind that is not shifted: chance all the same
        return seed

    with ExitStack() as stack:
        for owner, name, replacement in _replacements(other):
            stack.enter_context(mock.patch.object(owner, name, replacement))
        yield asked


def _replacements(other: Callable[[Any], Any]) -> Iterator[tuple[object, str, object]]:
    """What sets a seed, with its owner and its name, and what does the same with another seed."""
    yield random, "seed", _reseeded(random.seed, other)
    yield random, "Random", _random(other)
    if find_spec("numpy"):
        import numpy as np

        def other_numpy(seed: Any) -> Any:
            shifted = other(seed)
            return shifted % _NUMPY_SEEDS if isinstance(shifted, int) else shifted

        yield np.random, "seed", _reseeded(np.random.seed, other_numpy)
        yield np.random, "default_rng", _reseeded(np.random.default_rng, other)
        yield np.random, "RandomState", _random_state(other_numpy)
    if find_spec("torch"):
        import torch

        yield torch, "manual_seed", _reseeded(torch.manual_seed, other)
        yield torch.random, "manual_seed", _reseeded(torch.random.manual_seed, other)
        yield torch, "Generator", _generator(other)


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
