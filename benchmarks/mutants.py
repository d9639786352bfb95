"""How many small changes of our own code the tests notice: a sample of mutants, spread over `src/` by lines.

    python benchmarks/mutants.py --sample 120 --seed 0

Each test is run once to see which lines it runs, in any process that it starts. Then a line is drawn, and a change of
it by an operator of cosmic-ray. The tests that run this line are asked until one fails, those first in whose file it is
mostly this source file that is run. Each file of tests is run in a fork of a process that has imported what takes long,
and nothing of ours.

All happens in a copy of the tree, below `.cache/mutants`, where what was found is kept: another run goes on where this
one ended. What took long is told in seconds of the processor, so that it matters little what else the machine does.
"""

from __future__ import annotations

import argparse
import ast
import compileall
import contextlib
import hashlib
import itertools
import json
import math
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
import traceback
import warnings
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import cache, partial
from pathlib import Path

import coverage
import psutil
import pytest

ROOT = Path(__file__).parents[1]
KEPT = ROOT / ".cache/mutants"
TREE = KEPT / "tree"
PAGE = Path(__file__).with_suffix(".md")
NO_REASON = "No reason yet."
EQUIVALENT = "Equivalent:"
# The folders of tests that are run for a package. Those in a browser are not: they take too long.
TESTS = {
    "dlchecked": ("dlchecked",),
    "evidence": ("evidence", "red_team"),
    "figures": ("figures",),
    "handouts": ("handouts", "portable"),
    "mathml": ("mathml",),
    "notebooks": ("notebooks",),
    "portable": ("portable",),
    "slim": ("slim", "portable"),
}
# What takes seconds to import, and is none of ours.
WARM = ("markdown", "matplotlib.pyplot", "mkdocs", "sympy", "torch")
# Of what is run while the tests are collected, it is not known which test it is for.
COLLECTION = "collection"
# How pytest ends if all tests passed, or none is left: those for each value of a table, if the change is in the table.
UNNOTICED = (0, 5)
# With `is` for `==` and the like nothing changes where there is one object of a kind; the others need an argument.
LEFT_OUT = {f"core/ReplaceComparisonOperator_{a}" for a in ("Is_Eq", "Eq_Is", "IsNot_NotEq", "NotEq_IsNot")}
LEFT_OUT |= {"core/VariableInserter", "core/VariableReplacer"}
# Without these a program does the same, though some more slowly.
WITHOUT_EFFECT = {"abstractmethod", "cache", "final", "overload", "override", "runtime_checkable"}
HEAD = """# Changes of our own code that no test notices

`make mutants` writes this, and keeps the reasons that are written below the survivors. A reason begins with one of:

- *Equivalent:* what comes out is the same for all that can come in. No test could notice it.
- *Taste:* what comes out is another thing, and as good.
- *Noticed since:* a test that was written, or code that was deleted, for this very change.
- *Hole:* or no reason at all. A test should notice it.

In brackets, with 95 % of confidence. Tests written for these very changes make the share too high: `--seed` draws
others. Not changed is what only the checker of types reads, and whether what was computed is kept in memory.

{told}

| Package | Changed | Noticed | Share | Equivalent | Share of the others |
| --- | --- | --- | --- | --- | --- |"""


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


def text_of(file: str) -> str:
    """What stands in a file of the copy."""
    return (TREE / file).read_text(encoding="utf-8")


def copy_tree() -> None:
    """Lay a copy of what git tracks, as it stands in the work tree."""
    shutil.rmtree(TREE, ignore_errors=True)
    for name in subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT, text=True).split("\0"):
        if name and (ROOT / name).is_file():
            (TREE / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, TREE / name)
    compileall.compile_dir(TREE / "src", quiet=1)


