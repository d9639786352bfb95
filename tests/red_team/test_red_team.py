"""Every lie is refused, with its file and line and in words that say what is wrong; every honest page is published."""

from __future__ import annotations

import importlib
import re
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest
from honest_pages import HONEST
from one_chapter import CHECK, CONFIG, EMPTIED, Case, build, refusal

from evidence.__main__ import main
from evidence.files import source
from evidence.page import site
from evidence.page.site import Site

TABLES = [importlib.import_module(file.stem) for file in sorted(Path(__file__).parent.glob("lies_*.py"))]
LIES = [
    pytest.param(lie, id=f"{table.__name__.removeprefix('lies_')}: {lie.name}")
    for table in TABLES
    for lies in getattr(table, "LIES", {}).values()  # one is made by machine, and has no table
    for lie in lies
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("lie", LIES)
def test_a_lie(lie: Case, folder: Path) -> None:
    lie.write(folder)
    told = refusal(folder)
    if lie.allowed:
        assert not told, "it is refused: say so in the table"
        return
    assert lie.refused in told, f"{lie.refused!r} is not in: {told}"
    assert re.match(r"[^\s:]+:\d+: ", told.split("\n")[0]), f"no file and line in: {told}"
    assert "<text>" not in told
    assert (folder / EMPTIED).exists() == lie.late, "what was published before must outlast a refusal"
    if lie.at:
        line = lie.chapter().partition(lie.at)[0].count("\n") + 1
        # Of a check that does not hold the reason stands below the line, after the code.
        place = rf"^docs/sums\.md:{line}: (?:.*|check .* failed\n(?:.*\n)+?E .*){re.escape(lie.refused)}"
        assert re.search(place, told, re.M), f"not at line {line}: {told}"


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in HONEST])
def test_an_honest_page(case: Case, folder: Path) -> None:
    case.write(folder)
    assert refusal(folder) == ""


def test_python_that_leaves_asserts_out_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Case("as it is").write(folder)
    monkeypatch.setattr("evidence.rules.interpreter.sys", SimpleNamespace(flags=SimpleNamespace(optimize=1)))
    assert "PYTHONOPTIMIZE" in refusal(folder)
    assert main(["verify"]) == 2
    assert "PYTHONOPTIMIZE" in capsys.readouterr().err


def test_files_that_are_no_pages_are_told_by_the_command_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Case("a stray", files={"examples/sub/trial.py": "x = 1\n"}).write(folder)
    assert main(["verify"]) == 2
    assert "examples/sub/trial.py:1: a file below examples/" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ("site_name: [\n", "mkdocs.yml:1: it is no YAML: "),
        (
            CONFIG.replace("tables", "pymdownx.absent"),
            "mkdocs.yml:10: a Markdown extension cannot be loaded: No module",
        ),
    ],
)
def test_a_configuration_that_cannot_be_read_is_told_by_the_command_with_its_line(
    config: str, told: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Case("a configuration", files={"mkdocs.yml": config}).write(folder)
    assert main(["verify"]) == 2
    assert capsys.readouterr().err.startswith(told)


def test_a_syntax_error_is_told_once_and_nothing_of_what_rests_on_it(folder: Path) -> None:
    Case("no Python", code="assert sum(n**2 for n in range(11) == 385", after="Again, [385](check:ten-squares).").write(
        folder
    )
    assert refusal(folder) == "docs/sums.md:14: this is no Python: '(' was never closed"


def test_a_misspelt_directive_is_told_with_what_is_meant_and_no_list_of_all_checks(folder: Path) -> None:
    others = "\n\n".join(CHECK.replace("ten-squares", f"other-{n}") + f"\n\n[385](check:other-{n})" for n in range(50))
    Case("a typo", check=CHECK.replace("exact", "exat"), files={"docs/other.md": others}).write(folder)
    told = refusal(folder).split("\n")
    assert len(told) == 1
    assert 'sums.md:12: pytest.mark.exat("ten-squares") is not a directive. Write <!--pytest.mark.exact(' in told[0]


def test_a_misspelt_name_is_told_with_the_three_nearest_of_many(folder: Path) -> None:
    others = "\n\n".join(CHECK.replace("ten-squares", f"other-{n}") + f"\n\n[385](check:other-{n})" for n in range(50))
    Case("a typo", link="[385](check:ten-sqares)", files={"docs/other.md": others}).write(folder)
    assert "The nearest checks are: ten-squares, other-" in (told := refusal(folder))
    assert len(told) < 400


def test_what_is_rendered_is_what_the_site_shows(folder: Path) -> None:
    Case("as it is").write(folder)
    html = build(folder)["sums.md"]
    assert '<a class="check-link" href="#check-ten-squares">385</a>' in html
    assert ">held<" in html


@pytest.mark.parametrize("pages", [3, 12])
def test_the_cost_of_a_build_grows_with_its_pages_and_no_faster(
    pages: int, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {f"docs/p{number}.md": f"# Page {number}\n\n[385](check:ten-squares)\n" for number in range(pages)}
    Case("many pages", files=files).write(folder)
    refusal(folder)  # now all is run
    looks = Counter()

    def counted(module, name: str) -> None:
        original = getattr(module, name)

        def call(*given):
            looks[name] += 1
            return original(*given)

        monkeypatch.setattr(module, name, call)

    counted(source, "read_page")
    counted(source, "markdown_files")
    counted(site, "site_files")
    counted(Site, "_take_in")
    assert refusal(folder) == ""
    # The files are listed once, their overview is taken once, and a page in hand is read for itself alone.
    assert looks == {"site_files": 1, "_take_in": 1, "read_page": pages + 1}
