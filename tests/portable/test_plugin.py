"""A site at work is shown as it was just built: nothing of it is kept."""

from pathlib import Path

import pytest
from mkdocs.config.defaults import MkDocsConfig

from portable.mkdocs_plugin import PortablePlugin


@pytest.fixture
def config(tmp_path):
    config = MkDocsConfig()
    config.load_dict({"site_name": "x", "docs_dir": str(tmp_path), "site_dir": str(tmp_path / "site")})
    config.validate()
    return config


@pytest.mark.parametrize(("command", "told"), [("serve", {}), ("build", {"manifest": "manifest.webmanifest"})])
def test_pages_are_told_of_a_manifest_only_if_there_will_be_one(config, command, told):
    plugin = PortablePlugin()
    plugin.load_config({})
    plugin.on_startup(command=command, dirty=False)
    extra = plugin.on_config(config).extra
    assert {name: extra[name] for name in extra if name == "manifest"} == told
    assert ("offline.html" in config.theme.static_templates) == bool(told)
    if command == "serve":
        plugin.on_post_build(config=config)
        assert not Path(config.site_dir).exists()
