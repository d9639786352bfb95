"""`verify` runs what is stale and says so; `ledger` lists what is known, and runs nothing."""

from __future__ import annotations

import dataclasses
import json
import re
import subprocess
import sys

import pytest

from evidence.__main__ import main
from evidence.page.html_outline import sentence_around
from evidence.page.site import Site
from evidence.records.records import Records
from evidence.show.ledger import Entry, as_markdown, attacked, counts, ledger

PAGE = """# Sums

## 1. Two { #sum-1 }

One and one make [2](check:two). They do not make 3, [says the run](check:two).

<!--pytest.mark.exact("two")-->
```python
assert 1 + 1 == 2
```
"""


@pytest.fixture
def site(tmp_path, monkeypatch):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "sums.md").write_text(PAGE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_verify_runs_what_is_stale_once(site, capsys):
    assert main(["verify"]) == 0
    assert "held " in capsys.readouterr().out
    assert main(["verify", "docs/sums.md"]) == 0
    assert capsys.readouterr().out.startswith("0 blocks ran, 1 were current, 0 do not hold")


def test_verify_tells_what_does_not_hold(site, capsys):
    (site / "docs" / "sums.md").write_text(PAGE.replace("[2]", "[3]").replace("== 2", "== 3"))
    assert main(["verify"]) == 1
    output = capsys.readouterr().out
    assert "docs/sums.md:9: check 'two' (exact) failed" in output
    assert "assert 2 == 3" in output
    assert "1 do not hold" in output


def test_verify_refuses_a_page_that_breaks_a_rule(site, capsys):
    (site / "docs" / "sums.md").write_text(PAGE.replace("[2]", "[4]"))
    assert main(["verify"]) == 2
    assert "docs/sums.md:5: the link [4] claims 4" in capsys.readouterr().err


def test_pages_are_run_at_once_and_told_in_their_order(site):
    claims = {"a": "1 + 1 == 3", "b": "__import__('os')._exit(7)", "c": "1 + 1 == 2", "d": "1 + 1 == 4"}
    for name, claim in claims.items():
        told = PAGE.replace("two", name).replace("1 + 1 == 2", f"print('se' + 'en') or {claim}").replace("[2]", "[It]")
        (site / "docs" / f"{name}.md").write_text(told)
    command = [sys.executable, "-m", "evidence", "verify", "--jobs", "2"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    places = [
        "docs/a.md:9: check 'a'",
        "docs/b.md:9: check 'b'",
        "docs/d.md:9: check 'd'",
    ]
    found = [done.stdout.index(place) for place in places]
    assert found == sorted(found)
    assert "5 blocks ran, 0 were current, 3 do not hold" in done.stdout
    assert "seen" not in done.stdout
    # What was run is kept, whatever became of the others.
    again = subprocess.run([*command, "docs/c.md", "docs/sums.md"], capture_output=True, text=True, check=False)
    assert again.stdout.startswith("0 blocks ran, 2 were current, 0 do not hold")


@pytest.mark.parametrize("command", ["verify", "mutate", "reseed", "update", "ledger"])
def test_each_command_has_help(command, capsys):
    with pytest.raises(SystemExit) as exit_:
        main([command, "--help"])
    assert exit_.value.code == 0
    assert "Exit code:" in capsys.readouterr().out


def test_ledger_says_what_is_stale_and_what_passed(site, capsys):
    assert main(["ledger"]) == 1
    assert "stale  exact    sum-1  two  docs/sums.md:8" in capsys.readouterr().out
    main(["verify"])
    capsys.readouterr()
    assert main(["ledger"]) == 0
    assert capsys.readouterr().out.endswith("1 checks (1 exact): all passed\n")


def test_ledger_as_json_holds_the_sentences(site, capsys):
    main(["verify"])
    capsys.readouterr()
    main(["ledger", "--json"])
    (check,) = json.loads(capsys.readouterr().out)["checks"]
    assert check["sentences"] == ["One and one make 2.", "They do not make 3, says the run."]
    assert (check["name"], check["grade"], check["question"], check["verdict"]) == ("two", "exact", "sum-1", "passed")
    assert (check["page"], check["title"], check["line"]) == ("sums.md", "Sums", 8)


def test_the_ledger_of_a_page_is_a_list_that_fits_a_narrow_screen(site, capsys):
    main(["verify"])
    pages = Site(site / "mkdocs.yml")
    lines = as_markdown(ledger(pages, Records(site / "docs")), "Not attacked")
    *_, title, _, opening, _, question, _, item, _, closing = lines
    assert title == "## Sums"
    assert question == "[1. Two](sums.md#sum-1)"
    assert (opening, closing) == ("/// details | 1 check", "///")
    assert re.fullmatch(
        r"- One and one make 2\.<br>They do not make 3, says the run\.<br>"
        r"\[`two`\]\(sums\.md#check-two\) · exact",
        item,
    )


def test_the_ledger_says_why_a_changed_claim_may_pass(site):
    text = PAGE.replace("1 + 1 == 2", "1 + 1 == 2  # mutation: what is added is whole")
    assert text != PAGE
    (site / "docs" / "sums.md").write_text(text)
    entries = ledger(Site(site / "mkdocs.yml"), Records(site / "docs"))
    *_, item, _, _ = as_markdown(entries, "Not attacked")
    assert item.endswith("<br>a changed claim may pass: what is added is whole")


def test_a_check_of_many_claims_does_not_fill_the_page():
    claims = tuple(f"Sentence {number}." for number in range(6))
    entry = Entry("two", "exact", "sum-1", "sums.md", "Sums", 8, claims, "passed")
    *_, item, _, _ = as_markdown([entry], "Not attacked")
    assert item.startswith("- Sentence 0.<br>Sentence 1.<br>and in 4 more places<br>[`two`]")


def test_counts_are_those_of_the_ledger(site):
    entries = ledger(Site(site / "mkdocs.yml"), Records(site / "docs"))
    held, attack, ran = counts(entries, "Not attacked", ["numpy"])
    assert held == "- **2 sentences** rest on **1 checks**: 1 exact."
    assert attack == "- Not attacked."
    assert re.match(r"- They were run with Python 3\.[\d.]+, numpy [\d.]+", ran)
    numeric = dataclasses.replace(entries[0], name="three", grade="numeric", sentences=entries[0].sentences[:1])
    assert next(counts([*entries, numeric], "")) == "- **2 sentences** rest on **2 checks**: 1 exact and 1 numeric."
    assert next(counts([], "")) == "- **0 sentences** rest on **0 checks**: none yet."


@pytest.mark.parametrize(
    ("text", "words", "sentence"),
    [
        ("First. Second here. Third.", "here", "Second here."),
        ("As Luo et al. say, 3.5 of it. Then", "3.5", "As Luo et al. say, 3.5 of it."),
        ("Only one", "one", "Only one"),
        ("A question? Yes,\nit is.", "it", "Yes, it is."),
    ],
)
def test_the_sentence_around_a_link(text, words, sentence):
    assert sentence_around(text, text.index(words)) == sentence


def test_the_ledger_tells_how_many_changed_claims_were_caught(site, capsys):
    pages = Site(site / "mkdocs.yml")
    assert attacked(pages, Records(site / "docs")) == "The checks were not attacked since they last changed"
    assert main(["mutate"]) == 0
    told = attacked(pages, Records(site / "docs"))
    assert re.search(r"one number or comparison at a time, (\d+) of \1 changes failed$", told)
    (site / "docs" / "sums.md").write_text(PAGE.replace("1 + 1 == 2", "1 + 1 == 1 * 2"))
    assert "not attacked" in attacked(Site(site / "mkdocs.yml"), Records(site / "docs"))


def test_a_page_is_attacked_again_when_it_has_changed_or_something_survived(site, capsys):
    def attack() -> tuple[int, str]:
        code = main(["mutate", "--stale"])
        return code, capsys.readouterr().out.splitlines()[-1].split(":")[0]

    code, told = attack()
    assert code == 0
    assert not told.startswith("0 ")
    assert attack() == (0, "0 changed claims of 0 checks")
    (site / "docs" / "sums.md").write_text(PAGE.replace("assert 1 + 1 == 2", "a = 1 + 1\nassert a == a"))
    assert attack()[0] == 1
    assert attack()[0] == 1


def test_a_check_is_not_born_attacked(site, capsys):
    """What was set-up when its page was attacked is attacked when it becomes a check."""
    unmarked = PAGE + "\n```python\ndef test_sum():\n    assert sum([1, 2]) == 4\n```\n"
    (site / "docs" / "sums.md").write_text(unmarked)
    assert main(["mutate", "--stale"]) == 0
    marked = unmarked.replace("```python\ndef", '<!--pytest.mark.exact("new")-->\n```python\ndef')
    (site / "docs" / "sums.md").write_text(marked)
    assert main(["mutate", "--stale"]) != 0
    assert "never evaluated" in "".join(capsys.readouterr())


def test_the_ledger_shows_formulas_as_they_are_written(tmp_path):
    """In Markdown without formulas, the two underscores would begin and end an emphasis."""
    (tmp_path / "docs").mkdir()
    formula = r"$\vec{c}_i = \sum_j \alpha_{ij}\,\vec{v}_j < 1$"
    (tmp_path / "docs" / "page.md").write_text(f"Of {formula} [one $x_1$ is 2](check:two), see $b_2$. Another.\n")
    (tmp_path / "mkdocs.yml").write_text("markdown_extensions: [pymdownx.superfences, mathml]\n")
    (link,) = Site(tmp_path / "mkdocs.yml").page(tmp_path / "docs" / "page.md").links
    assert link.words == "one $x_1$ is 2"
    assert link.sentence == f"Of {formula} one $x_1$ is 2, see $b_2$."


def test_a_cell_of_a_table_claims_what_it_says_of_its_row_in_its_column(tmp_path):
    (tmp_path / "docs").mkdir()
    table = "| width | ten layers |\n| --- | --- |\n| 2 | [0.2](check:a) |\n| [3](check:a) | of [0.3](check:a) |\n"
    (tmp_path / "docs" / "page.md").write_text(f"{table}\nOf [all](check:a) of them.\n")
    (tmp_path / "mkdocs.yml").write_text("markdown_extensions: [pymdownx.superfences, tables]\n")
    assert [link.sentence for link in Site(tmp_path / "mkdocs.yml").page(tmp_path / "docs" / "page.md").links] == [
        "width 2; ten layers: 0.2",
        "width: 3",
        "width 3; ten layers: of 0.3",
        "Of all of them.",
    ]
