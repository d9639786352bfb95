"""What a run rests on: the modules that it imported, the files that it read, the variables of the environment.

A `Trace` notes them while the run goes on, instead of guessing them from its source. What is noted is a mapping from
names, such as `file:/home/me/data/n.txt`, to digests, and holds for as long as each name still has the same digest.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import takewhile
from pathlib import Path
from typing import Any

RestsOn = Mapping[str, str]

# What every run is given, whatever its user's environment says.
GIVEN = {"PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1"}

_ABSENT = "absent"
# The machine's own, and what anybody may change at any time.
_ELSEWHERE = ("/proc", "/sys", "/dev", "/etc", "/usr", "/var", "/run")
_CACHES = ("__pycache__", ".cache", ".git")
_IN_A_CACHE = re.compile(rf"/({'|'.join(map(re.escape, _CACHES))})(/|$)")
# By way of which a program lists a folder, and asks for a variable.
_LISTS = ("os.py", "<frozen os>", "glob.py", "pathlib.py", "pathlib/_local.py", "pathlib/__init__.py")
_ASKS = ("os.py", "<frozen os>", "_collections_abc.py", "<frozen _collections_abc>")
# What runs the blocks is counted by whoever keeps their outcomes.
_OURSELVES = str(Path(__file__).parents[1]) + os.sep
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Trace:
    """Notes what this process opens and asks for, from its making on; it ends with the process, and not before."""

    def __init__(self) -> None:
        self._began = time.time()
        self._here = os.getcwd() + os.sep  # noqa: PTH109
        self._read: set[str] = set()
        self._listed: set[str] = set()
        self._written: set[str] = set()
        self._asked: set[str] = set()
        # What a run sets for itself is no matter of its user's.
        self._environment = {name: _digest(value) for name, value in os.environ.items()}
        self._imports = _Imports()
        self._digests: dict[str, str] = {}
        # An environment may lie in the project's folder, and the project's folder in the temporary one.
        self._counted_otherwise = (*_installed_in(), *_library(), _OURSELVES)
        self._elsewhere = (*_ELSEWHERE, tempfile.gettempdir() + os.sep, f"{Path.home()}/.config")
        sys.addaudithook(self._hear)
        self._listen_for_variables()

    def forget(self) -> None:
        """Leave out what was opened and asked for until now, by what prepares the run."""
        self._read.clear()
        self._listed.clear()
        self._asked.clear()

    def rests_on(self, *, without: tuple[str, ...] = ()) -> dict[str, str]:
        """All that was noted, and the modules that are imported by now, each with the digest that it has now.

        Args:
            without: packages that are left out, since whoever asks counts them by other means.
        """
        names = {f"variable:{name}": self._environment.get(name, _ABSENT) for name in self._asked - GIVEN.keys()}
        packages, modules = self._imports.of_now(without)
        for name in packages:
            names[name] = self._digest_of(name)
        read = {path for path in map(os.path.realpath, self._read) if self._counts(path)} - self._written
        listed = {path for path in map(os.path.realpath, self._listed) if self._counts(path)}
        for name in (*(f"file:{path}" for path in read | modules), *(f"folder:{path}" for path in listed)):
            names[name] = self._digest_of(name) if self._stayed(name.partition(":")[2]) else "changed meanwhile"
        return dict(sorted(names.items()))

    def _digest_of(self, name: str) -> str:
        """The digest of what has not changed since this was made."""
        if name not in self._digests:
            self._digests[name] = digest_of(name)
        return self._digests[name]

    def _counts(self, path: str) -> bool:
        """Whether a file that was opened is one of the project's, or of its user's."""
        if path.startswith(self._counted_otherwise) or _IN_A_CACHE.search(path):
            return False
        return f"{path}{os.sep}".startswith(self._here) or not path.startswith(self._elsewhere)

    def _stayed(self, path: str) -> bool:
        """Whether a file is still the one that was read: what was edited since is not what ran."""
        try:
            return os.stat(path).st_mtime <= self._began  # noqa: PTH116
        except OSError:
            return True

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, mode, flags = arguments
            if isinstance(path, str | bytes | os.PathLike):
                writes = bool(flags & _WRITES) if isinstance(flags, int) else any(c in (mode or "") for c in "wax+")
                if writes:
                    self._written.add(os.path.realpath(os.fsdecode(path)))
                elif self._counts(path := os.path.abspath(os.fsdecode(path))):  # noqa: PTH100
                    self._read.add(path)  # links are followed when all is known
        elif event in ("os.listdir", "os.scandir"):
            path = arguments[0] or "."
            if isinstance(path, str | os.PathLike) and _asked_by_ours(_LISTS):
                self._listed.add(os.path.abspath(os.fspath(path)))  # noqa: PTH100

    def _listen_for_variables(self) -> None:
        plain = type(os.environ).__getitem__

        def asked(environment: os._Environ[str], name: str) -> str:
            if _asked_by_ours(_ASKS):
                self._asked.add(name)
            return plain(environment, name)

        type(os.environ).__getitem__ = asked  # type: ignore[method-assign]


def holds(rests_on: RestsOn, known: dict[str, str]) -> bool:
    """Whether all is as it was.

    Args:
        rests_on: what was noted.
        known: digests that were looked up before, and are taken to hold still; added to.
    """
    for name, digest in rests_on.items():
        if name not in known:
            known[name] = digest_of(name)
        if known[name] != digest:
            return False
    return True


def digest_of(name: str) -> str:
    """What stands behind a name today."""
    kind, _, what = name.partition(":")
    if kind == "variable":
        return _digest(os.environ[what]) if what in os.environ else _ABSENT
    if kind == "package":
        return _package(what)
    path = Path(what)
    try:
        if kind == "folder":
            entries = sorted(each.name for each in path.iterdir() if each.name not in _CACHES)
            return hashlib.sha256("\0".join(entries).encode()).hexdigest()
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return _ABSENT


def is_installed(module: str) -> bool:
    """Whether a module belongs to an installed package, or to Python's library; it is found without importing it."""
    try:
        spec = importlib.util.find_spec(module.partition(".")[0])
    except (ImportError, ValueError):
        return False
    return spec is not None and (spec.origin or "").startswith((*_installed_in(), *_library()))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _asked_by_ours(through: tuple[str, ...]) -> bool:
    """Whether it is neither Python's library, nor an installed package, nor what runs the blocks, that asks.

    Python itself lists each folder that it looks for modules in, and packages ask for many a variable.

    Args:
        through: the names of the files of Python's library by way of which one asks.
    """
    frame = sys._getframe(2)
    while frame.f_back is not None and frame.f_code.co_filename.endswith(through):
        frame = frame.f_back
    return not frame.f_code.co_filename.startswith(("<frozen", *_installed_in(), *_library(), _OURSELVES))


