import base64
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import nbformat
import pytest

from evidence.page.parse import PageParser
from notebooks.take_away import Setting, as_notebook

PAGE = """\
# Title

See [a term](glossary.md#term) and [the web](https://example.org).

## 1. Sums { #sum-1 }

//// details | Answer
    type: success

It is [6](check:six), or $\\vec{x}$.

<!--pytest.mark.exact("six")-->
```python
assert 1 + 2 + 3 == 6
```

<!--pytest-codeblocks:cont-->
```python
print(7)
```

<!--pytest-codeblocks:expected-output-->
```text
7
```
////

<!--pytest.mark.skip(reason="too long")-->
```python
while True: ...
```

![A line that climbs from left to right](figures/sums/a-line.svg "It climbs.")
"""
FIGURES = """
from matplotlib import pyplot as plt

def a_line():
    figure, axes = plt.subplots()
    axes.plot([0, 1])
    return figure
"""


@pytest.fixture(scope="module")
def docs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("project") / "docs"
    (folder / "figures").mkdir(parents=True)
    (folder / "figures" / "sums.py").write_text(FIGURES)
    for name in ("page.md", "glossary.md"):
        (folder / name).write_text(PAGE)
    return folder


def notebook(docs: Path, **options: str) -> nbformat.NotebookNode:
    page = PageParser().parse(docs / "page.md")
    text = as_notebook(page, Setting(docs, {"vec": "\\mathbf{#1}", "R": "\\mathbb{R}"}, "us[examples]", **options))
    read = nbformat.reads(text, as_version=4)
    nbformat.validate(read)
    return read


def test_it_begins_with_its_installation_and_the_macros(docs):
    first, second = notebook(docs).cells[:2]
    assert first.cell_type == "code"
    assert first.source.endswith('%pip install --quiet "us[examples]"')
    assert "\\def\\vec#1{\\mathbf{#1}}\n\\def\\R{\\mathbb{R}}" in second.source


def test_blocks_are_cells_and_what_is_not_run_is_not_run_here(docs):
    code = [cell.source for cell in notebook(docs).cells if cell.cell_type == "code"][1:]
    assert code == ["# exact: six\nassert 1 + 2 + 3 == 6", "print(7)"]
    assert any("while True" in cell.source for cell in notebook(docs).cells if cell.cell_type == "markdown")


def test_nothing_of_the_sites_own_syntax_is_left(docs):
    prose = "\n".join(cell.source for cell in notebook(docs).cells if cell.cell_type == "markdown")
    for mark in ("///", "pytest", "type: success", "{ #", "check:", ".md"):
        assert mark not in prose
    assert "**Answer**" in prose
    assert "It is [6](#check-six)" in prose
    assert '<a id="check-six"></a>' in prose
    assert '<a id="sum-1"></a>\n\n## 1. Sums' in prose
    assert "See a term and [the web](https://example.org)." in prose


def test_with_an_address_links_lead_back_to_the_site(docs):
    prose = "\n".join(cell.source for cell in notebook(docs, site_url="https://example.org/dl/").cells)
    assert "[a term](https://example.org/dl/glossary/#term)" in prose


def test_figures_are_attached(docs):
    last = notebook(docs).cells[-1]
    assert "![A line that climbs from left to right](attachment:sums-a-line.svg)" in last.source
    assert "*It climbs.*" in last.source
    svg = base64.b64decode(last.attachments["sums-a-line.svg"]["image/svg+xml"])
    assert ET.fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"


def test_cells_have_ids(docs):
    ids = [cell.id for cell in notebook(docs).cells]
    assert len(set(ids)) == len(ids) > 3
    assert json.loads(nbformat.writes(notebook(docs)))["nbformat_minor"] >= 5
