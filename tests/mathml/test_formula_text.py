"""Formulas where no markup is possible: in the table of contents, and in a search index."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mathml.convert import Formulas
from mathml.search_text import MARK, as_formulas, as_text
from mathml.text import is_plain, plain_text, width

FORMULAS = Formulas({})


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        ("x_i^2", "x_i^2"),
        (r"\sum_{i=1}^n x_i", "∑_(i=1)^n x_i"),
        (r"\frac{1}{\sqrt{n}}", "1/√n"),
        (r"\frac{a+b}{2}", "(a+b)/2"),
        (r"\hat{y} = \bar{x}", "y\u0302=x\u0304"),
        ("f'(x)", "f′(x)"),
        (r"\log p", "log p"),
        (r"\underbrace{a}_{n}", "a_n"),
        (r"\mathcal{L} \le 3", "ℒ≤3"),
        (r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}", "(1 2; 3 4)"),
        (r"\sqrt[3]{x}", "x^(1/3)"),
    ],
)
def test_plain_text_reads_like_the_formula(tex: str, text: str) -> None:
    assert plain_text(FORMULAS.mathml(tex, display=True)) == text


@pytest.mark.parametrize(("tex", "plain"), [("a = b", True), ("x", True), ("x^2", False), (r"\frac12", False)])
def test_is_plain(tex: str, plain: bool) -> None:
    assert is_plain(FORMULAS.mathml(tex, display=False)) == plain


def test_width_counts_the_wider_half_of_a_fraction() -> None:
    narrow, wide = (width(FORMULAS.mathml(tex, display=True)) for tex in (r"\frac{abcd}{a}", "abcd+a"))
    assert 2 < narrow < wide


X, WIDE = "<mi>x</mi>", "<mi>xxxx</mi>"


@pytest.mark.parametrize(
    ("inner", "em"),
    [
        (X, 0.6),
        (X + WIDE, 3.0),
        ("<mi></mi>", 0.0),
        ("<mi>f\u2061</mi>", 0.6),
        ("<mo>=</mo>", 1.25),
        ("<mo>≔=</mo>", 2.5),
        ("<mo>(</mo><mo>)</mo>", 0.9),
        ('<mo lspace="0">+</mo>', 0.45),
        ('<mo lspace="1em">+</mo>', 1.25),
        ("<mo></mo>", 0.0),
        ("<mo>\u2062</mo>", 0.0),
        ('<mspace width="2em"/>', 2.0),
        ("<mspace/>", 0.0),
        (f"<mfrac>{X}{WIDE}</mfrac>", 2.6),
        (f"<msup>{X}{WIDE}</msup>", 0.6 + 0.75 * 2.4),
        (f"<msub>{WIDE}{X}</msub>", 2.4 + 0.75 * 0.6),
        (f"<msubsup>{X}{X}{WIDE}</msubsup>", 0.6 + 0.75 * 2.4),
        (f"<munder>{X}{WIDE}</munder>", 0.75 * 2.4),
        (f"<mover>{WIDE}{WIDE}</mover>", 2.4),
        (f"<munderover>{X}{X}{WIDE}</munderover>", 0.75 * 2.4),
        (f"<msqrt>{X}{X}</msqrt>", 2.1),
        (f"<mroot>{X}{X}</mroot>", 2.1),
        (f"<mtable><mtr><mtd>{X}</mtd><mtd>{X}</mtd></mtr><mtr><mtd>{WIDE}</mtd></mtr></mtable>", 2.4 + 0.6 + 1.6),
    ],
)
def test_width_of_each_part(inner: str, em: float) -> None:
    assert width(f"<math>{inner}</math>") == pytest.approx(em)


def test_search_sees_text_and_the_page_keeps_its_formulas(render: Callable[[str], str]) -> None:
    html = render("a $x_i < 2$ b $y$ c")
    assert MARK in html
    text, formulas = as_text(html)
    assert ">x_i&lt;2</span> b <math><mi>y</mi></math> c" in text
    assert as_formulas(text, formulas) == html.replace(MARK, "")


def test_search_leaves_blocks_of_code_out_and_the_page_keeps_them() -> None:
    html = '<p>a <code>b</code></p><div class="highlight"><pre><span></span><code>c = 1\n</code></pre></div><p>d</p>'
    text, taken = as_text(html)
    assert "c = 1" not in text
    assert "<code>b</code>" in text
    assert as_formulas(text, taken) == html
