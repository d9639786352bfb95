"""`python -m handouts.book SITE OUT.pdf`: the built site as one PDF, with bookmarks and contents, by Chromium."""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from pypdf import PdfReader

from handouts.elements import children, on_site, text_of, with_addresses, with_places
from mathml.characters import characters
from mathml.font import source_font, subset
from mathml.stylesheet import font_face

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_NAVIGATION = re.compile(r'<a href="([^"#:]*)" class="md-nav__link')
_ARTICLE = re.compile(r"<article\b[^>]*>(.*)</article>", re.S)
_STYLES = re.compile(r'<link rel="stylesheet" href="([^"]*)"')
_SITE_NAME = re.compile(r'<a [^>]*class="md-header__button md-logo" aria-label="([^"]*)"')
_CANONICAL = re.compile(r'<link rel="canonical" href="([^"]*)"')
_PICTURES = (".png", ".svg", ".webp", ".jpg")
_HEADER_LINK = re.compile(r'<a class="headerlink".*?</a>', re.S)
_CSS = """
@page { @bottom-center { content: counter(page); font-size: 8pt; } }
h1 { break-before: page; }
/* A blank at the end of a line is kept, or the bookmark would join the words around it. */
.md-typeset :is(h1, h2, h3) { white-space: pre-wrap; }
.book-contents li { display: flex; list-style: none; }
/* As wide before the number is known as after, or what it numbers would move. */
.book-number { min-width: 3em; margin-left: auto; text-align: right; font-variant-numeric: tabular-nums; }
.check-summary, .report, .check-back { display: none !important; }
"""


class NoBook(Exception):
    """There is nothing to print, or nothing that prints; the message says what would be right."""


@dataclass(frozen=True)
class _Page:
    """A page of the built site: its address there, its whole HTML, and the content of its article."""

    address: str
    html: str
    article: str

    @property
    def place(self) -> str:
        return self.address.strip("/").replace("/", "-") or "home"


def as_one_page(site: Path, without: Sequence[str] = (), numbers: Mapping[str, int] | None = None) -> str:
    """The pages of a built site one after the other, in the order of its navigation, as one page to print.

    Args:
        site: the folder of the built site.
        without: addresses of pages that list what stands on others.
        numbers: the sheet on which each place is, for the contents; see `numbers_of`.
    """
    pages = [page for page in _pages(site) if page.address not in without]
    if not pages:
        raise NoBook(f"{site} holds no page. Build the site first: make build")
    places = {page.address: page.place for page in pages}
    styles = dict.fromkeys(
        (site / on_site(page.address, href)).resolve().as_uri()
        for page in pages
        for href in _STYLES.findall(page.html)
        if "/math-font." not in href
    )
    font = font_face(subset(source_font(), characters(page.article for page in pages)))
    links = "\n".join(f'<link rel="stylesheet" href="{style}">' for style in styles)
    name = _SITE_NAME.search(pages[0].html)
    title = name[1] if name else "Contents"
    content = "\n".join([_contents(pages, numbers or {}), *(_moved(page, places, site) for page in pages)])
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>{links}'
        f"<style>{font}{_CSS}</style></head>"
        '<body data-md-color-scheme="default" data-md-color-primary="custom" data-md-color-accent="custom">'
        f'<main class="md-typeset md-content__inner"><h1>{title}</h1>{content}</main></body></html>'
    )


def _pages(site: Path) -> Iterator[_Page]:
    home = (site / "index.html").read_text(encoding="utf-8") if (site / "index.html").is_file() else ""
    for href in dict.fromkeys(_NAVIGATION.findall(home)):
        address = on_site("", href).removesuffix("index.html")
        html = (site / address / "index.html").read_text(encoding="utf-8")
        if article := _ARTICLE.search(html):
            yield _Page(address, html, _HEADER_LINK.sub("", article[1]))


def _contents(pages: Sequence[_Page], numbers: Mapping[str, int]) -> str:
    """What a reader of the PDF clicks, and of the paper looks up."""
    lines = []
    for page in pages:
        headings = [each for each in children(page.article) if each.name in ("h1", "h2")]
        for each in headings:
            where = f"{page.place}-{each.attribute('id')}" if each.name == "h2" and each.attribute("id") else page.place
            words = text_of(each.inner)
            indent = " style='margin-left:1.5em'" if each.name == "h2" else ""
            number = f'<span class="book-number">{numbers.get(where, "")}</span>'
            lines.append(f'<li{indent}><a href="#{where}">{escape(words)}</a>{number}</li>')
    return f'<ul class="book-contents">{"".join(lines)}</ul>'


def _moved(page: _Page, places: dict[str, str], site: Path) -> str:
    """A page's article with places of its own, links that lead within the book, and none that would lead nowhere."""
    own = with_places(page.article, lambda place: f"{page.place}-{place}")
    return f'<section id="{page.place}">{with_addresses(own, _leading(page, places, site))}</section>'


def _leading(page: _Page, places: dict[str, str], site: Path) -> Callable[[str], str]:
    def moved(href: str) -> str:
        if urlsplit(href).scheme:
            return href
        if href.startswith("#"):
            return href  # given its page's name with the place that it leads to
        address, _, fragment = on_site(page.address, href).partition("#")
        if address in places:
            return f"#{places[address]}{'-' + fragment if fragment else ''}"
        # A picture is printed; what else is no page of the book is where the site is, if that is known.
        picture = Path(address).suffix in _PICTURES
        if picture:
            return (site / address).resolve().as_uri()
        canonical = _CANONICAL.search(page.html)
        return urljoin(canonical[1].removesuffix(page.address), address) if canonical else f"#{page.place}"

    return moved


def print_pdf(page: str, target: Path) -> None:
    """Print a page.

    Raises:
        NoBook: no browser is there, or it does not print.
    """
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if browser is None:
        raise NoBook("Chromium prints the book, and is not installed. On Debian: apt install chromium")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "book.html")
        source.write_text(page, encoding="utf-8")
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
        options += ["--generate-pdf-document-outline", f"--user-data-dir={folder}/profile", f"--print-to-pdf={target}"]
        done = subprocess.run([browser, *options, source.as_uri()], capture_output=True, text=True, check=False)
    if done.returncode or not target.is_file():
        raise NoBook(f"Chromium did not print the book: {done.stderr.strip()[-500:]}")


def numbers_of(book: Path) -> dict[str, int]:
    """The sheet, counted from 1, on which each place is that a link of a printed book leads to."""
    reader = PdfReader(book)
    sheets = {name: reader.get_destination_page_number(place) for name, place in reader.named_destinations.items()}
    return {unquote(name.removeprefix("/")): sheet + 1 for name, sheet in sheets.items() if sheet is not None}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the site; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m handouts.book", description="Prints a built site as one PDF.")
    parser.add_argument("site", type=Path, help="the folder of the built site")
    parser.add_argument("target", type=Path, help="the PDF to write")
    parser.add_argument(
        "--without", nargs="*", default=[], metavar="ADDRESS", help="pages to leave out, such as ledger/"
    )
    given = parser.parse_args(arguments)
    try:
        # Chromium knows of no page that a link leads to, so the contents take their numbers from a first print.
        target = given.target.absolute()
        print_pdf(as_one_page(given.site, given.without), target)
        print_pdf(as_one_page(given.site, given.without, numbers_of(target)), target)
    except NoBook as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
