"""How many small changes of our own code the tests notice: a sample of mutants, spread over `src/` by lines.

    python benchmarks/mutants.py --sample 120 --seed 0

A line is drawn, and a change of it by an operator of cosmic-ray. Then the test files that lie nearest to the changed
one are asked, one after the other, until a test fails: of each only the tests that were seen to run this line, in any
process that they start. A test file is imported once for all changes that it is asked of. Each of these has a fork, in
which it takes the place of the function's code; where no function holds it, all is imported anew.

All happens in a copy of the tree, below `.cache/mutants`, where what was found is kept: another run goes on where this
one ended. What took long is told in seconds of the processor, so that it matters little what else the machine does.
"""

from __future__ import annotations

import argparse
import ast
import compileall
import contextlib
import gc
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
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import cache, partial
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import psutil

ROOT = Path(__file__).parents[1]
KEPT = ROOT / ".cache/mutants"
TREE = KEPT / "tree"
PAGE = Path(__file__).with_suffix(".md")
NO_REASON = "No reason yet."
HEAD = """# Changes of our own code that no test notices

`make mutants` writes this, and keeps the reasons. One that is given is that the change is none, or that it changes
what may as well be so; what has none is a hole in the tests. In brackets, with 95 % of confidence. Tests written for
these very changes make the share too high: `--seed` draws others. A package that is not here was not tried to the end.

| Package | Changed | Noticed | Share |
| --- | --- | --- | --- |"""
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
WARM = ("coverage", "hypothesis", "markdown", "mkdocs", "pytest")
HEAVY = {"figures": ("matplotlib.pyplot",), "dlchecked": ("torch",), "evidence": ("torch",)}
LOT = 20
# The status of a run whose change is in no function's code.
IMPORT_ANEW = 77
# That of one in which no test was run, since we are wrong.
BROKEN = 78
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
    import pytest

    options = ["-x", "-q", "-W", "ignore::pytest.PytestAssertRewriteWarning", "-m", "not weekly and not browser"]
    options += ["-p", "no:cacheprovider", "-p", "no:xdist"]
    return int(pytest.main([*options, file], plugins=[plugin]))


class Asked:
    """A pytest plugin: once the tests of a file are collected, they are run in a fork for each of many changes.

    Args:
        name: the test file.
        mutants: the changes, by their key.
        answers: the file into which is written what came of it, a line each.
    """

    def __init__(self, name: str, mutants: dict[str, Mutant], answers: Path) -> None:
        self.name, self.mutants, self.answers = name, mutants, answers

    def pytest_runtestloop(self, session: Any) -> bool:
        """In the place of pytest's own."""
        told = self.covered(session)
        for key, mutant in self.mutants.items():
            tests = tests_of(mutant, told) if told["status"] == 0 else {}
            answer: dict[str, Any] = {"key": key, "ran": len(tests)}
            if tests:
                cost, work = sum(tests.values()), partial(self.run_changed, session, mutant, list(tests))
                with changed(mutant):
                    status, seconds = in_fork(work, 20 + 5 * cost, 300 + 20 * cost, KEPT / "log")
                answer |= {"status": status, "seconds": seconds}
            with self.answers.open("a") as out:
                out.write(json.dumps(answer) + "\n")
        return True

    def run_changed(self, session: Any, mutant: Mutant, tests: list[str]) -> int:
        """Run tests with the change in the place of what they have imported."""
        try:
            if str(TREE / mutant.file) in loaded() and not replaced(mutant):
                return IMPORT_ANEW
        except Exception:
            traceback.print_exc()
            return BROKEN
        return run_items(session, tests)

    def covered(self, session: Any) -> dict:
        """What each test runs and how long it takes, and whether all pass; kept while the test file stays as it is."""
        kept = kept_of(self.name)
        digest = hashlib.sha256((TREE / self.name).read_bytes()).hexdigest()
        told = json.loads(kept.read_text()) if kept.exists() else {}
        if told.get("digest") != digest:
            data = kept.with_suffix("")
            work = partial(run_with_coverage, session, data)
            status, seconds = in_fork(work, 1200, 3600, Path(f"{data}.log"))
            told = {"digest": digest, "status": status, "seconds": seconds, **lines_run(data)}
            if re.search(r"^@(functools\.)?(lru_)?cache\b", (TREE / self.name).read_text(encoding="utf-8"), re.M):
                # What a test keeps for those after it, these do not run in turn.
                told["lines"] = {
                    file: {"": sorted({*itertools.chain(*run.values())})} for file, run in told["lines"].items()
                }
            kept.write_text(json.dumps(told))
        return told


