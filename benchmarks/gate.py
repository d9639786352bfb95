"""What the gate costs, each figure as a ratio to a peer in the same run: `python benchmarks/gate.py`.

1. Running all blocks with no record, against one process that imports torch once and executes the same code: the time
   of the processor, and that of the clock, for which two cores are needed.
2. `mkdocs build` with everything current, against the same pages without the gate: the time of the processor.
3. `mkdocs serve`, from saving an edited claim to the page showing its verdict, against an edited word of the same site
   without the gate. What is wanted besides is a time, two seconds at most.
4. `mkdocs serve` with nothing kept, from its start to its first page, against the same site without the gate. What
   is wanted of it is a time, ten seconds at most, so that the ratio has no bound.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from markdown import Markdown

from evidence.files.source import read_page
from evidence.page.site import Site
from notebooks.markdown_extension import NotebooksExtension

Measure = TypeVar("Measure")

ROOT = Path(__file__).parents[1]
RUNS = 5
PORTS = {"gated": 8761, "plain": 8762}
# Python keeps what it compiled, as it does by default, whatever this shell says.
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | {"NO_MKDOCS_2_WARNING": "1"}
BARE = """
import json, sys, torch
torch.set_num_threads(1)
for session in json.load(open(sys.argv[1])):
    names = {"__name__": "__main__"}
    for code in session:
        exec(compile(code, "<page>", "exec"), names)
"""


def main() -> None:
    """Measure, and print a line a figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--suites", type=int, default=RUNS, help="how often all blocks are run, which takes minutes")
    suites = parser.parse_args().suites
    with tempfile.TemporaryDirectory() as temporary:
        gated, plain = _copies(Path(temporary))
        _report_all_blocks(*_pairs(_verify_all(gated), _bare(gated), suites))
        report("build, all current", *_pairs(_build(gated), _build(plain)), "without the gate", 1.2)
        with _serving(gated, "gated"), _serving(plain, "plain"):
            report("serve, edited claim", *_pairs(_edit_claim(gated), _edit_word(plain)), "plain reload", 1.3)
        report("serve, nothing kept", *_pairs(_first_page(gated), _first_page(plain)), "without the gate")


def _report_all_blocks(ours: list[Cost], peers: list[Cost]) -> None:
    for name, bound in (("processor", 1.25), ("clock", 0.75)):
        times = ([getattr(cost, name) for cost in costs] for costs in (ours, peers))
        report(f"all blocks, {name}", *times, "bare process", bound)


def report(what: str, ours: list[float], peers: list[float], peer: str, bound: float | None = None) -> None:
    """One line: medians of both, and the median of the ratios pair by pair."""
    ratio = statistics.median(a / b for a, b in zip(ours, peers, strict=True))
    print(
        f"{what:24} {statistics.median(ours):6.2f} s; {peer} {statistics.median(peers):6.2f} s; "
        f"ratio {ratio:.2f}" + (f" (bound {bound})" if bound else ""),
        flush=True,
    )


def _pairs(
    ours: Callable[[], Measure], peer: Callable[[], Measure], runs: int = RUNS
) -> tuple[list[Measure], list[Measure]]:
    ours(), peer()  # a warm-up each
    pairs = [(ours(), peer()) for _ in range(runs)]
    return [a for a, _ in pairs], [b for _, b in pairs]


def _copies(folder: Path) -> tuple[Path, Path]:
    """The site as it is, and the same pages without the gate: notebooks as Markdown, with what their cells put out."""
    for name in PORTS:
        for part in ("docs", "examples", "overrides"):
            shutil.copytree(ROOT / part, folder / name / part, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "CITATION.cff", folder / name)
        settings = re.sub(r"(project|package): (?=\.\n|src/)", rf"\g<0>{ROOT}/", (ROOT / "mkdocs.yml").read_text())
        (folder / name / "mkdocs.yml").write_text(settings)
        for kept in ("figures", "notebooks"):
            if (ROOT / ".cache" / kept).is_dir():
                shutil.copytree(ROOT / ".cache" / kept, folder / name / ".cache" / kept)
    gated, plain = folder / "gated", folder / "plain"
    config = plain / "mkdocs.yml"
    config.write_text(re.sub(r"(?m)^  - (evidence|notebooks|handouts)(:\n(      .*\n)+|\n)", "", config.read_text()))
    for page in (plain / "docs").rglob("*.md"):
        page.write_text(re.sub(r"(?m)^(/{3,4}( .*)?|<!--handouts:.*)\n", "", page.read_text()))
    (plain / "docs" / "examples").mkdir()
    for path in (gated / "examples").glob("*.py"):
        page = plain / "docs" / "examples" / path.with_suffix(".md").name.replace("_", "-")
        page.write_text("\n".join(_with_outputs(path, gated / "mkdocs.yml")))
    return gated, plain


