"""Figures, from the function that draws them to the page."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree

import matplotlib
import pytest
from markdown import Markdown

from evidence.files.errors import PageError
from evidence.files.store import Store
from figures import kept_figures as figures
from figures.draw import draw
from figures.kept_figures import Drawn, Figure, figure_at, figure_name

Render = Callable[[str], str]

MODULE = """
import matplotlib.pyplot as plt

from figures.palette import C1, C2, shades


def two_lines():
    figure, axes = plt.subplots()
    axes.plot([0, 1], [0, 1])
    axes.plot([0, 1], [1, 0], marker="o")
    axes.set_xlabel("time")
    axes.fill_between([0, 1], [0, 0], [1, 1], color=C2, alpha=0.2, hatch="//")
    return figure


def cells():
    figure, axes = plt.subplots()
    axes.pcolormesh([[0.0, 0.5], [1.0, 0.2]], cmap=shades(C1))
    return figure


def red():
    figure, axes = plt.subplots()
    axes.plot([0, 1], color="red")
    return figure


def pixels():
    figure, axes = plt.subplots()
    axes.imshow([[0, 1]])
    return figure


def fails():
    values = {}
    return values["absent"]


def nothing():
    plt.subplots()


def prints():
    print("{}")
    return two_lines()
"""
TWO_LINES = "![Two lines that cross in the middle](figures/demo/two-lines.svg)"


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What has been drawn in this run, so that each figure is drawn but once."""
    return tmp_path_factory.mktemp("drawn")


@pytest.fixture
def page(docs: Path, drawn: Path, monkeypatch: pytest.MonkeyPatch, render: Render) -> Render:
    (docs / "figures" / "demo.py").write_text(MODULE)
    monkeypatch.setattr(figures, "cache_folder", lambda _docs: drawn)
    # A process for each would take a second each; one test below has it.
    monkeypatch.setattr(figures, "_run", in_this_process)
    return render


def in_this_process(wanted: Sequence[Figure]) -> Iterator[tuple[Figure, Drawn]]:
    for figure in wanted:
        told = {"drawn": draw(figure.module, [figure.function]), "rests_on": {}}
        yield figure, figures._drawn(figure, told)


def test_a_figure_becomes_part_of_the_page(page: Render) -> None:
    html = page(f"{TWO_LINES}\n")
    assert html.startswith('<figure class="figure"><svg ')
    svg = ElementTree.fromstring(html[html.index("<svg") : html.rindex("</svg>") + 6])
    assert svg.get("role") == "img"
    assert svg.get("viewBox") == "0 0 331.2 216"
    title = svg[0]
    assert title.text == "Two lines that cross in the middle"
    assert svg.get("aria-labelledby") == title.get("id")
    assert "time" in "".join(svg.itertext())
    assert not re.search(r"(?<!,)#[0-9a-f]{6}", html.replace("href=", ""))
    assert "DejaVu" not in html
    assert "figcaption" not in html


def test_a_title_becomes_the_caption(page: Render) -> None:
    html = page(TWO_LINES.replace(")", ' "Crossing, *slowly*, at $x$")'))
    assert "<figcaption>Crossing, <em>slowly</em>, at <math><mi>x</mi></math></figcaption>" in html


def test_ids_do_not_clash(page: Render) -> None:
    html = page(f"{TWO_LINES}\n\n![Four cells of different shades](figures/demo/cells.svg)\n\n- {TWO_LINES}\n")
    assert html.count("<figure") == 3
    ids = re.findall(r'\bid="([^"]*)"', html)
    assert len(ids) == len(set(ids)) > 3
    references = re.findall(r'(?:url\(|href="|aria-labelledby=")#?([\w-]+)', html)
    assert set(references) <= set(ids)


