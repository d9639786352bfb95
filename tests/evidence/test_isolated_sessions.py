"""Each session runs alone: it feels no other, harms no other, and whatever ends it is told at its place."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from evidence.page.site import Site
from evidence.records.records import Records
from evidence.records.verification import Verdict, verify

BLOCK = "```python\n{}\n```\n\n"
LEAKS = {
    "decimal": (
        "import decimal\ndecimal.getcontext().prec = 3",
        "import decimal\nassert decimal.getcontext().prec == 28",
    ),
    "folder": ("import os\nos.chdir('/')", "import os\nassert os.getcwd() != '/'"),
    "environment": ("import os\nos.environ['SEEN'] = '1'", "import os\nassert 'SEEN' not in os.environ"),
    "umask": ("import os\nos.umask(0o1)", "import os\nassert os.umask(0) != 0o1"),
    "builtins": ("import builtins\nbuiltins.sum = max", "assert sum([1, 1]) == 2"),
    "module": ("import math\nmath.pi = 3", "import math\nassert math.pi > 3"),
    "torch": (
        "import torch\ntorch.allclose = lambda *_: True",
        "import torch\nassert not torch.allclose(torch.ones(1), torch.zeros(1))",
    ),
    "seed": (
        "import random\nrandom.seed(1)",
        "import random\nstate = random.getstate()\nrandom.seed(0)\nassert state == random.getstate()",
    ),
    "printoptions": (
        "import numpy\nnumpy.set_printoptions(precision=1)",
        "import numpy\nassert numpy.get_printoptions()['precision'] == 8",
    ),
    "seterr": ("import numpy\nnumpy.seterr(all='ignore')", "import numpy\nassert numpy.geterr()['divide'] == 'warn'"),
    "path": ("import sys\nsys.path.append('/nowhere')", "import sys\nassert '/nowhere' not in sys.path"),
    "recursion": ("import sys\nsys.setrecursionlimit(5000)", "import sys\nassert sys.getrecursionlimit() == 1000"),
    "modules": ("import sys\nsys.modules['seen'] = sys", "import sys\nassert 'seen' not in sys.modules"),
    "submodule": ("import dlchecked.losses", "import dlchecked\nassert not hasattr(dlchecked, 'losses')"),
    "submodule of another package": (
        "import matplotlib.colors",
        "import matplotlib\nassert not hasattr(matplotlib, 'pyplot')",
    ),
}
ENDS = {
    "os._exit(0)": "the block ended its own process, with code 0; let it run to its end",
    "os._exit(7)": "the block ended its own process, with code 7; let it run to its end",
    "raise KeyboardInterrupt": "the block raised KeyboardInterrupt, which ends a program; let it run to its end",
    "raise GeneratorExit": "the block raised GeneratorExit, which ends a program; let it run to its end",
    "raise type('Own', (BaseException,), {})('x')": "the block raised Own: x, which ends a program",
    "sys.exit()": "the block called sys.exit(None); let it run to its end",
    "pytest.skip('no')": "the block raised Skipped: no, which ends a program",
    "pytest.exit('no')": "Exit: no",
    "os.kill(os.getpid(), 11)": "the block was ended by SIGSEGV; let it run to its end",
    "os.closerange(3, 1000)": "the block closed file descriptors that it had not opened",
    "while True: pass": "the block was stopped after",  # by the clock, where others work
    "signal.pause()": "the block was stopped after 4 s; let it do less, or set the environment variable EVIDENCE_LIMIT",
    "bytearray(2**40)": "a block may take 8 GiB of memory; let it take less",
}


@pytest.fixture
def verified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "docs").mkdir()
    monkeypatch.chdir(tmp_path)

    def run(*blocks: str, jobs: int = 2, **others: str) -> Verdict:
        pages = {"page": "".join(map(BLOCK.format, blocks)), **{n: BLOCK.format(code) for n, code in others.items()}}
        for name, text in pages.items():
            (tmp_path / "docs" / f"{name}.md").write_text(text)
        docs = tmp_path / "docs"
        return verify(Site(docs.parent / "mkdocs.yml").pages(), Records(docs), jobs=jobs)

    return run


@pytest.mark.parametrize(("leaves", "finds"), LEAKS.values(), ids=LEAKS)
def test_what_a_session_leaves_does_not_reach_the_next(leaves, finds, verified):
    verdict = verified(leaves, finds, after=finds, jobs=1)
    assert verdict.failures == []
    assert verdict.ran == 3


@pytest.mark.parametrize(("leaves", "finds"), [LEAKS["decimal"], LEAKS["builtins"], LEAKS["submodule"]])
def test_nor_does_it_under_pytest(leaves, finds, run_page):
    run_page(BLOCK.format(leaves) + BLOCK.format(finds), after=BLOCK.format(finds)).assert_outcomes(passed=5)


def test_hashes_are_the_same_each_time(verified):
    code = f"assert hash('text') == {_hash_with_seed_0()}"
    assert verified(code).failures == []


def _hash_with_seed_0() -> int:
    command = [sys.executable, "-c", "print(hash('text'))"]
    told = subprocess.run(command, env={"PYTHONHASHSEED": "0"}, capture_output=True, text=True, check=True)
    return int(told.stdout)


@pytest.mark.parametrize(("ends", "told"), ENDS.items(), ids=ENDS)
def test_whatever_ends_a_session_is_told_at_its_place_and_harms_no_other(ends, told, verified, monkeypatch):
    monkeypatch.setenv("EVIDENCE_LIMIT", "1")
    verdict = verified(f"import os, pytest, signal, sys\n{ends}", "assert 1 + 1 == 2")
    (failure,) = verdict.failures
    assert failure.startswith("docs/page.md:")
    assert failure.partition(" ")[2].startswith("set-up block failed")
    assert told in failure
    assert "Traceback" not in failure
    assert verdict.ran == 2


@pytest.mark.parametrize(
    "hangs", ["while True: pass", "import time; time.sleep(10**6)", "import ctypes; ctypes.string_at(0)"]
)
def test_where_it_was_is_told(hangs, verified, monkeypatch):
    monkeypatch.setenv("EVIDENCE_LIMIT", "1")
    (failure,) = verified(f"x = 1\n\ndef f():\n    {hangs}\n\nf()").failures
    assert failure.startswith("docs/page.md:5: set-up block failed")


def test_a_block_after_one_that_ended_its_process_was_not_run(verified):
    text = "import os\nos._exit(0)\n```\n\n<!--pytest-codeblocks:cont-->\n```python\nassert True"
    first, second = verified(text).failures
    assert "ended its own process" in first
    assert "not run: docs/page.md:2, which it continues, failed" in second


@pytest.mark.parametrize(
    "writes",
    [
        "import sys\nsys.__stdout__.write('385')",
        "import os\nos.write(1, b'385')",
        "import subprocess\nsubprocess.run(['printf', 'x'], check=True)",
        "import os\nos.close(1)\nos.close(0)",
    ],
)
def test_verdicts_do_not_go_where_blocks_write(writes, verified):
    assert verified(writes).failures == []


def test_what_was_left_running_holds_nothing_up(verified):
    process = "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()'])"
    apart = process[:-1] + ", start_new_session=True)"
    thread = "import threading\nthreading.Thread(target=threading.Event().wait).start()"
    assert verified(process, apart, thread).failures == []


def test_much_that_is_printed_is_cut_with_a_word(verified):
    text = "print('x' * 10**8)\n```\n\n<!--pytest-codeblocks:expected-output-->\n```text\nx"
    (failure,) = verified(text).failures
    assert len(failure) < 10_000
    assert "the block printed more than 100,000 characters, and the rest is cut" in failure


@pytest.mark.parametrize("breaks", ["import os\nos._exit(3)", "while True: pass"])
def test_a_module_that_breaks_its_import_is_told_at_the_line_that_imports_it(breaks, verified, tmp_path, monkeypatch):
    monkeypatch.setenv("EVIDENCE_LIMIT", "1")
    (tmp_path / "broken.py").write_text(breaks)
    first, second = verified("\nimport broken", "import broken\n", "assert True").failures
    assert first.startswith("docs/page.md:2:" if "exit" in breaks else "docs/page.md:3:")
    assert second.startswith("docs/page.md:7:")


def test_what_many_import_is_imported_once_and_for_no_other(verified, tmp_path):
    (tmp_path / "costly.py").write_text("with open('imports', 'a') as file:\n    file.write('x')\n")
    for n in range(4):
        (tmp_path / f"own{n}.py").write_text("")
    many = [f"import costly, own{n}, sys\nassert 'own{(n + 1) % 4}' not in sys.modules" for n in range(4)]
    assert verified(*many, "import sys\nassert 'costly' not in sys.modules", jobs=1).failures == []
    assert (tmp_path / "imports").read_text() == "x"


def test_what_shares_no_import_is_forked_from_the_clean_process_itself(verified, tmp_path):
    (tmp_path / "own.py").write_text("")
    tells = "import os\nwith open('parents', 'a') as file:\n    file.write(f'{os.getppid()}\\n')"
    assert verified(tells, f"import own\n{tells}", tells).failures == []
    parents = (tmp_path / "parents").read_text().split()
    assert len(parents) == 3
    assert len(set(parents)) == 1


def test_a_module_that_many_import_and_that_breaks_them_is_told_of_each(verified, tmp_path):
    (tmp_path / "broken.py").write_text("import os\nos._exit(3)")
    (tmp_path / "own.py").write_text("")
    failures = verified("import broken\n", "import broken\n", "import own, broken\n", "import own\n").failures
    assert [failure.partition(" ")[0] for failure in failures] == [
        "docs/page.md:2:",
        "docs/page.md:7:",
        "docs/page.md:12:",
    ]


def test_what_a_module_prints_when_it_is_imported_is_the_blocks_output(verified, tmp_path):
    (tmp_path / "speaks.py").write_text("print('hello')")
    text = "import speaks\n```\n\n<!--pytest-codeblocks:expected-output-->\n```text\nhello"
    assert verified(text).failures == []
