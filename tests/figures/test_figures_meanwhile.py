"""A page that is served does not wait for its figures: they come when they are drawn."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from markdown import Markdown

from figures import kept_figures as figures
from figures.kept_figures import DrawingError, Figure, draw_ahead, drawn_mark, figures_named, svgs

MODULE = """
import time
import matplotlib.pyplot as plt

def slow():
    time.sleep(0.5)
    return plt.figure()

def fails():
    time.sleep(0.5)
    return {}["absent"]
"""


@pytest.fixture
def module(docs: Path) -> Path:
    path = docs / "figures" / "some.py"
    path.write_text(MODULE, encoding="utf-8")
    return path


def until_drawn(docs: Path) -> None:
    end = time.monotonic() + 120
    while not drawn_mark(docs).exists():
        assert time.monotonic() < end, "it was never drawn"
        time.sleep(0.05)


def test_a_figure_comes_when_it_is_drawn(docs, module):
    slow = Figure(module, "slow")
    assert svgs([slow], docs, wait=0.01) == {slow: None}
    assert svgs([slow], docs, wait=0.01) == {slow: None}
    until_drawn(docs)
    assert "<svg" in str(svgs([slow], docs, wait=0.01)[slow])


def test_a_failure_is_told_once_it_is_known_and_is_not_tried_again(docs, module, monkeypatch):
    fails = Figure(module, "fails")
    assert svgs([fails], docs, wait=0.01) == {fails: None}
    until_drawn(docs)
    monkeypatch.setattr(figures, "_run", lambda *_: pytest.fail("it was drawn again"))
    error = svgs([fails], docs, wait=0.01)[fails]
    assert isinstance(error, DrawingError)
    assert "some.py:11: KeyError" in str(error)


def test_what_is_drawn_in_time_is_there_at_once(docs, module):
    slow = Figure(module, "slow")
    assert "<svg" in str(svgs([slow], docs, wait=120)[slow])
    assert not drawn_mark(docs).exists()


def test_the_page_says_that_a_figure_will_come(docs, module):
    text = "![A picture that takes its time to be drawn](figures/some/slow.svg)"
    (docs / "page.md").write_text(text, encoding="utf-8")
    config = {"figures": {"docs_dir": str(docs), "wait": 0.01}}
    html = Markdown(extensions=["figures"], extension_configs=config).convert(text)
    assert "This figure is being drawn." in html
    until_drawn(docs)


def test_one_process_draws_ahead_what_all_pages_name(docs, module, monkeypatch):
    other = docs / "figures" / "other_one.py"
    other.write_text(MODULE.replace("0.5", "0"), encoding="utf-8")
    (docs / "page.md").write_text("![A](figures/some/slow.svg) and ![B](../figures/other-one/slow.svg)")
    (docs / "further.md").write_text("![C](figures/absent/slow.svg)")
    named = set(figures_named(docs))
    assert named == {Figure(docs / "figures" / f"{name}.py", "slow") for name in ("some", "other_one", "absent")}
    processes = []
    run = figures._run
    monkeypatch.setattr(figures, "_run", lambda wanted: processes.append(wanted) or run(wanted))
    draw_ahead(named, docs)
    both = [Figure(module, "slow"), Figure(other, "slow")]
    assert all("<svg" in str(svg) for svg in svgs(both, docs).values())
    assert [set(wanted) for wanted in processes] == [set(both)]


def test_who_only_looks_begins_nothing_and_the_page_shown_without_is_told_later(docs, module, monkeypatch):
    slow = Figure(module, "slow")
    with monkeypatch.context() as patched:
        patched.setattr(figures, "_run", lambda *_: pytest.fail("it was drawn"))
        assert svgs([slow], docs, wait=0) == {slow: None}
        (docs.parent / ".cache" / "figures").mkdir(parents=True)
        assert svgs([slow], docs, wait=0) == {slow: None}
    draw_ahead([slow], docs, late=True)
    until_drawn(docs)
    assert "<svg" in str(svgs([slow], docs, wait=0)[slow])
