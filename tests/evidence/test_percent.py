from pathlib import Path

import jupytext
import pytest

from evidence.files.errors import PageError
from evidence.files.percent import as_page, cells

NOTEBOOK = """\
# %% [markdown]
# # A title
#
# Some prose.

# %%
x = 1

y = 2

# %% alt="A line" caption="It climbs"
print(x)

# %% [markdown]
# The end: [3](check:three).
#
# <!--pytest.mark.exact("three")-->

# %%
assert x + y == 3
"""
PATH = Path("examples/three.py")


def test_the_page_says_the_same_on_the_same_lines():
    page = as_page(NOTEBOOK, PATH).split("\n")
    file = NOTEBOOK.split("\n")
    for number, line in enumerate(file):
        if line.startswith("# ") and not line.startswith("# %%"):
            assert page[number] == line.removeprefix("# ")
        elif line and not line.startswith("#"):
            assert page[number] == line


def test_cells_of_code_are_fences():
    page = as_page(NOTEBOOK, PATH)
    assert page.count("```python\n") == 3
    assert "```python\nx = 1\n\ny = 2\n```\n```python\nprint(x)\n```\n" in page
    assert page.endswith("```python\nassert x + y == 3\n```\n")


def test_the_cells_are_those_that_jupytext_sees():
    theirs = jupytext.reads(NOTEBOOK, fmt="py:percent").cells
    ours = cells(NOTEBOOK, PATH)
    assert [cell.cell_type == "markdown" for cell in theirs] == [cell.prose for cell in ours]
    code = [cell for cell in ours if not cell.prose]
    assert [cell.source for cell in theirs if cell.cell_type == "code"] == ["\n".join(c.lines).strip() for c in code]
    assert theirs[2].metadata["alt"] == code[1].options["alt"] == "A line"
    assert code[1].options["caption"] == "It climbs"


@pytest.mark.parametrize(
    ("text", "line", "complaint"),
    [
        ("import torch\n", 1, "before the first cell"),
        ("# %% [markdown]\n# words\nx = 1\n", 3, "a line of code stands in a cell of prose"),
        ("# %%\nx = 1\n# %%\ny = 1\n", 3, "a cell begins right below another"),
        ("# %% markdown\n# words\n", 1, "'markdown' after # %% is not understood"),
    ],
)
def test_what_is_no_notebook_is_refused_with_its_line(text, line, complaint):
    with pytest.raises(PageError, match=complaint) as caught:
        as_page(text, PATH)
    assert caught.value.line == line