def kept_of(name: str) -> Path:
    """Where it is kept what the tests of a file run."""
    (KEPT / "covered").mkdir(parents=True, exist_ok=True)
    return KEPT / "covered" / (name.replace("/", "+") + ".json")


def run_items(session: Any, tests: list[str]) -> int:
    """Run collected tests, in this order, until one fails."""
    from _pytest.main import pytest_runtestloop

    place = {name: at for at, name in enumerate(tests)}
    chosen = [item for item in session.items if item.nodeid in place]
    session.items[:] = sorted(chosen, key=lambda item: place[item.nodeid])
    try:
        pytest_runtestloop(session)
    except (session.Failed, session.Interrupted):
        return 1
    return int(session.testsfailed > 0)


def loaded() -> set[str]:
    """The files of the modules that this process has imported."""
    return {file for module in list(sys.modules.values()) if (file := getattr(module, "__file__", None))}


def replaced(mutant: Mutant) -> bool:
    """Give the functions of a file, which now holds the change, the code that they have there; if that is another."""
    path = TREE / mutant.file
    file, source = str(path), path.read_text(encoding="utf-8")

    def inside(code: CodeType) -> Iterator[CodeType]:
        yield code
        for constant in code.co_consts:
            if isinstance(constant, CodeType):
                yield from inside(constant)

    new = {(code.co_qualname, code.co_firstlineno): code for code in inside(compile(source, file, "exec"))}
    found = False
    for each in gc.get_objects():
        # To be asked whether it is one, some object warns that it is deprecated.
        if type(each) is FunctionType and each.__code__.co_filename == file:
            code = new.get((each.__code__.co_qualname, each.__code__.co_firstlineno), each.__code__)
            if code != each.__code__:
                each.__code__ = code
                found = True
    return found


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


def run_with_coverage(session: Any, data: Path) -> int:
    """Run collected tests, and keep which lines each test ran, in whatever process.

    What is run outside of the tests proper, as to set up a fixture, is counted as run by each.
    """
    import coverage
    import pytest

    settings = data.with_suffix(".toml")
    settings.write_text(
        f'[tool.coverage.run]\nsource = ["{TREE}/src"]\nparallel = true\ndata_file = "{data}"\n'
        'patch = ["_exit", "fork", "subprocess"]\ndisable_warnings = ["no-data-collected", "module-not-measured"]\n'
    )
    measured = coverage.Coverage(config_file=str(settings))
    told: dict = {"seconds": {}, "parts": {}}

    class Told:
        @pytest.hookimpl(wrapper=True)
        def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
            note("")
            measured.switch_context(item.nodeid)
            began = processor_seconds()
            try:
                return (yield)
            finally:
                told["seconds"][item.nodeid] = processor_seconds() - began
                measured.switch_context("")
                note(item.nodeid)

    def note(test: str) -> None:
        for part in parts_of(data):
            told["parts"].setdefault(part.name, test)

    session.config.pluginmanager.register(Told())
    measured.start()
    try:
        return run_items(session, [item.nodeid for item in session.items])
    finally:
        measured.stop()
        measured.save()
        data.with_suffix(".told").write_text(json.dumps(told))


