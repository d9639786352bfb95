"""What torch keeps for the whole process, and how that becomes what it is in a new one."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from typing import Any

import torch

_OPTIMIZER = re.compile(r"torch\.optim\b|from torch import .*\boptim\b")


def _seed_none(seed: int) -> None:
    """Seed the GPUs, of which there are none."""


class TorchState:
    """A state resetter, as whatever runs sessions of code in one process calls it at the start of each.

    Attributes:
        late_imports: its compiler, which torch imports at the first optimizer, and which takes nearly as long as torch.
    """

    late_imports = ("torch._dynamo",)

    def reset(self, seed: int) -> None:
        """Seed, default dtype and device, threads, gradient mode, determinism and printing: as in a new process.

        One thread: tiny models run slower on two, and sums come out the same on every machine. No GPU, for the same
        reason; and torch computes no gradient in a process that was forked from one that has computed one where there
        is a GPU.
        """
        os.environ["CUDA_VISIBLE_DEVICES"] = ""  # of NVIDIA and AMD; torch looks for them when it first needs one
        # Each seed would be noted for a GPU that may come, with the whole stack as text: 99 % of what a seed costs.
        for gpus in (torch.cuda, torch.xpu, torch.mtia):
            gpus.manual_seed_all = _seed_none  # type: ignore[attr-defined]
        torch.manual_seed(seed)
        torch.set_default_dtype(torch.float32)
        torch.set_default_device(None)
        torch.set_num_threads(1)
        torch.set_grad_enabled(True)
        torch.autograd.set_detect_anomaly(False)
        if torch.are_deterministic_algorithms_enabled():  # to set it imports torch's compiler, which takes seconds
            torch.use_deterministic_algorithms(False)
        torch.set_printoptions(profile="default")  # type: ignore[no-untyped-call]

    def imports_late(self, source: str) -> bool:
        """Whether Python code has an optimizer."""
        return bool(_OPTIMIZER.search(source))

    def random_state(self) -> object:
        """What differs as soon as a random number was drawn."""
        return torch.get_rng_state().numpy().tobytes()

    def seeded_otherwise(self, other: Callable[[Any], Any]) -> Iterable[tuple[object, str, object]]:
        """What to replace in torch, so that whoever sets a seed sets `other(seed)`: owner, name, replacement."""
        manual_seed = torch.manual_seed

        class Generator(torch.Generator):
            """Seeds are others."""

            def manual_seed(self, seed: int) -> Any:
                return super().manual_seed(other(seed))

        for owner in (torch, torch.random):
            yield owner, "manual_seed", lambda seed: manual_seed(other(seed))
        yield torch, "Generator", Generator
