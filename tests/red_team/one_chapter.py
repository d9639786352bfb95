"""A site of one chapter with one check, and what a build of it says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from unittest.mock import patch

import yaml
from mkdocs.config import load_config
from mkdocs.exceptions import MkDocsException
from mkdocs.plugins import get_plugins
from mkdocs.structure.files import get_files
from mkdocs.structure.pages import Page

from evidence.markdown_extension import shared_records, shared_site
from evidence.page.model import Block
from evidence.records.verification import verify
from evidence.run.session import Outcome, Session

LINK = "[385](check:ten-squares)"
CODE = "assert sum(n**2 for n in range(11)) == 385"
CHECK = f'<!--pytest.mark.exact("ten-squares")-->\n```python\n{CODE}\n```'
PAGE = f"""# Sums

## 1. Sums {{ #sum-1 }}

What is the sum of the first ten squares?

/// details | Answer
    type: success

It is {LINK}.

{CHECK}
///
"""
CONFIG = """site_name: Sums
theme: {name: null, custom_dir: theme}
plugins: [evidence]
markdown_extensions:
  - admonition
  - attr_list
  - def_list
  - footnotes
  - md_in_html
  - tables
  - toc
  - pymdownx.blocks.admonition
  - pymdownx.blocks.details
  - pymdownx.blocks.html
  - pymdownx.blocks.tab
  - pymdownx.details
  - pymdownx.highlight:
      pygments_lang_class: true
  - pymdownx.inlinehilite
  - pymdownx.superfences
  - pymdownx.tabbed:
      alternate_style: true
  - evidence
"""


# Stands for the moment in which MkDocs empties the folder of the built site.
EMPTIED = "emptied"


@dataclass(frozen=True)
class Case:
    """An edit of the small site.

    Attributes:
        name: what is done.
        refused: words of the refusal; empty for what is published.
        link: takes the place of the check link.
        code: takes the place of the check's code.
        check: takes the place of the whole check, with its directive.
        after: is added to the chapter.
        page: takes the place of the whole chapter.
        files: are written besides, `mkdocs.yml` in place of the site's; a path is what a link of that name leads to.
        at: a piece of the chapter on whose line the refusal must be told.
        late: whether it can only be told while pages are rendered, when what was published before is gone.
        allowed: for a lie that is published all the same, why it is.
    """

    name: str
    refused: str = ""
    link: str = LINK
    code: str = CODE
    check: str = CHECK
    after: str = ""
    page: str = PAGE
    files: dict[str, str | bytes | Path] = field(default_factory=dict)
    at: str = ""
    late: bool = False
    allowed: str = ""

    def chapter(self) -> str:
        page = self.page.replace(LINK, self.link).replace(CHECK, self.check).replace(CODE, self.code)
        return f"{page}\n{self.after}\n" if self.after else page

    def write(self, folder: Path) -> None:
        """Write the site into an empty folder."""
        (folder / "theme").mkdir()
        (folder / "theme" / "main.html").write_text("{{ page.content }}")
        notebooks = any(name.startswith("examples/") for name in self.files)
        config = CONFIG.replace("[evidence]", "[evidence: {examples: examples}]") if notebooks else CONFIG
        for name, content in {"docs/sums.md": self.chapter(), "mkdocs.yml": config, **self.files}.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, Path):
                (folder / name).symlink_to(folder / content)
            else:
                (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())


def build(folder: Path) -> dict[str, str]:
    """Do all that `mkdocs build` does of the site in `folder` up to its pages' HTML, which is returned by their address.

    Blocks are run in this process.

    Raises:
        MkDocsException: the site is refused.
    """
    shared_site.cache_clear()
    shared_records.cache_clear()
    with (
        patch("evidence.mkdocs_plugin.verify", partial(verify, run=_run_here)),
        patch("mkdocs.plugins.get_plugins", _plugins),
        patch("yaml.load", _loaded),
    ):
        config = load_config(config_file=str(folder / "mkdocs.yml"))
        config.plugins.on_startup(command="build", dirty=False)
        config = config.plugins.on_config(config)
        try:
            config.plugins.on_pre_build(config=config)
            (folder / EMPTIED).touch()
            files = config.plugins.on_files(get_files(config), config=config)
            shown = {}
            for file in files.documentation_pages():
                if file.inclusion.is_included():
                    shown[file.src_uri] = _rendered(Page(None, file, config), config, files)
            config.plugins.on_env(object(), config=config, files=files)
        except Exception as error:
            config.plugins.on_build_error(error=error)
            raise
    return shown


# What each build asks anew, and what is the same each time, is asked once: it takes longer than the rest of a build.
_plugins = cache(get_plugins)
_load = yaml.load
_configurations: dict[tuple[str, str], object] = {}


def _loaded(stream, Loader):
    text = stream if isinstance(stream, str) else stream.read()
    key = str(text), Loader.__name__
    if key not in _configurations:
        _configurations[key] = _load(text, Loader)
    return deepcopy(_configurations[key])


def _rendered(page: Page, config, files) -> str:
    page.read_source(config)
    page.markdown = config.plugins.on_page_markdown(page.markdown, page=page, config=config, files=files)
    page.render(config, files)
    return page.content or ""


def _run_here(sessions: Sequence[Sequence[Block]], at_once: int) -> Iterator[tuple[int, Outcome]]:
    for number, blocks in enumerate(sessions):
        session = Session(blocks)
        for block in blocks:
            yield number, session.outcome(block)


def refusal(folder: Path) -> str:
    """Why the site in `folder` is not built; empty if it is. Any other error than a refusal is a traceback to a user."""
    try:
        build(folder)
    except MkDocsException as error:
        return str(error)
    return ""
