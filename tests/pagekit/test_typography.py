from __future__ import annotations

from markdown import markdown

from pagekit.typography import TypographyExtension


def typeset(text: str) -> str:
    return markdown(text, extensions=[TypographyExtension()]).replace("\u00a0", "~")


def test_products_and_percentages_stay_together():
    assert typeset("A *3 × 3* kernel, 2 · 6 · 8, 87 %") == "<p>A <em>3~×~3</em> kernel, 2~·~6~·~8, 87~%</p>"


def test_other_spaces_and_code_are_left():
    assert typeset("a × b, 3 and 4, `3 × 3`") == "<p>a × b, 3 and 4, <code>3 × 3</code></p>"
