"""A record holds for the block as it stood, and for nothing else."""

from __future__ import annotations

import importlib
import shutil
import sys
from pathlib import Path

import pytest

from evidence.files import rests_on
from evidence.page.site import Site
from evidence.records.records import Records
from evidence.records.verification import stale_sessions, unverified, verify

PAGE = """[2](check:two) and [3](check:three)

```python
from ours.small import add
```

<!--pytest-codeblocks:cont-->
<!--pytest.mark.exact("two")-->
```python
assert add(1, 1) == 2
```

<!--pytest.mark.exact("three")-->
```python
print(1 + 2)
```

<!--pytest-codeblocks:expected-output-->
```text
3
```
"""


class Project:
    """A page, a package of ours that it imports, and the records of both."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "docs").mkdir()
        (folder / "ours").mkdir()
        self.write("ours/__init__.py", "")
        self.write("ours/small.py", "from ours.deep import plus\n\ndef add(a, b):\n    return plus(a, b)\n")
        self.write("ours/deep.py", "def plus(a, b):\n    return a + b\n")
        self.write("ours/other.py", "unrelated = True\n")
        self.write("docs/page.md", PAGE)

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)

    @property
    def records(self) -> Records:
        return Records(self.folder / "docs")

    @property
    def page(self):
        return Site(self.folder / "mkdocs.yml").page(self.folder / "docs" / "page.md")

    def verify(self):
        return verify([self.page], self.records)

    def stale(self) -> list[str]:
        return [str(error).split("'")[1] for error in unverified(self.page, self.records)]


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Project(tmp_path)


def test_what_was_run_is_current_and_is_not_run_again(project):
    assert project.stale() == ["page.1", "two", "three"]
    first = project.verify()
    assert (first.ran, first.current, first.failures) == (3, 0, [])
    assert project.stale() == []
    second = project.verify()
    assert (second.ran, second.current) == (0, 3)


@pytest.mark.parametrize(
    ("name", "old", "new", "stale"),
    [
        ("docs/page.md", "assert add(1, 1) == 2", "assert add(1, 1) == 1 + 1", ["two"]),
        ("docs/page.md", "from ours.small", "import ours.small\nfrom ours.small", ["page.1", "two"]),
        ("docs/page.md", "```text\n3", "```text\n4", ["three"]),
        ("docs/page.md", "[2]", "It is [2]", []),
        ("ours/small.py", "return plus", "return  plus", ["page.1", "two"]),
        ("ours/deep.py", "return a + b", "return b + a", ["page.1", "two"]),
        ("ours/__init__.py", "", "# why\n", ["page.1", "two"]),
        ("ours/other.py", "True", "False", []),
    ],
)
def test_an_edit_makes_stale_what_can_feel_it_and_nothing_else(project, name, old, new, stale):
    project.verify()
    text = (project.folder / name).read_text()
    project.write(name, text.replace(old, new, 1))
    assert project.stale() == stale


def test_another_torch_makes_all_stale(project, monkeypatch):
    project.verify()
    plain = rests_on.digest_of
    changed = lambda name: "another" if name == "package:torch" else plain(name)  # noqa: E731
    monkeypatch.setattr(rests_on, "digest_of", changed)
    assert project.stale() == ["page.1", "two", "three"]


DATA = "[2](check:two)\n\n<!--pytest.mark.exact('two')-->\n```python\n{}\nassert n == 2\n```\n"


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("n = int(open('n.txt').read())", "n.txt"),
        ("from pathlib import Path\nn = int(Path('n.txt').read_text())", "n.txt"),
        ("from ours.data import n", "ours/n.txt"),
        ("import importlib\nn = importlib.import_module('ours.' + 'deep').plus(1, 1)", "ours/deep.py"),
        ("import runpy\nn = runpy.run_path('ours/deep.py')['plus'](1, 1)", "ours/deep.py"),
        ("exec('from ours.deep import plus')\nn = plus(1, 1)", "ours/deep.py"),
        ("import os\nn = sum(name.endswith('.txt') for name in os.listdir('.')) + 1", "new.txt"),
        (
            "from pathlib import Path\nn = 2 if not Path('new.txt').exists() else 3\nn += len(list(Path().glob('n*'))) - 1",
            "new.txt",
        ),
    ],
)
def test_what_a_run_reads_counts_however_it_is_named(project, code, name):
    project.write("n.txt", "2")
    project.write("ours/n.txt", "2")
    project.write("ours/data.py", "from pathlib import Path\nn = int(Path(__file__).with_name('n.txt').read_text())\n")
    project.write("docs/page.md", DATA.format(code))
    assert project.verify().failures == []
    assert project.stale() == []
    path = project.folder / name
    project.write(name, path.read_text() + " \n" if path.exists() else "2")
    assert project.stale() == ["two"]


def test_a_variable_that_was_asked_for_counts(project, monkeypatch):
    monkeypatch.setenv("COURSE_N", "2")
    project.write("docs/page.md", DATA.format("import os\nn = sum([int(os.environ['COURSE_N'])])"))
    assert project.verify().failures == []
    monkeypatch.setenv("COURSE_N", "3")
    assert project.stale() == ["two"]
    monkeypatch.setenv("COURSE_N", "2")
    assert project.stale() == []


def test_a_failure_is_kept_with_its_report_and_run_again(project):
    project.write("docs/page.md", PAGE.replace("== 2", "== 5"))
    for _ in range(2):
        verdict = project.verify()
        assert verdict.ran == 2 or verdict.ran == 3
        assert len(verdict.failures) == 1
    (error,) = unverified(project.page, project.records)
    assert "page.md:10: check 'two' (exact) failed" in str(error)
    assert "assert 2 == 5" in str(error)
    assert verify([project.page], project.records, retry=False).ran == 0


FLAKY = """from pathlib import Path
runs = Path('runs')
count = len(runs.read_text()) if runs.exists() else 0
with runs.open('a') as file:
    file.write('x')