def in_fork(work: Callable[[], int], processor: float, clock: float, log: Path) -> tuple[int | None, float]:
    """Do work in a process of its own, which works in the copy, and has imported none of ours.

    Returns:
        Its exit status, `None` if it had to be ended, and the seconds of the processor that it took, with its children.
    """
    began, used = time.monotonic(), processor_seconds()
    child = os.fork()
    if not child:
        os.setsid()
        os.chdir(TREE)
        sys.path.insert(0, str(TREE / "src"))
        os.environ["PYTHONPATH"] = str(TREE / "src")
        # What some machines forbid; else each process compiles what it imports.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        sys.dont_write_bytecode = False
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
    process, ended = psutil.Process(child), (0, 0)
    try:
        while (ended := os.waitpid(child, os.WNOHANG))[0] == 0:
            if time.monotonic() - began > clock:
                break
            time.sleep(0.02)
    finally:
        if not ended[0]:
            for each in (*process.children(recursive=True), process):
                with contextlib.suppress(psutil.NoSuchProcess):
                    each.send_signal(signal.SIGKILL)
            os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(ended[1]) if ended[0] else None, processor_seconds() - used


def processor_seconds() -> float:
    """What this process and those of its children that have ended took of the processor."""
    return sum(os.times()[:4])


def run_tests(file: str, plugin: object) -> int:
    """Run a test file in this process."""
    options = ["-x", "-q", "-m", "not weekly and not browser", "-p", "no:cacheprovider", "-p", "no:xdist"]
    return int(pytest.main([*options, file], plugins=[plugin]))


