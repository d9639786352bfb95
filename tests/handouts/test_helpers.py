"""What a docstring says, as it is shown."""

from __future__ import annotations

from handouts.helpers import Helper, Module, as_html

SAYS = """Adds up.

Args:
    xs: the numbers, of which
        there may be none.
    start: where to begin.

Returns:
    The sum, a number: of all of them,
    and of `start`.

Raises:
    ValueError: if one is NaN.
"""


def test_entries_are_a_list_and_what_is_returned_is_a_sentence():
    html = as_html([Module("sums", "Sums.", [Helper("sums.add", "add(xs)", SAYS, "def add(xs): ...")])], {})
    assert "<li><code>xs</code>: the numbers, of which there may be none.</li>" in html
    assert "<li><code>ValueError</code>: if one is NaN.</li>" in html
    assert "<p>The sum, a number: of all of them, and of <code>start</code>.</p>" in html
    assert html.count("<li>") == 3
