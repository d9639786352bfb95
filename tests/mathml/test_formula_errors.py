"""A wrong formula stops the page, at its line."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from markdown import Markdown

from evidence.files.errors import PageError
from mathml.convert import FormulaError, Formulas

Render = Callable[[str], str]


@pytest.mark.parametrize(
    ("page", "message"),
    [
        ("# A\n\nb $\\foo$", 'docs/page.md:3: Unknown command "\\foo". Correct its name, or define it'),
        ("---\ntitle: t\n---\n\n# A\n\n$$\nx\n+ \\foo\n$$", 'docs/page.md:9: Unknown command "\\foo"'),
        ("a\n\n- b\n\n    $$\n    x +\n    y +\n    \\foo\n    $$", "docs/page.md:8: Unknown"),
        ("/// details | A\n\nb\n$\\foo$\n///", "docs/page.md:4: Unknown"),
        ("> a\n> $x +\n> \\foo$", "docs/page.md:3: Unknown"),
        ("```\n$\\foo$\n```\n\n`$\\foo$`\n\n$\\foo$", "docs/page.md:7: Unknown"),
        ("a }\n\nb $}$", "docs/page.md:3: "),
        ("# The $\\foo$", "docs/page.md:1: Unknown"),
        ("| a |\n| - |\n| $\\foo$ |", "docs/page.md:3: Unknown"),
        ("$\\frac{1$", "docs/page.md:1: "),
        ("a\n\n$$\n\\text{if $x$}\n$$", "docs/page.md:4: Math mode within text mode"),
        (
            "$$\n\\begin{align}\na\n\\end{align}\n$$",
            "docs/page.md:2: \\begin{align} numbers the formula. Use \\begin{aligned}",
        ),
        ("a\n\nb $ x $ c", "docs/page.md:3: $ belongs to no formula in “b $ x $ c”. Write \\$ for a dollar"),
        ("a\n$$\nx\n$$", "docs/page.md:2: $ belongs to no formula"),
        ("$$\nx\n\ny\n$$", "docs/page.md:1: $ belongs to no formula"),
        ("a\n\n\\begin{aligned}x\\end{aligned}", "docs/page.md:3: \\begin{ belongs to no formula"),
        ("a\n\nfrom $5-$10", "docs/page.md:3: $5-$ is followed by the digit 1"),
    ],
)
def test_error_names_file_and_line(render: Render, page: str, message: str) -> None:
    with pytest.raises(PageError, match="^" + re.escape(message)):
        render(page)


@pytest.mark.parametrize(
    ("macros", "message"),
    [
        ({"9a": "x"}, r"\\9a: Invalid macro name"),
        ({"a": r"\undefined"}, r'Unknown command "\\undefined"'),
        ({"a": 1}, r"\\a is 1; TeX in quotes is expected"),
    ],
)
def test_a_macro_that_cannot_work_is_named(macros: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Formulas(macros)
    with pytest.raises(ValueError, match=message):
        Markdown(extensions=["mathml"], extension_configs={"mathml": {"macros": macros}})


def test_macros_may_use_one_another() -> None:
    assert "ℝ" in Formulas({"space": r"\R^n", "R": r"\mathbb{R}"}).mathml(r"\space", display=False)


def test_a_macro_without_its_argument_is_an_error_of_the_formula() -> None:
    with pytest.raises(FormulaError, match="Expected argument") as caught:
        Formulas({"norm": r"\lVert #1 \rVert"}).mathml("a +\n\\norm", display=True)
    assert caught.value.line == 1
