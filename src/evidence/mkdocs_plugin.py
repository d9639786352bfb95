"""MkDocs plugin: checks what is stale before a build, and lets no build begin while a claim does not hold.

It only wires. The Markdown extension `evidence` refuses such a page by itself, under any site builder.
"""

from __future__ import annotations

import contextlib
import logging
import sys
from functools import partial
from pathlib import Path
from typing import Any, Literal

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation

from evidence.files.errors import together
from evidence.files.source import page_files
from evidence.markdown_extension import shared_records, shared_site
from evidence.page.model import Block
from evidence.page.site import Site
from evidence.records.records import Record, Records
from evidence.records.verification import Progress, stale_sessions, verify
from evidence.records.worker import WarmWorker
from evidence.render_ahead import RenderedAhead
from evidence.rules.all_rules import page_errors
from evidence.run.elsewhere import NoAnswer
from evidence.run.forks import cores

log = logging.getLogger("mkdocs.plugins.evidence")

# A few edited blocks are checked within this time, and the page shows their verdict at once.
PATIENCE_SECONDS = 1.5


def parse_from_the_last(site: Site) -> None:
    """Parse what is not kept. A process that parses from the first page meanwhile finds half of it done."""
    for path in reversed(page_files(site.docs_dir)):
        with contextlib.suppress(Exception):  # The builder tells it, where the author looks.
            site.page(path)


def _progress(total: int) -> Progress:
    count = 0

    def show(block: Block, record: Record) -> None:
        nonlocal count
        count += 1
        if sys.stderr.isatty():
            end = "\n" if count == total else ""
            print(
                f"\r\033[Kchecking {count}/{total}: {block.where} {block.ident}", end=end, file=sys.stderr, flush=True
            )

    return show


class EvidencePlugin(BasePlugin):  # type: ignore[type-arg, no-untyped-call]
    """MkDocs plugin `evidence`, without settings; list the Markdown extension `evidence` too."""

    def __init__(self) -> None:
        self.serving = False
        self.worker: WarmWorker | None = None
        self.ahead: RenderedAhead | None = None

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """An author at work is shown what does not hold; a site that is published must not have it."""
        self.serving = command == "serve"

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Tell the Markdown extension where the pages are, and whether to refuse or to show."""
        options = config.mdx_configs.setdefault("evidence", {})
        options.update(docs_dir=config.docs_dir, config_file=config.config_file_path)
        options["unverified"] = "show" if self.serving else "refuse"
        return config

    def on_pre_build(self, *, config: MkDocsConfig) -> None:
        """Check what is stale, before MkDocs empties the folder of the built site.

        Raises:
            PluginError: a page breaks a rule, or a claim does not hold.
        """
        docs_dir, config_file = Path(config.docs_dir), Path(config.config_file_path)
        if self.serving:
            if self.worker is not None:
                self.worker.verify(PATIENCE_SECONDS)
            return
        site, records = shared_site(docs_dir.absolute(), config_file.absolute()), shared_records(docs_dir.absolute())
        errors = [error for page in site.pages() for error in page_errors(site, page)]
        if errors:
            raise together(errors)
        if stale_sessions(site.pages(), records.fresh()):
            self._verify(site, records)

    def _verify(self, site: Site, records: Records) -> None:
        log.info("Checking the claims that have changed, or were never checked here")
        stale = sum(map(len, stale_sessions(site.pages(), records)))
        try:
            verdict = verify(site.pages(), records, _progress(stale), jobs=cores())
        except NoAnswer as error:
            raise PluginError(f"The checks could not be run: {error}") from error
        log.info(f"{verdict.ran} blocks were run, {verdict.current} were current")
        if verdict.failures:
            reports = "\n\n".join(verdict.failures)
            raise PluginError(f"{reports}\n\n{len(verdict.failures)} blocks do not hold, and nothing was built.")

    def on_nav(self, nav: Navigation, *, config: MkDocsConfig, files: Files) -> Navigation:
        """Render with both hands what a reader waits for."""
        if self.serving and self.worker is None:
            site = shared_site(Path(config.docs_dir).absolute(), Path(config.config_file_path).absolute())
            self.ahead = RenderedAhead(files, config, partial(parse_from_the_last, site))
        return nav

    def on_env(self, env: Any, *, config: MkDocsConfig, files: Files) -> None:
        """All pages are rendered."""
        if self.ahead is not None:
            self.ahead.stop()
            self.ahead = None

    def on_serve(self, server: LiveReloadServer, *, config: MkDocsConfig, builder: Any) -> None:
        """Build again when a verdict comes in, or when a module changes that a claim may rest on.

        Nothing is checked before the site is there to be read: it would take the first page's time.
        """
        verified = Records(Path(config.docs_dir)).verified
        verified.parent.mkdir(parents=True, exist_ok=True)
        verified.touch()
        server.watch(str(verified))
        self.worker = WarmWorker(Path(config.docs_dir), Path(config.config_file_path))
        self.worker.verify(0)

    def on_shutdown(self) -> None:
        """Leave no process behind."""
        if self.worker is not None:
            self.worker.close()
