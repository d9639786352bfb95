"""Which of our files a piece of code reaches."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence.files.import_graph import digest, imports_in, our_packages, reach_of

FILES = {
    "__init__.py": "",
    "conv.py": "import torch\nfrom .tools import shapes\n",
    "lazy.py": "def f():\n    from ours.deep.leaf import x\n",
    "named.py": "from importlib import import_module\nimport_module('ours.conv')\n",
    "typed.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import ours.conv\n",
    "cycle_a.py": "from ours import cycle_b\n",
    "cycle_b.py": "import ours.cycle_a\n",
    "deep/__init__.py": "from ..tools import numbers\n",
    "deep/leaf.py": "from . import sibling\nx = 1\n",
    "deep/sibling.py": "",
    "tools/__init__.py": "",
    "tools/shapes.py": "",
    "tools/numbers.py": "",
}


def reach(code: str, packages: dict[str, Path]) -> frozenset[Path]:
    return reach_of(imports_in(code), packages)


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    for name, code in FILES.items():
        file = tmp_path / "ours" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(code)
    return tmp_path / "ours"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import torch, math", ""),
        ("import ours", "__init__"),
        ("import ours.conv as c", "__init__ conv tools/__init__ tools/shapes"),
        ("from ours import conv", "__init__ conv tools/__init__ tools/shapes"),
        ("from ours.conv import anything", "__init__ conv tools/__init__ tools/shapes"),
        (
            "import ours.lazy",
            "__init__ lazy deep/__init__ deep/leaf deep/sibling tools/__init__ tools/numbers",
        ),
        ("from ours import named", "__init__ named conv tools/__init__ tools/shapes"),
        ("from ours import typed", "__init__ typed conv tools/__init__ tools/shapes"),
        ("import ours.cycle_a", "__init__ cycle_a cycle_b"),
        ("from ours.absent import x", "__init__"),
        ("from ours import *", "__init__"),
        ("from oursome import x", ""),
    ],
)
def test_reach(ours: Path, code: str, expected: str) -> None:
    assert reach(code, {"ours": ours}) == {ours / f"{name}.py" for name in expected.split()}


def test_what_is_reached_follows_the_files(ours: Path) -> None:
    assert len(reach("import ours.deep.sibling", {"ours": ours})) == 5
    (ours / "deep" / "sibling.py").write_text("import ours.conv\n")
    assert ours / "conv.py" in reach("import ours.deep.sibling", {"ours": ours})


def test_digest_is_of_the_contents(ours: Path) -> None:
    packages = {"ours": ours}
    files = reach("import ours.conv", packages)
    before = digest(files, packages)
    assert digest(sorted(files, reverse=True), packages) == before
    (ours / "lazy.py").write_text("")
    assert digest(files, packages) == before
    (ours / "tools" / "shapes.py").write_text("changed = True\n")
    assert digest(files, packages) != before


def test_our_packages_are_found_without_importing_them() -> None:
    found = our_packages(("figures", "no_such_package"))
    assert set(found) == {"figures"}
    assert (found["figures"] / "svg.py").is_file()
