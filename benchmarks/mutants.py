"""How many small changes of our own code the tests notice: a sample of mutants, spread over `src/` by lines.

    python benchmarks/mutants.py --sample 300 --seed 0

A line is drawn, and a change of it by an operator of cosmic-ray. Then the test files that were seen to run this line,
in any process that they start, are run until one fails; the one that runs little else comes first. All happens in a
copy of the tree, below `.cache/mutants`, where what was found is kept: another run goes on where this one ended. Since
the order is drawn, the first so many are a sample as well.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import hashlib
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[1]
KEPT = ROOT / ".cache/mutants"
TREE = KEPT / "tree"
# The folders of tests that are run for a package. Those in a browser are not: they take too long.
TESTS = {
    "slim": ("slim",),
    "mathml": ("mathml",),
    "handouts": ("handouts",),
    "figures": ("figures",),
    "dlchecked": ("dlchecked",),
    "notebooks": ("notebooks",),
    "evidence": ("evidence", "red_team"),
}
# What takes seconds to import, and is none of ours.
WARM = ("coverage", "hypothesis", "markdown", "matplotlib.pyplot", "mkdocs", "pytest", "sympy", "torch")
# With `is` for `==` and the like nothing changes where there is one object of a kind; the others need an argument.
LEFT_OUT = {f"core/ReplaceComparisonOperator_{a}" for a in ("Is_Eq", "Eq_Is", "IsNot_NotEq", "NotEq_IsNot")}
LEFT_OUT |= {"core/VariableInserter", "core/VariableReplacer"}


@dataclass(frozen=True)
class Mutant:
    """A change of a source file.

    Attributes:
        file: its path below the tree.
        line: the line of the change.
        operator: the name of cosmic-ray's operator.
        occurrence: which change of that operator in the file, from 0.
    """

    file: str
    line: int
    operator: str
    occurrence: int


def copy_tree() -> None:
    """Lay a copy of what git tracks, as it stands in the work tree."""
    shutil.rmtree(TREE, ignore_errors=True)
    for name in subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT, text=True).split("\0"):
        if name and (ROOT / name).is_file():
            (TREE / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, TREE / name)


def in_fork(work: Callable[[], int], processor: float, clock: float, log: Path) -> tuple[int | None, float]:
    """Do work in a process of its own, which works in the copy, and has imported none of ours.

    Returns:
        Its exit status, `None` if it had to be ended, and how long it took.
    """
    began = time.monotonic()
    child = os.fork()
    if not child:
        os.setsid()
        os.chdir(TREE)
        sys.path.insert(0, str(TREE / "src"))
        os.environ["PYTHONPATH"] = str(TREE / "src")
        resource.setrlimit(resource.RLIMIT_CPU, (int(processor), int(processor) + 5))
        with log.open("w") as out:
            os.dup2(out.fileno(), 1)
            os.dup2(out.fileno(), 2)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        status = 1
        try:
            status = work()
        except BaseException:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    process, status = psutil.Process(child), None
    while (ended := os.waitpid(child, os.WNOHANG))[0] == 0 and time.monotonic() - began < clock:
        time.sleep(0.02)
    if ended[0]:
        status = os.waitstatus_to_exitcode(ended[1])
    else:
        for each in (*process.children(recursive=True), process):
            with contextlib.suppress(psutil.NoSuchProcess):
                each.send_signal(signal.SIGKILL)
        os.waitpid(child, 0)
    return status, time.monotonic() - began


def run_tests(files: list[str]) -> int:
    """Run test files in this process."""
    import pytest

    options = [
        "-x",
        "-q",
        "-W",
        "ignore::pytest.PytestAssertRewriteWarning",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "-m",
        "not weekly and not browser",
    ]
    return int(pytest.main([*options, *files]))


def run_with_coverage(file: str, data: Path) -> int:
    """Run a test file, and keep which lines it ran, in whatever process."""
    import coverage

    settings = data.with_suffix(".toml")
    settings.write_text(
        f'[tool.coverage.run]\nsource = ["{TREE}/src"]\nparallel = true\ndata_file = "{data}"\n'
        'patch = ["_exit", "fork", "subprocess"]\ndisable_warnings = ["no-data-collected", "module-not-measured"]\n'
    )
    measured = coverage.Coverage(config_file=str(settings))
    measured.start()
    try:
        return run_tests([file])
    finally:
        measured.stop()
        measured.save()


def lines_run(data: Path) -> dict[str, list[int]]:
    """The lines of each source file that a test file ran."""
    import coverage

    parts = coverage.CoverageData(basename=str(data.with_suffix(".all")))
    for part in data.parent.glob(f"{data.name}.*"):
        if part.suffix not in (".toml", ".all", ".log"):
            with contextlib.suppress(coverage.exceptions.CoverageException):  # of a process that was killed
                one = coverage.CoverageData(basename=str(part))
                one.read()
                parts.update(one)
            part.unlink()
    return {
        str(Path(name).relative_to(TREE)): sorted(parts.lines(name) or []) for name in sorted(parts.measured_files())
    }


def covered(packages: list[str]) -> dict[str, dict]:
    """What each test file runs, how long it takes, and whether it passes; kept while the file stays as it is."""
    folder = KEPT / "covered"
    folder.mkdir(parents=True, exist_ok=True)
    found = {}
    for folder_name in (name for package in packages for name in TESTS[package]):
        for path in sorted((TREE / "tests" / folder_name).rglob("test_*.py")):
            name = str(path.relative_to(TREE))
            kept = folder / (name.replace("/", "+") + ".json")
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            told = json.loads(kept.read_text()) if kept.exists() else {}
            if told.get("digest") != digest:
                data = folder / name.replace("/", "+")
                status, seconds = in_fork(partial(run_with_coverage, name, data), 1200, 1800, Path(f"{data}.log"))
                told = {"digest": digest, "status": status, "seconds": seconds, "lines": lines_run(data)}
                kept.write_text(json.dumps(told))
                print(f"{seconds:6.1f} s  status {status}  {name}", flush=True)
            found[name] = told
    return found


def annotated(source: str) -> set[tuple[int, int]]:
    """Where types stand, as lines and columns: nothing runs there."""
    places: set[tuple[int, int]] = set()
    for node in ast.walk(ast.parse(source)):
        for each in (getattr(node, "annotation", None), getattr(node, "returns", None)):
            if isinstance(each, ast.expr):
                places.update((each.lineno, column) for column in range(each.col_offset, each.end_col_offset))
    return places


def mutants_at(file: str, line: int) -> list[Mutant]:
    """All changes of one line of a file."""
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.plugins import get_operator, operator_names

    source = (TREE / file).read_text(encoding="utf-8")
    types, nodes = annotated(source), list(ast_nodes(get_ast(source)))
    found = []
    for name in sorted(set(operator_names()) - LEFT_OUT):
        operator, at = get_operator(name)(), -1
        for node in nodes:
            for start, _ in operator.mutation_positions(node):
                at += 1
                if start[0] == line and start not in types:
                    found.append(Mutant(file, line, name, at))
    return found


def mutated(mutant: Mutant) -> str:
    """The file's text with the change made."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    source = (TREE / mutant.file).read_text(encoding="utf-8")
    return str(mutate_code(source, get_operator(mutant.operator)(), mutant.occurrence))


