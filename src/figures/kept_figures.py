"""Figures that are drawn when the site is built: `figures/cnns/how-fields-grow.svg` is `how_fields_grow()` in
`docs/figures/cnns.py`. Each is kept for as long as its module, and all else that drawing it rested on, stays.
"""

from __future__ import annotations

import hashlib
import re
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evidence.files.errors import display_path
from evidence.files.import_graph import imports_in
from evidence.files.rests_on import RestsOn, holds
from evidence.files.store import Store, cache_folder
from evidence.records.records import runner
from evidence.run.clean_process import in_clean_process
from evidence.run.forked_calls import Died
from figures.draw import draw_all

_ADDRESS = re.compile(r"(?:\.\.?/)*figures/(?P<module>[\w-]+)/(?P<function>[\w-]+)\.svg")


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


@dataclass(frozen=True)
class Drawn:
    """What came of drawing a figure: its SVG, or why there is none, and what that rests on."""

    svg: str | DrawingError
    rests_on: RestsOn = field(default_factory=dict)


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


def imported_by_figures(docs_dir: Path) -> set[str]:
    """The dotted names that the figures' modules import.

    Raises:
        SyntaxError: one is not Python.
    """
    files = (docs_dir / "figures").glob("*.py")
    return {name for file in files for name in imports_in(file.read_text(encoding="utf-8"))}


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
    for figure, kept, svg in _kept(figures, docs_dir):
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
    missing = {figure: kept for figure, kept, svg in _kept(figures, docs_dir) if kept is not None and svg is None}
    _drawing.begin(missing, drawn_mark(docs_dir), late=late)


def _kept(figures: Iterable[Figure], docs_dir: Path) -> Iterator[tuple[Figure, Path | None, str | None]]:
    """Each figure, the file that keeps it, if its module exists, and its SVG, if that is kept and still holds."""
    store = _store(cache_folder(docs_dir) / "figures")
    for figure in dict.fromkeys(figures):
        name = figure_name(figure) if figure.module.is_file() else ""
        content = store.read(name) if name else None
        yield figure, store.path(name) if name else None, None if content is None else content.decode()


def _store(folder: Path) -> Store:
    return Store(folder, ".svg")


def drawn_mark(docs_dir: Path) -> Path:
    """The file that is touched when figures were drawn in the background, for who watches."""
    return cache_folder(docs_dir) / "figures" / "drawn"


class _Drawing:
    """What is being drawn, by the file that will keep it. What fails is kept in mind, for as long as it would again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._futures: dict[Path, Future[Drawn]] = {}
        self._late: set[Path] = set()  # some page was shown without them

    def begin(self, missing: Mapping[Figure, Path], mark: Path, *, late: bool = False) -> None:
        """Draw in the background what is not being drawn yet; touch `mark` at the end if someone did not wait."""
        with self._lock:
            new = {figure: kept for figure, kept in missing.items() if not self._holds(kept)}
            self._futures |= {kept: Future() for kept in new.values()}
            if late:
                self._late.update(missing.values())
        if new:
            threading.Thread(target=self._draw, args=(new, mark), daemon=True).start()

    def _holds(self, kept: Path) -> bool:
        """Whether a figure is being drawn, or would come out as it did."""
        future = self._futures.get(kept)
        return future is not None and (not future.done() or holds(future.result().rests_on, {}))

    def wait(self, missing: Mapping[Figure, Path], seconds: float | None) -> dict[Figure, str | DrawingError | None]:
        """What has been drawn by then; `None` for the others. Once a page has waited in vain, others need not."""
        end = None if seconds is None else time.monotonic() + seconds
        found: dict[Figure, str | DrawingError | None] = {}
        for figure, kept in missing.items():
            future = self._futures[kept]
            in_vain = any(not self._futures[late].done() for late in self._late)
            try:
                left = None if end is None else 0 if in_vain else max(0, end - time.monotonic())
                found[figure] = future.result(left).svg
            except TimeoutError:
                self._late.add(kept)
                found[figure] = future.result().svg if future.done() else None
        return found

    def _draw(self, figures: Mapping[Figure, Path], mark: Path) -> None:
        waiting = dict(figures)
        try:
            for figure, drawn in _run(list(figures)):
                kept = waiting.pop(figure)
                if isinstance(drawn.svg, str):
                    _store(kept.parent).write(kept.stem, drawn.svg.encode(), drawn.rests_on)
                self._futures[kept].set_result(drawn)
        except Exception as error:  # else who waits would wait for ever
            problem = DrawingError(f"drawing broke off: {type(error).__name__}: {error}")
            for kept in waiting.values():
                self._futures[kept].set_result(Drawn(problem))
        if not self._late.isdisjoint(figures.values()):
            self._late.difference_update(figures.values())
            mark.parent.mkdir(parents=True, exist_ok=True)
            mark.touch()


_drawing = _Drawing()


def figure_name(figure: Figure) -> str:
    """As what a figure is kept: a digest of what is known of it before it is drawn."""
    parts = (figure.module.name, figure.function, figure.module.read_text(encoding="utf-8"), runner(), sys.version)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _run(figures: Sequence[Figure]) -> Iterator[tuple[Figure, Drawn]]:
    """What came of drawing each figure, as soon as it is there.

    Raises:
        NoAnswer: the process that draws ended before it could tell.
    """
    modules = list(dict.fromkeys(figure.module for figure in figures))
    jobs = [(module, [each.function for each in figures if each.module == module]) for module in modules]
    # Whoever serves the site meanwhile goes first.
    for number, told in in_clean_process(draw_all, jobs, niceness=10):
        for figure in figures:
            if figure.module == modules[number]:
                yield figure, _drawn(figure, told)


def _drawn(figure: Figure, told: Any) -> Drawn:
    """The figure from what `figures.draw` tells of its module."""
    where = display_path(figure.module)
    if isinstance(told, Died):
        return Drawn(DrawingError(f"{where}: drawing {told.how}"))
    drawn = told["drawn"][figure.function]
    if "svg" in drawn:
        return Drawn(drawn["svg"], told["rests_on"])
    where += f":{drawn['line']}" if drawn["line"] else ""
    return Drawn(DrawingError(f"{where}: {drawn['problem']}"), told["rests_on"])
