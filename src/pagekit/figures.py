"""Figures that are drawn when the site is built: `figures/cnns/how-fields-grow.svg` is `how_fields_grow()` in
`docs/figures/cnns.py`. They are kept by a digest of all that could change them.
"""

from __future__ import annotations

import hashlib
import json
import platform
import re
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from pagekit.cache import cache_folder, write_atomic
from pagekit.errors import display_path
from pagekit.reach import digest, our_packages, reach

_ADDRESS = re.compile(r"(?:\.\.?/)*figures/(?P<module>[\w-]+)/(?P<function>[\w-]+)\.svg")
# What a run of matplotlib or torch depends on besides our own files.
_VERSIONS = ("matplotlib", "numpy", "torch")


class DrawingError(Exception):
    """A figure that could not be drawn; the message names its module, with the line where there is one."""


@dataclass(frozen=True)
class Figure:
    """A function that draws.

    Args:
        module: its file.
        function: its name there.
    """

    module: Path
    function: str

    @property
    def name(self) -> str:
        """`cnns-how-fields-grow`, for ids."""
        return f"{self.module.stem}-{self.function}".replace("_", "-")


def figure_at(address: str, docs_dir: Path) -> Figure | None:
    """The figure that an image's address means; None for an image that is a file, or stands elsewhere.

    Args:
        address: as on the page; dashes in it stand for underscores in the names of module and function.
        docs_dir: the folder of the pages, with `figures/` in it.
    """
    match = _ADDRESS.fullmatch(address)
    if not match or (docs_dir / match[0].lstrip("./")).is_file():
        return None
    module, function = (match[group].replace("-", "_") for group in ("module", "function"))
    return Figure(docs_dir / "figures" / f"{module}.py", function)


def svgs(
    figures: Iterable[Figure], docs_dir: Path, wait: float | None = None
) -> dict[Figure, str | DrawingError | None]:
    """The SVG of each figure, or why there is none. Those not kept are drawn, a module's all in one go.

    Args:
        figures: any number of them, of any modules.
        docs_dir: the folder of the pages; what is drawn is kept in `.cache/figures` beside it.
        wait: seconds to wait for a module's figures; after that they are `None` and go on being drawn in the
            background, and `drawn_mark` is touched when they are done. `None` waits as long as it takes.
    """
    result: dict[Figure, str | DrawingError | None] = {}
    missing: dict[Path, list[tuple[Figure, Path]]] = defaultdict(list)
    for figure in dict.fromkeys(figures):
        if not figure.module.is_file():
            result[figure] = DrawingError(f"{display_path(figure.module)} does not exist")
            continue
        kept = cache_folder(docs_dir) / "figures" / f"{figure_digest(figure)}.svg"
        if kept.is_file():
            result[figure] = kept.read_text(encoding="utf-8")
        else:
            missing[figure.module].append((figure, kept))
    for module, wanted in missing.items():
        if wait is None:
            result |= _draw(module, wanted)
        else:
            result |= _draw_meanwhile(module, tuple(wanted), wait, drawn_mark(docs_dir))
    return result


def drawn_mark(docs_dir: Path) -> Path:
    """The file that is touched when figures were drawn in the background, for who watches."""
    return cache_folder(docs_dir) / "figures" / "drawn"


_Wanted = tuple[tuple[Figure, Path], ...]
_under_way: dict[_Wanted, Future[dict[Figure, str | DrawingError]]] = {}


def _draw_meanwhile(
    module: Path, wanted: _Wanted, wait: float, mark: Path
) -> Mapping[Figure, str | DrawingError | None]:
    """What is drawn within `wait` seconds. What fails is kept in mind, until an edit gives it another digest."""
    if wanted not in _under_way:
        if not all(future.done() for future in _under_way.values()):
            wait = 0.0  # One page has waited; the others of the site need not wait as well.
        future: Future[dict[Figure, str | DrawingError]] = Future()
        _under_way[wanted] = future

        def draw() -> None:
            future.set_result(_draw(module, list(wanted)))
            if late.is_set():
                mark.parent.mkdir(parents=True, exist_ok=True)
                mark.touch()

        late = threading.Event()
        threading.Thread(target=draw, daemon=True).start()
        try:
            return future.result(wait)
        except TimeoutError:
            late.set()
            if future.done():
                return future.result()
    elif _under_way[wanted].done():
        return _under_way[wanted].result()
    return dict.fromkeys(figure for figure, _ in wanted)


def figure_digest(figure: Figure) -> str:
    """A digest of all that could change the figure: its module, what of ours it reaches, the versions below."""
    content = figure.module.read_text(encoding="utf-8")
    packages = our_packages()
    try:
        below = reach(content, packages)
    except SyntaxError:
        below = frozenset()  # Drawing will tell, with the line.
    # How we draw is not imported by the figure, and changes it all the same.
    ours = below | {packages["pagekit"] / name for name in ("draw.py", "svg.py", "palette.py")}
    parts = (figure.function, content, digest(ours, packages), _platform())
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


@cache
def _platform() -> str:
    versions = [f"python {platform.python_version()}"]
    for name in _VERSIONS:
        try:
            versions.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            versions.append(f"{name} none")
    return "\n".join(versions)


def _run(module: Path, functions: list[str]) -> dict[str, dict[str, Any]]:
    """What `pagekit.draw.draw` returns, from a process of its own.

    Raises:
        DrawingError: the process ended before it could tell.
    """
    command = [sys.executable, "-m", "pagekit.draw", str(module), *functions]
    process = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    if process.returncode:
        last = (process.stderr.strip().splitlines() or ["no message"])[-1]
        raise DrawingError(f"{display_path(module)}: drawing ended with code {process.returncode}: {last}")
    drawn: dict[str, dict[str, Any]] = json.loads(process.stdout)
    return drawn


def _draw(module: Path, wanted: list[tuple[Figure, Path]]) -> dict[Figure, str | DrawingError]:
    try:
        drawn = _run(module, [figure.function for figure, _ in wanted])
    except DrawingError as error:
        return {figure: error for figure, _ in wanted}
    result: dict[Figure, str | DrawingError] = {}
    for figure, kept in wanted:
        answer = drawn[figure.function]
        if "svg" in answer:
            write_atomic(kept, answer["svg"].encode())
            result[figure] = answer["svg"]
        else:
            where = f"{display_path(module)}:{answer['line']}" if answer["line"] else display_path(module)
            result[figure] = DrawingError(f"{where}: {answer['problem']}")
    return result
