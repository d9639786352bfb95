"""What a notebook must keep besides that its cells pass: it was executed, is quick, and its figures are described."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evidence.files.errors import PageError
from evidence.files.percent import cells
from evidence.page.model import Block, Page
from evidence.records.records import Records
from evidence.run.session import as_seen
from figures.alt_text import problem_with
from notebooks.executions import Output

SLOWEST_SECONDS = 30.0
"""What the cells of a notebook may take, all together. Meant for a few seconds; a slow machine takes several times as
long, and must not hold up a site for it."""


def problems(notebook: Page, outputs: list[list[Output]] | None, records: Records, slowest: float) -> list[PageError]:
    """Why `notebook` must not be published, in the order of its lines.

    Args:
        notebook: the parsed page.
        outputs: by cell of code, what it put out in Jupyter; `None` if it was not executed as it stands.
        records: of its cells, run in one process.
        slowest: the seconds that its cells may take, all together.
    """
    if outputs is None:
        return [PageError(notebook.path, 1, "it was not executed as it stands", "Run `mkdocs build`")]
    return [
        *_slow(notebook, records, slowest),
        *_undescribed(notebook, outputs),
        *_different(notebook, outputs, records),
    ]


def _slow(notebook: Page, records: Records, allowed: float) -> Iterator[PageError]:
    seconds: dict[Block, float] = {}
    for session in notebook.sessions():
        seconds |= {block: record.seconds for block in session if (record := records.of(block, session))}
    if sum(seconds.values()) > allowed:
        slowest = max(seconds, key=lambda block: seconds[block])
        yield slowest.error(
            f"the notebook takes {sum(seconds.values()):.1f} s, {seconds[slowest]:.1f} s of them here; "
            f"{allowed:g} s are allowed",
            "Make the experiment smaller",
        )


def _undescribed(notebook: Page, outputs: Sequence[Sequence[Output]]) -> Iterator[PageError]:
    code = [cell for cell in cells(notebook.path.read_text(encoding="utf-8"), notebook.path) if not cell.prose]
    for cell, shown in zip(code, outputs, strict=True):
        figures = sum("svg" in output for output in shown)
        if figures > 1:
            yield PageError(
                notebook.path, cell.line, f"the cell shows {figures} figures", "Give each a cell of its own"
            )
        elif figures and (problem := problem_with(cell.options.get("alt"), "of this cell")):
            yield PageError(notebook.path, cell.line, problem, 'Say what it shows: # %% alt="…"')
        elif not figures and "alt" in cell.options:
            yield PageError(notebook.path, cell.line, "the cell describes a figure and shows none")


def _different(notebook: Page, outputs: Sequence[Sequence[Output]], records: Records) -> Iterator[PageError]:
    """What a notebook prints must not hang on who runs it."""
    session_of: dict[str, list[Block]] = {b.ident: session for session in notebook.sessions() for b in session}
    for block, shown in zip(notebook.blocks, outputs, strict=True):
        record = records.of(block, session_of[block.ident]) if block.ident in session_of else None
        printed = as_seen("".join(output.get("text", "") for output in shown))
        if record is not None and record.passed and as_seen(record.output) != printed:
            yield block.error(
                f"the cell prints {printed!r} in Jupyter, and {as_seen(record.output)!r} when its check is run",
                "Seed what is random, print no times, and end the cell with a print or a figure",
            )
