"""Brings memory together in large pages, of which a fork copies one entry of a table where it copied 512.

With torch, and small pages, that copying and its undoing is most of what a fork costs. Python's allocator asks for no
large ones. The C library's can be told to, but it gives Python its objects more slowly.
"""

from __future__ import annotations

import ctypes
import math
import sys
from pathlib import Path

_COLLAPSE = 25  # MADV_COLLAPSE of linux/mman.h
_SIZE = 2 * 2**20
# To move takes as long as it saves in about thirty forks.
_WORTH_IT = 40


def use_large_pages(forks: float = math.inf) -> None:
    """Move what this process has in memory of its own to large pages, where Linux can: from 6.1 on.

    Args:
        forks: how many there will be; for a few it does not pay.
    """
    if forks < _WORTH_IT or sys.platform != "linux":
        return
    advise = ctypes.CDLL(None).madvise
    for line in Path("/proc/self/maps").read_text(encoding="utf-8").splitlines():
        place, allowed, _, _, _, *name = line.split(maxsplit=5)
        begin, end = (int(each, 16) for each in place.split("-"))
        begin, end = -(-begin // _SIZE) * _SIZE, end // _SIZE * _SIZE
        if allowed == "rw-p" and name in ([], ["[heap]"]) and begin < end:
            # A refusal costs time and nothing else.
            advise(ctypes.c_void_p(begin), ctypes.c_size_t(end - begin), _COLLAPSE)
