"""One commit gives one site: wherever, whenever and however fast it is built."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from small_site import ROOT, write_small_config

PAGE = """\
# Sums

## 1. Squares { #sum-1 }

The sum of the first ten squares is [385](check:ten-squares), and $\\vec{x}$ is a vector.

![A line that climbs from left to right](figures/sums/a-line.svg "It climbs.")

<!--pytest.mark.exact("ten-squares")-->
```python
assert sum(n**2 for n in range(11)) == 385
```
"""
FIGURES = """
from matplotlib import pyplot as plt

def a_line():
    figure, axes = plt.subplots()
    axes.plot([0, 1])
    return figure
"""
GRADES = "# How claims are checked\n\n## Exact { #exact }\n\nA grade.\n"
# `mkdocs build` on another day, after which all that is recorded bears that day's date.
BUILD = """
import datetime
import sys
import evidence.records.records as records
from mkdocs.__main__ import cli

class Then(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls(int(sys.argv[1]), 1, 2, tzinfo=tz)

records.datetime = Then
cli(["build", "--strict"])
"""


def build(folder: Path, year: int) -> dict[str, bytes]:
    files = {
        "docs/index.md": PAGE,
        "docs/how-claims-are-checked.md": GRADES,
        "docs/ledger.md": "# Ledger\n\n<!--evidence:ledger-->\n",
        "docs/figures/sums.py": FIGURES,
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    for part in ("docs/assets", "overrides"):
        (folder / part).symlink_to(ROOT / part)
    write_small_config(folder)
    done = subprocess.run(
        [sys.executable, "-c", BUILD, str(year)],
        cwd=folder,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1", "SOURCE_DATE_EPOCH": "1700000000"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    site = folder / "site"
    return {str(file.relative_to(site)): file.read_bytes() for file in site.rglob("*") if file.is_file()}


def test_two_builds_give_the_same_bytes(tmp_path):
    one = build(tmp_path / "one", 2001)
    other = build(tmp_path / "in another folder, é", 2002)
    assert one.keys() == other.keys()
    assert {"index.html", "ledger/index.html", "index.ipynb", "search/search_index.json"} <= one.keys()
    assert any(name.endswith(".whl") for name in one)
    assert not [name for name in one if one[name] != other[name]]