def _with_outputs(notebook: Path, config_file: Path) -> list[str]:
    extension = NotebooksExtension(config_file=str(config_file), unverified="show")
    preprocessors = Markdown(extensions=[extension]).preprocessors
    lines = preprocessors["notebooks_text"].run(read_page(notebook).split("\n"))
    return preprocessors["notebooks_outputs"].run(lines)


@dataclass(frozen=True)
class Cost:
    """Seconds that a command took, of the processor with all that it started, and by the clock."""

    processor: float
    clock: float


def _timed(command: list[str], folder: Path) -> Cost:
    begin, before = time.perf_counter(), _processor()
    subprocess.run(command, cwd=folder, env=ENVIRONMENT, check=True, capture_output=True)
    return Cost(_processor() - before, time.perf_counter() - begin)


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _verify_all(folder: Path) -> Callable[[], Cost]:
    def run() -> Cost:
        shutil.rmtree(folder / ".cache" / "evidence", ignore_errors=True)
        return _timed([sys.executable, "-m", "evidence", "verify"], folder)

    return run


def _bare(folder: Path) -> Callable[[], Cost]:
    pages = Site(folder / "mkdocs.yml").pages()
    code = [[block.code for block in session] for page in pages for session in page.sessions()]
    (folder / "blocks.json").write_text(json.dumps(code))
    return lambda: _timed([sys.executable, "-c", BARE, "blocks.json"], folder)


def _build(folder: Path) -> Callable[[], float]:
    return lambda: _timed([sys.executable, "-m", "mkdocs", "build", "-q"], folder).processor


def _first_page(folder: Path) -> Callable[[], float]:
    def run() -> float:
        shutil.rmtree(folder / ".cache", ignore_errors=True)
        begin = time.perf_counter()
        with _served(folder, folder.name):
            _wait_for(folder.name, "<h1")
            return time.perf_counter() - begin

    return run


@contextmanager
def _serving(folder: Path, name: str) -> Iterator[None]:
    with _served(folder, name):
        _wait_for(name, "check-passed" if name == "gated" else "unit")
        time.sleep(5)
        yield


@contextmanager
def _served(folder: Path, name: str) -> Iterator[None]:
    command = [sys.executable, "-m", "mkdocs", "serve", "-q", "--dev-addr", f"127.0.0.1:{PORTS[name]}"]
    # A group of its own: what works in the background ends with it, as at a person's Ctrl-C.
    process = subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def _wait_for(name: str, words: str) -> None:
    for _ in range(3000):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{PORTS[name]}/cnns/") as answer:
                if words in answer.read().decode():
                    return
        except OSError:
            pass
        time.sleep(0.02)
    raise TimeoutError(f"{name} never showed {words!r}")


def _edit_claim(folder: Path) -> Callable[[], float]:
    page = folder / "docs" / "cnns.md"

    def run() -> float:
        text = page.read_text()
        count = int(found[1]) if (found := re.search(r"# take (\d+)", text)) else 0
        claim = "assert weights(one) == 25 and weights(two) == 18"
        assert claim in text, "the chapter no longer makes this claim"
        text = re.sub(re.escape(claim) + r".*", f"{claim}  # take {count + 1}", text)
        begin = time.perf_counter()
        page.write_text(text)
        _wait_for_verdict(count + 1)
        return time.perf_counter() - begin

    return run


def _wait_for_verdict(take: int) -> None:
    shown = re.compile(r'id="check-two-small-kernels">.*?check-passed.*?take ' + str(take), re.DOTALL)
    for _ in range(3000):
        with urllib.request.urlopen(f"http://127.0.0.1:{PORTS['gated']}/cnns/") as answer:
            if shown.search(answer.read().decode()):
                return
        time.sleep(0.02)
    raise TimeoutError("the verdict never came")


def _edit_word(folder: Path) -> Callable[[], float]:
    page = folder / "docs" / "cnns.md"
    takes = iter(range(1, 1000))

    def run() -> float:
        words = f"Positions count from 0, take {next(takes)}."
        begin = time.perf_counter()
        page.write_text(re.sub(r"Positions count from 0[^.]*\.", words, page.read_text()))
        _wait_for("plain", words)
        return time.perf_counter() - begin

    return run


if __name__ == "__main__":
    main()
