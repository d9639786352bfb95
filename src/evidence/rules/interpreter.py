"""Python must run what is asserted."""

from __future__ import annotations

import sys


def interpreter_problem() -> str:
    """Why this Python, or one that it starts, cannot check anything; empty if it can."""
    if sys.flags.optimize:
        return (
            "Python leaves assert statements out (-O, or the environment variable PYTHONOPTIMIZE), "
            "so that no check could fail. Run it without"
        )
    return ""
