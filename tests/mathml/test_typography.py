from __future__ import annotations

from markdown import markdown

from mathml.typography import TypographyExtension


def typeset(text: str) -> str:
    return markdown(text, extensions=[TypographyExtension()]).replace("\u00a0", "~")


def test_products_and_percentages_stay_together():
    assert typeset("A *3 × 3* kernel, 2 · 6 · 8, 87 %") == "<p>A <em>3~×~3</em> kernel, 2~·~6~·~8, 87~%</p>"


def test_the_end_of_a_line_of_the_source_is_a_space_like_others():
    assert typeset("3 ×\n3, [9 ·\n10⁻¹](a), 87\n% and 3\nor 4") == (
        '<p>3~×~3, <a href="a">9~·~10⁻¹</a>, 87~% and 3\nor 4</p>'
    )


def test_other_spaces_and_code_are_left():
    assert typeset("a × b, 3 and 4, `3 × 3`") == "<p>a × b, 3 and 4, <code>3 × 3</code></p>"
