import base64
import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import nbformat
import pytest

from evidence.page.parse import PageParser
from evidence.page.settings import Settings
from notebooks.own_wheel import Wheel
from notebooks.take_away import Setting, as_notebook, as_script

PAGE = """\
# Title

See [a term](glossary.md#term) and [the web](https://example.org).

## 1. Sums { #sum-1 }

/// quiz | What is the sum?
- [x] 6: [add up](check:six)
- [ ] 5: one is [left out](check:six)
///

//// details | Answer
    type: success

/// short
It is not 5.
///

It is [6](check:six), or $\\vec{x}$.

/// evidence | The sum
<!--pytest.mark.exact("six")-->
```python
assert 1 + 2 + 3 == 6
```
///

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


WHEEL = Wheel("our_name-1.0-py3-none-any.whl", "our-name", "[examples]")


def setting(docs: Path, wheel: Wheel | None = WHEEL, **options: str) -> Setting:
    macros = {"vec": "\\mathbf{#1}", "R": "\\mathbb{R}"}
    return Setting(Settings(docs.parent / "mkdocs.yml", docs), macros, wheel, **options)


def script(docs: Path, **options: str) -> str:
    return as_script(PageParser().parse(docs / "page.md"), setting(docs, **options))


def notebook(docs: Path, wheel: Wheel | None = WHEEL, **options: str) -> nbformat.NotebookNode:
    read = nbformat.reads(
        as_notebook(PageParser().parse(docs / "page.md"), setting(docs, wheel, **options)), as_version=4
    )
    nbformat.validate(read)
    return read


def test_it_begins_with_its_installation_and_the_macros(docs):
    first, second = notebook(docs, site_url="https://example.org/dl/").cells[:2]
    assert first.cell_type == "code"
    where = "https://example.org/dl/wheels/our_name-1.0-py3-none-any.whl"
    assert f'\n%pip install --quiet "our-name[examples] @ {where}"\n' in first.source
    assert "\\def\\vec#1{\\mathbf{#1}}\n\\def\\R{\\mathbb{R}}" in second.source


def test_without_an_address_it_tells_how_to_install_and_installs_nothing(docs):
    lines = notebook(docs).cells[0].source.splitlines()
    assert all(line.startswith("#") for line in lines)
    assert "wheels/our_name-1.0-py3-none-any.whl" in lines[1]


@pytest.mark.parametrize("site_url", ["", "https://example.org/dl/"])
def test_no_index_is_asked_for_the_project(docs, site_url):
    for cell in notebook(docs, site_url=site_url).cells:
        # A bare name is what pip looks up; a path and an address are not.
        assert not re.search(r"pip install.*our-name(?!(\[examples\])? @ https:)", cell.source)


def test_where_there_is_no_wheel_nothing_is_installed(docs):
    assert "pip" not in "".join(cell.source for cell in notebook(docs, wheel=None).cells)


def test_blocks_are_cells_and_what_is_not_run_is_not_run_here(docs):
    code = [cell.source for cell in notebook(docs).cells if cell.cell_type == "code"][1:]
    assert code == ["# exact: six\nassert 1 + 2 + 3 == 6", "print(7)"]
    assert any("while True" in cell.source for cell in notebook(docs).cells if cell.cell_type == "markdown")


def test_nothing_of_the_sites_own_syntax_is_left(docs):
    prose = "\n".join(cell.source for cell in notebook(docs).cells if cell.cell_type == "markdown")
    for mark in ("///", "pytest", "type: success", "{ #", "check:", ".md"):
        assert mark not in prose
    assert "**Answer**" in prose
    assert "**The sum**" in prose
    assert "**What is the sum?**\n\n- ✓ 6: [add up](#check-six)\n- ✗ 5: one is" in prose
    assert "- [" not in prose
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


def test_a_script_names_what_it_needs_where_runners_look_for_it(docs):
    where = "https://example.org/dl/wheels/our_name-1.0-py3-none-any.whl"
    assert script(docs, site_url="https://example.org/dl/").startswith(
        f'# /// script\n# dependencies = ["our-name[examples] @ {where}"]\n# ///\n'
    )
    # Without an address nothing may be looked up.
    assert "our-name" not in script(docs)


def test_a_script_is_the_code_and_the_words_as_comments(docs):
    text = script(docs)
    assert "# %%\n# exact: six\nassert 1 + 2 + 3 == 6\n\n# %%\nprint(7)\n" in text
    assert all(
        line.startswith("#") for line in text.splitlines() if line and "assert 1" not in line and line != "print(7)"
    )
    assert "[A line that climbs from left to right]\n" in text
    assert "attachment:" not in text
    assert "<a id" not in text
