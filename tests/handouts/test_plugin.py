"""A setting that cannot be meant so is refused where it stands."""

import pytest
from mkdocs.config import load_config

from evidence.page.settings import SettingsError


def test_a_glossary_that_is_not_there_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    (tmp_path / "mkdocs.yml").write_text("site_name: x\nplugins:\n  - handouts:\n      glossary: terms.md\n")
    config = load_config("mkdocs.yml")
    with pytest.raises(SettingsError, match=r"mkdocs.yml:4: there is no page terms.md in docs. Name the page"):
        config.plugins.on_config(config)
