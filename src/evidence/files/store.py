"""Files that can be made again, kept below `.cache/` and written so that a reader never sees half of one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def cache_folder(docs_dir: Path) -> Path:
    """Where the site whose pages are in `docs_dir` keeps them: beside that folder."""
    return docs_dir.resolve().parent / ".cache"


def write_atomic(path: Path, content: bytes) -> None:
    """Write a file, or leave what was there; folders above it are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
