"""What the pages hold together is looked at once for a build, and again when a page has changed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from evidence.page.site import Site

CHECK = '[2](check:{0})\n\n<!--pytest.mark.exact("{0}")-->\n```python\nassert 1 + 1 == 2\n```\n'


def edit(path: Path, text: str) -> None:
    """Write a file so that its time differs, however fast it was."""
    before = path.stat().st_mtime_ns
    path.write_text(text)
    os.utime(path, ns=(before + 10**9, before + 10**9))


@pytest.fixture
def site(docs: Path) -> Site:
    for name in ("a", "b"):
        (docs / f"{name}.md").write_text(CHECK.format(f"of-{name}"))
    return Site(docs.parent / "mkdocs.yml")


def test_a_new_file_is_seen_when_a_build_begins(site: Site, docs: Path) -> None:
    assert set(site.checks()) == site.linked() == {"of-a", "of-b"}
    (docs / "c.md").write_text(CHECK.format("of-c"))
    assert len(site.pages()) == 2
    site.begin()
    assert len(site.pages()) == 3
    assert site.publishes(docs / "c.md")


def test_a_page_that_has_changed_is_seen_when_it_is_asked_for(site: Site, docs: Path) -> None:
    first = site.checks()["of-b"]
    edit(docs / "a.md", CHECK.format("another"))
    site.page(docs / "a.md")
    assert set(site.checks()) == {"another", "of-b"}
    assert site.checks()["of-b"] is first


def test_a_page_that_has_changed_is_seen_when_a_build_begins(site: Site, docs: Path) -> None:
    assert "of-a" in site.checks()
    edit(docs / "a.md", "Text.\n")
    assert "of-a" in site.checks()
    site.begin()
    assert "of-a" not in site.checks()


def test_a_page_elsewhere_is_none_of_the_site(site: Site, docs: Path) -> None:
    (docs.parent / "README.md").write_text(CHECK.format("of-readme"))
    assert site.page(docs.parent / "README.md").blocks
    assert not site.publishes(docs.parent / "README.md")
    assert "of-readme" not in site.checks()
