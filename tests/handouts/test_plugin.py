"""A setting that cannot be meant so is refused where it stands."""

import pytest
from mkdocs.config import load_config

from evidence.page.settings import SettingsError


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("glossary: terms.md", "there is no page terms.md in docs. Name the page"),
        ("helpers: x.md", "x.md shows the helpers of a package, and none is set. Set `package`"),
    ],
)
def test_a_setting_that_cannot_be_meant_so_is_refused(tmp_path, monkeypatch, setting, told):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    (tmp_path / "mkdocs.yml").write_text(f"site_name: x\nplugins:\n  - handouts:\n      {setting}\n")
    config = load_config("mkdocs.yml")
    with pytest.raises(SettingsError, match=f"mkdocs.yml:4: {told}"):
        config.plugins.on_config(config)
