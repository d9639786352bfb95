"""A site at work is shown at once, and with its fonts as soon as they are made; one that is built has them."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig

CONFIG = """
site_name: x
theme: {name: null, custom_dir: theme}
plugins: [mathml]
markdown_extensions: [mathml]
"""


class Server:
    """As much of MkDocs' server as is asked for. What it is to watch becomes very old."""

    watched = ""

    def watch(self, path: str) -> None:
        self.watched = path
        os.utime(path, (0, 0))


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MkDocsConfig:
    monkeypatch.chdir(tmp_path)
    for name, text in [
        ("mkdocs.yml", CONFIG),
        ("docs/index.md", "$x^2$"),
        ("docs/words.md", "No formula."),
        ("theme/main.html", "<head></head>{{ page.content }}"),
    ]:
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text)
    return load_config("mkdocs.yml")


def fonts(config: MkDocsConfig, command: str) -> list[str]:
    """The pages that load a font, of a site that is built anew."""
    config.plugins.on_startup(command=command, dirty=False)
    build(config)
    return [page.name for page in Path("site").rglob("*.html") if "math-font" in page.read_text()]


def watched(config: MkDocsConfig) -> float:
    """When the builder was last told to build again, in the seconds since it was told what to watch."""
    server, before = Server(), threading.enumerate()
    config.plugins["mathml"].on_serve(server, config=config, builder=None)
    for thread in set(threading.enumerate()) - set(before):
        thread.join()
    return Path(server.watched).stat().st_mtime


def test_a_site_that_is_built_has_its_fonts(config: MkDocsConfig) -> None:
    assert fonts(config, "build") == ["index.html"]


def test_a_site_at_work_is_shown_without_its_fonts_and_again_when_they_are_there(config: MkDocsConfig) -> None:
    assert fonts(config, "serve") == []
    assert watched(config) > 0
    assert fonts(config, "serve") == ["index.html"]
    assert watched(config) == 0
    # What is written now is shown with the font for it.
    Path("docs/words.md").write_text(r"$\int y$")
    assert len(fonts(config, "serve")) == 2
