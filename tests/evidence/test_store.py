"""What is kept is given back whole, or not at all: never damaged, and never after what it rests on has changed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from evidence.files.rests_on import digest_of
from evidence.files.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / ".cache" / "things", ".txt")


def test_what_is_kept_comes_back(store):
    assert store.read("a") is None
    store.write("a", b"first\nsecond")
    store.write("b", b"")
    assert (store.read("a"), store.read("b")) == (b"first\nsecond", b"")


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[: len(content) // 2],
        lambda content: content[:-1],
        lambda content: content.replace(b"second", b"secone"),
        lambda content: b"",
        lambda content: b"\xff\xfe garbage",
        lambda content: b"[" * 5000,
        lambda content: content.replace(b'"rests_on": {}', b'"rests_on": {"file:/x": "absent"}'),
    ],
)
def test_what_was_damaged_is_as_good_as_none(store, damage):
    store.write("a", b"first\nsecond")
    path = store.path("a")
    path.write_bytes(damage(path.read_bytes()))
    assert Store(store.folder, ".txt").read("a") is None
    store.write("a", b"again")
    assert store.read("a") == b"again"


def test_what_was_put_under_another_name_is_as_good_as_none(store):
    store.write("a", b"first")
    store.path("a").rename(store.path("b"))
    assert store.read("b") is None


def test_a_folder_in_its_place_is_no_obstacle(store):
    store.path("a").mkdir(parents=True)
    (store.path("a") / "inside").touch()
    assert store.read("a") is None
    store.write("a", b"first")
    assert store.read("a") == b"first"


def test_it_holds_for_as_long_as_what_it_rests_on(store, tmp_path, monkeypatch):
    data, folder = tmp_path / "n.txt", tmp_path / "all"
    folder.mkdir()
    data.write_text("385")
    monkeypatch.setenv("COURSE", "first")
    names = [f"file:{data}", f"file:{tmp_path / 'absent.txt'}", f"folder:{folder}", "variable:COURSE", "variable:NONE"]
    store.write("a", b"first", {name: digest_of(name) for name in names})

    def holds() -> bool:
        store.fresh()
        return store.read("a") is not None

    assert holds()
    data.write_text("386")
    assert store.read("a") is not None, "looked up once between two looks"
    assert not holds()
    data.write_text("385")
    assert holds()
    (tmp_path / "absent.txt").touch()
    assert not holds()
    (tmp_path / "absent.txt").unlink()
    (folder / "new").touch()
    assert not holds()
    (folder / "new").unlink()
    assert holds()
    monkeypatch.setenv("COURSE", "second")
    assert not holds()
    monkeypatch.setenv("COURSE", "first")
    monkeypatch.setenv("NONE", "some")
    assert not holds()


def test_in_a_copy_the_copy_counts(tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    (first / "n.txt").write_text("385")
    name = f"file:{first / 'n.txt'}"
    Store(first / ".cache" / "things").write("a", b"first", {name: digest_of(name)})
    shutil.copytree(first, second)
    copied = Store(second / ".cache" / "things")
    assert copied.read("a") is not None
    assert list(copied.rests_on("a")) == [f"file:{second / 'n.txt'}"]
    (second / "n.txt").write_text("386")
    assert Store(second / ".cache" / "things").read("a") is None
    (second / "n.txt").unlink()
    assert Store(second / ".cache" / "things").read("a") is not None, "what was not copied is where it was"


def last_used(store: Store, name: str, days: float) -> None:
    then = time.time() - days * 24 * 3600
    os.utime(store.path(name), (then, then))


def test_what_nobody_used_for_long_is_removed_when_something_is_written(store):
    for name, days in {"a": 31, "b": 29, "c": 31, "d": 0}.items():
        store.write(name, b"content")
        last_used(store, name, days)
    for name, hours in {".e.txt.half": 25, ".g.txt.half": 23}.items():
        (store.folder / name).touch()
        os.utime(store.folder / name, (then := time.time() - hours * 3600, then))
    (store.folder / "mark").touch()
    os.utime(store.folder / "mark", (0, 0))
    assert store.read("c") == b"content", "this one is used again"
    Store(store.folder, ".txt").write("f", b"content")
    left = {"b.txt", "c.txt", "d.txt", "f.txt", ".g.txt.half", "mark"}
    assert {path.name for path in store.folder.iterdir()} == left


def test_beyond_a_size_what_was_used_least_lately_is_removed(store, monkeypatch):
    for name, days in {"a": 3, "b": 5, "c": 4}.items():
        store.write(name, b"x" * 2**19)
        last_used(store, name, days)
    monkeypatch.setattr("evidence.files.store.KEPT_MIB", 1.2)
    Store(store.folder, ".txt").write("d", b"x")
    assert {path.stem for path in store.folder.iterdir()} == {"a", "c", "d"}


def test_a_cache_that_may_not_be_written_is_read_all_the_same(store, monkeypatch):
    store.write("a", b"content")
    last_used(store, "a", 2)
    monkeypatch.setattr(os, "utime", lambda *_: (_ for _ in ()).throw(PermissionError))
    assert store.read("a") == b"content"


CODE = """
import json, os, sys
from evidence.files.rests_on import Trace
trace = Trace()
sys.path.insert(0, os.getcwd())
import ours
open("data.txt").read()
try:
    open("optional.txt")
