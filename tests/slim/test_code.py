"""Code keeps its text and its colours, in fewer elements."""

from __future__ import annotations

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from slim.code import unwrap

CODE = 'def f(x):\n    return [x < 1, f"{x}", None]  # &\n'


def test_words_of_the_texts_own_colour_stand_in_the_text():
    html = highlight(CODE, PythonLexer(), HtmlFormatter())
    slim = unwrap(html)
    assert '<span class="k">def</span> <span class="nf">f</span>(x):' in slim
    assert "[x &lt; 1, f<span" in slim
    assert slim.count("<span") < html.count("<span") / 2
    assert "<span></span>" not in slim


def test_nothing_but_blocks_of_code_is_changed():
    prose = '<p><span class="n">name</span> <code><span class="n">x</span></code></p>'
    assert unwrap(prose + "<pre>x</pre>" + prose) == prose + "<pre>x</pre>" + prose
