"""Highlighted code without the elements that no reader can tell from the code around them."""

from __future__ import annotations

import re

# Pygments names each token's kind by a class. The theme gives most kinds of names, and what no rule names, the
# colour of the code's own text; the site's style sheet does so for operators, brackets and numbers.
_PLAIN = "n|na|nx|nv|vc|vg|vi|fm|vm|py|kc|o|ow|p|w|x|g|sa|err|esc|ld|il|m|mb|mf|mh|mi|mo"
_BLOCK = re.compile(r"<pre\b.*?</pre>", re.DOTALL)
_WORD = re.compile(rf'<span class="(?:{_PLAIN})">([^<]*)</span>')


def unwrap(html: str) -> str:
    """A page whose blocks of code have elements only for the words that have a colour of their own.

    They are two of three elements of a page with much code, and each is laid out and kept in memory.
    """
    return _BLOCK.sub(lambda block: _WORD.sub(r"\1", block[0]).replace("<pre><span></span>", "<pre>"), html)
