"""Every lie is refused, with its file and line and in words that say what is wrong; every honest page is published."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest
from honest_pages import HONEST
from one_chapter import Case, build, refusal

TABLES = [importlib.import_module(file.stem) for file in sorted(Path(__file__).parent.glob("lies_*.py"))]
LIES = [
    pytest.param(lie, id=f"{table.__name__.removeprefix('lies_')}: {lie.name}")
    for table in TABLES
    for lies in table.LIES.values()
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
    if lie.at:
        line = lie.chapter().partition(lie.at)[0].count("\n") + 1
        assert re.search(rf"^docs/sums\.md:{line}: .*{re.escape(lie.refused)}", told, re.M), (
            f"not at line {line}: {told}"
        )


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in HONEST])
def test_an_honest_page(case: Case, folder: Path) -> None:
    case.write(folder)
    assert refusal(folder) == ""


def test_what_is_rendered_is_what_the_site_shows(folder: Path) -> None:
    Case("as it is").write(folder)
    html = build(folder)["sums.md"]
    assert '<a class="check-link" href="#check-ten-squares">385</a>' in html
    assert "held in" in html
