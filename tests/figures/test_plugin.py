"""What draws the figures is no part of the site, and who serves it does not wait for them."""

from __future__ import annotations

import pytest
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from figures.mkdocs_plugin import PATIENCE_SECONDS, FiguresPlugin


@pytest.fixture
def config(tmp_path) -> MkDocsConfig:
    config = MkDocsConfig()
    config.load_dict({"site_name": "x", "docs_dir": str(tmp_path)})
    config.validate()
    return config


def test_the_modules_that_draw_are_not_published(config) -> None:
    names = ["figures/a.py", "figures/__pycache__/a.cpython-311.pyc", "figures/photo.svg", "other/a.py", "page.md"]
    files = Files([File(name, "docs", "site", use_directory_urls=True) for name in names])
    FiguresPlugin().on_files(files, config=config)
    assert [file.src_uri for file in files] == names[2:]


@pytest.mark.parametrize(
    ("command", "served", "told"),
    [("build", False, {}), ("serve", False, {"wait": 0}), ("serve", True, {"wait": PATIENCE_SECONDS})],
)
def test_only_who_serves_the_site_does_not_wait_for_figures(config, command, served, told) -> None:
    plugin = FiguresPlugin()
    plugin.on_startup(command=command, dirty=False)
    plugin.served = served
    assert plugin.on_config(config).mdx_configs.get("figures", {}) == told
