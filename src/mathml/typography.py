"""Keeps together what must not be torn apart at the end of a line: `3 × 3`, `87 %`."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

NO_BREAK_SPACE = "\u00a0"
# A line's end in the source is a space on the page.
_LOOSE = re.compile(r"(?<=\d)[ \n](?=[×·%])|(?<=[×·])[ \n](?=\d)")
_AS_WRITTEN = ("code", "pre", "script", "style")


class TypographyExtension(Extension):
    """Python-Markdown extension `mathml.typography`; it has no options."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown's name
        """After `inline` (20): the text is in the tree by then."""
        md.treeprocessors.register(_KeepTogether(md), "mathml-typography", 15)


class _KeepTogether(Treeprocessor):
    def run(self, root: Element) -> None:
        """Replace the spaces in the text of the page, code aside."""
        for element in root.iter():
            if element.text and element.tag not in _AS_WRITTEN:
                element.text = _LOOSE.sub(NO_BREAK_SPACE, element.text)
            if element.tail:
                element.tail = _LOOSE.sub(NO_BREAK_SPACE, element.tail)