except OSError:
    pass
open("written.txt", "w").close()
open("written.txt").read()
os.listdir("folder")
os.environ.get("ASKED"), os.getenv("SET"), "CONTAINED" in os.environ
os.environ["OWN"] = "its own"
os.environ["OWN"], os.environ.get("PYTHONHASHSEED"), os.environ.get("OMP_NUM_THREADS")
open("/proc/self/status").read()
import tqdm
print(json.dumps(trace.rests_on()))
"""


def test_a_trace_notes_what_was_imported_read_and_asked_for(tmp_path):
    # Below the temporary folder nothing counts, so that is another one here.
    (tmp_path / "tmp").mkdir()
    project = tmp_path / "project"
    (project / "folder").mkdir(parents=True)
    (project / "ours.py").write_text(
        "from pathlib import Path\nn = Path('inner.json').exists() or open('inner.json')\n"
    )
    (project / "inner.json").write_text("1")
    (project / "data.txt").write_text("385")
    environment = {**os.environ, "TMPDIR": str(tmp_path / "tmp"), "SET": "yes", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", CODE], cwd=project, env=environment, capture_output=True, text=True, check=True
    )
    noted = json.loads(done.stdout)
    assert {f"file:{project / name}" for name in ("ours.py", "data.txt", "optional.txt")} <= set(noted)
    assert {f"folder:{project / 'folder'}", "variable:ASKED", "variable:SET", "variable:CONTAINED"} <= set(noted)
    assert noted["variable:OWN"] == noted["variable:ASKED"] == "absent", "what it sets for itself is not its user's"
    assert not {"variable:PYTHONHASHSEED", "variable:OMP_NUM_THREADS"} & set(noted), "the same for all"
    assert "package:tqdm" in noted
    assert f"file:{project / 'written.txt'}" not in noted
    assert not any(name.startswith(("file:/proc", "variable:PATH", "package:evidence")) for name in noted)


def test_another_state_of_an_installed_package_is_another(tmp_path, monkeypatch):
    from evidence.files import rests_on

    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "__init__.py").write_text("n = 385")
    monkeypatch.setattr(rests_on, "_installed_in", lambda: (f"{tmp_path}{os.sep}",))
    rests_on._package.cache_clear()
    before = digest_of("package:theirs")
    (tmp_path / "theirs" / "__init__.py").write_text("n = 3866")
    rests_on._package.cache_clear()
    assert digest_of("package:theirs") != before
