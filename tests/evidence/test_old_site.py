"""A build that is refused, however late, leaves the old site whole; one that is not replaces all of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from mkdocs.__main__ import cli

from trial_site import CONFIG

RAISES = (
    "from mkdocs.exceptions import PluginError\n\ndef {event}({arguments}, **_):\n    raise PluginError('refused')\n"
)
WARNS = "import logging\n\ndef on_post_page(output, **_):\n    logging.getLogger('mkdocs.x').warning('refused')\n"
INTERRUPTED = "def on_post_page(output, **_):\n    raise KeyboardInterrupt\n"
LATE = {
    "while a page is rendered": RAISES.format(event="on_page_content", arguments="html"),
    "while a page is written": RAISES.format(event="on_post_page", arguments="output"),
    "after all is written": RAISES.format(event="on_post_build", arguments="config"),
    "for a warning": WARNS,
    "by whoever waits for it": INTERRUPTED,
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site that was built, with a page and a file that the next build will not have."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("# Old\n")
    (tmp_path / "docs" / "gone.md").write_text("# Gone\n")
    configure(tmp_path, "")
    assert build() == 0
    (tmp_path / "site" / ".nojekyll").touch()
    (tmp_path / "docs" / "index.md").write_text("# New\n")
    (tmp_path / "docs" / "gone.md").unlink()
    return tmp_path


def configure(folder: Path, hook: str) -> None:
    (folder / "theme").mkdir(exist_ok=True)
    (folder / "theme" / "main.html").write_text("{{ page.content }}")
    name = f"hook_{len(list(folder.glob('hook_*')))}.py"  # MkDocs reads a hook once
    (folder / name).write_text(hook)
    plain = CONFIG.replace("{name: material, font: false}", "{name: null, custom_dir: theme}")
    (folder / "mkdocs.yml").write_text(f"{plain}hooks: [{name}]\n")


def build(*options: str) -> int:
    return CliRunner().invoke(cli, ["build", "--strict", *options]).exit_code


def held(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("hook", LATE.values(), ids=LATE)
def test_what_is_refused_late_leaves_the_old_site(hook, folder):
    before = held(folder / "site")
    configure(folder, hook)
    assert build() != 0
    assert held(folder / "site") == before
    assert ".site.unfinished" not in names(folder)


def test_what_is_built_replaces_the_old_site_and_leaves_what_is_hidden(folder):
    node = (folder / "site").stat().st_ino
    (folder / ".site.unfinished").mkdir()
    (folder / ".site.unfinished" / "of-a-build-that-was-killed.html").touch()
    assert build() == 0
    assert "New" in (folder / "site" / "index.html").read_text()
    assert not {"gone", "of-a-build-that-was-killed.html"} & names(folder / "site")
    assert (folder / "site" / ".nojekyll").exists()
    assert (folder / "site").stat().st_ino == node
    assert not (folder / ".site.unfinished").exists()


def test_who_writes_into_the_site_is_told_where_and_who_deploys_it_where_it_is(folder):
    hook = """
from pathlib import Path

def on_post_build(config):
    global told
    told = config
    assert "New" in Path(config.site_dir, "index.html").read_text()
    Path(config.site_dir, "late.txt").touch()

def on_shutdown():
    Path(told.site_dir, "last.txt").touch()
"""
    configure(folder, hook)
    assert build() == 0
    assert {"late.txt", "last.txt"} < names(folder / "site")


def test_one_that_is_built_where_none_stands(folder):
    assert build("--site-dir", "other/public") == 0
    assert "New" in (folder / "other" / "public" / "index.html").read_text()
    assert names(folder / "other") == {"public"}


def test_what_is_newer_is_written_beside_what_is_older(folder):
    assert build("--dirty", "--no-strict") == 0
    assert (folder / "site" / "gone").exists()
    assert "New" in (folder / "site" / "index.html").read_text()
