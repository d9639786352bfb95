"""What a reader takes away as a notebook is valid, and runs from top to bottom."""

from __future__ import annotations

import ast
import os
import re
import shlex
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from importlib.metadata import packages_distributions, version
from pathlib import Path

import nbformat
import pytest

from evidence.files.percent import cells
from evidence.page.model import without_remarks

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
_NAME = re.compile(r"\A# (?:exact|numeric|statistical|experiment): [\w-]+\n")
# All in one process, so that torch is imported once; each in a shell of its own, as Jupyter would.
RUN = """
import sys
import nbformat
from IPython.core.interactiveshell import InteractiveShell

failed = []
for path in sys.argv[1:]:
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance(user_ns={})
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    for number, cell in enumerate(cells[1:], 1):
        if not shell.run_cell(cell.source, silent=True).success:
            failed.append(f"{path}: cell of code {number} fails:\\n{cell.source}")
            break
print("\\n\\n".join(failed))
sys.exit(bool(failed))
"""
# In an environment that holds the site's wheel, and what that needs by name alone: those that are here serve there.
RUN_THERE = f"""
import sys
sys.path.append(sys.argv.pop(1))
import dlchecked
assert dlchecked.__file__.startswith(sys.prefix), dlchecked.__file__
{RUN}
"""


@pytest.fixture(scope="module")
def taken_away(built_site):
    found = sorted(built_site.folder.rglob("*.ipynb"))
    assert found
    return found


def test_every_page_with_code_can_be_taken_away(built_site):
    for page in built_site.pages:
        # The list of all questions shows set-up of theirs, which is no block of its own.
        checks = any(tag.attributes.get("id", "").startswith("check-") for tag in page.tags())
        for ending in (".ipynb", ".py"):
            hrefs = [tag.attributes.get("href", "") for tag in page.tags()]
            links = [href for href in hrefs if href.endswith(ending) and "://" not in href]
            assert bool(links) >= checks, page.name
            assert len(links) <= 1
            for link in links:
                assert (page.file.parent / link).is_file(), page.at(1)


def test_the_file_of_python_holds_the_cells_of_the_notebook(taken_away):
    """And nothing else: what runs as a notebook runs as a script."""
    for file in taken_away:
        script = file.with_suffix(".py").read_text(encoding="utf-8")
        code = "\n".join(_code(file))
        assert ast.dump(ast.parse(script)) == ast.dump(ast.parse(code)), file.name
        # No line of prose has slipped out of its comment, and none of code into one.
        assert len(re.findall(r"^# %%$", script, re.M)) == len(_code(file)), file.name


def test_they_are_valid_and_begin_with_the_installation_of_the_sites_own_wheel(taken_away, built_site):
    (wheel,) = (built_site.folder / "wheels").iterdir()
    for file in taken_away:
        notebook = nbformat.read(file, as_version=4)
        nbformat.validate(notebook)
        assert "pip install" in notebook.cells[0].source.splitlines()[-1], file
        assert wheel.name in notebook.cells[0].source, file


def test_examples_are_what_jupyter_executed_for_their_pages(taken_away):
    examples = [file for file in taken_away if _is_example(file)]
    assert len(examples) == len(list((ROOT / "examples").glob("*.py")))
    for file in examples:
        path = ROOT / "examples" / f"{file.stem.replace('-', '_')}.py"
        executed = [
            without_remarks("\n".join(cell.lines)).strip()
            for cell in cells(path.read_text("utf-8"), path)
            if not cell.prose
        ]
        # The name of a check is a comment there, and none of Jupyter's business.
        assert [_NAME.sub("", source).strip() for source in _code(file)] == executed, file.name


def test_chapters_run_from_top_to_bottom(taken_away, tmp_path):
    # Examples need not: Jupyter has executed the same cells.
    chapters = [file for file in taken_away if not _is_example(file)]
    done = subprocess.run(
        [sys.executable, "-c", RUN, *map(str, chapters)],
        cwd=tmp_path,
        env={
            **os.environ,
            "MPLBACKEND": "agg",
            "OMP_NUM_THREADS": "1",
            "IPYTHONDIR": str(tmp_path),
            "PYTHONPATH": str(ROOT / "src"),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:]


def test_what_they_install_is_all_that_they_import(taken_away):
    """The package with its extra `examples` brings every module that a cell names."""
    named = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["examples"]]
    installed = {line.split(">")[0].split("=")[0].strip().lower() for line in named}
    own = {"dlchecked", "evidence", "figures", "mathml", "notebooks"}
    of_module = packages_distributions()
    missing = set()
    for file in taken_away:
        for source in _code(file):
            for module in _imported(source) - own - set(sys.stdlib_module_names):
                if not installed & {name.lower() for name in of_module.get(module, [module])}:
                    missing.add(f"{file.name}: {module}")
    assert not missing


def _is_example(file: Path) -> bool:
    return file.parents[1].name == "examples"


def _code(file: Path) -> list[str]:
    """The cells of code, but for the first, which installs."""
    notebook = nbformat.read(file, as_version=4)
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"][1:]


def _imported(code: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def test_its_first_cell_installs_what_runs_it_from_the_served_site_into_an_empty_environment(one_chapter, tmp_path):
    notebook = one_chapter.folder / "sums" / "sums.ipynb"
    first = nbformat.read(notebook, as_version=4).cells[0].source
    commands = [shlex.split(line.removeprefix("%pip ")) for line in first.splitlines() if line.startswith("%pip ")]
    assert all(f"@ {one_chapter.url}wheels/" in command[-1] for command in commands)
    venv.create(tmp_path / "empty")
    there = tmp_path / "empty" / "bin" / "python"
    write_names_of_what_is_needed(tmp_path / "names")
    alone = {
        **os.environ,
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(tmp_path / "names"),
    }
    for command in commands:
        subprocess.run([sys.executable, "-m", "pip", "--python", there, *command], env=alone, check=True)
    run = [there, "-c", RUN_THERE, sysconfig.get_path("purelib"), notebook]
    here = {"IPYTHONDIR": str(tmp_path), "PYTHONPATH": "", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(run, cwd=tmp_path, env={**os.environ, **here}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def write_names_of_what_is_needed(folder: Path) -> None:
    """Write wheels that have the names and versions of what the examples need, and hold nothing."""
    folder.mkdir()
    for requirement in PROJECT["optional-dependencies"]["examples"]:
        name = requirement.partition(">=")[0]
        about = f"{name}-{version(name)}.dist-info"
        with zipfile.ZipFile(folder / f"{name}-{version(name)}-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version(name)}\n")
            wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{about}/RECORD", "")


def test_it_leads_to_colab_where_the_host_says_so(tab_of_one_chapter, built_site):
    tab_of_one_chapter.goto("sums/")
    link = tab_of_one_chapter.get_by_role("link", name="in Colab")
    assert link.get_attribute("href") == "https://colab.example.org/us/book/blob/pages/sums/sums.ipynb"
    assert (built_site.folder / "cnns" / "cnns.ipynb").is_file()
    assert "in Colab" not in (built_site.folder / "cnns" / "index.html").read_text(encoding="utf-8")