n = 2 if count % 3 else 1"""


def test_what_failed_once_must_hold_five_times(project):
    project.write("docs/page.md", DATA.format(FLAKY))
    assert len(project.verify().failures) == 1
    assert len(project.verify().failures) == 1, "of five runs in a row, every third fails"
    assert len((project.folder / "runs").read_text()) == 6
    project.write("docs/page.md", DATA.format(FLAKY.replace("count % 3", "count > 5")))
    assert project.verify().failures == []
    assert len((project.folder / "runs").read_text()) == 7, "edited, it is another block"


def files(project) -> dict[str, Path]:
    """The record of each block."""
    (setup, two), (three,) = project.page.sessions()
    records = project.records
    names = {"two": records.name(two, [setup, two]), "three": records.name(three, [three])}
    return {ident: records.folder / f"{name}.json" for ident, name in names.items()}


def test_a_record_of_another_block_is_no_record(project):
    project.verify()
    shutil.copy(files(project)["three"], files(project)["two"])
    assert project.stale() == ["two"]


def test_a_record_that_was_patched_is_no_record(project):
    project.write("docs/page.md", PAGE.replace("== 2", "== 5"))
    project.verify()
    path = files(project)["two"]
    path.write_text(path.read_text().replace('"passed": false', '"passed": true'))
    assert project.stale() == ["two"]
    assert project.verify().failures


@pytest.mark.parametrize(
    "content", ["", "{", '{"record": {}}', '{"record": 1, "seal": 2}', "null", "\x00", "[" * 10**5]
)
def test_a_damaged_record_is_run_again(project, content):
    project.verify()
    files(project)["three"].write_text(content)
    assert project.stale() == ["three"]
    assert project.verify().ran == 1
    assert project.stale() == []


def test_a_waived_block_needs_no_record(project):
    project.write("docs/page.md", '<!--pytest.mark.skip(reason="r")-->\n```python\nassert 0\n```\n')
    assert project.stale() == []


def test_records_that_live_long_see_an_edited_module_when_they_look_anew(project):
    project.verify()
    records, page = project.records.fresh(), project.page
    assert unverified(page, records) == []
    project.write("ours/deep.py", "def plus(a, b):\n    return b + a\n")
    assert len(unverified(page, records.fresh())) == 2
    project.verify()
    assert unverified(page, records.fresh()) == []


def test_records_that_live_long_see_a_record_that_was_damaged_since(project):
    project.verify()
    records, page = project.records.fresh(), project.page
    assert unverified(page, records) == []
    files(project)["three"].write_text("{")
    assert len(unverified(page, records)) == 1


def test_what_pytest_runs_is_kept(run_page, pytester):
    """So a site that is built after its blocks were tested runs none of them again."""
    (pytester.path / "mkdocs.yml").write_text("markdown_extensions: [pymdownx.superfences]\n")
    page = (
        "[2](check:two), or [3](check:two).\n\n<!--pytest.mark.exact('two')-->\n```python\nassert 1 + 1 == 2, 3\n```\n"
    )
    run_page(page, "docs/page.md::two").assert_outcomes(passed=1)
    docs = pytester.path / "docs"
    pages, records = Site(docs.parent / "mkdocs.yml").pages(), Records(docs)
    assert stale_sessions(pages, records) == []
    run_page(page.replace("== 2", "== 3"), "docs/page.md::two").assert_outcomes(failed=1)
    (kept,) = [records.of(*session, session) for session in Site(docs.parent / "mkdocs.yml").pages()[0].sessions()]
    assert not kept.passed
    assert "docs/page.md:5: check 'two' (exact) failed" in kept.failure


def test_pages_of_no_site_leave_no_records(run_page, pytester):
    run_page("```python\na = 1\n```\n").assert_outcomes(passed=2)
    assert not (pytester.path / ".cache").exists()


def test_modules_are_noted_whatever_becomes_of_those_before(tmp_path, monkeypatch):
    """Also where as many were taken out as came in, so that none seems to be new."""
    monkeypatch.syspath_prepend(tmp_path)
    imports = rests_on._Imports()
    for name in ("noted_first", "noted_second", "noted_third"):
        (tmp_path / f"{name}.py").write_text("")
        importlib.import_module(name)
        assert str(tmp_path / f"{name}.py") in imports.of_now(())[1]
        if name == "noted_second":
            for taken in ("noted_first", "noted_second"):
                monkeypatch.delitem(sys.modules, taken)
            importlib.import_module("noted_first")
