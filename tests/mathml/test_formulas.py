"""Where formulas are found, and what stands in their place."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from markdown import Markdown

X = "<math><mi>x</mi></math>"
Render = Callable[[str], str]


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("a $x$ b", f"<p>a {X} b</p>"),
        (r"a \(x\) b", f"<p>a {X} b</p>"),
        ("**a $x$** b", f"<p><strong>a {X}</strong> b</p>"),
        ("> a $x$", f"<p>a {X}</p>"),
        ("- $x$\n- b", f"<li>{X}</li>"),
        ("| a |\n| - |\n| $x$ |", f"<td>{X}</td>"),
        ("[see $x$](https://example.org)", f'<a href="https://example.org">see {X}</a>'),
        ("!!! note\n    a $x$", f"<p>a {X}</p>"),
        ("/// details | Why $x$\n\nb\n///", f"<summary>Why {X}</summary>"),
        ("//// details | A\n\n/// details | B\n\na $x$\n///\n////", f"<p>a {X}</p>"),
        ('<div markdown="1">\na $x$\n</div>', f"<p>a {X}</p>"),
    ],
)
def test_formulas_are_found_wherever_prose_is(render: Render, page: str, expected: str) -> None:
    assert expected in render(page)


@pytest.mark.parametrize("closing", [",", ").", "-th", "?”"])
def test_what_closes_a_formula_stays_with_it(render: Render, closing: str) -> None:
    page = render(f"($x${closing} and *$x${closing}* b")
    assert page.count(f'<span class="math-end">{X}{closing}</span>') == 2


def test_a_formula_before_a_word_is_alone(render: Render) -> None:
    assert "math-end" not in render("$x$ and $x$-axis, $x$ (a)")


@pytest.mark.parametrize(
    "page",
    [
        "$$x$$",
        "$$\nx\n$$",
        "\\[\nx\n\\]",
        "- a\n\n    $$\n    x\n    $$",
        "//// details | A\n\n/// details | B\n\n$$\nx\n$$\n///\n////",
        "> $$\n> x\n> $$",
    ],
)
def test_display_formulas_have_a_box(render: Render, page: str) -> None:
    assert '<div class="math-display"><math display="block"><mi>x</mi></math></div>' in render(page)


@pytest.mark.parametrize("page", ["`$x$`", "```\n$x$\n$$\ny\n$$\n```", "    $x$", "```tex\n$x$\n```"])
def test_code_is_left_as_it_is(render: Render, page: str) -> None:
    html = render(page)
    assert "<math" not in html
    assert "$" in html


@pytest.mark.parametrize("page", ["It costs $5.", r"It costs \$5.", "From $5 to $6, or $7."])
def test_a_dollar_is_a_dollar(render: Render, page: str) -> None:
    html = render(page)
    assert "<math" not in html
    assert "$5" in html


def test_less_than_is_no_tag(render: Render) -> None:
    assert render("$a<b$ and\n\n$$\n<b > c\n$$").count("&lt;</mo><mi>b</mi>") == 2


def test_macros_take_arguments(render: Render) -> None:
    html = render(r"$\norm{\vec{x}}$ and $\pderiv{L}{w}$")
    assert "<mo>‖</mo><mi>𝐱</mi><mo>‖</mo>" in html
    assert "<mfrac><mrow><mi>∂</mi><mi>L</mi></mrow>" in html


def test_overline_covers_what_is_below_it(render: Render) -> None:
    assert '<mo stretchy="true">‾</mo>' in render(r"$\overline{ab}$")


def test_heading_shows_a_formula_and_is_listed_as_text(render: Render, markdown: Markdown) -> None:
    html = render(r"## Why $\sum_i x_i^2$ `$a$`? { #why }")
    assert '<h2 id="why">Why <math' in html
    token = markdown.toc_tokens[0]  # type: ignore[attr-defined]
    assert token["name"] == "Why ∑_i x_i^2 $a$?"
    assert token["id"] == "why"


@pytest.mark.parametrize(
    ("tex", "scrolls"),
    [
        ("x = 1", False),
        (r"\frac{a + b + c + d}{e + f}", False),
        ("a + b + c + d + e + f + g + h + i + j", True),
        (r"\begin{pmatrix} 100 & 200 & 300 & 400 & 500 & 600 \end{pmatrix}", True),
    ],
)
def test_only_wide_formulas_are_a_stop_of_the_tab_key(render: Render, tex: str, scrolls: bool) -> None:
    box = render(f"$$\n{tex}\n$$").split("<math")[0]
    expected = {"math-display", "0", "group", "Wide formula"} if scrolls else {"math-display"}
    assert set(re.findall(r'"([^"]*)"', box)) == expected
