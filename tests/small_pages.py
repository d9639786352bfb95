"""Fixtures: a folder of pages, and the Markdown that renders them with figures and formulas."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from markdown import Markdown

EXTENSIONS = (
    "admonition",
    "attr_list",
    "md_in_html",
    "tables",
    "toc",
    "pymdownx.blocks.details",
    "pymdownx.superfences",
    "figures",
    "mathml",
)
MACROS = {
    "vec": r"\mathbf{#1}",
    "norm": r"\left\lVert #1 \right\rVert",
    "pderiv": r"\frac{\partial #1}{\partial #2}",
}


@pytest.fixture
def docs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the pages of an empty site; the working directory is above it."""
    folder = tmp_path / "docs"
    (folder / "figures").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.fixture
def markdown(docs: Path) -> Markdown:
    config = {"mathml": {"macros": MACROS, "docs_dir": str(docs)}, "figures": {"docs_dir": str(docs)}}
    return Markdown(extensions=list(EXTENSIONS), extension_configs=config)


@pytest.fixture
def render(docs: Path, markdown: Markdown) -> Callable[[str], str]:
    """Write `docs/page.md` and turn it into HTML, as a site builder does: without the front matter."""

    def convert(page: str) -> str:
        (docs / "page.md").write_text(page, encoding="utf-8")
        body = page.split("---\n", 2)[2] if page.startswith("---\n") else page
        return str(markdown.reset().convert(body.strip("\n")))

    return convert
