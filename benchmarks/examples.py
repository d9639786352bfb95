"""What the examples cost to build, beside stock mkdocs-jupyter with the same ones: `python benchmarks/examples.py`.

Cold: nothing is kept. Warm: nothing has changed. Edited: a line of one notebook has.
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
ENVIRONMENT = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
WARM_RUNS = 3
# As its documentation has it, but for failing cells, which stop the build here too.
STOCK = """
site_name: Stock
theme: {name: material, font: false}
plugins:
  - search
  - mkdocs-jupyter: {execute: true, allow_errors: false, include: ["*.py"], ignore: ["*.md"]}
"""


def main() -> None:
    """Measure both, and print a line a figure."""
    with tempfile.TemporaryDirectory() as temporary:
        folders = {"ours": _ours(Path(temporary, "ours")), "stock": _stock(Path(temporary, "stock"))}
        figures = {name: _measure(folder) for name, folder in folders.items()}
        count = len(list((ROOT / "examples").glob("*.py")))
        print(f"{count} notebooks")
        for what in ("cold", "warm", "edited"):
            ours, stock = figures["ours"][what], figures["stock"][what]
            print(f"{what:8} {ours:7.2f} s; stock mkdocs-jupyter {stock:7.2f} s; ratio {ours / stock:.2f}")
        for name, folder in folders.items():
            pages = [page.stat().st_size / 1024 for page in folder.glob("site/examples/*/index.html")]
            print(f"HTML of a page, {name}: {min(pages):.0f} to {max(pages):.0f} KiB")


def _ours(folder: Path) -> Path:
    """The whole site, with what is kept of its chapters and nothing of its examples."""
    for part in ("docs", "examples", "overrides"):
        shutil.copytree(ROOT / part, folder / part)
    settings = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    settings = re.sub(r"(project|package): (?=\.\n|src/)", rf"\g<0>{ROOT}/", settings)
    (folder / "mkdocs.yml").write_text(settings, encoding="utf-8")
    if (ROOT / ".cache" / "figures").is_dir():
        shutil.copytree(ROOT / ".cache" / "figures", folder / ".cache" / "figures")
    _timed([sys.executable, "-m", "evidence", "verify", "docs"], folder)
    return folder


def _stock(folder: Path) -> Path:
    """The examples alone, so that it has no chapters to render."""
    shutil.copytree(ROOT / "examples", folder / "docs" / "examples")
    (folder / "docs" / "index.md").write_text("# Stock\n", encoding="utf-8")
    (folder / "mkdocs.yml").write_text(STOCK, encoding="utf-8")
    return folder


def _measure(folder: Path) -> dict[str, float]:
    build = [sys.executable, "-m", "mkdocs", "build", "-q"]
    cold = _timed(build, folder)
    warm = statistics.median(_timed(build, folder) for _ in range(WARM_RUNS))
    notebook = next(path for path in folder.rglob("residual_filters.py") if "site" not in path.parts)
    text = notebook.read_text(encoding="utf-8")
    notebook.write_text(re.sub(r"(?m)^import torch$", "import torch  # edited", text, count=1), encoding="utf-8")
    return {"cold": cold, "warm": warm, "edited": _timed(build, folder)}


def _timed(command: list[str], folder: Path) -> float:
    begin = time.perf_counter()
    subprocess.run(command, cwd=folder, env=ENVIRONMENT, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()
