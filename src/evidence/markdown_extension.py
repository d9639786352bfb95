"""Python-Markdown extension: shows checks and check links, and refuses a page with a claim that does not hold.

It works under any site builder that renders with Python-Markdown. It needs to be told no file name: the page is found
by its text (`evidence.files.source`).
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from html import escape
from importlib.metadata import version
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.extensions import Extension
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor

from evidence.files.errors import PageError, together
from evidence.files.source import UNKNOWN, builder_tells, locate
from evidence.page.directives import COUNTS_MARK, LEDGER_MARK
from evidence.page.html_outline import CHECK_SCHEME, python_shown
from evidence.page.layers import AnswerLayers
from evidence.page.model import Page, anchor
from evidence.page.site import Site
from evidence.records.records import Record, Records
from evidence.records.verification import unverified
from evidence.rules.all_rules import page_errors
from evidence.show.ledger import as_markdown, attacked, counts, ledger
from evidence.show.render import render_directives, render_summary

_END = "evidence-end-of-page"


@cache
def shared_site(config_file: Path) -> Site:
    """The site of this configuration, parsed once for all who work on it in this process."""
    return Site(config_file)


@cache
def shared_records(docs_dir: Path) -> Records:
    """The records of the site of this folder, likewise."""
    return Records(docs_dir)


class EvidenceExtension(Extension):
    """Python-Markdown extension `evidence`.

    Config:
        config_file: the site's `mkdocs.yml`, which holds all other settings.
        unverified: what to do with a page that breaks a rule, or that holds a block that failed or was not run as it
            stands: `refuse` to render it, or `show` on the page what is wrong, for an author at work.
    """

    def __init__(self, **kwargs: object) -> None:
        self.config = {
            "config_file": ["mkdocs.yml", "The site's configuration, which holds all other settings"],
            "unverified": ["refuse", "Whether to `refuse` or to `show` a page with claims that were not borne out"],
        }
        super().__init__(**kwargs)
        if self.getConfig("unverified") not in ("refuse", "show"):
            raise ValueError(f"evidence: the option unverified is {self.getConfig('unverified')!r}, not refuse or show")
        self.page: Page | None = None

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown's name
        """Lines are read before other preprocessing changes them, and links set before MkDocs makes them relative."""
        AnswerLayers(lambda: self.site().settings.reasons).extendMarkdown(md)
        md.preprocessors.register(_Directives(self), "evidence_directives", 900)
        # When fences are taken out (25), for in one of them the mark is text, and before comments are (20).
        md.preprocessors.register(_Ledger(self), "evidence_ledger", 24)
        md.treeprocessors.register(_CheckLinks(self), "evidence_links", 1)
        md.postprocessors.register(_Recount(self), "evidence_recount", -1000)

    def site(self) -> Site:
        """All pages."""
        return shared_site(Path(self.getConfig("config_file")).absolute())

    def records(self) -> Records:
        """The records of their checks."""
        return shared_records(self.site().docs_dir)

    def address(self, target: Path) -> str:
        """A page file, as an author would link to it from the page in hand."""
        assert self.page is not None, "a page is being rendered"
        return os.path.relpath(target, self.page.path.parent)

    def href(self, target: Path, fragment: str) -> str:
        """A place on a page file, likewise."""
        here = self.page is not None and target == self.page.path
        return f"#{fragment}" if here else f"{self.address(target)}#{fragment}"


class _Directives(Preprocessor):
    def __init__(self, extension: EvidenceExtension) -> None:
        super().__init__()
        self.extension = extension

    def run(self, lines: list[str]) -> list[str]:
        """Find the page, hold it to the rules, and show its directives."""
        extension = self.extension
        text = "\n".join(lines)
        source = locate(text, extension.site().docs_dir)
        extension.page = None
        refuse = extension.getConfig("unverified") != "show"
        if not source.of_file:
            errors = _of_no_page(extension.site().read(text, source.path))
            if errors and refuse:
                raise together(errors)
            return [*_complaints(errors), *lines]
        if not builder_tells():
            extension.site().begin()
        page = extension.page = extension.site().page(source.path.absolute())
        records, settings = extension.records().fresh(), extension.site().settings
        errors = page_errors(extension.site(), page, records)
        if refuse and (errors or (errors := unverified(page, records))):
            raise together(errors)
        verdicts = {block.ident: records.of(block, session) for session in page.sessions() for block in session}
        grades = extension.address(settings.grades) if settings.grades else None
        # `locate` numbers the lines from the first that is not blank.
        blank = len(text) - len(text.lstrip("\n"))
        rendered = render_directives(page, lines, source.first_line - blank, grades, verdicts)
        return [*_complaints(errors), *rendered, *self._summary(page, verdicts)]

    def _summary(self, page: Page, verdicts: Mapping[str, Record | None]) -> Iterator[str]:
        settings = self.extension.site().settings
        checks = [verdicts.get(block.ident) for block in page.blocks if block.name and not block.waived]
        if checks:
            told = {package: version(package) for package in settings.versions}
            yield ""
            yield render_summary(checks, told, self.extension.address(settings.ledger) if settings.ledger else None)


class _Ledger(Preprocessor):
    """Puts the account of all checks, or its counts, in the place of the mark that asks for it."""

    def __init__(self, extension: EvidenceExtension) -> None:
        super().__init__()
        self.extension = extension

    def run(self, lines: list[str]) -> list[str]:
        """The lines of a page; other text is given no account."""
        return lines if self.extension.page is None else list(self._filled(lines, self.extension.page))

    def _filled(self, lines: list[str], page: Page) -> Iterator[str]:
        extension = self.extension
        for line in lines:
            if line.strip() not in (LEDGER_MARK, COUNTS_MARK):
                yield line
                continue
            site, records = extension.site(), extension.records()
            entries, attack, packages = ledger(site, records), attacked(site, records), site.settings.versions
            if line.strip() == COUNTS_MARK:
                yield from counts(entries, attack, packages)
            else:
                yield from as_markdown(entries, attack, packages, os.path.relpath(page.path.parent, site.docs_dir))


def _of_no_page(page: Page) -> list[PageError]:
    """Text that is no page's has not been checked, so it may claim nothing, and show no Python."""
    places = [
        *((link.line, "a check link") for link in page.links),
        *((b.fence_line, "a block of Python") for b in page.blocks),
    ]
    if page.path == UNKNOWN:
        problem = "stands in text that is no page of the site"
        remedy = "Set the option config_file of the Markdown extension `evidence` to the site's mkdocs.yml"
    else:
        problem = "is not in the page's file as it is rendered: a hook or another plugin changed it, or made it"
        remedy = "Write it in the file, or have none in what is made"
    return [PageError(page.path, line, f"{what} {problem}", remedy) for line, what in places] or page.errors


