"""Figures that are drawn when the site is built: `figures/cnns/how-fields-grow.svg` is `how_fields_grow()` in
`docs/figures/cnns.py`. They are kept by a digest of all that could change them.
"""

from __future__ import annotations

import hashlib
import platform
import re
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from evidence.files.errors import display_path
from evidence.files.import_graph import digest, our_packages, reach, state_of
from evidence.files.store import Store, cache_folder
from evidence.run.elsewhere import NoAnswer, elsewhere
from evidence.run.forks import Died
from figures.draw import draw_all

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


def figures_named(docs_dir: Path) -> Iterator[Figure]:
    """The figures that the texts of the pages name, wherever they do."""
    for page in sorted(docs_dir.rglob("*.md")):
        for match in _ADDRESS.finditer(page.read_text(encoding="utf-8", errors="replace")):
            figure = figure_at(match[0], docs_dir)
            if figure:
                yield figure


def svgs(
    figures: Iterable[Figure], docs_dir: Path, wait: float | None = None
) -> dict[Figure, str | DrawingError | None]:
    """The SVG of each figure, or why there is none. Those not kept are drawn.

    Args:
        figures: any number of them, of any modules.
        docs_dir: the folder of the pages; what is drawn is kept in `.cache/figures` beside it.
        wait: seconds to wait for figures; after that they are `None` and go on being drawn in the background, and
            `drawn_mark` is touched when they are done. `None` waits as long as it takes; 0 only looks at what is kept.
    """
    result: dict[Figure, str | DrawingError | None] = {}
    missing: dict[Figure, Path] = {}
    if wait == 0 and not (cache_folder(docs_dir) / "figures").is_dir():
        # A name costs the reading of all sources, and in a fresh clone nothing has one.
        return dict.fromkeys(figures)
    for figure in dict.fromkeys(figures):
        kept = _kept(figure, docs_dir)
        svg = _read(kept) if kept else None
        if kept is None:
            result[figure] = DrawingError(f"{display_path(figure.module)} does not exist")
        elif svg is not None:
            result[figure] = svg
        else:
            missing[figure] = kept
    if wait == 0:
        return result | dict.fromkeys(missing)
    _drawing.begin(missing, drawn_mark(docs_dir))
    return result | _drawing.wait(missing, wait)


def draw_ahead(figures: Iterable[Figure], docs_dir: Path, *, late: bool = False) -> None:
    """Begin to draw those not kept, all in one go: whoever asks for their SVG later need not wait as long.

    Args:
        figures: any number of them, of any modules.
        docs_dir: the folder of the pages.
        late: whether pages are shown without them already, so that `drawn_mark` is to be touched when they are done.
    """
    kept = {figure: _kept(figure, docs_dir) for figure in dict.fromkeys(figures)}
    missing = {figure: path for figure, path in kept.items() if path is not None and _read(path) is None}
    _drawing.begin(missing, drawn_mark(docs_dir), late=late)


def _kept(figure: Figure, docs_dir: Path) -> Path | None:
    if not figure.module.is_file():
        return None
    return cache_folder(docs_dir) / "figures" / f"{figure_digest(figure)}.svg"


@cache
def _store(folder: Path) -> Store:
    return Store(folder, ".svg")


def _read(kept: Path) -> str | None:
    content = _store(kept.parent).read(kept.stem)
    return None if content is None else content.decode()


def drawn_mark(docs_dir: Path) -> Path:
    """The file that is touched when figures were drawn in the background, for who watches."""
    return cache_folder(docs_dir) / "figures" / "drawn"


