"""Figures and images in a page: what is drawn becomes part of the page, and every image has a description."""

from __future__ import annotations

import html
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

from evidence.files.errors import PageError
from evidence.files.source import locate
from evidence.page.keep_text import KeepText
from figures.alt_text import REMEDY, problem_with
from figures.kept_figures import DrawingError, Figure, figure_at, svgs
from figures.svg import PREFIX


class FiguresExtension(Extension):
    """Python-Markdown extension `figures`.

    Config:
        docs_dir: the folder of the pages, with the figures' modules in `figures/`.
        wait: seconds to wait for figures that must be drawn anew, before the page says that they will come; negative
            waits as long as it takes.
    """

    def __init__(self, **kwargs: Any) -> None:
        self.config = {
            "docs_dir": ["docs", "The folder of the pages"],
            "wait": [-1.0, "Seconds to wait for figures to be drawn; negative: as long as it takes"],
        }
        super().__init__(**kwargs)

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown's name
        """Register what places figures and looks at descriptions."""
        text = KeepText(md)
        md.preprocessors.register(text, "figures-text", 1000)
        wait = self.getConfig("wait")
        place = PlaceFigures(md, text, Path(self.getConfig("docs_dir")), None if wait < 0 else wait)
        # After `inline` (20), which finds the images, and before formulas (6), which a caption may hold.
        md.treeprocessors.register(place, "figures", 17)


_PENDING = '<p class="figure-pending">This figure is being drawn.</p>'


class PlaceFigures(Treeprocessor):
    """Checks the description of every image, and puts drawn figures into the page."""

    def __init__(self, md: Markdown, text: KeepText, docs_dir: Path, wait: float | None = None) -> None:
        super().__init__(md)
        self.wait = wait
        self.text = text
        self.docs_dir = docs_dir

    def run(self, root: Element) -> None:
        """Check and replace the images below `root`.

        Raises:
            PageError: a description tells nothing, or a figure cannot be drawn or cannot stand where it is.
        """
        self.occurrences: Counter[str] = Counter()
        self.check_raw_html()
        images = [(parent, child) for parent in root.iter() for child in parent if child.tag == "img"]
        found: dict[int, Figure] = {}
        for _, image in images:
            self.check(image)
            figure = figure_at(image.get("src", ""), self.docs_dir)
            if figure:
                found[id(image)] = figure
        drawn = svgs(found.values(), self.docs_dir, self.wait)
        self.occurrences.clear()
        used: Counter[str] = Counter()
        for parent, image in images:
            src = image.get("src", "")
            if id(image) in found:
                figure = found[id(image)]
                svg = drawn[figure]
                if isinstance(svg, DrawingError):
                    raise self.error(src, f"The figure {src} cannot be drawn: {svg}") from svg
                used[figure.name] += 1
                number = f"-{used[figure.name]}" if used[figure.name] > 1 else ""
                if svg is None:
                    self.place(root, parent, image, _PENDING)
                else:
                    svg = with_title(svg, image.get("alt", "")).replace(PREFIX, f"fig-{figure.name}{number}")
                    self.place(root, parent, image, svg)
            self.occurrences[src] += 1

    def check(self, image: Element) -> None:
        src = image.get("src", "")
        emoji = {"emojione", "twemoji", "gemoji"} & set((image.get("class") or "").split())
        problem = "" if emoji else problem_with(image.get("alt"), src)
        if problem:
            raise self.error(src, problem, REMEDY)
        self.occurrences[src] += 1

    def check_raw_html(self) -> None:
        """Images that the page writes as HTML, and that Python-Markdown keeps apart as it is."""
        for block in self.md.htmlStash.rawHtmlBlocks:
            if isinstance(block, str) and "<img" in block:
                for image in _Images(block).found:
                    problem = problem_with(image.get("alt"), image.get("src") or "")
                    if problem:
                        raise self.error(image.get("src") or "<img", problem, REMEDY)

    def place(self, root: Element, parent: Element, image: Element, svg: str) -> None:
        """Put the figure in the place of the image, or of the paragraph that holds nothing else."""
        box = Element("figure", {"class": "figure"})
        box.text = self.md.htmlStash.store(svg) + "\n"
        if image.get("title"):
            # Only what is below an element is looked at for emphasis, links and formulas.
            below = Element("div")
            SubElement(below, "figcaption").text = image.get("title")
            self.md.treeprocessors["inline"].run(below)
            box.extend(below)
        alone = len(parent) == 1 and not (parent.text or "").strip() and not (image.tail or "").strip()
        if parent.tag == "p" and alone:
            grandparent = next(element for element in root.iter() if parent in list(element))
            box.tail = parent.tail
            grandparent[list(grandparent).index(parent)] = box
        elif parent.tag in ("li", "td", "th", "div", "dd"):
            box.tail = image.tail
            parent[list(parent).index(image)] = box
        else:
            src = image.get("src", "")
            raise self.error(src, f"The figure {src} stands in a sentence", "Put it in a paragraph of its own")

    def error(self, src: str, problem: str, remedy: str = "") -> PageError:
        source = locate(self.text.text, self.docs_dir)
        snippet = f"]({src}" if f"]({src}" in source.text else src
        line = source.line_of_prose(snippet, self.occurrences[src])
        return PageError(source.path, line, problem, remedy)


class _Images(HTMLParser):
    """The attributes of every `<img>` in a piece of HTML."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[dict[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.found.append(dict(attrs))

    handle_startendtag = handle_starttag


def with_title(svg: str, description: str) -> str:
    """The SVG with its description as its accessible name; search finds that, and no numbers of axes."""
    end = svg.index(">")
    drawing = svg[end + 1 :].removesuffix("</svg>")
    opening = f'{svg[:end]} role="img" aria-labelledby="{PREFIX}-title">'
    title = f'<title id="{PREFIX}-title">{html.escape(description, quote=False)}</title>'
    # Not a group: Material's search ends what is excluded at the first end tag of that name.
    return f'{opening}{title}<svg data-search-exclude="figure">{drawing}</svg></svg>'


def makeExtension(**kwargs: Any) -> FiguresExtension:  # noqa: N802 - Python-Markdown's name
    return FiguresExtension(**kwargs)
