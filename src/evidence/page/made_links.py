"""Tells the check links that Markdown made from those that a page holds as HTML, which nobody leads to their check."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

MADE = "data-made-link"


class MadeLinks(Extension):
    """Python-Markdown extension to list after all others: it marks every link that the tree of elements holds."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown's name
        """Come when the site's own extension looks at the links."""
        md.treeprocessors.register(_Mark(md), "evidence_made_links", 1)


class _Mark(Treeprocessor):
    def run(self, root: Element) -> None:
        for link in root.iter("a"):
            link.set(MADE, "")
