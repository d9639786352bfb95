"""MkDocs plugin: makes pages of the notebooks of a site, after Jupyter has executed those that changed.

It only wires. The Markdown extension `notebooks` refuses a notebook that was not executed as it stands.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import Any, Literal

from mkdocs.config import config_options as option
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page as BuiltPage

from evidence.files.errors import together
from evidence.files.source import read_page, take_in_hand
from evidence.markdown_extension import shared_records, shared_site
from evidence.page.model import Page
from evidence.page.site import Site
from evidence.records.records import Records
from notebooks.addresses import download_uri, page_uri
from notebooks.executions import Executions, executed_mark
from notebooks.own_wheel import NoWheel, Wheel, build_wheel
from notebooks.rules import SLOWEST_SECONDS, problems
from notebooks.take_away import Setting, as_notebook, as_script

log = logging.getLogger("mkdocs.plugins.notebooks")


class NotebooksConfig(Config):  # type: ignore[no-untyped-call]
    """Settings of the plugin.

    Attributes:
        project: the folder of a project, seen from `mkdocs.yml`. Its wheel is built and served with the site, and a
            notebook that was taken away has pip install it from there. Without it, a notebook installs nothing.
        colab: under which address Google Colab opens what the site is published from, as
            `https://colab.research.google.com/github/OWNER/NAME/blob/gh-pages/`. Each notebook then leads there, too.
    """

    project = option.Optional(option.Dir(exists=True))
    colab = option.Optional(option.URL(is_dir=True))


class NotebooksPlugin(BasePlugin[NotebooksConfig]):  # type: ignore[no-untyped-call]
    """MkDocs plugin `notebooks`; list the Markdown extension `notebooks` too."""

    def __init__(self) -> None:
        self.serving = False
        self.served = False
        self._notebooks: dict[str, Path] = {}
        self._at_work = threading.Lock()

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """An author at work is shown what is there; a site that is published must be whole."""
        self.serving = command == "serve"

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Tell the Markdown extension where the pages are, and whether to refuse or to show."""
        options = config.mdx_configs.setdefault("notebooks", {})
        options.update(config_file=config.config_file_path, pages=True, colab=self.config.colab or "")
        options["unverified"] = "show" if self.serving else "refuse"
        return config

    # After the checks: a cell that fails is told by them, with its line and its values.
    @event_priority(-50)
    def on_pre_build(self, *, config: MkDocsConfig) -> None:
        """Execute what has changed, before MkDocs empties the folder of the built site.

        Raises:
            PageError: a notebook fails in Jupyter, or must not be published.
        """
        docs_dir = Path(config.docs_dir).absolute()
        if self.serving:
            if self.served:
                self._execute_meanwhile(config)
            return
        records = shared_records(docs_dir).fresh()
        executions = Executions(docs_dir, records)
        stale = _stale(config, executions)
        if stale:
            log.info(f"Executing {len(stale)} notebooks that have changed, or were never executed here")
            errors = executions.execute(stale, lambda page: log.info(f"Executed {page.path.name}"))
            if errors:
                raise together(errors)
        slowest = config.mdx_configs["notebooks"].get("slowest", SLOWEST_SECONDS)
        notebooks = _notebooks(config)
        errors = [error for page in notebooks for error in problems(page, executions.of(page), records, slowest)]
        if errors:
            raise together(errors)

    def _execute_meanwhile(self, config: MkDocsConfig) -> None:
        threading.Thread(target=self._execute, args=(config,), daemon=True).start()

    def _execute(self, config: MkDocsConfig) -> None:
        if not self._at_work.acquire(blocking=False):
            return
        try:
            records = Records(Path(config.docs_dir).absolute())
            executions = Executions(Path(config.docs_dir).absolute(), records)
            stale = _stale(config, executions)
            for error in executions.execute(stale, lambda _: executed_mark(Path(config.docs_dir)).touch()):
                log.error(str(error))
        finally:
            self._at_work.release()

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Add the notebooks' pages."""
        settings = _site(config).settings
        for path in sorted(settings.examples.glob("*.py")) if settings.examples else ():
            uri = page_uri(path, settings)
            assert uri is not None, "notebooks have an address"
            self._notebooks[uri] = path
            files.append(File.generated(config, uri, content=read_page(path)))
        return files

    # After the plugin `evidence`, which knows of no file behind a generated page.
    @event_priority(-101)
    def on_page_markdown(self, markdown: str, *, page: BuiltPage, config: MkDocsConfig, files: Files) -> None:
        """Say which notebook the Markdown extensions are about to be given."""
        if path := self._notebooks.get(page.file.src_uri):
            take_in_hand(path, path)

    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Write each page that holds code as a notebook and as a script, beside the page, and what they all install."""
        wheel = self._wheel(Path(config.site_dir))
        settings = _site(config).settings
        setting = Setting(
            settings,
            macros=config.mdx_configs.get("mathml", {}).get("macros", {}),
            wheel=wheel,
            site_url=config.site_url or "",
            wait=0 if self.serving else None,
        )
        for page in _site(config).pages():
            uri = page_uri(page.path, settings)
            if page.blocks and uri is not None:
                for ending, text in ((".ipynb", as_notebook(page, setting)), (".py", as_script(page, setting))):
                    target = Path(config.site_dir, download_uri(uri, ending))
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_text(text, encoding="utf-8")

    def _wheel(self, site_dir: Path) -> Wheel | None:
        if self.config.project is None:
            return None
        try:
            return build_wheel(Path(self.config.project), site_dir)
        except NoWheel as error:
            raise PluginError(str(error)) from error

    def on_serve(self, server: LiveReloadServer, *, config: MkDocsConfig, builder: Any) -> None:
        """Build again when a notebook changes; execute them now that there is a site to be read."""
        if folder := _site(config).settings.examples:
            server.watch(str(folder))
        mark = executed_mark(Path(config.docs_dir))
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()
        server.watch(str(mark))
        self.served = True
        self._execute_meanwhile(config)


def _site(config: MkDocsConfig) -> Site:
    return shared_site(Path(config.config_file_path).absolute())


def _notebooks(config: MkDocsConfig) -> list[Page]:
    return [page for page in _site(config).pages() if page.path.suffix == ".py"]


def _stale(config: MkDocsConfig, executions: Executions) -> list[Page]:
    return [page for page in _notebooks(config) if executions.of(page) is None]
