"""What Python, NumPy, matplotlib and torch keep for the whole process, set to the same at the start of each session."""

from __future__ import annotations

import importlib.util
import os
import random
import sys

SEED = 0


def reset_global_state() -> None:
    """Seeds, torch's default dtype and device, threads, gradient mode, determinism and printing: as in a new process.

    One thread: tiny models run slower on two, and sums come out the same on every machine. No GPU, for the same reason;
    and torch computes no gradient in a process that was forked from one that has computed one where there is a GPU.
    """
    os.environ["CUDA_VISIBLE_DEVICES"] = ""  # of NVIDIA and AMD; torch looks for them when it first needs one
    os.environ["TQDM_DISABLE"] = "1"  # a bar of progress would stand among what the commands say
    random.seed(SEED)
    if importlib.util.find_spec("numpy") is not None:
        import numpy as np

        np.random.seed(SEED)
    _reset_matplotlib()
    if importlib.util.find_spec("torch") is not None:
        _reset_torch()


def _reset_matplotlib() -> None:
    """No window opens for a figure, and none stays open."""
    os.environ["MPLBACKEND"] = "agg"
    if "matplotlib.pyplot" in sys.modules:
        from matplotlib import pyplot

        pyplot.switch_backend("agg")
        pyplot.close("all")


def _reset_torch() -> None:
    import torch

    torch.manual_seed(SEED)
    torch.set_default_dtype(torch.float32)
    torch.set_default_device(None)
    torch.set_num_threads(1)
    torch.set_grad_enabled(True)
    torch.autograd.set_detect_anomaly(False)
    if torch.are_deterministic_algorithms_enabled():  # to set it imports torch's compiler, which takes seconds
        torch.use_deterministic_algorithms(False)
    torch.set_printoptions(profile="default")  # type: ignore[no-untyped-call]
