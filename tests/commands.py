"""Runs Python as a command in a folder, as a person would from there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def python(folder: Path, *arguments: str, **environment: str) -> tuple[int, str]:
    """The exit code of `python …`, and all that it said.

    Args:
        folder: where it is called.
        arguments: as on the command line.
        environment: variables besides those that are set here.
    """
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout
