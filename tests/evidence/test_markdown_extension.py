"""The site shows each check with its grade, leads links to it, and refuses a page that breaks a rule."""

from __future__ import annotations

from pathlib import Path

import pytest
from markdown import Markdown

from evidence.files.errors import PageError
from evidence.markdown_extension import EvidenceExtension
from evidence.page.settings import BASELINE, BASELINE_CONFIGS
from evidence.page.site import Site
from evidence.records.records import Records
from evidence.records.verification import verify

CHECK = '<!--pytest.mark.exact("it-is-2")-->\n```python\nassert 1 + 1 == 2\n```\n'


@pytest.fixture
def render(tmp_path: Path):
    (tmp_path / "docs" / "sub").mkdir(parents=True)

    def render(
        text: str, name: str = "page.md", verified: bool = True, unverified: str = "refuse", **configs: object
    ) -> str:
        (tmp_path / "docs" / name).write_text(text)
        highlight = {"pymdownx.highlight": {"pygments_lang_class": True, **configs}}
        config = {"config_file": str(tmp_path / "mkdocs.yml")}
        if verified:
            site = Site(tmp_path / "mkdocs.yml")
            verify(site.pages(), Records(tmp_path / "docs"))
        extension = EvidenceExtension(**config, unverified=unverified)
        return Markdown(extensions=[*BASELINE, extension], extension_configs=BASELINE_CONFIGS | highlight).convert(text)

    return render


def test_a_check_shows_grade_and_name_and_is_where_its_link_leads(render):
    html = render(f"It is [2](check:it-is-2).\n\n{CHECK}")
    assert '<a class="check-link" href="#check-it-is-2">2</a>' in html
    assert '<p class="check" id="check-it-is-2">' in html
    assert '<span class="check-grade check-grade--exact">exact</span>' in html
    assert '<span class="check-passed">held</span>' in html
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


def test_the_mark_of_the_ledger_asks_for_it_and_in_a_block_of_code_it_is_text(render):
    mark = "<!--evidence:ledger-->"
    html = render(f"# One\n\n{mark}\n\n```markdown\n# All checks\n\n{mark}\n```\n\n[2](check:it-is-2)\n\n{CHECK}")
    shown, code = html[: html.index("language-markdown")], html[html.index("language-markdown") :]
    assert "1 checks (1 exact): all passed." in shown
    assert "evidence:ledger" not in shown
    assert "&lt;!--evidence:ledger--&gt;" in code
    assert "all passed" not in code


def test_front_matter_is_no_hindrance(render, tmp_path):
    text = f"[2](check:it-is-2)\n\n{CHECK}"
    (tmp_path / "docs" / "page.md").write_text(f"---\ntitle: T\n---\n\n{text}")
    verify(Site(tmp_path / "mkdocs.yml").pages(), Records(tmp_path / "docs"))
    extension = EvidenceExtension(config_file=str(tmp_path / "none.yml"))
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
    markdown = Markdown(extensions=[*BASELINE, EvidenceExtension(config_file=str(tmp_path / "none.yml"))])
    assert markdown.convert("Just *text*.") == "<p>Just <em>text</em>.</p>"
    with pytest.raises(PageError, match="no page of the site"):
        markdown.convert("[2](check:it-is-2)")


FALSE = CHECK.replace("== 2", "== 3")


def test_a_page_with_a_check_that_was_not_run_is_refused(render):
    with pytest.raises(PageError, match=r"page\.md:4: 'it-is-2' was not run as it stands"):
        render(f"[2](check:it-is-2)\n\n{CHECK}", verified=False)


def test_a_page_with_a_false_check_is_refused_with_line_and_values(render):
    with pytest.raises(PageError, match=r"does not hold:\n.*page\.md:5: check 'it-is-2'[\s\S]*assert 2 == 3"):
        render(f"It is [3](check:it-is-2).\n\n{FALSE}")


def test_an_edit_makes_the_record_stale(render):
    render(f"It is [2](check:it-is-2).\n\n{CHECK}")
    with pytest.raises(PageError, match="was not run as it stands"):
        render(f"It is [3](check:it-is-2).\n\n{FALSE}", verified=False)


def test_an_author_is_shown_what_is_wrong_in_its_place(render):
    pending = render(f"[2](check:it-is-2)\n\n{CHECK}", verified=False, unverified="show")
    assert '<span class="check-pending">not checked yet</span>' in pending
    said = render(f"It is [4](check:it-is-2).\n\n{CHECK}", unverified="show")
    assert "claims 4, but" in said[: said.index("check-link")]
    failed = render(f"[4](check:it-is-2), [2](check:gone)\n\n{FALSE}\nAfter it.\n", unverified="show")
    assert '<span class="check-failed">does not hold</span>' in failed
    assert "which is on no page" in failed[: failed.index("check-link")]
    report = failed.index("E   AssertionError: assert 2 == 3")
    assert failed.index("language-python") < report < failed.index("After it.")


def test_what_is_said_to_the_attack_is_not_shown(render):
    shown = render(f"[2](check:it-is-2)\n\n{CHECK.replace('== 2', '== 2  # mutation: a reason')}")
    assert "mutation" not in shown
    assert 'class="check-passed"' in shown
