"""The project's wheel as another user has it: beside the packages that it asks for, and no others."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement

from notebooks.own_wheel import build_wheel

ROOT = Path(__file__).parents[1]


def needed(*asked: str) -> set[str]:
    """The distributions that requirements need, those that they name among them."""
    found: set[str] = set()
    seen: set[str] = set()
    todo = [Requirement(line) for line in asked]
    while todo:
        each = todo.pop()
        found.add(each.name)
        for extra in {"", *each.extras}:
            if f"{each.name}[{extra}]" not in seen:
                seen.add(f"{each.name}[{extra}]")
                wanted = [Requirement(line) for line in distribution(each.name).requires or ()]
                todo += [more for more in wanted if more.marker is None or more.marker.evaluate({"extra": extra})]
    return found


def link_in(folder: Path, names: set[str]) -> None:
    """Put distributions of this environment into a folder, without a copy."""
    for name in names:
        files = distribution(name).files or ()
        for top in {file.parts[0] for file in files} - {"..", "__pycache__"}:
            if not (folder / top).exists():
                (folder / top).symlink_to(Path(str(distribution(name).locate_file(top))))


def install_wheel(packages: Path) -> Path:
    """Build the wheel, and install it alone into a folder; the folder."""
    wheel = build_wheel(ROOT, packages.parent)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-compile", "--target"]
    subprocess.run([*pip, str(packages), str(packages.parent / "wheels" / wheel.file)], check=True)
    return packages
