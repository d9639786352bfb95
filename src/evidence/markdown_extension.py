"""Python-Markdown extension: shows checks and check links, and refuses a page that breaks a rule.

It works under any site builder that renders with Python-Markdown. It needs to be told no file name: the page is found
by its text (`pagekit.source`).
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.extensions import Extension
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor

from evidence.outline import CHECK_SCHEME, count_python
from evidence.page import Page
from evidence.render import GRADES_PAGE, anchor, render_directives
from evidence.site import Site
from pagekit.errors import PageError
from pagekit.source import UNKNOWN, Source, locate

_END = "evidence-end-of-page"


@cache
def _site(docs_dir: Path, config_file: Path) -> Site:
    return Site(docs_dir, config_file)


class EvidenceExtension(Extension):
    """Options: `docs_dir`, the folder of the pages, and `config_file`, the site's `mkdocs.yml`."""

    def __init__(self, **kwargs: object) -> None:
        self.config = {
            "docs_dir": ["docs", "Folder of the pages"],
            "config_file": ["mkdocs.yml", "The site's configuration, which names the Markdown extensions"],
        }
        super().__init__(**kwargs)
        self.page: Page | None = None

    @property
    def docs_dir(self) -> Path:
        """The folder of the pages, absolute."""
        return Path(self.getConfig("docs_dir")).absolute()

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown's name
        """Lines are read before other preprocessing changes them, and links set before MkDocs makes them relative."""
        md.preprocessors.register(_Directives(self), "evidence_directives", 900)
        md.treeprocessors.register(_CheckLinks(self), "evidence_links", 1)
        md.postprocessors.register(_Recount(self), "evidence_recount", -1000)

    def site(self) -> Site:
        """All pages."""
        return _site(self.docs_dir, Path(self.getConfig("config_file")).absolute())

    def href(self, target: Path, fragment: str) -> str:
        """A link from the page in hand to a page file, as an author would write it."""
        assert self.page is not None, "a page is being rendered"
        if target == self.page.path:
            return f"#{fragment}"
        return f"{os.path.relpath(target, self.page.path.parent)}#{fragment}"


class _Directives(Preprocessor):
    def __init__(self, extension: EvidenceExtension) -> None:
        super().__init__()
        self.extension = extension

    def run(self, lines: list[str]) -> list[str]:
        """Find the page, hold it to the rules, and show its directives."""
        extension = self.extension
        text = "\n".join(lines)
        source = locate(text, extension.docs_dir)
        extension.page = None
        if source.path == UNKNOWN:
            _forbid_claims(source)
            return lines
        page = extension.page = extension.site().page(source.path.absolute())
        errors = extension.site().errors(page)
        if errors:
            raise errors[0] if len(errors) == 1 else _together(errors)
        grades = os.path.relpath(extension.docs_dir / GRADES_PAGE, page.path.parent)
        # `locate` numbers the lines from the first that is not blank.
        blank = len(text) - len(text.lstrip("\n"))
        return render_directives(page, lines, source.first_line - blank, grades)


def _forbid_claims(source: Source) -> None:
    """Text that is no page's has not been checked, so it may claim nothing."""
    if f"]({CHECK_SCHEME}" in source.text:
        raise source.error(
            f"]({CHECK_SCHEME}",
            "a check link stands in text that is no page of the site",
            "Set the option docs_dir of the Markdown extension `evidence` to the pages' folder",
        )


def _together(errors: list[PageError]) -> PageError:
    first, *others = errors
    problem = first.problem + (f". {first.remedy}" if first.remedy else "")
    return PageError(first.path, first.line, problem + "".join(f"\n{error}" for error in others))


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
                check = checks[target.removeprefix(CHECK_SCHEME)]
                link.set("href", self.extension.href(check.path, anchor(check.name or "")))
                link.set("class", "check-link")
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
            shown = count_python(text)
            if shown != len(page.blocks):
                raise PageError(
                    page.path,
                    1,
                    f"{shown} blocks are shown as Python, but {len(page.blocks)} were found to run",
                    "Write each as a fence; set pygments_lang_class of pymdownx.highlight to true",
                )
        return text
