"""Slips of an author that would stand in the page, or be told in words that do not help."""

from __future__ import annotations

from pathlib import Path

from one_chapter import CODE, CONFIG, PAGE, Case

TAKES_IN = CONFIG.replace("  - tables\n", "  - tables\n  - pymdownx.snippets: {check_paths: true}\n")
CELL = "# %% [markdown]\n# # Trial\n\n# %%\nx = 1\n"


def slip(name: str, refused: str, old: str, new: str, at: str = "") -> Case:
    assert old in PAGE
    return Case(name, refused, page=PAGE.replace(old, new, 1), at=at)


def notebook(name: str, refused: str, text: str | bytes) -> Case:
    return Case(name, refused, files={"examples/trial.py": text})


LIES = {
    "page.stray_syntax": [
        slip("a block without its end", "is not closed, and holds the rest of the page. End it with a line ///", "\n///\n", "\n", "/// details"),
        slip("a block without its end, and one after it", "the block '/// details | Answer' is not closed", "\n///\n", "\n\n/// details | More\nText.\n///\n", "/// details | Answer"),
        slip("two slashes", "A block begins with three slashes or more", "/// details", "// details", "// details"),
        slip("an end of two slashes", "'//' is shown as text", "\n///\n", "\n//\n"),
        slip("an end of four slashes", "is not closed", "\n///\n", "\n////\n", "/// details"),
        slip("an unknown block", "'/// detials | Answer' is shown as text", "/// details", "/// detials", "/// detials"),
        slip("an end too many", "'///' is shown as text", "\n///\n", "\n///\n\nMore.\n\n///\n"),
        slip("an option that is not indented", "the option 'type' of a block is shown as text", "    type: success", "type: success", "type: success"),
        slip("an option that is indented too little", "Indent it by four spaces", "    type: success", "  type: success", "  type: success"),
        Case("front matter without its end", "what stands before the page is shown as text", page=f"---\ntitle: Sums\n{PAGE}"),
        Case("front matter that is no YAML", "docs/sums.md:1: what stands before the page", page=f"---\ntitle: [\n---\n{PAGE}"),
        slip("a merge that was not finished", "the mark of a merge", "It is", "<<<<<<< HEAD\nIt is", "<<<<<<< HEAD"),
        slip("the end of a merge", "the mark of a merge", "It is", ">>>>>>> branch\n\nIt is", ">>>>>>> branch"),
        slip("a merge in code", "this is no Python", CODE, f"<<<<<<< HEAD\n{CODE}\n=======\n{CODE}\n>>>>>>> branch", "<<<<<<< HEAD"),
    ],
    "files.source: bytes": [
        Case("latin-1", "docs/extra.md:2: the page is not text in UTF-8", files={"docs/extra.md": "Text.\nSch\xf6n.\n".encode("latin-1")}),
        Case("a link to no file", "absent.md:1: the page gone.md leads here, where no file is", files={"docs/gone.md": Path("absent.md")}),
        Case("UTF-16", "is not text in UTF-8", files={"docs/extra.md": "Text.\n".encode("utf-16")}),
        notebook("a notebook in latin-1", "examples/trial.py:6: the page is not text in UTF-8", f"{CELL}# Sch\xf6n.\n".encode("latin-1")),
    ],
    "rules.notebooks": [
        notebook("a fence in a cell of prose", "examples/trial.py:4: a block of Python stands in a cell of prose", "# %% [markdown]\n# # Trial\n#\n# ```python\n# assert 386 == 385\n# ```\n\n# %%\nx = 1\n"),
        notebook("a fence in a cell of prose by another name", "stands in a cell of prose", "# %% [markdown]\n# ~~~py3\n# assert 386 == 385\n# ~~~\n"),
    ],
    "rules.figures: cells": [
        notebook("a description of a cell's figure", "examples/trial.py:4: the description of the cell's figure says 386", '# %% [markdown]\n# # Trial\n\n# %% alt="Bars, 386 in all"\nx = 385\n'),
        notebook("a caption of a cell's figure", "the caption of the cell's figure says 387", CELL.replace("# %%\nx", '# %% alt="Bars" caption="To 387"\nx') + "\n# %%\ny = 387\n"),
    ],
    "files.percent": [
        notebook("a line before the first cell", "a line stands before the first cell", f"import os\n\n{CELL}"),
        notebook("code among prose", "a line of code stands in a cell of prose", f"{CELL}\n# %% [markdown]\nassert 386 == 385\n"),
        notebook("cells without a blank line", "a cell begins right below another", f"{CELL}# %%\nx = 2\n"),
        notebook("an unknown mark", "is not understood", f"{CELL}\n# %% [code]\nx = 2\n"),
    ],
    "page.parse: text that is taken in": [
        Case("a file that is not there", "the page cannot be rendered: SnippetMissingError: Snippet at path 'absent.md'", after='--8<-- "absent.md"', files={"mkdocs.yml": TAKES_IN}, at="--8<--"),
        Case("a file with a link", "claims 386", after='--8<-- "more.md"', files={"mkdocs.yml": TAKES_IN, "more.md": "Text.\n\nIt is [386](check:ten-squares).\n"}, at="--8<--"),
    ],
    "page.parse: Python": [
        notebook("a notebook that is no Python", "examples/trial.py:6: this is no Python", f"{CELL}x = (\n\n# %%\ny = 1\n"),
    ],
}  # fmt: skip