def drawn(seed: int, packages: list[str]) -> Iterator[Mutant]:
    """Mutants, each line of the packages as likely as any other."""
    chance = random.Random(seed)
    lines = [
        (str(path.relative_to(TREE)), line)
        for package in packages
        for path in sorted((TREE / "src" / package).rglob("*.py"))
        for line in range(1, len(path.read_text(encoding="utf-8").splitlines()) + 1)
    ]
    chance.shuffle(lines)
    for file, line in lines:
        if found := mutants_at(file, line):
            yield chance.choice(found)


def killed_by(mutant: Mutant, tests: dict[str, dict]) -> str:
    """The test file that notices the change; empty if none does."""
    share = {
        name: len(told["lines"].get(mutant.file, [])) / sum(map(len, told["lines"].values()))
        for name, told in tests.items()
        if told["status"] == 0 and mutant.line in told["lines"].get(mutant.file, [])
    }
    path = TREE / mutant.file
    before = path.read_text(encoding="utf-8")
    path.write_text(mutated(mutant), encoding="utf-8")
    try:
        for name in sorted(share, key=lambda name: (-share[name], tests[name]["seconds"])):
            seconds = tests[name]["seconds"]
            status, _ = in_fork(partial(run_tests, [name]), 20 + 3 * seconds, 60 + 5 * seconds, KEPT / "log")
            if status:
                return name
            if status is None:
                return f"{name}, which went on for too long"
    finally:
        path.write_text(before, encoding="utf-8")
    return ""


def report(results: list[dict]) -> str:
    """How many were killed, package by package, and the survivors."""
    made, killed = Counter[str](), Counter[str]()
    for each in results:
        package = each["file"].split("/")[1]
        made[package] += 1
        killed[package] += bool(each["by"])
    told = [f"{package:10} {killed[package]:4} of {made[package]:4}" for package in sorted(made)]
    total = f"{'all':10} {sum(killed.values()):4} of {sum(made.values()):4}"
    survivors = [f"{each['file']}:{each['line']}: {each['change']}" for each in results if not each["by"]]
    return "\n".join([*told, total, "", *survivors])


def change_of(mutant: Mutant) -> str:
    """The line that differs, before and after."""
    old = (TREE / mutant.file).read_text(encoding="utf-8").splitlines()
    new = mutated(mutant).splitlines()
    for before, after in zip(old, new, strict=False):
        if before != after:
            return f"`{before.strip()}` becomes `{after.strip()}`"
    return mutant.operator


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--packages", nargs="+", choices=TESTS, default=list(TESTS))
    arguments = parser.parse_args()
    copy_tree()
    for name in WARM:
        __import__(name)
    tests = covered(arguments.packages)
    for name, told in tests.items():
        if told["status"] != 0:
            print(f"left out, since it fails without any change: {name}")
    kept = KEPT / "results.jsonl"
    lines = kept.read_text().splitlines() if kept.exists() else []
    known = {each["key"]: each for each in map(json.loads, lines)}
    results = []
    for mutant, _ in zip(drawn(arguments.seed, arguments.packages), range(arguments.sample), strict=False):
        change = change_of(mutant)
        source = (TREE / mutant.file).read_bytes()
        key = hashlib.sha256(repr((mutant, source)).encode()).hexdigest()
        if not known.get(key, {}).get("by"):
            known[key] = {"key": key, **asdict(mutant), "change": change, "by": killed_by(mutant, tests)}
            with kept.open("a") as file:
                file.write(json.dumps(known[key]) + "\n")
            if not known[key]["by"]:
                print(f"survives: {mutant.file}:{mutant.line}: {change}", flush=True)
        results.append(known[key])
    print(report(results))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
