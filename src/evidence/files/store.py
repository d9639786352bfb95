"""The one store for what can be made again: sealed files below `.cache/`, what each rests on, how long all are kept.

A file that was damaged, cut short, put under another's name, or made before something that it rests on changed, is as
good as none. So there is no need to wait until the disk has written it. What nobody uses is removed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
import time
from pathlib import Path

from evidence.files.errors import Refusal, display_path
from evidence.files.rests_on import RestsOn, holds

# What was not used for so long is removed, and beyond so much of one kind what was used least lately.
KEPT_DAYS = 30
KEPT_MIB = 64
_DAY_NS = 24 * 3600 * 10**9


def cache_folder(docs_dir: Path) -> Path:
    """Where the site whose pages are in `docs_dir` keeps them: beside that folder."""
    return docs_dir.resolve().parent / ".cache"


class NotKeptError(Refusal):
    """What is to be kept cannot be written: the disk is full, or this user may not write there."""

    def __init__(self, folder: Path, error: OSError) -> None:
        super().__init__(
            f"{display_path(folder)}: nothing can be kept here ({error.strerror}). Make room, or let it be written to"
        )


class Store:
    """Content by name, in one folder.

    What it rests on inside the project is named from the project's folder, so that in a copy the copy counts, as far as
    the copy has it.

    Args:
        folder: where it is kept, two levels below the project's folder; made when there is something to keep.
        suffix: how the files' names end.
    """

    def __init__(self, folder: Path, suffix: str = "") -> None:
        self.folder, self._suffix = folder, suffix
        self._project = f"{folder.absolute().parents[1]}{os.sep}"
        self._known: dict[str, str] = {}
        self._opened: dict[str, tuple[int, RestsOn, bytes]] = {}
        self._pruned = False

    def fresh(self) -> None:
        """Look anew at what content rests on; between two such looks it is taken to stay as it is."""
        self._known.clear()

    def path(self, name: str) -> Path:
        """The file of that name."""
        return self.folder / f"{name}{self._suffix}"

    def write(self, name: str, content: bytes, rests_on: RestsOn | None = None) -> None:
        """Keep content; a reader sees the whole of it or none.

        Raises:
            NotKeptError: it cannot be written.
        """
        named = {key.replace(f":{self._project}", ":./", 1): digest for key, digest in (rests_on or {}).items()}
        seal = _seal(name, self._project, named, content)
        head = json.dumps({"seal": seal, "project": self._project, "rests_on": named})
        if not self._pruned:
            self._prune()
        try:
            write_atomic(self.path(name), head.encode() + b"\n" + content)
        except OSError as error:
            raise NotKeptError(self.folder, error) from error

    def read(self, name: str) -> bytes | None:
        """The content of that name; `None` if there is none, or none that still holds."""
        found = self._open(name)
        if found is None or not holds(found[0], self._known):
            return None
        if self._opened[name][0] < time.time_ns() - _DAY_NS:
            with contextlib.suppress(OSError):
                os.utime(self.path(name))
        return found[1]

    def _prune(self) -> None:
        """Remove what is not used; `read` marks daily what is. A file that was not finished in a day never will be."""
        self._pruned = True
        found = []
        for path in self.folder.glob("*"):
            with contextlib.suppress(OSError):
                status = path.lstat()
                if path.name.startswith("."):
                    if status.st_mtime_ns < time.time_ns() - _DAY_NS:
                        path.unlink()
                elif path.name.endswith(self._suffix):
                    found.append((status.st_mtime_ns, status.st_size, path))
        oldest, left = time.time_ns() - KEPT_DAYS * _DAY_NS, KEPT_MIB * 2**20
        for used, size, path in sorted(found, reverse=True):
            left -= size
            if used < oldest or left < 0:
                with contextlib.suppress(OSError):
                    path.unlink()

    def _found(self, key: str, project: str) -> str:
        """What was named from the folder of the project that it was made in, as it is found from here."""
        kind, inside, path = key.partition(":./")
        if not inside:
            return key
        here = os.path.lexists(self._project + path) or not os.path.lexists(project + path)
        return f"{kind}:{self._project if here else project}{path}"

    def rests_on(self, name: str) -> RestsOn:
        """What the content of that name rests on; nothing, if there is none."""
        found = self._open(name)
        return found[0] if found is not None else {}

    def _open(self, name: str) -> tuple[RestsOn, bytes] | None:
        path = self.path(name)
        try:
            modified = path.stat().st_mtime_ns
            if name not in self._opened or self._opened[name][0] != modified:
                head, _, content = path.read_bytes().partition(b"\n")
                told = json.loads(head)
                if told["seal"] != _seal(name, told["project"], told["rests_on"], content):
                    return None
                named = {self._found(key, told["project"]): digest for key, digest in told["rests_on"].items()}
                self._opened[name] = modified, named, content
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return None
        return self._opened[name][1:]


def _seal(name: str, project: str, rests_on: RestsOn, content: bytes) -> str:
    head = json.dumps([name, project, rests_on], sort_keys=True).encode()
    return hashlib.sha256(head + b"\0" + content).hexdigest()


def write_atomic(path: Path, content: bytes, *, durable: bool = False) -> None:
    """Write a file, or leave what was there; folders above it are made. A folder in its place is removed.

    Args:
        path: the file. Who may read it stays as it was.
        content: what it is to hold.
        durable: whether it is to hold that, or what it held before, also after the machine breaks down.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        if path.is_dir():
            shutil.rmtree(path)
        with contextlib.suppress(FileNotFoundError):
            temporary.chmod(path.stat().st_mode)
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
