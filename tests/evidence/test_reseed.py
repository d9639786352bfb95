"""`reseed` sets every seed to another, and names the checks that do not hold then."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
import torch
from mkdocs.config import load_config
from mkdocs.exceptions import PluginError

from evidence.__main__ import main
from evidence.reseeding.seeds import shift, shifted_seeds

CONFIG = """site_name: Trial
plugins: [evidence]
markdown_extensions:
  - pymdownx.highlight: {pygments_lang_class: true}
  - pymdownx.superfences
  - evidence
"""
DRAWS = {
    "torch": "import torch\ntorch.manual_seed(3)\ndrawn = torch.rand(1).item()",
    "torch by name": "from torch import manual_seed, rand\nmanual_seed(seed=3)\ndrawn = rand(1).item()",
    "torch generator": "import torch\ndrawn = torch.rand(1, generator=torch.Generator().manual_seed(3)).item()",
    "torch as the session starts": "import torch\ndrawn = torch.rand(1).item()",
    "random": "import random\nrandom.seed(3)\ndrawn = random.random()",
    "random of its own": "import random\ndrawn = random.Random(3).random()",
    "random as the session starts": "import random\ndrawn = random.random()",
    "numpy": "import numpy as np\nnp.random.seed(3)\ndrawn = np.random.rand()",
    "numpy generator": "import numpy as np\ndrawn = np.random.default_rng(3).random()",
    "numpy generator of many": "import numpy as np\ndrawn = np.random.default_rng([3, 4]).random()",
    "numpy state": "import numpy as np\ndrawn = np.random.RandomState(3).rand()",
    "numpy as the session starts": "import numpy as np\ndrawn = np.random.rand()",
}


def value(draw: str) -> float:
    names: dict[str, float] = {}
    random.seed(0), np.random.seed(0), torch.manual_seed(0)
    exec(draw, names)
    return names["drawn"]


def check(code: str, name: str = "it-holds", grade: str = "experiment") -> str:
    return f'<!--pytest.mark.{grade}("{name}")-->\n```python\n{code}\n```\n\n'


@pytest.fixture
def reseed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()

    def reseed(text: str, *options: str) -> tuple[int, str]:
        (tmp_path / "docs" / "page.md").write_text(text)
        code = main(["reseed", "--seeds", "5", *options])
        captured = capfd.readouterr()
        return code, captured.out + captured.err

    return reseed


@pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS)
def test_a_check_whose_seed_matters_is_named(draw, reseed):
    status, out = reseed(check(f"{draw}\nassert drawn == {value(draw)!r}"))
    assert status == 1
    assert "docs/page.md:3: it-holds (experiment): held under 0 of 5 other seeds" in out
    assert f"first failed with {shift(1)} added to each seed: AssertionError: assert " in out


@pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS)
def test_a_check_whose_seed_does_not_matter_is_not(draw, reseed):
    status, out = reseed(check(f"{draw}\nassert 0 <= drawn < 1"))
    assert status == 0
    assert "1 checks, 1 in sessions that draw random numbers, run under 5 other seeds: all hold" in out


@pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS)
def test_without_a_shift_seeds_are_the_pages_own(draw):
    plain = value(draw)
    with shifted_seeds(0):
        assert value(draw) == plain
    with shifted_seeds(shift(1)):
        assert value(draw) != plain
    assert value(draw) == plain


def test_how_often_it_held_is_told(reseed):
    code = "import torch\ntorch.manual_seed(0)\nn = torch.initial_seed()\n"
    status, out = reseed(check(code + f"assert n <= {shift(3)}"))
    assert status == 1
    assert "held under 3 of 5 other seeds" in out
    assert f"first failed with {shift(4)} added to each seed" in out


def test_sessions_without_chance_are_run_once(reseed, tmp_path):
    code = "from pathlib import Path\nwith Path('runs').open('a') as f:\n    f.write('x')\nassert 1 + 1 == 2"
    status, out = reseed(check(code, grade="exact"))
    assert status == 0
    assert "1 checks, 0 in sessions that draw" in out
    assert (tmp_path / "runs").read_text() == "x"


def test_an_experiment_in_which_nothing_is_drawn_is_none(reseed):
    status, out = reseed(check("assert 1 + 1 == 2"))
    assert status == 1
    assert "it draws no random number" in out or "draws no random number" in out


def test_measured_values_beside_an_assert_are_those_of_the_pages_own_seed(reseed):
    text = check("import torch\nx = torch.rand(1)\nprint(f'{x.item():.3f}')\nassert 0 <= x < 1")
    text += "<!--pytest-codeblocks:expected-output-->\n```text\n0.496\n```\n\n"
    assert reseed(text)[0] == 0


def test_a_block_after_one_that_failed_is_not_counted(reseed):
    text = "```python\nimport torch\nassert torch.initial_seed() in (0, 1000003)\nx = torch.rand(1)\n```\n\n"
    text += "<!--pytest-codeblocks:cont-->\n" + check("assert x < 1 and torch.initial_seed() == 0")
    status, out = reseed(text)
    assert status == 1
    assert "docs/page.md:2: set-up block page.1: held under 1 of 5 other seeds" in out
    assert "it-holds (experiment): held under 0 of 1 other seeds" in out


def test_an_output_that_depends_on_the_seed_is_named_and_stops_nothing(reseed):
    text = check("import torch\nprint(torch.initial_seed())\nx = torch.rand(1)", "prints")
    text += "<!--pytest-codeblocks:expected-output-->\n```text\n0\n```\n\n"
    text += "<!--pytest-codeblocks:cont-->\n" + check("assert 0 <= x < 1")
    status, out = reseed(text)
    assert status == 1
    assert "prints (experiment): held under 0 of 5" in out
    assert "it-holds" not in out


def test_a_run_that_takes_too_long_is_a_failure(reseed, monkeypatch):
    monkeypatch.setenv("EVIDENCE_LIMIT", "2")
    code = "import time, torch\ntorch.rand(1)\nif torch.initial_seed():\n    time.sleep(60)\nassert time is not torch"
    status, out = reseed(check(code), "--jobs", "5")
    assert status == 1
    assert "held under 0 of 5" in out
    assert "the run was stopped after 8 s" in out


def test_a_check_that_never_ends_is_stopped_and_named(reseed, monkeypatch):
    monkeypatch.setenv("EVIDENCE_LIMIT", "1")
    status, out = reseed(check("while True:\n    pass\nassert 1 + 1 == 2"))
    assert status == 1
    assert "docs/page.md:3: it-holds (experiment): held under 0 of 5 other seeds" in out
    assert "the run was stopped after" in out


def test_a_page_that_fails_as_it_is(reseed):
    status, out = reseed(check("x = 5\nassert x == 6"))
    assert status == 2
    assert "E   AssertionError: assert 5 == 6" in out


def test_what_held_is_not_run_again_until_something_changes(reseed, tmp_path):
    (tmp_path / "ours.py").write_text("bound = 1\n")
    code = "import random\nfrom ours import bound\nwith open('runs', 'a') as f:\n    f.write('x')\n"
    text = check(f"{code}assert random.random() < bound")

    def runs() -> int:
        assert reseed(text, "--stale")[0] == 0
        return len((tmp_path / "runs").read_text())

    assert (runs(), runs()) == (5, 5)
    (tmp_path / "ours.py").write_text("bound = 1 + 1\n")
    assert (runs(), runs()) == (10, 10)
    (tmp_path / "ours.py").write_text("bound = 0\n")
    assert reseed(text, "--stale")[0] == 2, "it fails as it is"


@pytest.mark.parametrize(("holds", "strict"), [(0, False), (0, True), (1, True)])
def test_a_strict_build_has_no_claim_that_owes_its_outcome_to_a_seed(holds, strict, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    claim = "drawn < 1" if holds else f"drawn == {value(DRAWS['random'])!r}"
    page = "[So it is](check:it-holds).\n\n" + check(f"{DRAWS['random']}\nassert {claim}")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "page.md").write_text(page)
    (tmp_path / "mkdocs.yml").write_text(CONFIG)
    config = load_config(strict=strict)
    config.plugins.on_startup(command="build", dirty=False)
    config = config.plugins.on_config(config)
    if holds or not strict:
        config.plugins.on_pre_build(config=config)
        return
    with pytest.raises(
        PluginError, match=r"docs/page\.md:5: it-holds \(experiment\): held under 0 of 1 other seeds\. Give"
    ):
        config.plugins.on_pre_build(config=config)


def test_the_number_of_seeds_must_be_given(capsys):
    with pytest.raises(SystemExit) as error:
        main(["reseed"])
    assert error.value.code == 2
    assert "--seeds" in capsys.readouterr().err
