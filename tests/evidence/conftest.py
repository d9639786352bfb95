from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy  # noqa: F401
import pytest
import torch  # noqa: F401

from evidence.page.parse import PageParser
from evidence.run.clean_process import CleanProcess

# pytester drops the modules that were loaded during a run. These load but once (torch), or take a second each time.
PageParser().parse_text("```python\n```\n\n```text\n```\n", Path("page.md"))

INI = """
[pytest]
addopts = -p no:hypothesispytest --strict-markers --strict-config -rfEsX
filterwarnings = error
"""


class Shared(CleanProcess):
    """A clean process that has imported torch once for all tests; each call has a fork of it, as ever."""

    def close(self) -> None:
        pass


@pytest.fixture(scope="session")
def warm() -> Iterator[CleanProcess]:
    process = Shared(imports=["torch"])
    yield process
    CleanProcess.close(process)


@pytest.fixture(autouse=True)
def one_import_of_torch(warm, monkeypatch):
    for module in ("evidence.run.clean_process", "evidence.pytest_pages"):
        monkeypatch.setattr(f"{module}.CleanProcess", lambda **_: warm)


@pytest.fixture
def run_page(pytester: pytest.Pytester) -> Callable[..., pytest.RunResult]:
    """Write pages into a project of their own and run their blocks as `pytest --codeblocks` does."""

    def run(text: str, *arguments: str, **others: str) -> pytest.RunResult:
        pytester.makefile(".ini", pytest=INI)
        docs = pytester.path / "docs"
        docs.mkdir(exist_ok=True)
        (docs / "page.md").write_text(text)
        for name, content in others.items():
            (docs / f"{name}.md").write_text(content)
        return pytester.runpytest("--codeblocks", *(arguments or ("docs",)))

    return run
