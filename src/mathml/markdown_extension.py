r"""Formulas in a page: `$…$` and `\(…\)` in a sentence, `$$…$$` and `\[…\]` in a paragraph of their own.

Which characters are a formula is left to pymdownx.arithmatex; this extension puts MathML in their place. A dollar
sign that is neither a formula's nor an amount's stops the page, as it would show TeX to the reader.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from pymdownx.arithmatex import ArithmatexExtension

from evidence.files.errors import PageError
from evidence.files.source import locate
from evidence.page.keep_text import KeepText
from mathml import text as math_text
from mathml.convert import FormulaError, Formulas, formulas
from mathml.formula_syntax import ARITHMATEX
from mathml.search_text import MARK

# A formula wider than the text on a small phone, within two boxes: 13 × 1.1 × 17 px = 243 px.
SCROLLS_FROM_EM = 13.0
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_CODE = ("code", "pre", "script", "style", "svg")
# Browsers break a line between a formula and what follows it, be it a comma.
_CLOSING = re.compile(r"\A(?:-th\b)?[.,:;!?)\]’”]*")
_STRAY = re.compile(r"\$(?!\d)|\\begin\{|\\end\{")


class MathExtension(Extension):
    r"""Python-Markdown extension `mathml`.

    Config:
        macros: TeX by macro name, `{norm: '\left\lVert #1 \right\rVert'}`.
        docs_dir: the folder of the pages, to name file and line of a mistake.
    """

    def __init__(self, **kwargs: Any) -> None:
        self.config = {
            "macros": [{}, "TeX by macro name"],
            "docs_dir": ["docs", "The folder of the pages"],
        }
        super().__init__(**kwargs)

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown's name
        """Register the parser of formulas and what puts MathML in their place.

        Raises:
            ValueError: a macro is not acceptable.
        """
        ArithmatexExtension(**ARITHMATEX).extendMarkdown(md)
        converter = formulas(tuple((self.getConfig("macros") or {}).items()))
        text = KeepText(md)
        md.preprocessors.register(text, "mathml-text", 1000)
        place = PlaceFormulas(md, converter, text, Path(self.getConfig("docs_dir")))
        # After `inline` (20), which finds the formulas, and `attr_list` (8), which takes `{ #id }` off a
        # heading; before `toc` (5), which reads the heading.
        md.treeprocessors.register(place, "mathml", 6)


class PlaceFormulas(Treeprocessor):
    """Puts MathML in the place of the formulas that arithmatex found."""

    def __init__(self, md: Markdown, converter: Formulas, text: KeepText, docs_dir: Path) -> None:
        super().__init__(md)
        self.converter = converter
        self.text = text
        self.docs_dir = docs_dir

    def run(self, root: Element) -> None:
        """Replace every formula below `root`.

        Raises:
            PageError: a formula is wrong, or a dollar sign belongs to none.
        """
        for parent in list(_prose(root)):
            if parent.tag in _HEADINGS:
                self.label(parent)
            for child in list(parent):
                if child.get("class") == "arithmatex":
                    self.place(parent, child)
            self.check_strays(parent)

    def place(self, parent: Element, child: Element) -> None:
        if child.tag == "div":
            self.place_display(child)
            return
        tex = _tex(child)
        if child.tail and child.tail[0].isdigit():
            problem = f"${tex}$ is followed by the digit {child.tail[0]}, so that it could be two amounts of money"
            raise self.error(f"{tex}$", 0, problem, r"Write \$ for a dollar, or put a space after the formula")
        tail = child.tail or ""
        closing = "".join(_CLOSING.findall(tail))
        formula = self.store(self.convert(tex, display=False), closing)
        _replace_by_text(parent, child, formula + tail.removeprefix(closing))

    def place_display(self, box: Element) -> None:
        mathml = self.convert(_tex(box), display=True)
        box.set("class", "math-display")
        box.text = self.store(mathml)
        if math_text.width(mathml) > SCROLLS_FROM_EM:
            # On a narrow screen it scrolls in its box, which must be in reach of who has no mouse.
            box.set("tabindex", "0")
            box.set("role", "group")
            box.set("aria-label", "Wide formula")

    def store(self, mathml: str, closing: str = "") -> str:
        """A placeholder for the formula, and what must not be torn off its end.

        Search leaves out what would read as scrambled characters there.
        """
        if not math_text.is_plain(mathml):
            mathml = mathml.replace("<math", f"<math{MARK}", 1)
        if closing:
            mathml = f'<span class="math-end">{mathml}{closing}</span>'
        return self.md.htmlStash.store(mathml)

    def convert(self, tex: str, *, display: bool) -> str:
        try:
            return self.converter.mathml(tex, display=display)
        except FormulaError as error:
            raise self.error(tex, error.line, error.problem, error.remedy) from None

    def label(self, heading: Element) -> None:
        """The heading's entry in the table of contents, where that must be text."""
        inline = [child for child in heading.iter() if child.get("class") == "arithmatex"]
        if not inline or "data-toc-label" in heading.attrib:
            return
        texts = {id(child): math_text.plain_text(self.convert(_tex(child), display=False)) for child in inline}
        heading.set("data-toc-label", " ".join(_flatten(heading, texts).split()))

    def check_strays(self, parent: Element) -> None:
        for text in (parent.text, *(child.tail for child in parent)):
            stray = _STRAY.search(text or "")
            if text and stray:
                # A dollar alone would be found anywhere: the word before it tells the place.
                before = re.findall(r"\S*\s*$", text[: stray.start()])[0]
                context = f"{before}{text[stray.start() :].splitlines()[0][:20]}".strip()
                raise self.error(
                    context,
                    before.strip(" ").count("\n"),
                    f"{stray[0]} belongs to no formula in “{' '.join(context.split())}”",
                    r"Write \$ for a dollar, no space inside the ends of $…$, and an empty line around $$",
                )

    def error(self, snippet: str, line: int, problem: str, remedy: str) -> PageError:
        source = locate(self.text.text, self.docs_dir)
        # The same letters may stand in a word before, but hardly after a dollar.
        opening = next((mark for mark in ("$", "\\(") if f"{mark}{snippet}" in source.text), "")
        # A line break at the beginning is counted in `line`: the formula begins at its delimiter.
        before = snippet.count("\n", 0, len(snippet) - len(snippet.lstrip()))
        start = source.line_of_prose(f"{opening}{snippet}".strip()) - (0 if opening else before)
        return PageError(source.path, start + line, problem, remedy)


def _prose(root: Element) -> Iterator[Element]:
    """Every element of the tree that may hold prose, parents first."""
    if root.tag in _CODE or root.get("class") == "arithmatex":
        return
    yield root
    for child in root:
        yield from _prose(child)


def _tex(formula: Element) -> str:
    r"""The TeX that arithmatex wrapped in `\(…\)` or `\[…\]`; it escapes a display formula for HTML."""
    wrapped = (formula.text or "").strip()
    if formula.tag == "div":
        return html.unescape(wrapped).removeprefix("\\[").removesuffix("\\]")
    return wrapped.removeprefix("\\(").removesuffix("\\)")


def _replace_by_text(parent: Element, child: Element, text: str) -> None:
    at = list(parent).index(child)
    parent.remove(child)
    if at == 0:
        parent.text = (parent.text or "") + text
    else:
        parent[at - 1].tail = (parent[at - 1].tail or "") + text


def _flatten(element: Element, texts: dict[int, str]) -> str:
    """The text of an element, with other words for some of its descendants."""
    if id(element) in texts:
        return texts[id(element)]
    inner = (_flatten(child, texts) + (child.tail or "") for child in element)
    return (element.text or "") + "".join(inner)


def makeExtension(**kwargs: Any) -> MathExtension:  # noqa: N802 - Python-Markdown's name
    return MathExtension(**kwargs)
