"""Whoever serves the site is told of each check as soon as it can be told, whatever the others do."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from evidence.page.site import Site
from evidence.records.records import Records
from evidence.records.worker import WarmWorker

HANGS = "```python\nfrom pathlib import Path\nPath('hangs').touch()\nwhile True: pass\n```\n"
HOLDS = "```python\nassert 1 + 1 == {}\n```\n"
# Torch takes seconds to import, and is not what this is about.
NO_TORCH = "import sys\nfrom unittest.mock import MagicMock\nsys.modules[__name__] = MagicMock(__spec__=__spec__)\n"
BOUND_SECONDS = 60


@pytest.fixture
def docs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "torch.py").write_text(NO_TORCH)
    (tmp_path / "docs").mkdir()
    return tmp_path / "docs"


@pytest.fixture
def worker(docs):
    worker = WarmWorker(docs.parent / "mkdocs.yml")
    yield worker
    worker.close()


def until(condition, what: str) -> None:
    end = time.monotonic() + BOUND_SECONDS
    while not condition():
        assert time.monotonic() < end, f"it never came to this: {what}"
        time.sleep(0.01)


def passed(page: Path) -> bool | None:
    """Whether the only block of a page passed, as far as it is known."""
    site = Site(page.parents[1] / "mkdocs.yml")
    ((block,),) = site.page(page).sessions()
    record = Records(page.parent).of(block, [block])
    return None if record is None else record.passed


def test_a_check_that_does_not_end_holds_up_no_other_and_is_let_go_when_it_is_edited(docs, worker):
    for name in "abc":
        (docs / f"{name}.md").write_text(HOLDS.format(2))
    (docs / "hangs.md").write_text(HANGS)
    assert not worker.verify(0)
    until(lambda: all(passed(docs / f"{name}.md") for name in "abc"), "the others are told")
    until((docs.parent / "hangs").exists, "it hangs")
    assert passed(docs / "hangs.md") is None
    (docs / "hangs.md").write_text(HOLDS.format(2))
    (docs / "a.md").write_text(HOLDS.format(3))
    assert worker.verify(BOUND_SECONDS)
    assert passed(docs / "hangs.md") is True
    assert passed(docs / "a.md") is False


def test_a_check_that_does_not_end_is_told_after_its_limit(docs, worker, monkeypatch):
    monkeypatch.setenv("EVIDENCE_LIMIT", "0.5")
    (docs / "hangs.md").write_text(HANGS)
    assert worker.verify(BOUND_SECONDS)
    assert passed(docs / "hangs.md") is False


def test_it_goes_on_when_its_process_is_killed(docs, worker):
    (docs / "a.md").write_text(HOLDS.format(2))
    worker._process._process.kill()
    worker.verify(BOUND_SECONDS)
    assert worker.verify(BOUND_SECONDS)
    assert passed(docs / "a.md") is True