class _Imports:
    """The installed packages among what is imported, and the files of all other modules that are not Python's own.

    A forked process looks at no module that the one before it has looked at: it would get a copy of the memory of each.
    """

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._packages: set[str] = set()
        self._files: set[str] = set()

    def of_now(self, without: tuple[str, ...]) -> tuple[set[str], set[str]]:
        """Both; packages `without` are left out."""
        new = list(takewhile(lambda name: name not in self._seen, reversed(sys.modules)))
        if len(new) + len(self._seen) != len(sys.modules):  # some were taken out, and may have been imported anew
            new = list(sys.modules)
        for name in new:
            self._seen.add(name)
            file = getattr(sys.modules.get(name), "__file__", None)
            top = name.partition(".")[0]
            # Some name themselves after no file, as torch.ops does.
            if not file or not file.startswith(os.sep) or top in ("__main__", "__mp_main__", *without):
                continue
            if file.startswith(_OURSELVES):
                continue
            if file.startswith(_installed_in()):
                self._packages.add(f"package:{top}")
            elif not file.startswith(_library()):
                self._files.add(os.path.realpath(file))
        return self._packages, self._files


@lru_cache(maxsize=1)
def _installed_in() -> tuple[str, ...]:
    paths = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    paths |= {path for path in sys.path if path.endswith(("site-packages", "dist-packages"))}
    return tuple(sorted({path + os.sep for each in paths for path in (each, os.path.realpath(each))}))


@lru_cache(maxsize=1)
def _library() -> tuple[str, ...]:
    paths = {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), f"{sys.base_prefix}/lib"}
    return tuple(sorted({path + os.sep for each in paths for path in (each, os.path.realpath(each))}))


@lru_cache(maxsize=256)
def _package(name: str) -> str:
    """The state of an installed package: which files it has, how large they are, and when they were last written."""
    total = hashlib.sha256()
    for folder in _installed_in():
        for path in sorted(_sources(Path(folder) / name, Path(folder))):
            status = os.stat(path)  # noqa: PTH116 - of thousands of files
            total.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return total.hexdigest()


def _sources(package: Path, folder: Path) -> Iterator[str]:
    if not package.is_dir():
        yield from (str(each) for each in folder.glob(f"{package.name}.*") if each.is_file())
        return
    pending = [str(package)]
    while pending:
        with os.scandir(pending.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if entry.name != "__pycache__":
                        pending.append(entry.path)
                elif entry.name.endswith((".py", ".so", ".pyd")):
                    yield entry.path
