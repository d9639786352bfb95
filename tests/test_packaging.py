"""What is handed on: the wheel beside little else, the source distribution, and the one version."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder
from packaging.requirements import Requirement

from installed import install_wheel, link_in, needed

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# Packages as they are installed are added to the path; the environment's own stay away (`-S`).
START = "import sys; sys.path[:0] = [sys.argv.pop(1)]; "
IMPORT_ALL = """
import pkgutil, warnings
warnings.simplefilter("error")
import dlchecked
for module in pkgutil.walk_packages(dlchecked.__path__, "dlchecked."):
    __import__(module.name)
for name in ("matplotlib", "mkdocs", "pytest", "sympy.plotting"):
    assert name not in sys.modules, name
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return install_wheel(tmp_path_factory.mktemp("installed") / "packages")


@pytest.fixture
def installed(wheel, tmp_path):
    """A copy: beside the wheel comes what a test asks for."""
    return shutil.copytree(wheel, tmp_path / "packages")


def python(packages: Path, code: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-S", "-c", START + code, str(packages)]
    return subprocess.run(command, cwd=cwd, env={}, capture_output=True, text=True, check=False)


def test_beside_the_wheel_others_run_pytest_as_before(installed, tmp_path):
    link_in(installed, needed("pytest"))
    (tmp_path / "test_theirs.py").write_text("def test_it():\n    assert True\n")
    done = python(installed, "import pytest; sys.exit(pytest.main(['-q', '-p', 'no:cacheprovider']))", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
    # It is the plugin of the wheel that stood by.
    done = python(installed, "import pytest; pytest.main(['--trace-config', '--collect-only'])", tmp_path)
    assert "evidence.pytest_plugin" in done.stdout


def test_the_mathematics_needs_torch_and_numpy_alone(installed, tmp_path):
    link_in(installed, needed("torch", "numpy"))
    done = python(installed, IMPORT_ALL, tmp_path)
    assert done.returncode == 0, done.stderr


def test_installed_for_work_it_leaves_no_copy_that_grows_old(tmp_path):
    built = next(WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["editable"]))
    with zipfile.ZipFile(built) as archive:
        assert {Path(name).suffix for name in archive.namelist() if ".dist-info/" not in name} == {".pth"}


def test_what_it_needs_is_what_it_says():
    extras = PROJECT["optional-dependencies"]
    assert PROJECT["dependencies"] == []
    assert {Requirement(line).name for line in extras["library"]} == {"torch", "numpy"}
    assert set(extras["library"]) <= set(extras["examples"])
    assert {*extras["evidence"], *extras["notebooks"]} <= {*extras["site"], *extras["test"]}


def test_the_command_is_that_of_the_module(installed):
    entry = next(installed.glob("*.dist-info/entry_points.txt"))
    assert "evidence-check = evidence.__main__:main" in entry.read_text()


def test_every_package_says_that_it_is_typed(installed):
    packages = [file.parent for file in installed.glob("*/__init__.py")]
    assert {package.name for package in packages} == {file.parent.name for file in ROOT.glob("src/*/__init__.py")}
    for package in packages:
        assert (package / "py.typed").is_file(), package.name


def test_the_source_distribution_holds_what_proves_it_and_no_rubbish(tmp_path):
    built = next(SdistBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"]))
    with tarfile.open(built) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert names >= {"LICENSE", "LICENSE-CC-BY-4.0", "README.md", "CONTRIBUTING.md", "CITATION.cff", "Makefile"}
    assert names >= {"constraints.txt", "mkdocs.yml", "docs/index.md", "tests/test_packaging.py"}
    assert not [name for name in names if re.search(r"(^|/)(\.git|\.cache|\.venv|node_modules|__pycache__)(/|$)", name)]


def test_the_version_is_everywhere_the_same():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == PROJECT["version"]
    assert f"\n## {PROJECT['version']}\n" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert [author["name"] for author in citation["authors"]] == [author["name"] for author in PROJECT["authors"]]
    assert set(citation["license"]) == set(PROJECT["license"].split(" AND "))


def test_each_package_that_is_asked_for_is_pinned():
    pins = {line.split("==")[0].lower().replace("_", "-") for line in (ROOT / "constraints.txt").read_text().split()}
    asked = [
        line
        for extra in ("library", "examples", "evidence", "notebooks", "site", "test")
        for line in PROJECT["optional-dependencies"][extra]
    ]
    for line in [*PROJECT["dependencies"], *asked]:
        assert Requirement(line).name.lower().replace("_", "-") in pins, line
