"""What a site of many pages costs, each page of ten checks: `python benchmarks/scale.py`.

For one number of pages and for twice as many: the time of the processor that `mkdocs build` takes with everything
current, against the same pages without the gate, and the most memory that it held. What grows with the square of the
pages shows in the last column: the time a page costs, which is to stay.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

PAGES = 400
CHECKS = 10
ENVIRONMENT = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
SETTINGS = """
site_name: Many pages
theme: {name: material, font: false}
plugins: [%s]
markdown_extensions:
  - admonition
  - attr_list
  - md_in_html
  - pymdownx.blocks.details
  - pymdownx.highlight: {pygments_lang_class: true}
  - pymdownx.superfences
"""
CONTINUES = "<!--pytest-codeblocks:cont-->"
SECTION = """
## Sum {check} of page {page} {{ #sum-{page}-{check} }}

The sum of {page} and {check} is [{total}](check:sum-{page}-{check}): whoever adds the two finds it in a line, and the
code below does so, and claims what it found.

/// details | The two numbers, added
<!--pytest.mark.exact("sum-{page}-{check}")-->
{continues}
```python
terms = [{page}, {check}]
assert sum(terms) == {total}
```
///
"""


def main() -> None:
    """Measure, and print a line a size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=PAGES, help="the smaller of the two numbers of pages")
    smaller = parser.parse_args().pages
    for pages in (smaller, 2 * smaller):
        with tempfile.TemporaryDirectory() as folder:
            ours, memory = _current(write_site(Path(folder, "gated"), pages, gated=True))
            peer, _ = _current(write_site(Path(folder, "plain"), pages, gated=False))
        print(
            f"{pages:5} pages, all current: {ours:6.1f} s; without the gate {peer:6.1f} s; ratio {ours / peer:.2f} "
            f"(bound 1.2); {memory:.2f} GiB (bound 1.5); {1000 * ours / pages:.1f} ms a page",
            flush=True,
        )


def write_site(folder: Path, pages: int, *, gated: bool) -> Path:
    """A site of so many pages in `folder`."""
    (folder / "docs").mkdir(parents=True)
    text = SETTINGS % ("search, evidence" if gated else "search")
    extensions = "  - evidence\n" if gated else ""
    (folder / "mkdocs.yml").write_text(text + extensions, encoding="utf-8")
    for page in range(pages):
        # One session a page: what is measured is not how fast processes are forked.
        sections = (
            SECTION.format(page=page, check=check, total=page + check, continues=CONTINUES if check else "")
            for check in range(CHECKS)
        )
        (folder / "docs" / f"page-{page}.md").write_text(f"# Page {page}\n{''.join(sections)}", encoding="utf-8")
    return folder


def _current(folder: Path) -> tuple[float, float]:
    """Seconds of the processor and GiB of the second of two builds."""
    _build(folder)
    return _build(folder)


def _build(folder: Path) -> tuple[float, float]:
    process = subprocess.Popen(
        [sys.executable, "-m", "mkdocs", "build", "-q"], cwd=folder, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None, "it is a pipe"
    said = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(said)
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 2**20


if __name__ == "__main__":
    main()
