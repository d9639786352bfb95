"""Blanks go where they mean nothing."""

from __future__ import annotations

from slim.blanks import without_blanks


def test_indentation_and_empty_lines_go():
    assert without_blanks("<ul>\n\n   <li>a  b\n\t c</li>\n</ul>\n") == "<ul>\n<li>a  b\nc</li>\n</ul>\n"


def test_code_and_scripts_stay_as_they_are():
    kept = "<pre><code>def f():\n\n    return 1</code></pre>"
    script = "<script>if (a) {\n    b\n}</script>"
    assert without_blanks(f"\n  {kept}\n  {script}\n  {kept}") == f"\n{kept}\n{script}\n{kept}"