@pytest.mark.parametrize(
    ("function", "problem"),
    [
        ("red", "docs/figures/demo.py: the colour #ff0000 is none of figures.palette"),
        ("pixels", "docs/figures/demo.py: part of it is an image of pixels"),
        ("fails", "docs/figures/demo.py:{}: KeyError: 'absent'"),
        ("nothing", "docs/figures/demo.py: nothing() returned NoneType"),
        ("absent-one", "docs/figures/demo.py: it has no function absent_one()"),
    ],
)
def test_a_figure_that_cannot_be_drawn_stops_the_page(page: Render, function: str, problem: str) -> None:
    source = f"figures/demo/{function}.svg"
    line = MODULE.splitlines().index('    return values["absent"]') + 1
    with pytest.raises(PageError, match=re.escape(problem.format(line))) as caught:
        page(f"# Title\n\n![Words that say what is to be seen]({source})\n")
    assert str(caught.value).startswith(f"docs/page.md:3: The figure {source} cannot be drawn: ")


def test_a_module_that_does_not_exist_or_is_no_python(page: Render, docs: Path) -> None:
    with pytest.raises(PageError, match=r"docs/page\.md:1: .*docs/figures/other\.py does not exist"):
        page("![Words that say what is to be seen](figures/other/a.svg)")
    (docs / "figures" / "other.py").write_text("x = 1\ndef f(:\n")
    with pytest.raises(PageError, match=r"docs/figures/other\.py:2: SyntaxError"):
        page("![Words that say what is to be seen](figures/other/a.svg)")


def test_a_figure_stands_alone(page: Render) -> None:
    with pytest.raises(PageError, match=r"docs/page\.md:3: .* stands in a sentence\. Put it in a paragraph"):
        page(f"# Title\n\nSee {TWO_LINES} here.\n")


def test_of_a_figure_that_stands_twice_the_place_of_the_second_is_told(page: Render) -> None:
    with pytest.raises(PageError, match=r"docs/page\.md:5: .* stands in a sentence"):
        page(f"# Title\n\n{TWO_LINES}\n\nSee {TWO_LINES} here.\n")


@pytest.mark.parametrize(("told", "waits"), [({}, None), ({"wait": 0}, 0), ({"wait": 1.5}, 1.5)])
def test_a_build_waits_for_its_figures_and_a_server_as_it_is_told(told: dict, waits: float | None) -> None:
    assert Markdown(extensions=["figures"], extension_configs={"figures": told}).treeprocessors["figures"].wait == waits


def test_what_a_figure_prints_does_no_harm(page: Render) -> None:
    assert "<svg" in page("![Two lines that cross in the middle](figures/demo/prints.svg)")


def test_addresses(docs: Path) -> None:
    expected = Figure(docs / "figures" / "my_page.py", "how_it_grows")
    assert figure_at("figures/my-page/how-it-grows.svg", docs) == expected
    assert figure_at("../figures/my-page/how-it-grows.svg", docs) == expected
    assert figure_at("images/logo.svg", docs) is None
    assert figure_at("https://example.org/figures/a/b.svg", docs) is None
    file = docs / "figures" / "my-page" / "how-it-grows.svg"
    file.parent.mkdir()
    file.touch()
    assert figure_at("figures/my-page/how-it-grows.svg", docs) is None


def test_a_process_of_its_own_draws_the_same_bytes(docs: Path) -> None:
    module = docs / "figures" / "demo.py"
    module.write_text(MODULE)
    lines, failing = Figure(module, "two_lines"), Figure(module, "fails")
    result = figures.svgs([lines, failing], docs)
    assert result[lines] == draw(module, ["two_lines"])["two_lines"]["svg"]
    assert "KeyError" in str(result[failing])
    assert [file.name for file in (docs.parent / ".cache" / "figures").iterdir()] == [f"{figure_name(lines)}.svg"]
    assert not (docs / "figures" / "__pycache__").exists()


