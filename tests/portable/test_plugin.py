"""A site at work is shown as it was just built: nothing of it is kept. One that is built is written down whole."""

import json
from pathlib import Path

import pytest
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import PluginCollection

from handouts.mkdocs_plugin import HandoutsPlugin
from portable.mkdocs_plugin import PortablePlugin
from slim.mkdocs_plugin import SlimPlugin


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


@pytest.mark.parametrize(
    ("favicon", "settings", "told"),
    [
        ("a/sign.svg", {"short_name": "S"}, ("S", {"a/sign.svg": "any", "assets/images/icon.png": "512x512"})),
        ("a/sign.png", {}, ("x", {})),
        (None, {}, ("x", {})),
    ],
)
def test_a_sign_in_lines_is_an_icon_and_a_picture_of_pixels_too(config, favicon, settings, told):
    site = Path(config.site_dir)
    for name in ("a/sign.svg", "assets/images/x", "assets/javascripts/x.js", "offline.html"):
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text('<svg viewBox="0 0 1 1"></svg>')
    config.theme["favicon"] = favicon
    config.site_description = "What it \n says."
    plugin = PortablePlugin()
    plugin.load_config(settings)
    plugin.on_post_build(config=config)
    manifest = json.loads((site / "manifest.webmanifest").read_text())
    assert (manifest["short_name"], {each["src"]: each["sizes"] for each in manifest["icons"]}) == told
    assert (manifest["name"], manifest["description"], manifest["theme_color"]) == ("x", "What it says.", "#ffffff")
    assert all((site / each["src"]).is_file() for each in manifest["icons"])
    assert {"sw.js", "offline.json", "manifest.webmanifest"} <= {file.name for file in site.iterdir()}


def test_a_digest_is_of_all_that_others_write(config):
    plugins = PluginCollection()
    for name, plugin in [("portable", PortablePlugin()), ("slim", SlimPlugin()), ("handouts", HandoutsPlugin())]:
        plugins[name] = plugin
    last = [handler.__self__ for handler in plugins.events["post_build"]]
    assert last == [plugins["handouts"], plugins["slim"], plugins["portable"]]
