"""Which of our own source files a piece of Python code can run through its imports.

What a run has rested on is seen afterwards, see `evidence.files.rests_on`. This is for what must be told before it.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain
from pathlib import Path

from evidence.files.rests_on import is_installed
from evidence.files.syntax import statements


def our_packages(names: Iterable[str]) -> dict[str, Path]:
    """The folders of top-level packages, found without importing them; a package that is not installed is
    left out.
    """
    found = {}
    for name in names:
        try:
            spec = importlib.util.find_spec(name)
        except ValueError:  # of what is no package, as `__main__`
            continue
        if spec and spec.submodule_search_locations:
            found[name] = Path(next(iter(spec.submodule_search_locations)))
    return found


def at_work(names: Iterable[str]) -> dict[str, Path]:
    """The folders of the packages that an import of dotted `names` reaches and that someone works on: they are neither
    Python's own nor installed in the environment.

    Raises:
        SyntaxError: a file that is reached is not Python.
    """
    names, found = list(names), dict[str, Path]()
    while True:
        texts = [file.read_text(encoding="utf-8") for file in reach_of(names, found)]
        tops = {name.partition(".")[0] for name in (*names, *chain(*map(imports_in, texts)))} - {"", *found}
        new = our_packages(sorted(top for top in tops if not is_installed(top)))
        if not new:
            return found
        found |= new


@lru_cache(maxsize=4096)
def imports_in(code: str) -> tuple[str, ...]:
    """The dotted names that `code`, which belongs to no package, may import itself, each once; some are no modules.

    Raises:
        SyntaxError: `code` is not Python.
    """
    return tuple(dict.fromkeys(_imports(code, "")))


def reach_of(names: Iterable[str], packages: Mapping[str, Path]) -> frozenset[Path]:
    """The files below `packages` that an import of `names` reaches, directly or through one another.

    The imports are read, not run. Each one counts wherever it stands: in a function, under `if
    TYPE_CHECKING`, in a branch that is never taken. So this may name a file too many, and misses only what no
    reader could see either: a name put together while the program runs. `import_module("package.module")`
    with its name in quotes is seen. With a module come the `__init__.py` of all packages above it, which
    Python runs as well; `from package import name` reaches the submodule `name` where there is one; relative
    imports are followed within a package.

    Args:
        names: dotted names, see `imports_in`.
        packages: the folder of each top-level package that counts, see `our_packages`.

    Returns:
        The files that exist. An import of ours that leads nowhere is Python's to report.

    Raises:
        SyntaxError: a file that is reached is not Python.
    """
    reached: set[Path] = set()
    pending = list(names)
    seen: set[str] = set()
    while pending:
        module = pending.pop()
        top = module.partition(".")[0]
        if module in seen or top not in packages:
            continue
        seen.add(module)
        pending.append(module.rpartition(".")[0])
        file = _file(module, packages[top])
        if file:
            reached.add(file)
            inside = module if file.name == "__init__.py" else module.rpartition(".")[0]
            pending += _imports_of(file, file.stat().st_mtime_ns, file.stat().st_size, inside)
    return frozenset(reached)


def digest(files: Iterable[Path], packages: Mapping[str, Path]) -> str:
    """A digest of the contents of files below `packages`, the same wherever these are installed."""
    total = hashlib.sha256()
    named = {}
    for file in files:
        for name, folder in packages.items():
            if file.is_relative_to(folder):
                named[f"{name}/{file.relative_to(folder).as_posix()}"] = file
    for name in sorted(named):
        total.update(f"{name}\0{hashlib.sha256(named[name].read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


def _file(module: str, folder: Path) -> Path | None:
    parts = module.split(".")[1:]
    candidates = [folder.joinpath(*parts, "__init__.py")]
    if parts:
        candidates.append(folder.joinpath(*parts).with_name(f"{parts[-1]}.py"))
    return next((file for file in candidates if file.is_file()), None)


@lru_cache(maxsize=4096)
def _imports_of(file: Path, _modified_ns: int, _size: int, package: str) -> tuple[str, ...]:
    return tuple(_imports(file.read_text(encoding="utf-8"), package))


def _imports(code: str, package: str) -> Iterator[str]:
    """The dotted names that `code`, which stands in `package`, may import; some of them are no modules."""
    tree = ast.parse(code)
    by_call = "import_module" in code or "__import__" in code
    for node in ast.walk(tree) if by_call else statements(tree.body):
        match node:
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom():
                base = _base(node, package)
                yield base
                yield from (f"{base}.{alias.name}" for alias in node.names)
            case ast.Call(
                func=ast.Name(id="import_module" | "__import__") | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield name


def _base(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    above = package.split(".")
    kept = ".".join(above[: len(above) - node.level + 1])
    return f"{kept}.{node.module}" if node.module else kept
