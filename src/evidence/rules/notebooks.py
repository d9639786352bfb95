"""A notebook's blocks are its cells of code: Jupyter runs no other."""

from __future__ import annotations

from collections.abc import Iterator

from evidence.files.errors import PageError
from evidence.files.percent import cells
from evidence.page.model import Page


def notebook_errors(page: Page) -> Iterator[PageError]:
    if page.path.suffix != ".py":
        return
    begun = {cell.line for cell in cells(page.path.read_text(encoding="utf-8-sig"), page.path) if not cell.prose}
    for block in page.blocks:
        if block.fence_line not in begun:
            yield block.error("a block of Python stands in a cell of prose", 'Make it a cell of code, headed "# %%"')