class _Drawing:
    """What is being drawn, by the file that will keep it. What fails is kept in mind, until an edit renames it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._futures: dict[Path, Future[str | DrawingError]] = {}
        self._late: set[Path] = set()  # some page was shown without them

    def begin(self, missing: Mapping[Figure, Path], mark: Path, *, late: bool = False) -> None:
        """Draw in the background what is not being drawn yet; touch `mark` at the end if someone did not wait."""
        with self._lock:
            new = {figure: kept for figure, kept in missing.items() if kept not in self._futures}
            self._futures |= {kept: Future() for kept in new.values()}
            if late:
                self._late.update(missing.values())
        if new:
            threading.Thread(target=self._draw, args=(new, mark), daemon=True).start()

    def wait(self, missing: Mapping[Figure, Path], seconds: float | None) -> dict[Figure, str | DrawingError | None]:
        """What has been drawn by then; `None` for the others. Once a page has waited in vain, others need not."""
        end = None if seconds is None else time.monotonic() + seconds
        found: dict[Figure, str | DrawingError | None] = {}
        for figure, kept in missing.items():
            future = self._futures[kept]
            in_vain = any(not self._futures[late].done() for late in self._late)
            try:
                found[figure] = future.result(None if end is None else 0 if in_vain else max(0, end - time.monotonic()))
            except TimeoutError:
                self._late.add(kept)
                found[figure] = future.result() if future.done() else None
        return found

    def _draw(self, figures: Mapping[Figure, Path], mark: Path) -> None:
        waiting = dict(figures)
        try:
            for figure, drawn in _run(list(figures)):
                kept = waiting.pop(figure)
                if isinstance(drawn, str):
                    _store(kept.parent).write(kept.stem, drawn.encode())
                self._futures[kept].set_result(drawn)
        except Exception as error:  # else who waits would wait for ever
            problem = error if isinstance(error, DrawingError) else DrawingError(f"{type(error).__name__}: {error}")
            for kept in waiting.values():
                self._futures[kept].set_result(problem)
        if not self._late.isdisjoint(figures.values()):
            self._late.difference_update(figures.values())
            mark.parent.mkdir(parents=True, exist_ok=True)
            mark.touch()


_drawing = _Drawing()


def figure_digest(figure: Figure) -> str:
    """A digest of all that could change the figure: its module, what of ours it reaches, the versions below."""
    content = figure.module.read_text(encoding="utf-8")
    packages = our_packages()
    parts = (figure.function, content, _below(content, state_of(packages)), _platform())
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


@lru_cache(maxsize=256)
def _below(content: str, _state: object) -> str:
    """A digest of what of ours a module reaches; figures of one module share it, until a file changes."""
    packages = our_packages()
    try:
        below = reach(content, packages)
    except SyntaxError:
        below = frozenset()  # Drawing will tell, with the line.
    # How we draw is not imported by the figure, and changes it all the same.
    ours = {packages["figures"] / name for name in ("draw.py", "svg.py", "svg_paths.py", "palette.py")}
    return digest(below | ours, packages)


@cache
def _platform() -> str:
    versions = [f"python {platform.python_version()}"]
    for name in _VERSIONS:
        try:
            versions.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            versions.append(f"{name} none")
    return "\n".join(versions)


def _run(figures: Sequence[Figure]) -> Iterator[tuple[Figure, str | DrawingError]]:
    """Each figure as SVG, or why there is none, as soon as it is there.

    Raises:
        DrawingError: the process that draws ended before it could tell.
    """
    modules = list(dict.fromkeys(figure.module for figure in figures))
    jobs = [(module, [each.function for each in figures if each.module == module]) for module in modules]
    try:
        # Whoever serves the site meanwhile goes first.
        for number, drawn in elsewhere(draw_all, jobs, niceness=10):
            for figure in figures:
                if figure.module == modules[number]:
                    yield figure, _drawn(figure, drawn)
    except NoAnswer as error:
        raise DrawingError(f"drawing broke off: {error}") from error


def _drawn(figure: Figure, drawn: Any) -> str | DrawingError:
    """The figure from what `figures.draw` tells of its module."""
    where = display_path(figure.module)
    if isinstance(drawn, Died):
        return DrawingError(f"{where}: drawing {drawn.how}")
    told = drawn[figure.function]
    if "svg" in told:
        return str(told["svg"])
    where += f":{told['line']}" if told["line"] else ""
    return DrawingError(f"{where}: {told['problem']}")
