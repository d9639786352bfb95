"""What an experiment measured may be other on another processor; the page shows it, and all else is held to each digit."""

from __future__ import annotations

from pathlib import Path

import pytest
from markdown import Markdown

from evidence.markdown_extension import EvidenceExtension
from evidence.page.settings import BASELINE, BASELINE_CONFIGS
from evidence.page.site import Site
from evidence.records.records import Records
from evidence.records.verification import verify

SET_UP = "```python\nimport random\nx = random.Random(1).random()\nprint(f'mean   {x:.2f} of 1')\n```\n"
SAID = "<!--pytest-codeblocks:expected-output-->\n```text\n{0}\n```\n\n"
CHECK = '<!--pytest-codeblocks:cont-->\n<!--pytest.mark.{0}("drawn")-->\n```python\nassert 0 < x < 1\n```\n\n'
LINK = "It is [less than 1](check:drawn).\n\n"


@pytest.mark.parametrize(
    ("said", "grade", "holds"),
    [
        ("mean   0.13 of 1", "experiment", True),
        ("mean   0.97 of 1", "experiment", True),
        ("mean −10.97 of 1", "experiment", True),
        ("best   0.13 of 1", "experiment", False),
        ("mean   0.13 of 1\nmean   0.13 of 1", "experiment", False),
        ("mean   0.97 of 1", "numeric", False),
    ],
)
def test_only_the_numbers_of_an_experiment_may_be_others(said, grade, holds, run_page):
    result = run_page(LINK + SET_UP + SAID.format(said) + CHECK.format(grade))
    assert (result.ret == 0) is holds


def test_an_experiment_that_claims_by_its_output_alone_is_held_to_it(run_page):
    code = '<!--pytest.mark.experiment("drawn")-->\n' + SET_UP
    assert run_page("It is [0.13](check:drawn).\n\n" + code + SAID.format("mean   0.13 of 1")).ret == 0
    assert run_page("It is [0.13](check:drawn).\n\n" + code + SAID.format("mean   0.14 of 1")).ret == 1


@pytest.mark.parametrize("margin", ["", "> "])
def test_the_page_shows_what_its_own_run_measured(tmp_path: Path, margin: str) -> None:
    (tmp_path / "docs").mkdir()
    text = LINK + SET_UP + SAID.format("mean   0.97 of 1") + CHECK.format("experiment")
    text = "".join(f"{margin}{line}\n" for line in text.split("\n"))
    (tmp_path / "docs" / "page.md").write_text(text)
    verify(Site(tmp_path / "mkdocs.yml").pages(), Records(tmp_path / "docs"))
    extension = EvidenceExtension(config_file=str(tmp_path / "none.yml"))
    configs = BASELINE_CONFIGS | {"pymdownx.highlight": {"pygments_lang_class": True}}
    html = Markdown(extensions=[*BASELINE, extension], extension_configs=configs).convert(text)
    assert "mean   0.13 of 1" in html
    assert "0.97" not in html