class Chosen:
    """A pytest plugin that runs some tests in an order of its own."""

    def __init__(self, tests: list[str]) -> None:
        self.place = {name: at for at, name in enumerate(tests)}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out the others."""
        items[:] = sorted(
            (item for item in items if item.nodeid in self.place), key=lambda item: self.place[item.nodeid]
        )


class Watched:
    """A pytest plugin that notes which lines each test runs, in whatever process, and how long it takes.

    What is run outside of the tests proper, as to set up a fixture, is counted as run by each.

    Args:
        data: where each process writes what it ran, and more behind its name.
    """

    def __init__(self, data: Path) -> None:
        settings = data.with_suffix(".toml")
        settings.write_text(
            f'[tool.coverage.run]\nsource = ["{TREE}/src"]\nparallel = true\ndata_file = "{data}"\n'
            'patch = ["_exit", "fork", "subprocess"]\ndisable_warnings = ["no-data-collected", "module-not-measured"]\n'
        )
        self.data, self.seconds, self.parts = data, dict[str, float](), dict[str, str]()
        self.measured = coverage.Coverage(config_file=str(settings))

    def run(self, name: str) -> int:
        """Run a test file."""
        self.measured.start()
        self.measured.switch_context(COLLECTION)
        try:
            return run_tests(name, self)
        finally:
            self.measured.stop()
            self.measured.save()
            told = {"seconds": self.seconds, "parts": self.parts}
            self.data.with_suffix(".told").write_text(json.dumps(told))

    def pytest_collection_finish(self) -> None:
        """All is imported."""
        self.within("", COLLECTION)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        """Around each test."""
        self.within(item.nodeid, "")
        began = processor_seconds()
        try:
            return (yield)
        finally:
            self.seconds[item.nodeid] = processor_seconds() - began
            self.within("", item.nodeid)

    def within(self, test: str, before: str) -> None:
        """What is run from now on is run by a test, and what other processes wrote so far, by the one before."""
        self.measured.switch_context(test)
        for part in parts_of(self.data):
            self.parts.setdefault(part.name, before)


def parts_of(data: Path) -> list[Path]:
    """What each process of a watched run wrote."""
    return sorted(part for part in data.parent.glob(f"{data.name}.*") if part.suffix not in (".toml", ".told", ".log"))


def kept_of(name: str) -> Path:
    """Where it is kept what the tests of a file run."""
    return KEPT / "watched" / (name.replace("/", "+") + ".json")


def test_files(package: str, known: bool) -> list[str]:
    """The files with tests for a package; if `known`, those of which it is known what they run."""
    paths = (path for folder in TESTS[package] for path in (TREE / "tests" / folder).rglob("test_*.py"))
    names = sorted(str(path.relative_to(TREE)) for path in paths)
    return [name for name in names if kept_of(name).exists() or not known]


@cache
def watched(name: str) -> dict:
    """What each test of a file runs and how long it takes, kept while the file and what it runs stay as they are.

    Returns:
        `seconds` by test, `lines` by source file and test, those that all tests run under an empty name; whether all
        tests passed as `status`.
    """
    kept = kept_of(name)
    kept.parent.mkdir(parents=True, exist_ok=True)
    told = json.loads(kept.read_text()) if kept.exists() else {}
    if told.get("digest") != digest(name, told.get("lines", ())):
        data = KEPT / "watching" / "data"
        shutil.rmtree(data.parent, ignore_errors=True)
        data.parent.mkdir()
        status, used = in_fork(lambda: Watched(data).run(name), 1200, 3600, data.with_suffix(".log"))
        print(f"{used:4.0f} s {name} watched" + f": {data.with_suffix('.log').read_text()}" * (status != 0), flush=True)
        told = {"status": status, **lines_run(data)}
        if re.search(r"^@(functools\.)?(lru_)?cache\b", text_of(name), re.M):
            # What a test keeps for those after it, these do not run in turn.
            for file, run in told["lines"].items():
                inside = {*itertools.chain(*(lines for test, lines in run.items() if test != COLLECTION))}
                told["lines"][file] = {"": sorted(inside), COLLECTION: run.get(COLLECTION, [])}
        if status in UNNOTICED:
            kept.write_text(json.dumps(told | {"digest": digest(name, told["lines"])}))
    return told


def digest(name: str, sources: Iterable[str]) -> str:
    """What a test file and source files are now."""
    there = [file for file in (name, *sorted(sources)) if (TREE / file).exists()]
    return hashlib.sha256("\0".join(map(text_of, there)).encode()).hexdigest()


def lines_run(data: Path) -> dict[str, dict]:
    """How long each test took, and which lines of each source file it ran."""
    told = json.loads(data.with_suffix(".told").read_text()) if data.with_suffix(".told").exists() else {}
    lines: dict[str, dict[str, set[int]]] = {}
    for part in parts_of(data):
        with contextlib.suppress(coverage.exceptions.CoverageException):  # of a process that was killed
            one = coverage.CoverageData(basename=str(part))
            one.read()
            for name in one.measured_files():
                for line, contexts in one.contexts_by_lineno(name).items():
                    for context in contexts:
                        test = context or told.get("parts", {}).get(part.name, "")
                        of_file = lines.setdefault(str(Path(name).relative_to(TREE)), {})
                        of_file.setdefault(test, set()).add(line)
    return {
        "seconds": told.get("seconds", {}),
        "lines": {name: {test: sorted(run) for test, run in tests.items()} for name, tests in lines.items()},
    }


def asked(mutant: Mutant, files: Iterable[str]) -> dict[str, dict[str, float]]:
    """The tests for a change, by file, and how long each takes; those first that are mostly about its file."""
    found = []
    for name in files:
        told = watched(name)
        run = {file: len({*itertools.chain(*tests.values())}) for file, tests in told["lines"].items()}
        if tests := tests_of(mutant, told):
            found.append((-run[mutant.file] / sum(run.values()), name, tests))
    return {name: tests for _, name, tests in sorted(found, key=lambda one: one[:2])}


def tests_of(mutant: Mutant, told: dict) -> dict[str, float]:
    """The tests of a file that run the line of a change, and how long they take; the shortest first."""
    if told["status"] != 0:
        return {}
    run = told["lines"].get(mutant.file, {})
    of_line = {test for test, lines in run.items() if {*statement(mutant.file, mutant.line)} & {*lines}}
    if COLLECTION in of_line:
        # It is run once for all that use what the file defines.
        of_line |= {test for test, lines in run.items() if inside_functions(mutant.file) & {*lines}}
    if "" in of_line or of_line == {COLLECTION}:
        of_line = {*told["seconds"]}
    return {
        test: seconds for test, seconds in sorted(told["seconds"].items(), key=lambda one: one[1]) if test in of_line
    }


@cache
def tree_of(file: str) -> ast.Module:
    """The syntax tree of a source file."""
    return ast.parse(text_of(file))


@cache
def statement(file: str, line: int) -> range:
    """The lines of the statement that a line belongs to: of one that lasts for several, not each is noted as run."""
    found = range(line, line + 1)
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.stmt):
            body = getattr(node, "body", None)
            first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
            end = body[0].lineno - 1 if body else node.end_lineno or node.lineno
            if first <= line <= end and (len(found) == 1 or end - first < len(found)):
                found = range(first, end + 1)
    return found


@cache
def inside_functions(file: str) -> set[int]:
    """The lines of the bodies of functions."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    bodies = [node.body for node in ast.walk(tree_of(file)) if isinstance(node, functions)]
    return {line for body in bodies for line in range(body[0].lineno, (body[-1].end_lineno or 0) + 1)}