@pytest.mark.parametrize(
    ("ends", "told"),
    [
        ("os._exit(3)", "docs/figures/demo.py: drawing ended its own process, with code 3"),
        (
            "os.kill(os.getppid(), 9)",
            "drawing broke off: NoAnswer: the process that does the work was ended by SIGKILL",
        ),
    ],
)
def test_a_process_that_dies_is_reported(ends: str, told: str, docs: Path) -> None:
    module = docs / "figures" / "demo.py"
    module.write_text(f"import os\n{ends}\n")
    figure = Figure(module, "f")
    assert told in str(figures.svgs([figure], docs)[figure])


def test_settings_do_not_leak(docs: Path) -> None:
    module = docs / "figures" / "demo.py"
    module.write_text("import matplotlib\nmatplotlib.rcParams['font.size'] = 3\n" + MODULE)
    before = dict(matplotlib.rcParams)
    draw(module, ["two_lines"])
    assert {name: value for name, value in matplotlib.rcParams.items() if before[name] != value} == {}


WARM = """
import sys
from markdown import Markdown
config = {"docs_dir": "docs"}
page = open("docs/page.md").read()
html = Markdown(extensions=["figures"], extension_configs={"figures": config}).convert(page)
assert "<svg" in html
print(sorted({"torch", "matplotlib", "numpy"} & set(sys.modules)))
"""


def test_a_warm_cache_needs_neither_torch_nor_matplotlib(docs: Path) -> None:
    module = docs / "figures" / "demo.py"
    module.write_text("import torch\n" + MODULE)
    (docs / "page.md").write_text(TWO_LINES)
    Store(docs.parent / ".cache" / "figures", ".svg").write(figure_name(Figure(module, "two_lines")), b"<svg></svg>")
    run = subprocess.run([sys.executable, "-c", WARM], capture_output=True, text=True, check=False)
    assert (run.stdout.strip(), run.stderr) == ("[]", "")


OURS = """
import json, os
from pathlib import Path

import matplotlib.pyplot as plt
from helpers.lengths import SIDE

def square():
    figure, axes = plt.subplots()
    axes.plot([0, SIDE], [0, json.loads(Path("data.json").read_text())])
    axes.set_xlabel(os.environ.get("COURSE_LABEL", "time"))
    return figure
"""


@pytest.fixture
def square(docs: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], bool]:
    """Draw a figure that rests on a module of a package, a data file and a variable; whether it had to be drawn."""
    (docs / "figures" / "demo.py").write_text(OURS)
    (docs.parent / "helpers").mkdir()
    (docs.parent / "helpers" / "__init__.py").touch()
    (docs.parent / "helpers" / "lengths.py").write_text("from helpers.units import ONE\n\nSIDE = 3 * ONE\n")
    (docs.parent / "helpers" / "units.py").write_text("ONE = 1\n")
    (docs.parent / "helpers" / "other.py").write_text("")
    (docs.parent / "data.json").write_text("3")
    monkeypatch.delenv("COURSE_LABEL", raising=False)
    figure = Figure(docs / "figures" / "demo.py", "square")

    def draw_it() -> bool:
        before = figures.svgs([figure], docs, wait=0)[figure]
        assert "<svg" in str(figures.svgs([figure], docs)[figure])
        return before is None

    return draw_it


def test_a_figure_is_drawn_again_when_what_it_rests_on_has_changed(square, docs, monkeypatch) -> None:
    assert square()
    assert not square()
    (docs.parent / "helpers" / "other.py").write_text("changed = True\n")
    assert not square(), "nothing imports it"
    (docs.parent / "helpers" / "units.py").write_text("ONE = 2\n")
    assert square()
    (docs.parent / "data.json").write_text("4")
    assert square()
    monkeypatch.setenv("COURSE_LABEL", "steps")
    assert square()
    (docs / "figures" / "demo.py").write_text(OURS.replace("time", "days"))
    assert square()
    assert not square()


def test_a_figure_that_failed_is_drawn_again_when_what_it_rests_on_has_changed(square, docs) -> None:
    (docs.parent / "data.json").write_text("{")
    with pytest.raises(AssertionError, match="JSONDecodeError"):
        square()
    (docs.parent / "data.json").write_text("3")
    assert square()
