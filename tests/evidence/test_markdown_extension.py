"""The site shows each check with its grade, leads links to it, and refuses a page that breaks a rule."""

from __future__ import annotations

from pathlib import Path

import pytest
from markdown import Markdown

from evidence.markdown_extension import EvidenceExtension
from evidence.settings import BASELINE, BASELINE_CONFIGS
from pagekit.errors import PageError

CHECK = '<!--pytest.mark.exact("it-is-2")-->\n```python\nassert 1 + 1 == 2\n```\n'


@pytest.fixture
def render(tmp_path: Path):
    (tmp_path / "docs" / "sub").mkdir(parents=True)

    def render(text: str, name: str = "page.md", **configs: object) -> str:
        (tmp_path / "docs" / name).write_text(text)
        highlight = {"pymdownx.highlight": {"pygments_lang_class": True, **configs}}
        extension = EvidenceExtension(docs_dir=str(tmp_path / "docs"), config_file=str(tmp_path / "mkdocs.yml"))
        return Markdown(extensions=[*BASELINE, extension], extension_configs=BASELINE_CONFIGS | highlight).convert(text)

    return render


def test_a_check_shows_grade_and_name_and_is_where_its_link_leads(render):
    html = render(f"It is [2](check:it-is-2).\n\n{CHECK}")
    assert '<a class="check-link" href="#check-it-is-2">2</a>' in html
    assert '<p class="check" id="check-it-is-2">' in html
    assert '<a class="check-grade check-grade--exact" href="how-claims-are-checked.md#exact">exact</a>' in html
    assert html.index('id="check-it-is-2"') < html.index("language-python")


def test_a_link_leads_to_a_check_on_another_page(render, tmp_path):
    (tmp_path / "docs" / "sub" / "other.md").write_text(CHECK)
    html = render("It is [2](check:it-is-2).\n")
    assert '<a class="check-link" href="sub/other.md#check-it-is-2">2</a>' in html


def test_comments_are_gone_and_outputs_and_waivers_are_seen(render):
    output = "\n<!--pytest-codeblocks:expected-output-->\n```text\n3\n```\n"
    waived = '\n<!--pytest.mark.skip(reason="needs <8> GPUs")-->\n```python\nrun()\n```\n'
    html = render(
        f"[2](check:it-is-2)\n\n{CHECK}\n<!--pytest-codeblocks:cont-->\n```python\nprint(3)\n```\n{output}{waived}"
    )
    assert "<!--" not in html
    assert '<p class="check-note">It prints</p>' in html
    assert "continues the code above" in html
    assert "Not run: needs &lt;8&gt; GPUs" in html


@pytest.mark.parametrize("prefix", ["    ", "> "], ids=["admonition", "blockquote"])
def test_directives_keep_their_place_in_what_holds_them(render, prefix):
    inner = "".join(f"{prefix}{line}\n" for line in CHECK.rstrip().split("\n"))
    opening = "!!! note\n\n" if prefix.isspace() else ""
    html = render(f"[2](check:it-is-2)\n\n{opening}{inner}")
    holder = html[html.index('<div class="admonition' if prefix.isspace() else "<blockquote>") :]
    assert 'id="check-it-is-2"' in holder
    assert "language-python" in holder


def test_front_matter_is_no_hindrance(render, tmp_path):
    text = f"[2](check:it-is-2)\n\n{CHECK}"
    (tmp_path / "docs" / "page.md").write_text(f"---\ntitle: T\n---\n\n{text}")
    extension = EvidenceExtension(docs_dir=str(tmp_path / "docs"), config_file="none.yml")
    highlight = {"pymdownx.highlight": {"pygments_lang_class": True}}
    html = Markdown(extensions=[*BASELINE, extension], extension_configs=BASELINE_CONFIGS | highlight).convert(text)
    assert 'id="check-it-is-2"' in html


def test_a_page_that_breaks_rules_is_refused_with_all_of_them(render):
    with pytest.raises(PageError, match=r"page\.md:1: .* claims 3[^\n]*\n.*page\.md:3: .* names the check 'gone'"):
        render(f"[3](check:it-is-2)\n\n[2](check:gone)\n\n{CHECK}")


def test_code_that_nobody_counts_is_refused(render):
    # Without the class, no reader of the HTML can tell what is shown as Python.
    with pytest.raises(PageError, match="0 blocks are shown as Python, but 1 were found"):
        render(f"[2](check:it-is-2)\n\n{CHECK}", pygments_lang_class=False, use_pygments=True)


def test_the_mark_of_the_page_end_is_not_published(render):
    assert render("Text.\n") == "<p>Text.</p>"


def test_text_of_no_page_may_claim_nothing(tmp_path):
    (tmp_path / "docs").mkdir()
    markdown = Markdown(extensions=[*BASELINE, EvidenceExtension(docs_dir=str(tmp_path / "docs"))])
    assert markdown.convert("Just *text*.") == "<p>Just <em>text</em>.</p>"
    with pytest.raises(PageError, match="no page of the site"):
        markdown.convert("[2](check:it-is-2)")
