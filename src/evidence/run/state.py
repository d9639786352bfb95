"""What packages keep for the whole process, such as their random numbers: set to the same at the start of each session.

A package's state is reset by a *state resetter*, found by an entry point of the group `evidence.state` that is named
after the package and is loaded only where that package is installed:

    [project.entry-points."evidence.state"]
    torch = "dlchecked.torch_state:TorchState"

It is called without arguments, and what it returns has the members of `StateResetter`.
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable, Iterable
from functools import cache
from importlib.metadata import entry_points
from importlib.util import find_spec
from typing import Any, Protocol

SEED = 0

Seed = Callable[[Any], Any]
Patch = tuple[object, str, object]
"""An object, the name of one of its attributes, and what takes its place."""


class StateResetter(Protocol):
    """Knows what one package keeps for the whole process. All but `reset` may be left as it is here, if inherited.

    Attributes:
        late_imports: modules that the package imports only when they are first needed, which then takes long.
    """

    late_imports: tuple[str, ...] = ()

    def reset(self, seed: int) -> None:
        """Set all as it is in a new process, and the random numbers to those of `seed`."""

    def imports_late(self, source: str) -> bool:
        """Whether Python code is going to need `late_imports`."""
        return False

    def random_state(self) -> object:
        """Something that is equal if and only if no random number of the package was drawn meanwhile."""
        return None

    def seeded_otherwise(self, other: Seed) -> Iterable[Patch]:
        """What to replace in the package, so that whoever sets a seed sets `other(seed)`; `other(None)` for none."""
        return ()


class PythonState(StateResetter):
    """Python's own `random`."""

    def reset(self, seed: int) -> None:
        """Seed it."""
        os.environ["TQDM_DISABLE"] = "1"  # a bar of progress would stand among what the commands say
        random.seed(seed)

    def random_state(self) -> object:
        """The generator's."""
        return random.getstate()

    def seeded_otherwise(self, other: Seed) -> Iterable[Patch]:
        """`random.seed`, and generators of one's own."""
        seed = random.seed

        class Random(random.Random):
            """Seeds are others."""

            def seed(self, a: Any = None, version: int = 2) -> None:
                super().seed(other(a), version)

        yield random, "seed", lambda a=None, version=2: seed(other(a), version)
        yield random, "Random", Random


class NumpyState(StateResetter):
    """NumPy's `random`."""

    def reset(self, seed: int) -> None:
        """Seed it."""
        import numpy as np

        np.random.seed(seed)

    def random_state(self) -> object:
        """The global generator's."""
        import numpy as np

        return repr(np.random.get_state())

    def seeded_otherwise(self, other: Seed) -> Iterable[Patch]:
        """The old functions, whose seeds are small, and the new generators."""
        import numpy as np

        def small(seed: Any) -> Any:
            changed = other(seed)
            return changed % 2**32 if isinstance(changed, int) else changed

        class RandomState(np.random.RandomState):
            """Seeds are others."""

            def __init__(self, seed: Any = None) -> None:
                super().__init__(small(seed))

        seed, default_rng = np.random.seed, np.random.default_rng
        yield np.random, "seed", lambda seed_=None, **named: seed(small(named.get("seed", seed_)))
        yield np.random, "default_rng", lambda seed_=None, **named: default_rng(other(named.get("seed", seed_)))
        yield np.random, "RandomState", RandomState


class MatplotlibState(StateResetter):
    """matplotlib's figures."""

    def reset(self, seed: int) -> None:
        """No window opens for a figure, and none stays open."""
        os.environ["MPLBACKEND"] = "agg"
        if "matplotlib.pyplot" in sys.modules:
            from matplotlib import pyplot

            pyplot.switch_backend("agg")
            pyplot.close("all")


@cache
def resetters() -> tuple[StateResetter, ...]:
    """Those of Python itself and of the packages that are installed, in the order of their names."""
    named = sorted(entry_points(group="evidence.state"), key=lambda entry: entry.name)
    return (PythonState(), *(entry.load()() for entry in named if find_spec(entry.name) is not None))


def reset_global_state() -> None:
    """Set all that is kept for the whole process as it is in a new one."""
    for resetter in resetters():
        resetter.reset(SEED)
