"""What is kept of a parse is the parse, of that text, as the site's settings have it; and nothing else."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path

import pytest

from evidence.files.source import markdown_files, read_page
from evidence.page.model import Page
from evidence.page.parse import PageParser
from evidence.page.parse_cache import KeptPages
from evidence.page.settings import load_settings
from evidence.page.site import Site

ROOT = Path(__file__).parents[2]
PAGE = """# A page { #top }

It is [385](check:squares), see [there](other.md#place) and [nowhere](check:missing).

<!--pytest.mark.exact("squares")-->
```python
from dlchecked.losses import cross_entropy

print(385)
```

<!--pytest-codeblocks:expected-output-->
```text
385
```

<!--pytest-codeblocks:cont-->
```python
this is no Python
```

```py
import torch
```

<!--pytest.mark.exact("stray")-->
"""


def as_seen(page: Page) -> dict[str, object]:
    """All that a page holds; errors do not compare as equal, so they are taken apart."""
    seen = {field.name: getattr(page, field.name) for field in fields(page)}
    return seen | {"errors": [(error.path, error.line, error.problem, error.remedy) for error in page.errors]}


@pytest.fixture
def site(tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "page.md").write_text(PAGE)
    (tmp_path / "mkdocs.yml").write_text("markdown_extensions: [attr_list, pymdownx.superfences]\n")
    return tmp_path


def page(site):
    return Site(site / "mkdocs.yml").page(site / "docs" / "page.md")


def kept_files(site):
    return sorted((site / ".cache" / "pages").iterdir())


def parses(monkeypatch) -> list[Path]:
    """The pages that are parsed from now on."""
    parsed: list[Path] = []
    original = PageParser.parse_text

    def count(self, text, path):
        parsed.append(path)
        return original(self, text, path)

    monkeypatch.setattr(PageParser, "parse_text", count)
    return parsed


@pytest.mark.parametrize("path", markdown_files(ROOT / "docs"), ids=lambda path: path.name)
def test_each_page_of_ours_is_the_same_when_it_was_kept(path, tmp_path):
    kept = KeptPages(replace(load_settings(ROOT / "mkdocs.yml"), docs_dir=tmp_path / "docs"))
    text = read_page(path)
    parsed = PageParser(load_settings(ROOT / "mkdocs.yml")).parse_text(text, path)
    kept.write(parsed)
    again = kept.read(path, text)
    assert again is not None
    assert as_seen(again) == as_seen(parsed)


def test_a_page_full_of_mistakes_is_the_same_when_it_was_kept(site, monkeypatch):
    parsed = page(site)
    assert len(parsed.errors) == 2
    assert [block.imports is None for block in parsed.blocks] == [False, True, False]
    again = parses(monkeypatch)
    assert as_seen(page(site)) == as_seen(parsed)
    assert not again


def test_an_edit_is_parsed(site, monkeypatch):
    page(site)
    again = parses(monkeypatch)
    (site / "docs" / "page.md").write_text(PAGE.replace("385", "386"))
    assert page(site).links[0].words == "386"
    assert len(again) == 1


def test_other_settings_are_another_parse(site, monkeypatch):
    page(site)
    again = parses(monkeypatch)
    (site / "mkdocs.yml").write_text("markdown_extensions: [pymdownx.superfences, pymdownx.details]\n")
    page(site)
    assert len(again) == 1


@pytest.mark.parametrize("damage", ["", "{", '{"page": {}}', "[]", '"page"'])
def test_a_damaged_file_is_as_good_as_none(site, monkeypatch, damage):
    whole = as_seen(page(site))
    (file,) = kept_files(site)
    file.write_text(damage)
    again = parses(monkeypatch)
    assert as_seen(page(site)) == whole
    assert len(again) == 1
    assert json.loads(file.read_text().partition("\n")[2])["title"] == "A page"


def test_a_parse_with_a_block_taken_out_is_refused(site, monkeypatch):
    page(site)
    (file,) = kept_files(site)
    head, _, content = file.read_text().partition("\n")
    parse = json.loads(content)
    parse["blocks"].pop()
    file.write_text(f"{head}\n{json.dumps(parse)}")
    assert len(page(site).blocks) == 3


def test_the_parse_of_another_page_is_refused(site):
    page(site)
    (file,) = kept_files(site)
    (site / "docs" / "page.md").write_text("# Another\n")
    page(site)
    other = next(each for each in kept_files(site) if each != file)
    other.write_bytes(file.read_bytes())
    assert page(site).title == "Another"


def test_where_no_site_is_built_nothing_is_kept(site):
    (site / "mkdocs.yml").unlink()
    page(site)
    assert not (site / ".cache").exists()


def test_a_page_that_takes_in_other_texts_is_parsed_each_time(site):
    (site / "mkdocs.yml").write_text("markdown_extensions: [pymdownx.superfences, pymdownx.snippets]\n")
    page(site)
    assert not (site / ".cache" / "pages").exists()