def _complaints(errors: list[PageError]) -> list[str]:
    """What an author at work reads on top of a page that breaks rules."""
    return [
        line for error in errors for line in (f'<pre class="check-failure" tabindex="0">{escape(str(error))}</pre>', "")
    ]


class _CheckLinks(Treeprocessor):
    def __init__(self, extension: EvidenceExtension) -> None:
        super().__init__()
        self.extension = extension

    def run(self, root: Element) -> None:
        """Point each check link to its check's place."""
        page = self.extension.page
        if page is None:
            return
        checks = self.extension.site().checks()
        for link in root.iter("a"):
            target = link.get("href", "")
            if target.startswith(CHECK_SCHEME):
                check = checks.get(target.removeprefix(CHECK_SCHEME))
                link.set("href", self.extension.href(check.path, anchor(check.name or "")) if check else "#")
                link.set("class", "check-link" if check else "check-link check-link--broken")
        SubElement(root, "div").text = _END


class _Recount(Postprocessor):
    def __init__(self, extension: EvidenceExtension) -> None:
        super().__init__()
        self.extension = extension

    def run(self, text: str) -> str:
        """Compare the blocks that the reader will see as Python with those that were found."""
        page = self.extension.page
        # Titles and tables of contents are postprocessed by themselves; only the whole page holds its end.
        if page is not None and _END in text:
            text = text.replace(f"<div>{_END}</div>", "").rstrip("\n")
            shown = python_shown(text)
            if len(shown) != len(page.blocks) and self.extension.getConfig("unverified") != "show":
                raise _miscounted(page, shown)
        return text


def _miscounted(page: Page, shown: list[str]) -> PageError:
    left = Counter(_letters(block.code) for block in page.blocks)
    left.subtract(map(_letters, shown))
    strange = next((code for code in shown if left[_letters(code)] < 0), None)
    lost = next((block for block in page.blocks if left[_letters(block.code)] > 0), None)
    which = f"; nothing runs the one that begins {strange.strip()[:40]!r}" if strange else ""
    return PageError(
        page.path,
        lost.fence_line if lost else 1,
        f"{len(shown)} blocks are shown as Python, but {len(page.blocks)} were found to run{which}",
        "Write each as a fence; set pygments_lang_class of pymdownx.highlight to true",
    )


def _letters(code: str) -> str:
    return "".join(code.split())