@contextlib.contextmanager
def changed(mutant: Mutant) -> Iterator[None]:
    """Within this, the file holds the change."""
    path = TREE / mutant.file
    before, at = path.read_text(encoding="utf-8"), path.stat()
    path.write_text(text := mutated(mutant), encoding="utf-8")
    # Of a file that is changed twice in a second, what was compiled before would be taken for what it is now.
    os.utime(path, (at.st_atime, at.st_mtime + 1 + zlib.crc32(text.encode()) % 10**8))
    try:
        yield
    finally:
        path.write_text(before, encoding="utf-8")
        os.utime(path, ns=(at.st_atime_ns, at.st_mtime_ns))


def typed(file: str) -> set[tuple[int, int]]:
    """Where what stands is for the checker of types, or has no effect, as lines and columns."""
    lines = text_of(file).splitlines()
    places: set[tuple[int, int]] = set()

    def leave_out(node: ast.expr) -> None:
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1):
            text = lines[line - 1].encode()
            first = len(text[: node.col_offset].decode()) if line == node.lineno else 0
            last = len(text[: node.end_col_offset].decode()) if line == node.end_lineno else len(text)
            places.update((line, column) for column in range(first, last))

    for node in ast.walk(tree_of(file)):
        for each in (getattr(node, "annotation", None), getattr(node, "returns", None)):
            if isinstance(each, ast.expr):
                leave_out(each)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            leave_out(node.test)
        for each in getattr(node, "decorator_list", ()):
            name = ast.unparse(each).partition("(")[0].rpartition(".")[2].removeprefix("lru_")
            if name in WITHOUT_EFFECT:
                places.add((each.lineno, each.col_offset - 1))
            if name == "dataclass" and isinstance(each, ast.Call):
                for keyword in each.keywords:
                    leave_out(keyword.value)
    return places


@cache
def mutants_of(file: str) -> dict[int, list[Mutant]]:
    """All changes of a file, by their line."""
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.plugins import get_operator, operator_names

    types, nodes = typed(file), list(ast_nodes(get_ast(text_of(file))))
    found: dict[int, list[Mutant]] = {}
    for name in sorted(set(operator_names()) - LEFT_OUT):
        operator, at = get_operator(name)(), -1
        for node in nodes:
            for start, _ in operator.mutation_positions(node):
                at += 1
                # The sign in a list of parameters says how a function is to be called, not what it does.
                if start not in types and node.parent is not None and node.parent.type != "parameters":
                    found.setdefault(start[0], []).append(Mutant(file, start[0], name, at))
    return found


