"""A site serves the wheel of its own project, and its notebooks install that one."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from commands import python
from notebooks.own_wheel import NoWheel, Wheel, build_wheel

ROOT = Path(__file__).parents[2]
CONFIG = """
site_name: Trial
site_url: https://example.org/dl/
theme: {name: material, font: false}
plugins:
  - evidence
  - notebooks: {project: "PROJECT"}
markdown_extensions:
  - pymdownx.highlight: {pygments_lang_class: true}
  - pymdownx.superfences
  - evidence
  - notebooks
"""
PAGE = "# Trial\n\n```python\nprint(1)\n```\n"
# What has data beside its code: without it the wheel imports, and shows nothing.
DATA = ("notebooks/templates/mkdocs_html/conf.json", "notebooks/templates/mkdocs_html/notebook.html.j2")
IMPORTED = """
import sys
import dlchecked, evidence.__main__, evidence.pytest_plugin, figures.cells, notebooks.take_away
for module in (dlchecked, evidence, figures, notebooks):
    assert module.__file__.startswith(sys.argv[1]), module.__file__
"""


def mkdocs(folder: Path, project: Path) -> tuple[int, str]:
    (folder / "docs").mkdir()
    (folder / "docs/index.md").write_text(PAGE)
    (folder / "mkdocs.yml").write_text(CONFIG.replace("PROJECT", str(project)))
    return python(folder, "-m", "mkdocs", "build", "--strict")


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trial")
    code, output = mkdocs(folder, ROOT)
    assert code == 0, output
    return folder / "site"


def test_the_first_cell_installs_a_wheel_that_the_site_serves(served):
    (notebook,) = served.rglob("*.ipynb")
    first = json.loads(notebook.read_text())["cells"][0]["source"]
    installed, again = re.findall(r"^%pip install --quiet (.*)\"$", first, re.M)
    name, url = installed.split(" @ ")
    assert name == '"deep-learning-checked[examples]'
    # An older build of the same version would be left as it is.
    assert again == f'--force-reinstall --no-deps "deep-learning-checked @ {url}'
    assert url.startswith("https://example.org/dl/")
    assert (served / url.removeprefix("https://example.org/dl/")).is_file()


def test_the_wheel_installs_without_an_index_and_imports(served, tmp_path):
    (wheel,) = (served / "wheels").iterdir()
    target = tmp_path / "installed"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-compile", "--target"]
    subprocess.run([*pip, str(target), str(wheel)], check=True)
    for name in DATA:
        assert (target / name).is_file()
    for style in (ROOT / "docs/assets/stylesheets").iterdir():
        assert (target / "evidence/stylesheets" / style.name).read_bytes() == style.read_bytes()
    subprocess.run(
        [sys.executable, "-c", IMPORTED, str(target)], env={**os.environ, "PYTHONPATH": str(target)}, check=True
    )


def test_the_same_sources_give_the_same_bytes(served, tmp_path):
    wheel = build_wheel(ROOT, tmp_path)
    assert (tmp_path / "wheels" / wheel.file).read_bytes() == (served / "wheels" / wheel.file).read_bytes()


def test_a_project_without_the_extra_is_installed_without(tmp_path):
    (tmp_path / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "Some.Thing"\nversion = "1.0+local"\nrequires-python = ">=3"\n'
    )
    (tmp_path / "some_thing").mkdir()
    (tmp_path / "some_thing/__init__.py").touch()
    wheel = build_wheel(tmp_path, tmp_path / "site")
    assert wheel == Wheel("some_thing-1.0+local-py3-none-any.whl", "Some.Thing", "")
    assert wheel.commands("https://example.org/")[0] == (
        'install --quiet "Some.Thing @ https://example.org/wheels/some_thing-1.0%2Blocal-py3-none-any.whl"'
    )


@pytest.mark.parametrize("text", [None, "", "[project]\n", "[project", '[project]\nname = "a"\nversion = "x"\n'])
def test_what_is_no_project_is_told(tmp_path, text):
    if text is not None:
        (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(NoWheel, match=r"pyproject\.toml:1: the project cannot be built as a wheel"):
        build_wheel(tmp_path, tmp_path / "site")


def test_the_build_of_a_site_tells_it_too(tmp_path):
    (tmp_path / "empty").mkdir()
    code, output = mkdocs(tmp_path, tmp_path / "empty")
    assert code != 0
    assert "pyproject.toml:1: the project cannot be built as a wheel" in output
    assert "Traceback" not in output
