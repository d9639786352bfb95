"""What a package keeps for the whole process is reset by whoever knows it: a state resetter, found by entry point."""

from __future__ import annotations

import sys
from importlib.metadata import entry_points

import pytest

from evidence.run.state import StateResetter, reset_global_state, resetters

# A package whose dice everybody shares, and the resetter that an author adds for it.
DICE = """
state = 0

def seed(number):
    global state
    state = number

def roll():
    global state
    state = (state * 5 + 3) % 16
    return state
"""
RESETTER = """
import dice
from evidence.run.state import StateResetter

class DiceState(StateResetter):
    def reset(self, seed):
        dice.seed(seed)

    def random_state(self):
        return dice.state

    def seeded_otherwise(self, other):
        seed = dice.seed
        yield dice, "seed", lambda number: seed(other(number) % 16)
"""


@pytest.fixture
def dice(tmp_path, monkeypatch):
    """The package `dice`, and a project that declares the resetter."""
    (tmp_path / "dice.py").write_text(DICE)
    (tmp_path / "dice_state.py").write_text(RESETTER)
    folder = tmp_path / "course-1.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: course\nVersion: 1\n")
    (folder / "entry_points.txt").write_text(
        "[evidence.state]\ndice = dice_state:DiceState\nabsent = no_such_module:State\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    resetters.cache_clear()
    import dice

    yield dice
    resetters.cache_clear()
    for name in ("dice", "dice_state"):
        sys.modules.pop(name, None)


def test_a_resetter_is_found_by_its_entry_point(dice):
    dice.roll()
    assert dice.state == 3
    reset_global_state()
    assert dice.state == 0


def test_seeds_of_its_package_are_shifted_too(dice):
    from evidence.reseeding.seeds import shifted_seeds

    with shifted_seeds(5) as asked:
        dice.seed(2)
        assert dice.state == 7
    dice.seed(2)
    assert (asked, dice.state) == ([2], 2)


def test_what_resets_a_package_that_is_not_installed_is_not_loaded(dice):
    assert "absent" in {entry.name for entry in entry_points(group="evidence.state")}
    assert [type(each).__name__ for each in resetters()].count("DiceState") == 1


@pytest.mark.parametrize("resetter", resetters(), ids=lambda each: type(each).__name__)
def test_each_of_ours_keeps_to_the_protocol(resetter):
    members = [name for name in vars(StateResetter) if not name.startswith("_")]
    assert [name for name in members if not hasattr(resetter, name)] == []


def test_a_seed_of_torch_is_noted_for_no_gpu(monkeypatch):
    torch = pytest.importorskip("torch")
    reset_global_state()
    monkeypatch.setattr("traceback.format_stack", lambda: pytest.fail("the stack was noted"))
    torch.manual_seed(3)
    drawn = torch.rand(2)
    assert torch.equal(drawn, torch.rand(2, generator=torch.Generator().manual_seed(3)))


def test_no_figure_of_one_session_is_there_in_the_next(monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "svg")
    pyplot = pytest.importorskip("matplotlib.pyplot")
    pyplot.plot([0, 1])
    reset_global_state()
    assert (pyplot.get_fignums(), pyplot.get_backend()) == ([], "agg")
