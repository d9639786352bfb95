"""Draws the figures of modules, in processes that are made for it, see `evidence.run.clean_process`.

So the site builder needs neither matplotlib nor torch, a long-running one never draws with yesterday's code,
and no setting of one figure reaches another page.
"""

from __future__ import annotations

import contextlib
import io
import sys
import traceback
import types
import warnings
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from evidence.files.rests_on import Trace
from evidence.run.forked_calls import Died, in_forks
from evidence.run.import_first import import_packages_first
from figures.palette import style
from figures.svg import FigureError, adapt


def draw(path: Path, functions: list[str]) -> dict[str, dict[str, Any]]:
    """Call functions of the module at `path` and turn what they return into SVG.

    Args:
        path: a Python file.
        functions: names of functions in it that take nothing and return a `matplotlib.figure.Figure`.

    Returns:
        By function `{"svg": text}`, or `{"line": line, "problem": sentence}` for one that cannot be drawn; the line is
        that of the module, 0 where there is none.
    """
    import matplotlib

    matplotlib.use("agg")
    try:
        with _settings():
            module = _load(path)
    except Exception as error:
        return dict.fromkeys(functions, _failure(error, path))
    drawn: dict[str, dict[str, Any]] = {}
    for name in functions:
        try:
            drawn[name] = {"svg": _svg(getattr(module, name, None), name)}
        except Exception as error:
            drawn[name] = _failure(error, path)
    return drawn


@contextlib.contextmanager
def _settings() -> Any:
    import matplotlib

    with matplotlib.rc_context():
        matplotlib.rcdefaults()  # A person's own matplotlibrc must not change what is published.
        matplotlib.rcParams.update(style())
        yield


def _load(path: Path) -> types.ModuleType:
    # Not through the import system, which would leave a __pycache__ among the pages.
    module = types.ModuleType(f"figures_{path.stem}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec", dont_inherit=True), module.__dict__)
    return module


def _svg(function: Any, name: str) -> str:
    from matplotlib.figure import Figure

    if not callable(function):
        raise FigureError(f"it has no function {name}()")
    with _settings(), warnings.catch_warnings():
        warnings.filterwarnings("error", module="matplotlib")  # A missing glyph is an empty box in the figure.
        figure = function()
        if not isinstance(figure, Figure):
            raise FigureError(f"{name}() returned {type(figure).__name__}, not a matplotlib Figure")
        file = io.StringIO()
        figure.savefig(file, format="svg", metadata={"Date": None})
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
    return adapt(file.getvalue())


def _failure(error: Exception, path: Path) -> dict[str, Any]:
    if isinstance(error, FigureError):
        return {"line": 0, "problem": str(error)}
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return {"line": error.lineno or 0, "problem": f"SyntaxError: {error.msg}"}
    own = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    message = " ".join(f"{type(error).__name__}: {error}".split())
    return {"line": (own or [0])[-1] or 0, "problem": message}


def draw_all(jobs: Sequence[tuple[Path, list[str]]]) -> Iterator[tuple[int, dict[str, Any] | Died]]:
    """In a clean process: what `draw` returns for each of several jobs, with its number, as soon as it is there.

    Yields:
        `{"drawn": …, "rests_on": …}`, see `evidence.files.rests_on`.
    """
    trace = Trace()
    import matplotlib.backends.backend_svg
    import matplotlib.figure  # noqa: F401 - for the processes to come

    import_packages_first(path.read_text(encoding="utf-8") for path, _ in jobs)
    trace.rests_on()  # what it costs to look at packages is paid once
    trace.forget()
    return in_forks([partial(_traced, trace, *job) for job in jobs])


def _traced(trace: Trace, path: Path, functions: list[str]) -> dict[str, Any]:
    return {"drawn": draw(path, functions), "rests_on": trace.rests_on()}
