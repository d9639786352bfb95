"""Links, names, numbers and answers: each rule that a page can break is an error with file, line and remedy."""

from __future__ import annotations

import pytest

from evidence.page.site import Site
from evidence.rules.all_rules import page_errors

CONFIG = """site_name: Networks
markdown_extensions:
  - pymdownx.highlight:
      pygments_lang_class: true
  - pymdownx.superfences
  - evidence
"""


def check(name: str = "size-is-112", code: str = "assert size == (112, 112)", grade: str = "exact") -> str:
    return (
        f'\n\n<!--pytest.mark.{grade}("{name}")-->\n```python\nsize = tuple(56 + 56 for _ in range(2))\n{code}\n```\n'
    )


def test_a_page_that_keeps_the_rules(run_page):
    run_page(f"It is [**112 × 112**](check:size-is-112).{check()}").assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (
            f"[112](check:sise-is-112){check()}",
            1,
            "'sise-is-112', which is on no page. The nearest checks are: size-is-112",
        ),
        (f"No link.{check()}", 4, "no sentence links to the check 'size-is-112'"),
        (
            f"[112](check:size-is-112){check()}{check()}",
            11,
            "a second check is named 'size-is-112'*first is at docs/page.md:5",
        ),
        (f"[It](check:a){check('a', 'print(size)')}", 4, "has no assert and no expected output"),
        (
            '[It](check:a)\n\n<!--pytest.mark.exact("a")-->\n<!--pytest.mark.skip(reason="r")-->\n```python\nassert 1\n```',
            1,
            "not run",
        ),
        (
            "## Q { #q-1 }\n\n/// details | Answer\n    type: success\n\nBecause.\n///",
            3,
            "answer to 'q-1' links to no check",
        ),
    ],
)
def test_a_broken_rule_names_line_and_remedy(text, line, message, run_page):
    result = run_page(f"{text}\n")
    result.stdout.fnmatch_lines([f"E *docs/page.md:{line}: *{message}*"])
    assert result.ret == pytest.ExitCode.TESTS_FAILED


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("Text.\n\nSee [there](gone.md).", 3, "the link to gone.md leads to no file"),
        ("See [there](#gone).", 1, "the link to #gone names a place that is not there. docs/page.md has: here"),
        ("See [there](other.md#gone).", 1, "other.md#gone names a place that is not there. docs/other.md has: there"),
        (
            'Text.\n\n<script src="https://example.org/x.js"></script>',
            3,
            "ask another host for https://example.org/x.js",
        ),
        ("![A picture from elsewhere](//example.org/x.png)", 1, "ask another host for //example.org/x.png"),
        ('<link rel="stylesheet" href="http://example.org/x.css">', 1, "another host"),
    ],
)
def test_addresses_that_must_not_be(text, line, message, run_page):
    result = run_page(f"{text}\n\n## H {{ #here }}\n", "docs/page.md", other="# There { #there }\n")
    result.stdout.fnmatch_lines([f"E *docs/page.md:{line}: *{message}*"])


def test_links_that_lead_somewhere(run_page):
    text = "[a](#here), [b](other.md#there), [c](other.md), [d](https://example.org), [e](mailto:a@example.org)\n\n## H { #here }\n"
    run_page(text, "docs/page.md", other="# There { #there }\n").assert_outcomes(passed=1)


def test_a_page_that_is_written_meanwhile_has_no_second_check(tmp_path):
    path = tmp_path / "docs" / "cnns.md"
    path.parent.mkdir()
    text = f"# Networks\n\n[112](check:size-is-112)\n\n{check()}\n"
    path.write_text(text)
    (tmp_path / "mkdocs.yml").write_text(CONFIG)
    site = Site(tmp_path / "mkdocs.yml")
    site.checks()
    page = site.read(text.replace("# Networks", "# Networks\n\nMore."), path)
    assert page_errors(site, page, None) == []
    twice = site.read(f"{text}\n\n{check()}\n", path)
    assert ["a second check is named" in str(error) for error in page_errors(site, twice, None)] == [True]


def test_links_reach_checks_of_other_pages(run_page):
    run_page("[112](check:size-is-112)\n", other=check()).assert_outcomes(passed=3)


def test_an_answer_may_rest_on_a_cited_source(run_page):
    answer = "## Q { #q-1 }\n\n/// details | Answer\n    type: success\n\nAs [Luo](references.md#luo2016) says.\n///\n"
    run_page(answer, references='<span id="luo2016"></span> A paper.\n').assert_outcomes(passed=2)


def test_an_expected_error_is_an_assertion(run_page):
    code = "import pytest\nwith pytest.raises(ZeroDivisionError, match='by zero'):\n    1 / 0"
    run_page(f"[It](check:a){check('a', code)}").assert_outcomes(passed=2)


@pytest.fixture
def run_site(pytester, run_page):
    """Run a page of a site, which keeps records of what its checks observed."""
    (pytester.path / "mkdocs.yml").write_text("site_name: S\nmarkdown_extensions: [pymdownx.superfences, evidence]\n")
    return run_page


def test_words_that_the_run_observed(run_site):
    run_site(f"It is [**112 × 112**](check:size-is-112).{check()}").assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (
            f"[36 × 36](check:size-is-112){check()}",
            1,
            "the link [[]36 × 36] claims 36 × 36, but 'size-is-112' observed size == (112, 112) (docs/page.md:6). Write",
        ),
        (f"On\ntwo lines [112\nand 113](check:size-is-112){check()}", 2, "claims 113"),
        (f'[the size](check:size-is-112 "113"){check()}', 1, "claims 113"),
        (f"[112<sup>2</sup>](check:size-is-112){check()}", 1, "claims 112²"),
        (f"[![A plot of all 113](plot.svg)](check:size-is-112){check()}", 1, "claims 113"),
    ],
)
def test_words_that_the_run_did_not_observe(text, line, message, run_site):
    result = run_site(f"{text}\n")
    result.stdout.fnmatch_lines([f"E *docs/page.md:{line}: *{message}*"])
    result.assert_outcomes(passed=1, failed=1)


def test_of_a_check_that_fails_the_words_are_not_told(run_site):
    run_site(f"[113](check:size-is-112){check(code='assert size == 113')}").assert_outcomes(passed=1, failed=1)


def test_numbers_of_an_expected_output_count(run_site):
    output = "\n<!--pytest-codeblocks:expected-output-->\n```text\n224\n```\n"
    code = "size = tuple([112] * 2)\nprint(sum(size))"
    run_site(f"[224](check:a){check('a', code)}{output}").assert_outcomes(passed=2)


def test_the_label_of_what_is_printed_does_not_count(run_site):
    output = "\n<!--pytest-codeblocks:expected-output-->\n```text\n1000 samples 224\n```\n"
    code = 'size = tuple([112] * 2)\nprint("1000 samples", sum(size))'
    run_site(f"[1000 samples](check:a){check('a', code)}{output}").assert_outcomes(passed=1, failed=1)