def mutated(mutant: Mutant) -> str:
    """The file's text with the change made."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    return str(mutate_code(text_of(mutant.file), get_operator(mutant.operator)(), mutant.occurrence))


@cache
def lines_of(package: str) -> list[tuple[str, int]]:
    """All lines of a package."""
    return [
        (str(path.relative_to(TREE)), line)
        for path in sorted((TREE / "src" / package).rglob("*.py"))
        for line in range(1, len(path.read_text(encoding="utf-8").splitlines()) + 1)
    ]


def package_of(mutant: Mutant) -> str:
    """The package of a change."""
    return mutant.file.split("/")[1]


def drawn(seed: int, package: str) -> Iterator[Mutant]:
    """Mutants, each line of the package that can be changed as likely as any other."""
    lines = list(lines_of(package))
    random.Random(f"{seed} {package}").shuffle(lines)
    for file, line in lines:
        found = list(mutants_of(file).get(line, []))
        random.Random(f"{seed} {file} {line}").shuffle(found)
        yield from itertools.islice(filter(compiles, found), 1)


def compiles(mutant: Mutant) -> bool:
    """Whether a change leaves Python: what does not even compile is noticed without any test."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            compile(mutated(mutant), mutant.file, "exec")
        except (SyntaxError, SyntaxWarning):
            return False
    return True


def order(sample: int, seed: int, package: str) -> list[Mutant]:
    """The sample of a package: its share by lines, and 15 at least."""
    share = len(lines_of(package)) / sum(len(lines_of(each)) for each in TESTS)
    return list(itertools.islice(drawn(seed, package), max(15, round(sample * share))))


def change_of(mutant: Mutant) -> str:
    """The line that differs, before and after."""
    old, new = text_of(mutant.file).splitlines(), mutated(mutant).splitlines()
    for before, after in zip(old, new, strict=False):
        if before != after:
            return f"`{before.strip()}` becomes `{after.strip()}`"
    return mutant.operator


def interval(killed: int, made: int) -> str:
    """A share, and between which shares it lies with 95 % of confidence, after Wilson."""
    share, half = killed / made, 1.96 * math.sqrt(killed * (made - killed) / made + 1.96**2 / 4) / (made + 1.96**2)
    middle = (killed + 1.96**2 / 2) / (made + 1.96**2)
    return f"{share:.0%} ({max(0, middle - half):.0%} to {min(1, middle + half):.0%})"


def overall(results: dict[str, list[dict]]) -> str:
    """The share of all changes, each package counted by its lines that can be changed."""
    lines = {package: sum(line in mutants_of(file) for file, line in lines_of(package)) for package in results}
    share, variance = 0.0, 0.0
    for package, made in results.items():
        weight, killed = lines[package] / sum(lines.values()), sum(bool(each["by"]) for each in made)
        share += weight * killed / len(made)
        some = (killed + 2) / (len(made) + 4)  # none of a few that survives is no proof that none would
        variance += weight**2 * some * (1 - some) / len(made)
    half = 1.96 * math.sqrt(variance)
    return f"{share:.0%} ({share - half:.0%} to {min(1, share + half):.0%})"


def page(results: dict[str, list[dict]], reasons: dict[str, str], told: str) -> str:
    """How many were killed, package by package, and the survivors."""
    others = {
        package: [each for each in made if each["by"] or not reasons.get(survivor(each), "").startswith(EQUIVALENT)]
        for package, made in results.items()
    }
    rows, survivors, sums = [], [], [0, 0, 0]
    for package, made in results.items():
        killed, left = sum(bool(each["by"]) for each in made), len(others[package])
        sums = [a + b for a, b in zip(sums, (len(made), killed, len(made) - left), strict=True)]
        shares = f"{interval(killed, len(made))} | {len(made) - left} | {interval(killed, left)}"
        rows.append(f"| `{package}` | {len(made)} | {killed} | {shares} |")
        for each in made:
            if not each["by"]:
                not_all = f" {each['asked']} of the {each['tests']} tests that run it were asked."
                why = reasons.get(survivor(each), NO_REASON + not_all * (each["asked"] < each["tests"]))
                survivors.append(f"{survivor(each)}\n  {why}")
    shares = f"{overall(results)} | {sums[2]} | {overall(others)}"
    rows.append(f"| these, by their lines | {sums[0]} | {sums[1]} | {shares} |")
    return "\n".join([HEAD.format(told=told), *rows, "", "## Survivors", "", *survivors, ""])


def survivor(told: dict) -> str:
    """What names a survivor, though lines are added above it."""
    return f"- {told['file']}: {told['change']}"


