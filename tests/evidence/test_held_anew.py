"""Links that were borne out are not held to the same again, and are held to whatever is new."""

from __future__ import annotations

import pytest

from evidence import Records, Site, verify
from evidence.rules import all_rules
from evidence.rules.all_rules import page_errors

WORDS = "# Words\n\n## A { #a }\n\nIt is [10](check:ten).\n"
CHECK = '# Sums\n\n<!--pytest.mark.exact("ten")-->\n```python\nfrom parts import parts\nassert sum(parts) == {0}\n```\n'


@pytest.fixture
def site(tmp_path, monkeypatch) -> Site:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/sums.md").write_text(CHECK.format(10))
    (tmp_path / "docs/words.md").write_text(WORDS)
    (tmp_path / "parts.py").write_text("parts = [4, 6]\n")
    return Site(tmp_path / "mkdocs.yml")


def problems(site: Site, records: Records) -> list[str]:
    site.begin()
    verify(site.pages(), records.fresh())
    (words,) = (page for page in site.pages() if page.path.name == "words.md")
    return [error.problem for error in page_errors(site, words, records.fresh())]


def test_the_same_is_not_asked_twice(site, monkeypatch):
    records = Records(site.docs_dir)
    assert not problems(site, records)
    monkeypatch.setattr(all_rules, "link_errors", lambda *_: pytest.fail("held to the same again"))
    assert not problems(site, records)


def test_a_check_on_another_page_that_shows_something_else_is_noticed(site):
    records = Records(site.docs_dir)
    assert not problems(site, records)
    (site.docs_dir / "sums.md").write_text(CHECK.format(11))
    (site.docs_dir.parent / "parts.py").write_text("parts = [5, 6, 0]\n")
    (problem,) = problems(site, records)
    assert "claims 10" in problem
    (site.docs_dir / "sums.md").write_text(CHECK.format(10))
    (site.docs_dir.parent / "parts.py").write_text("parts = [4, 6]\n")
    assert not problems(site, records)


def test_what_is_wrong_is_told_each_time(site):
    (site.docs_dir / "words.md").write_text(WORDS.replace("[10]", "[12]"))
    records = Records(site.docs_dir)
    assert problems(site, records) == problems(site, records) != []
