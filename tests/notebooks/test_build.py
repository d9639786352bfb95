"""A small site with a notebook: what is built of it, and what is refused."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from commands import python
from evidence.page.model import Block, Page
from notebooks.rules import _slow

ROOT = Path(__file__).parents[2]
CONFIG = """
site_name: Trial
theme: {name: material, font: false}
plugins: [evidence: {examples: examples, grades: how-claims-are-checked.md}, notebooks]
markdown_extensions:
  - pymdownx.highlight: {pygments_lang_class: true}
  - pymdownx.superfences
  - evidence
  - notebooks: {slowest: 10}
"""
NOTEBOOK = """\
# %% [markdown]
# # Trial
#
# [At least one](check:trial-one), as [home](../docs/index.md) says.
#
# <!--pytest.mark.exact("trial-one")-->

# %%
from dlchecked.trial import VALUE

assert VALUE >= 1
print("value", VALUE)

# %% alt="A line that climbs from zero to one"
from matplotlib import pyplot as plt

figure, axes = plt.subplots()
lines = axes.plot([0, 1])
"""
IN_JUPYTER = """\
# %%
import os, sys

if "ipykernel" in sys.modules:
    from helpers.lengths import SIDE

    seen = SIDE, open("data.txt").read(), os.environ.get("COURSE")
"""


def build(project: Path) -> tuple[int, str]:
    return python(project, "-m", "mkdocs", "build", "--strict", PYTHONPATH=str(project / "src"))


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    project = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT / "src", project / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    for file, content in {
        "mkdocs.yml": CONFIG,
        "docs/index.md": "# Home\n\n[The trial](../examples/trial.py#check-trial-one)\n",
        "docs/how-claims-are-checked.md": '# Grades\n\n<span id="exact"></span>Exact.\n',
        "examples/trial.py": NOTEBOOK,
        "src/dlchecked/trial.py": "VALUE = 1\n",
    }.items():
        (project / file).parent.mkdir(exist_ok=True)
        (project / file).write_text(content)
    code, output = build(project)
    assert code == 0, output
    assert "Executing 1 notebooks" in output
    return project


@pytest.fixture
def project(built, tmp_path):
    shutil.copytree(built, tmp_path / "project")
    return tmp_path / "project"


def replace(file: Path, old: str, new: str) -> int:
    """Plant a mistake; the line that it stands on."""
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    return text[: text.index(old)].count("\n") + 1


def page(project: Path) -> str:
    return (project / "site/examples/trial/index.html").read_text()


def test_the_page_shows_what_the_cells_put_out(built):
    html = page(built)
    assert "value 1" in html
    assert re.search(r'<figure class="figure"><svg[^>]*role="img"[^>]*>\s*<title[^>]*>A line that climbs', html)
    assert 'id="check-trial-one"' in html
    assert 'href="../../"' in html
    assert 'href="trial.ipynb"' in html
    assert (built / "site/examples/trial/trial.ipynb").is_file()
    assert 'href="examples/trial/#check-trial-one"' in (built / "site/index.html").read_text()


def test_a_light_page_asks_no_other_host(built):
    html = page(built)
    assert len(html) < 120 * 1024
    assert not re.search(r'(src|href)="(https?:)?//(?!squidfunk)', html)
    assert "jp-Notebook" not in html


def test_what_is_current_is_not_executed_again(project):
    code, output = build(project)
    assert code == 0, output
    assert "Executing" not in output


def test_a_failing_cell_is_told_with_its_line_and_values_and_nothing_is_built(project):
    before = page(project)
    line = replace(project / "examples/trial.py", "assert VALUE >= 1", "assert VALUE >= 2")
    code, output = build(project)
    assert code != 0
    assert f"examples/trial.py:{line}: check 'trial-one' (exact) failed" in output
    assert "assert 1 >= 2" in output
    assert page(project) == before


def test_a_notebook_is_stale_when_a_module_below_it_changes(project):
    replace(project / "src/dlchecked/trial.py", "VALUE = 1", "VALUE = 5")
    code, output = build(project)
    assert code == 0, output
    assert "value 5" in page(project)
    replace(project / "src/dlchecked/trial.py", "VALUE = 5", "VALUE = 0")
    code, output = build(project)
    assert code != 0
    assert "assert 0 >= 1" in output


def test_a_notebook_is_executed_again_when_what_it_rests_on_has_changed(project, monkeypatch):
    """Not what its blocks rest on: what is read here, is read in Jupyter only."""
    (project / "helpers").mkdir()
    (project / "helpers/lengths.py").write_text("SIDE = 1\n")
    (project / "data.txt").write_text("1")
    monkeypatch.delenv("COURSE", raising=False)
    (project / "examples/trial.py").write_text(NOTEBOOK.partition("# %% alt")[0] + IN_JUPYTER)
    assert build(project)[0] == 0
    assert "Executing" not in build(project)[1]
    (project / "helpers/lengths.py").write_text("SIDE = 2\n")
    assert "Executing 1 notebooks" in build(project)[1]
    (project / "data.txt").write_text("2")
    assert "Executing 1 notebooks" in build(project)[1]
    monkeypatch.setenv("COURSE", "2")
    assert "Executing 1 notebooks" in build(project)[1]


def test_a_slow_notebook_is_refused(project):
    """Whatever the machine: no time at all is allowed."""
    replace(project / "mkdocs.yml", "slowest: 10", "slowest: 0")
    code, output = build(project)
    assert code != 0
    assert re.search(
        r"examples/trial.py:\d+: the notebook takes \d.\d s, \d.\d s of them here; 0 s are allowed", output
    )


def test_a_slow_notebook_is_told_at_its_slowest_cell():
    blocks = [Block(Path("trial.py"), line, line + 1, line + 3, "", "", f"b{line}") for line in (10, 20, 30)]
    page = Page(Path("trial.py"), "", blocks=blocks)

    class Kept:
        def of(self, block, session):
            return SimpleNamespace(seconds={10: 1.0, 20: 2.5, 30: 0.5}[block.fence_line])

    (error,) = _slow(page, Kept(), 3.9)
    assert str(error).startswith("trial.py:20: the notebook takes 4.0 s, 2.5 s of them here; 3.9 s are allowed")
    assert list(_slow(page, Kept(), 4.0)) == []


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (' alt="A line that climbs from zero to one"', "", "has no description"),
        ('print("value", VALUE)', 'print("value", VALUE, "ipykernel" in __import__("sys").modules)', "in Jupyter, and"),
        ("axes.plot([0, 1])", 'axes.plot([0, 1], color="red")', "the colour #ff0000 is none of figures.palette"),
        (
            "assert VALUE >= 1",
            'assert VALUE >= 1; assert "ipykernel" not in __import__("sys").modules',
            "AssertionError",
        ),
    ],
    ids=["no description", "prints otherwise in Jupyter", "a colour of its own", "fails in Jupyter only"],
)
def test_what_only_jupyter_shows_is_refused_with_its_line(project, old, new, complaint):
    line = replace(project / "examples/trial.py", old, new)
    code, output = build(project)
    assert code != 0
    assert complaint in output
    told = [int(number) for number in re.findall(r"examples/trial\.py:(\d+)", output)]
    assert told
    assert min(told) <= line <= max(told) + 5
    assert (project / "site/index.html").exists()
