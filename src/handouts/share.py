"""What other sites and programs show of a page: a description, a picture, and a list of all pages."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from html import escape
from importlib.metadata import version
from pathlib import Path
from urllib.parse import quote, urlencode

from mkdocs.structure.pages import Page

from evidence.files.store import Store, cache_folder
from handouts.elements import children, text_of
from handouts.questions import Question

MOST_LETTERS = 200
_NUMBER = re.compile(r"^[\d.]+\s+")
_VARIABLE = re.compile(r"var\(--[\w-]+,\s*([^()]+)\)")
_SVG = re.compile(r'<figure class="figure">\s*(<svg\b.*?</svg>)\s*(?=<figcaption|</figure>)', re.S)
# What previews of links are laid out for.
_WIDTH, _HEIGHT, _MARGIN, _TITLE = 1200, 630, 60, 110


def description(html: str, questions: Iterable[Question]) -> str:
    """What a page is about: its questions, or else its first paragraph."""
    titles = [_NUMBER.sub("", text_of(question.title)) for question in questions]
    words = "; ".join(titles) + "." if titles else next((text_of(p.inner) for p in children(html) if p.name == "p"), "")
    if len(words) <= MOST_LETTERS:
        return words
    return words[:MOST_LETTERS].rpartition(" ")[0].rstrip(",;") + " …"


def picture(html: str, title: str, docs_dir: Path) -> bytes | None:
    """The first figure of a page as a PNG below its title; nothing if it has none.

    Args:
        html: the content of the page.
        title: its title.
        docs_dir: the folder of the pages; what is drawn is kept in `.cache/pictures` beside it.
    """
    svg = _below_title(html, title)
    if svg is None:
        return None
    store = Store(cache_folder(docs_dir) / "pictures", ".png")
    name = hashlib.sha256(f"{version('resvg_py')}\0{version('matplotlib')}\0{svg}".encode()).hexdigest()[:32]
    png = store.read(name)
    if png is None:
        store.write(name, png := _drawn(svg))
    return png


def _below_title(html: str, title: str) -> str | None:
    figure = _SVG.search(html)
    if figure is None:
        return None
    svg = _VARIABLE.sub(r"\1", figure[1])
    box = re.search(r'viewBox="([^"]*)"', svg)
    content = svg.partition(">")[2].rpartition("</svg>")[0]
    if box is None:
        return None
    width, height = _WIDTH - 2 * _MARGIN, _HEIGHT - _TITLE - _MARGIN
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="DejaVu Sans">'
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fdfdfb"/>'
        f'<text x="{_MARGIN}" y="72" font-size="40" font-weight="bold" fill="#22262b">{escape(title)}</text>'
        f'<svg x="{_MARGIN}" y="{_TITLE}" width="{width}" height="{height}" viewBox="{box[1]}" fill="#22262b">'
        f"{content}</svg></svg>"
    )


def _drawn(svg: str) -> bytes:
    import resvg_py
    from matplotlib import get_data_path

    # Matplotlib's own fonts, so that any machine draws the same.
    fonts = [str(Path(get_data_path(), "fonts", "ttf", f"DejaVuSans{face}.ttf")) for face in ("", "-Bold", "-Oblique")]
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, font_files=fonts, skip_system_fonts=True))


def list_for_programs(site_name: str, about: str, site_url: str, pages: Iterable[Page]) -> str:
    """`llms.txt`: what the site is, and a line for each page."""
    lines = [f"# {site_name}", "", f"> {about}", "", "## Pages", ""]
    for page in pages:
        lines.append(f"- [{page.title}]({site_url}{page.url}): {page.meta.get('description', '')}".rstrip(": "))
    return "\n".join(lines) + "\n"


def report_address(repository: str, page: str, versions: Mapping[str, str], commit: str) -> str:
    """Where to report a mistake of a page, with what whoever takes the report would ask for.

    The forms of GitHub, Forgejo and Gitea are filled in by other names than that of GitLab; each ignores the others'.
    """
    title = f"Mistake on {page or 'the home page'}"
    ran = ", ".join(f"{name} {number}" for name, number in versions.items()) + (
        f", at commit {commit}" if commit else ""
    )
    body = (
        f"Page: {page or 'home'}\nBuilt with {ran}\n\nThe sentence that is wrong:\n\nThe shortest run that shows it:\n"
    )
    fields = {"title": title, "body": body, "issue[title]": title, "issue[description]": body}
    return f"{repository.rstrip('/')}/issues/new?{urlencode(fields, quote_via=quote)}"