def reasons_in(text: str) -> dict[str, str]:
    """Why each survivor on the page is let live, as a person wrote it below."""
    pairs = itertools.pairwise(text.splitlines())
    return {one: why.strip() for one, why in pairs if one.startswith("- ") and not why.strip().startswith(NO_REASON)}


def key_of(mutant: Mutant) -> str:
    """The name of a change, for as long as the file stays as it is."""
    return hashlib.sha256(repr((mutant, text_of(mutant.file))).encode()).hexdigest()


def attack(mutant: Mutant, test_files: Iterable[str], seconds: float) -> dict:
    """Put a change to the tests that run its line, until one notices, or these together would take so long."""
    files = asked(mutant, test_files)
    told = {"key": key_of(mutant), **asdict(mutant), "change": change_of(mutant), "by": "", "asked": 0}
    told["tests"] = sum(map(len, files.values()))
    used = processor_seconds()
    with changed(mutant):
        for name, tests in files.items():
            cost = sum(tests.values())
            if told["asked"] and (seconds := seconds - cost) < 0:
                break
            told["asked"] += len(tests)
            work = partial(run_tests, name, Chosen(list(tests)))
            status, _ = in_fork(work, 30 + 5 * cost, 300 + 20 * cost, KEPT / "log")
            if status not in UNNOTICED:
                told["by"] = name + ", which went on for too long" * (status is None)
                break
    outcome = told["by"] or f"survives {told['asked']} of {told['tests']} tests"
    print(f"{processor_seconds() - used:4.0f} s {mutant.file}:{mutant.line}: {told['change']}: {outcome}", flush=True)
    return told


def how(arguments: argparse.Namespace) -> str:
    """What was run."""
    every, some = (
        {Path(name).name for package in arguments.packages for name in test_files(package, known)}
        for known in (False, arguments.watched)
    )
    without = f", without the tests in {', '.join(sorted(every - some))}" if every != some else ""
    return f"This is of `--seed {arguments.seed} --sample {arguments.sample} --seconds {arguments.seconds:g}`{without}."


def asked_for() -> argparse.Namespace:
    """What stands on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--sample", type=int, default=120, help="shared out by lines; of each package, 15 at least")
    add("--seed", type=int, default=0)
    add("--seconds", type=float, default=300, help="how long the tests of one change take, at most")
    add("--watched", action="store_true", help="leave out test files of which it is not known what they run")
    add("--tell", action="store_true", help="run nothing, and write what is known")
    add("--packages", nargs="+", choices=TESTS, default=list(TESTS))
    return parser.parse_args()


def main() -> int:
    sys.dont_write_bytecode = False
    arguments = asked_for()
    if not arguments.tell:
        copy_tree()
    for name in () if arguments.tell else WARM:
        __import__(name)
    kept = KEPT / "results.jsonl"
    lines = kept.read_text().splitlines() if kept.exists() else []
    known = {each["key"]: each for each in map(json.loads, lines)}
    reasons = reasons_in(PAGE.read_text(encoding="utf-8") if PAGE.exists() else "")
    # Of a package without tests there is nothing to be learned.
    packages = [package for package in arguments.packages if test_files(package, arguments.watched)]
    samples = {package: order(arguments.sample, arguments.seed, package) for package in packages}
    # From each package in turn, so that what was done when it is ended is a sample as well.
    for mutant in filter(None, itertools.chain(*itertools.zip_longest(*samples.values()))):
        key, files = key_of(mutant), test_files(package_of(mutant), arguments.watched)
        if arguments.tell or (key in known and (known[key]["by"] or survivor(known[key]) in reasons)):
            continue
        known[key] = attack(mutant, files, arguments.seconds)
        with kept.open("a") as file:
            file.write(json.dumps(known[key]) + "\n")
    keys = {package: [key_of(mutant) for mutant in sample] for package, sample in samples.items()}
    results = {package: [known[key] for key in some if key in known] for package, some in keys.items()}
    told = page({package: made for package, made in results.items() if made}, reasons, how(arguments))
    print(told)
    if arguments.packages == list(TESTS):
        PAGE.write_text(told, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
