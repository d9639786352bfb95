"""Python-Markdown extension: shows below each cell what it put out, and lets links lead to notebooks and back."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor

from evidence.files.errors import together
from evidence.files.percent import FENCE, Cell, cells
from evidence.files.source import locate
from evidence.markdown_extension import shared_records, shared_site
from evidence.page.keep_text import KeepText
from evidence.page.model import Page
from evidence.page.site import Site
from figures.markdown_extension import with_title
from figures.svg import PREFIX
from notebooks.addresses import download_uri, leads_to_notebook, on_site, page_uri
from notebooks.executions import Executions, Output
from notebooks.rules import SLOWEST_SECONDS, problems

_DOWNLOAD = (
    '<p class="check-summary" id="taken-away"{1}>This page to run and to change: '
    '<a href="{0}.ipynb" download="{0}.ipynb">as a notebook</a>, '
    '<a href="{0}.py" download="{0}.py">as a Python file</a>{2}</p>'
)
# Tells the script that copies code that each cell goes on with the one before.
_ONE_SESSION = " data-one-session"
_PENDING = '<p class="check-note">This cell is being executed.</p>'


class NotebooksExtension(Extension):
    """Python-Markdown extension `notebooks`.

    Config:
        colab: under which address Google Colab opens the notebooks of the site; without it, none leads there.
        config_file: the site's `mkdocs.yml`.
        pages: whether the site builder makes pages of notebooks, and notebooks of pages. The MkDocs plugin says so;
            without it, what would lead to them is words and no link.
        slowest: seconds that the cells of a notebook may take, all together.
        unverified: what to do with a notebook that was not executed as it stands: `refuse` to render it, or `show` that
            it is being executed.
    """

    def __init__(self, **kwargs: object) -> None:
        self.config = {
            "colab": ["", "Under which address Google Colab opens the notebooks of the site"],
            "config_file": ["mkdocs.yml", "The site's configuration"],
            "pages": [False, "Whether the site builder makes pages of notebooks, and notebooks of pages"],
            "slowest": [SLOWEST_SECONDS, "Seconds that the cells of a notebook may take, all together"],
            "unverified": ["refuse", "Whether to `refuse` or to `show` a notebook that was not executed"],
        }
        super().__init__(**kwargs)

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown's name
        """Outputs come in while lines are lines, after the checks' own marks; links before MkDocs reads them."""
        text = KeepText(md)
        md.preprocessors.register(text, "notebooks_text", 1000)
        md.preprocessors.register(_Outputs(md, self, text), "notebooks_outputs", 890)
        md.treeprocessors.register(_Links(md, self, text), "notebooks_links", 0.5)

    def site(self) -> Site:
        """All pages."""
        return shared_site(Path(self.getConfig("config_file")).absolute())


class _Outputs(Preprocessor):
    def __init__(self, md: Markdown, extension: NotebooksExtension, text: KeepText) -> None:
        super().__init__(md)
        self.extension, self.text = extension, text

    def run(self, lines: list[str]) -> list[str]:
        """The lines, and below each cell of code what it put out."""
        source = locate(self.text.text, self.extension.site().docs_dir)
        if not source.of_file:
            return lines
        path = source.path
        page = self.extension.site().page(path.absolute())
        shown = lines if path.suffix != ".py" else self._run_notebook(lines, page)
        if not page.blocks or not self.extension.getConfig("pages"):
            return shown
        session = _ONE_SESSION if path.suffix == ".py" else ""
        return [*shown, "", _DOWNLOAD.format(page.path.stem.replace("_", "-"), session, self._in_colab(page))]

    def _in_colab(self, page: Page) -> str:
        address, uri = self.extension.getConfig("colab"), page_uri(page.path, self.extension.site().settings)
        return f', <a href="{escape(address + download_uri(uri))}">in Colab</a>' if address and uri else ""

    def _run_notebook(self, lines: list[str], notebook: Page) -> list[str]:
        docs_dir = self.extension.site().docs_dir
        records = shared_records(docs_dir).fresh()
        outputs = Executions(docs_dir, records).of(notebook)
        if self.extension.getConfig("unverified") != "show":
            slowest = float(self.extension.getConfig("slowest"))
            errors = problems(notebook, outputs, records, slowest)
            if errors:
                raise together(errors)
        return list(self._with_outputs(lines, notebook, outputs))

    def _with_outputs(self, lines: list[str], notebook: Page, outputs: list[list[Output]] | None) -> Iterator[str]:
        code = [cell for cell in cells(notebook.path.read_text(encoding="utf-8-sig"), notebook.path) if not cell.prose]
        number, inside = 0, False
        for line in lines:
            yield line
            if line == f"{FENCE}python":
                inside = True
            elif inside and line == FENCE:
                inside = False
                yield ""
                if outputs is None:
                    yield _PENDING
                else:
                    for output in outputs[number]:
                        yield from self._shown(output, code[number], f"{notebook.path.stem}-{number}")
                yield ""
                number += 1

    def _shown(self, output: Output, cell: Cell, identity: str) -> Iterator[str]:
        if "text" in output:
            yield from ("", '<p class="check-note">It prints</p>', "", f"{FENCE}text")
            yield from output["text"].rstrip("\n").split("\n")
            yield FENCE
        else:
            name = f"fig-{identity.replace('_', '-')}"
            svg = with_title(output["svg"], cell.options.get("alt", "")).replace(PREFIX, name)
            caption = cell.options.get("caption", "")
            below = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
            yield from ("", f'<figure class="figure">{svg}{below}</figure>', "")


class _Links(Treeprocessor):
    def __init__(self, md: Markdown, extension: NotebooksExtension, text: KeepText) -> None:
        super().__init__(md)
        self.extension, self.text = extension, text

    def run(self, root: Element) -> None:
        """Turn links between files into links between pages."""
        source = locate(self.text.text, self.extension.site().docs_dir)
        if not source.of_file:
            return
        path, settings = source.path, self.extension.site().settings
        for link in list(root.iter("a")):
            href = link.get("href", "")
            if self.extension.getConfig("pages") or not leads_to_notebook(href, path.absolute(), settings):
                link.set("href", on_site(href, path.absolute(), settings))
            else:
                link.tag = "span"
                link.attrib.clear()