def parts_of(data: Path) -> list[Path]:
    """What each process of a measured run wrote."""
    others = (".toml", ".told", ".json", ".log")
    return sorted(part for part in data.parent.glob(f"{data.name}.*") if part.suffix not in others)


def lines_run(data: Path) -> dict[str, dict]:
    """How long each test took, and which lines of each source file it ran; those that all ran, under an empty name."""
    import coverage

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
        part.unlink()
    return {
        "tests": told.get("seconds", {}),
        "lines": {name: {test: sorted(run) for test, run in tests.items()} for name, tests in lines.items()},
    }


@cache
def near(file: str, function: str) -> list[str]:
    """The test files for a function: those named after its file, that name it, that import its file, and the short."""
    package, module = file.split("/")[1], file.removeprefix("src/").removesuffix(".py").replace("/", ".")
    stem = Path(file).stem
    found = []
    for path in (path for folder in TESTS[package] for path in (TREE / "tests" / folder).rglob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        named = path.stem == f"test_{stem}"
        imported = re.search(
            rf"^from {re.escape(module)} import|^from {module.rpartition('.')[0]} import.*{stem}", text, re.M
        )
        words = len(re.findall(rf"\b{function}\b", text)) if function else 0
        name = str(path.relative_to(TREE))
        found.append((not named, -(words > 0), not imported, -text.count(stem.removesuffix("s")), len(text), name))
    return [name for *_, name in sorted(found)]


@cache
def function_at(file: str, line: int) -> str:
    """The name of the function or class that holds a line, without its underscore; empty if none does."""
    found = [
        node
        for node in ast.walk(ast.parse((TREE / file).read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.lineno <= line <= (node.end_lineno or 0)
    ]
    return max(found, key=lambda node: node.lineno).name.strip("_") if found else ""


def annotated(source: str) -> set[tuple[int, int]]:
    """Where types stand, as lines and columns: nothing runs there."""
    places: set[tuple[int, int]] = set()
    for node in ast.walk(ast.parse(source)):
        for each in (getattr(node, "annotation", None), getattr(node, "returns", None)):
            if isinstance(each, ast.expr):
                places.update((each.lineno, column) for column in range(each.col_offset, each.end_col_offset))
    return places


@cache
def mutants_of(file: str) -> dict[int, list[Mutant]]:
    """All changes of a file, by their line."""
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.plugins import get_operator, operator_names

    source = (TREE / file).read_text(encoding="utf-8")
    types, nodes = annotated(source), list(ast_nodes(get_ast(source)))
    found: dict[int, list[Mutant]] = {}
    for name in sorted(set(operator_names()) - LEFT_OUT):
        operator, at = get_operator(name)(), -1
        for node in nodes:
            for start, _ in operator.mutation_positions(node):
                at += 1
                if start not in types:
                    found.setdefault(start[0], []).append(Mutant(file, start[0], name, at))
    return found


def mutated(mutant: Mutant) -> str:
    """The file's text with the change made."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    source = (TREE / mutant.file).read_text(encoding="utf-8")
    return str(mutate_code(source, get_operator(mutant.operator)(), mutant.occurrence))


def lines_of(package: str) -> list[tuple[str, int]]:
    """All lines of a package."""
    return [
        (str(path.relative_to(TREE)), line)
        for path in sorted((TREE / "src" / package).rglob("*.py"))
        for line in range(1, len(path.read_text(encoding="utf-8").splitlines()) + 1)
    ]


def drawn(seed: int, package: str) -> Iterator[Mutant]:
    """Mutants, each line of the package that can be changed as likely as any other."""
    lines = lines_of(package)
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


def tests_of(mutant: Mutant, told: dict) -> dict[str, float]:
    """The tests of a file that run the line of a change, and how long they take; the shortest first."""
    lines = told["lines"].get(mutant.file, {})
    run = {test for test, ran in lines.items() if set(statement(mutant.file, mutant.line)) & set(ran)}
    # What no function holds was run when the file was imported, before anything was measured.
    if "" in run or (lines and mutant.line not in inside_functions(mutant.file)):
        run = set(told["tests"])
    return {test: seconds for test, seconds in sorted(told["tests"].items(), key=lambda one: one[1]) if test in run}


@cache
def statement(file: str, line: int) -> range:
    """The lines of the statement that a line belongs to: of one that lasts for several, not each is noted as run."""
    found = range(line, line + 1)
    for node in ast.walk(ast.parse((TREE / file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.stmt):
            body = getattr(node, "body", None)
            end = body[0].lineno - 1 if body else node.end_lineno or node.lineno
            if node.lineno <= line <= end and (len(found) == 1 or end - node.lineno < len(found)):
                found = range(node.lineno, end + 1)
    return found


@cache
def inside_functions(file: str) -> set[int]:
    """The lines of the bodies of functions."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    bodies = [
        node.body if isinstance(node.body, list) else [node.body]
        for node in ast.walk(ast.parse((TREE / file).read_text(encoding="utf-8")))
        if isinstance(node, functions)
    ]
    return {line for body in bodies for line in range(body[0].lineno, (body[-1].end_lineno or 0) + 1)}


class Chosen:
    """A pytest plugin that runs some tests in an order of its own."""

    def __init__(self, tests: list[str]) -> None:
        self.tests = tests

    def pytest_runtestloop(self, session: Any) -> bool:
        """In the place of pytest's own."""
        run_items(session, self.tests)
        return True


def ask(name: str, mutants: dict[str, Mutant]) -> dict[str, dict]:
    """What the tests of a file say to each of many changes: how many were run, and the status that they ended with."""
    answers = KEPT / "answers.jsonl"
    answers.unlink(missing_ok=True)
    in_fork(partial(run_tests, name, Asked(name, mutants, answers)), 7200, 7200, KEPT / "session.log")
    lines = answers.read_text().splitlines() if answers.exists() else []
    found = {each["key"]: each for each in map(json.loads, lines)}
    for key, each in found.items():
        if each.get("status") == IMPORT_ANEW:
            tests = list(tests_of(mutants[key], json.loads(kept_of(name).read_text())))
            with changed(mutants[key]):
                each["status"], _ = in_fork(partial(run_tests, name, Chosen(tests)), 300, 900, KEPT / "log")
    return found


def order(sample: int, seed: int, package: str) -> list[Mutant]:
    """The sample of a package: its share by lines, and 15 at least."""
    share = len(lines_of(package)) / sum(len(lines_of(each)) for each in TESTS)
    return list(itertools.islice(drawn(seed, package), max(15, round(sample * share))))


def change_of(mutant: Mutant) -> str:
    """The line that differs, before and after."""
    old = (TREE / mutant.file).read_text(encoding="utf-8").splitlines()
    new = mutated(mutant).splitlines()
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


def page(results: dict[str, list[dict]], reasons: dict[str, str]) -> str:
    """How many were killed, package by package, and the survivors."""
    rows, survivors = [], []
    for package, made in results.items():
        killed = [each for each in made if each["by"]]
        rows.append(f"| `{package}` | {len(made)} | {len(killed)} | {interval(len(killed), len(made))} |")
        for each in made:
            if not each["by"]:
                told = survivor(each)
                why = reasons.get(told, NO_REASON if each["asked"] else f"{NO_REASON} Not all tests were asked.")
                survivors.append(f"{told}\n  {why}")
    made, killed = (sum(map(len, results.values())), sum(bool(e["by"]) for some in results.values() for e in some))
    rows.append(f"| these, by their lines | {made} | {killed} | {overall(results)} |")
    return "\n".join([HEAD, *rows, "", "## Survivors", "", *survivors, ""])


def survivor(told: dict) -> str:
    """What names a survivor, though lines are added above it."""
    return f"- {told['file']}: {told['change']}"


def reasons_in(text: str) -> dict[str, str]:
    """Why each survivor on the page is let live, as a person wrote it below."""
    pairs = itertools.pairwise(text.splitlines())
    return {one: why.strip() for one, why in pairs if one.startswith("- ") and not why.strip().startswith(NO_REASON)}


def main() -> int:
    sys.dont_write_bytecode = False
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sample", type=int, default=120, help="shared out by lines; of each package, 15 at least")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--files", type=int, default=1000, help="how many test files each change is put to, at most")
    parser.add_argument("--tell", action="store_true", help="run nothing, and write what is known")
    parser.add_argument("--packages", nargs="+", choices=TESTS, default=list(TESTS))
    arguments = parser.parse_args()
    if not arguments.tell:
        copy_tree()
    kept = KEPT / "results.jsonl"
    lines = kept.read_text().splitlines() if kept.exists() else []
    known = {each["key"]: each for each in map(json.loads, lines)}
    reasons = reasons_in(PAGE.read_text(encoding="utf-8") if PAGE.exists() else "")
    samples = {package: order(arguments.sample, arguments.seed, package) for package in arguments.packages}
    # One lot after the other, so that what was done when it is ended is a sample as well.
    lots = {
        package: [{key_of(each): each for each in sample[at : at + LOT]} for at in range(0, len(sample), LOT)]
        for package, sample in samples.items()
    }
    with contextlib.suppress(KeyboardInterrupt):
        for package in () if arguments.tell else lots:
            for name in WARM + HEAVY.get(package, ()):
                __import__(name)
            for lot in lots[package]:
                done = {key for key in lot if key in known and (known[key]["by"] or survivor(known[key]) in reasons)}
                attack({key: lot[key] for key in lot if key not in done}, arguments.files, known)
    results = {
        package: [known[key] for lot in some for key in lot if lot.keys() <= known.keys()]
        for package, some in lots.items()
    }
    results = {package: made for package, made in results.items() if made}
    told = page(results, reasons)
    print(told)
    if arguments.packages == list(TESTS):
        PAGE.write_text(told, encoding="utf-8")
    return 0


def key_of(mutant: Mutant) -> str:
    """The name of a change, for as long as the file stays as it is."""
    return hashlib.sha256(repr((mutant, (TREE / mutant.file).read_bytes())).encode()).hexdigest()


def attack(living: dict[str, Mutant], files: int, known: dict[str, dict]) -> None:
    """Put changes to the test files near them, first each to the nearest, until one notices; keep what comes of it."""
    ran = Counter[str]()

    def keep(key: str, by: str, asked: bool) -> None:
        mutant = living.pop(key)
        told = {"key": key, **asdict(mutant), "change": change_of(mutant), "by": by, "asked": asked, "ran": ran[key]}
        known[key] = told
        with (KEPT / "results.jsonl").open("a") as file:
            file.write(json.dumps(told) + "\n")
        print(f"{mutant.file}:{mutant.line}: {told['change']}: {by or f'survives {ran[key]} tests'}", flush=True)

    for place in range(files):
        groups: dict[str, dict[str, Mutant]] = {}
        for key, mutant in list(living.items()):
            tests = near(mutant.file, function_at(mutant.file, mutant.line))
            if place < len(tests):
                groups.setdefault(tests[place], {})[key] = mutant
            else:
                keep(key, "", asked=True)
        for name, group in groups.items():
            used = processor_seconds()
            answers = ask(name, group)
            for key, answer in answers.items():
                if answer.get("status") == BROKEN:
                    raise SystemExit((KEPT / "log").read_text())
                ran[key] += answer["ran"]
                if answer.get("status", 0) != 0:
                    late = ", which went on for too long" * (answer["status"] is None)
                    keep(key, name + late, asked=True)
            asked = f"{len(answers)} of {len(group)} changes put to"
            print(f"{processor_seconds() - used:4.0f} s {asked} {name}", flush=True)
    for key in list(living):
        keep(key, "", asked=False)


if __name__ == "__main__":
    raise SystemExit(main())
