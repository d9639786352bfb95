"""Executes notebooks in Jupyter kernels, in processes that are made for it, see `evidence.run.clean_process`.

mkdocs-jupyter executes them. A template of ours makes it hand over the executed notebook instead of a page with its own
style sheets; the site renders that like any other page. It is a process of its own, so that a site whose notebooks are
current imports nothing of Jupyter.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from evidence.files.errors import PageError
from evidence.files.percent import Cell, cells
from evidence.files.rests_on import Trace
from evidence.run.forked_calls import Died, Limits, in_forks
from evidence.run.import_first import import_packages_first
from evidence.run.isolated_sessions import MEMORY_GIB
from figures.palette import style
from figures.svg import FigureError, adapt
from notebooks.provisioner import NAME, ForkedProvisioner, Seed

TEMPLATES = Path(__file__).parent / "templates"
SVG = "image/svg+xml"
# Figures as SVG, of the size that they were made for, from a cell that ends with an open figure.
_KERNEL_CONFIG = """
c.InlineBackend.figure_formats = {"svg"}
c.InlineBackend.print_figure_kwargs = {"bbox_inches": None}
c.IPKernelApp.log_level = "ERROR"
"""


def execute(path: Path) -> list[list[dict[str, str]]]:
    """What each cell of code of the notebook at `path` puts out: `{"text": printed}` or `{"svg": figure}`.

    Within `_kernel_settings`, where this process has not imported matplotlib before them.

    Raises:
        PageError: a cell fails, or puts out what a page cannot show.
    """
    code = [cell for cell in cells(path.read_text(encoding="utf-8-sig"), path) if not cell.prose]
    executed = [cell for cell in _executed(path, code)["cells"] if cell["cell_type"] == "code"]
    if len(executed) != len(code):
        raise PageError(path, 1, f"Jupyter sees {len(executed)} cells of code, this site {len(code)}")
    return [_shown(cell, seen["outputs"], path) for cell, seen in zip(code, executed, strict=True)]


def _executed(path: Path, code: list[Cell]) -> dict[str, Any]:
    from nbclient.exceptions import CellExecutionError

    try:
        return _converted(path, execute=True)
    except CellExecutionError as error:
        failed = next((cell for cell in code if "\n".join(cell.lines).strip() in str(error)), None)
        problem = f"a cell fails in Jupyter: {error.ename}: {error.evalue}"
        raise PageError(path, failed.line if failed else 1, problem) from error


def _converted(path: Path, *, execute: bool) -> dict[str, Any]:
    from mkdocs_jupyter import convert
    from mkdocs_jupyter.config import settings

    settings.templates_dir = str(TEMPLATES)
    text = convert.nb2html(str(path), execute=execute, kernel_name="python3", allow_errors=False)
    notebook: dict[str, Any] = json.loads(base64.b64decode(text))
    return notebook


@contextlib.contextmanager
def _kernel_settings() -> Iterator[None]:
    """The kernel draws in the site's colours, and computes with as many threads as the checks do."""
    with tempfile.TemporaryDirectory() as folder:
        profile = Path(folder, "profile_default")
        profile.mkdir()
        (profile / "ipython_kernel_config.py").write_text(_KERNEL_CONFIG, encoding="utf-8")
        (Path(folder) / "matplotlibrc").write_text(_matplotlibrc(), encoding="utf-8")
        os.environ |= {"IPYTHONDIR": folder, "MATPLOTLIBRC": folder, "OMP_NUM_THREADS": "1"}
        # As a kernel does, but before matplotlib is imported.
        os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
        yield


def _matplotlibrc() -> str:
    # A number sign would begin a comment, and a tuple is written without brackets.
    lines = []
    for name, value in style().items():
        text = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
        lines.append(f"{name}: {text}".replace("#", ""))
    return "\n".join(lines)


def _shown(cell: Cell, outputs: list[dict[str, Any]], path: Path) -> list[dict[str, str]]:
    shown: list[dict[str, str]] = []
    for output in outputs:
        if output["output_type"] == "stream":
            if output["name"] == "stdout":
                _print(shown, output["text"])
        elif SVG in output["data"]:
            try:
                shown.append({"svg": adapt("".join(output["data"][SVG]))})
            except FigureError as error:
                raise PageError(path, cell.line, f"the figure of this cell cannot be shown: {error}") from error
        else:
            _print(shown, "".join(output["data"].get("text/plain", "")) + "\n")
    return shown


def _print(shown: list[dict[str, str]], text: str) -> None:
    if shown and "text" in shown[-1]:
        shown[-1]["text"] += text
    else:
        shown.append({"text": text})


def _warm_up() -> None:
    """Do what each job would do first, once for all of them: imports, templates, patterns."""
    import ipykernel.debugger  # what takes longest
    import ipykernel.kernelapp  # noqa: F401
    import nbclient.client  # noqa: F401

    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder, "empty.py")
        empty.write_text("# %%\n", encoding="utf-8")
        _converted(empty, execute=False)


def execute_all(paths: Sequence[Path], seconds: float) -> Iterator[tuple[int, dict[str, Any] | Died]]:
    """In a clean process: the outputs of each notebook, with its number, as soon as they are there.

    Args:
        paths: the notebooks.
        seconds: how long each may take.

    Yields:
        `{"outputs": …, "rests_on": …}`, see `execute`, or `{"line": …, "problem": …, "remedy": …}`.
    """
    trace = Trace()
    with _kernel_settings():
        _warm_up()
        import_packages_first(path.read_text(encoding="utf-8") for path in paths)
        trace.rests_on()  # what it costs to look at packages is paid once
        limits = Limits(processor=seconds, clock=seconds, memory=MEMORY_GIB * 2**30)
        yield from in_forks([partial(_told, path, trace) for path in paths], limits=limits)


def _told(path: Path, trace: Trace) -> dict[str, Any]:
    seed = ForkedProvisioner.seed = Seed(trace)
    os.environ["JUPYTER_DEFAULT_PROVISIONER_NAME"] = NAME
    try:
        return {"outputs": execute(path), "rests_on": seed.rests_on()}
    except PageError as problem:
        return {"line": problem.line, "problem": problem.problem, "remedy": problem.remedy}
