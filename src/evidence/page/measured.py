"""Which outputs are measured: those of an experiment, which another processor rounds and so trains otherwise."""

from __future__ import annotations

import ast
from dataclasses import replace

from evidence.files.syntax import statements
from evidence.page.model import Block, Page

# The grades that promise something of other seeds.
SAMPLED = ("statistical", "experiment")


def mark_measured(page: Page) -> None:
    """Mark the outputs of the page that the run fills in: of experiments, and of the set-up that they share.

    A check that claims by its output alone is held to each digit of it.
    """
    measured = {
        block.ident
        for session in page.sessions()
        if any(block.grade in SAMPLED for block in session)
        for block in session
        if block.grade is None or (block.grade in SAMPLED and not shows_by_output_alone(block))
    }
    page.blocks = [_marked(block) if block.ident in measured else block for block in page.blocks]


def shows_by_output_alone(block: Block) -> bool:
    """Whether what a check prints is all that it claims."""
    if block.grade is None or block.output is None:
        return False
    try:
        return not any(isinstance(statement, ast.Assert) for statement in statements(ast.parse(block.code).body))
    except SyntaxError:
        return True


def _marked(block: Block) -> Block:
    return replace(block, output=replace(block.output, measured=True)) if block.output else block
