"""A site at work is shown as it was just built; one that is built is made light."""

import pytest
from mkdocs.config.defaults import MkDocsConfig

from slim.mkdocs_plugin import SlimPlugin

PAGE = """<head><link rel="stylesheet" href="assets/a.css"></head><p style="top:0">A"""


@pytest.mark.parametrize("command", ["serve", "build", "gh-deploy", None])
def test_files_are_made_light_only_for_readers(tmp_path, command):
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets/a.css").write_text("p{top:0}div{top:0}")
    (tmp_path / "index.html").write_text(PAGE)
    config = MkDocsConfig()
    config.load_dict({"site_dir": str(tmp_path)})
    plugin = SlimPlugin()
    if command:
        plugin.on_startup(command=command, dirty=False)
    plugin.on_post_build(config=config)
    page = (tmp_path / "index.html").read_text()
    assert (page == PAGE) == (command == "serve")
    assert ("style=" not in page and "assets/site." in page) == (command != "serve")
