"""MkDocs plugin: checks what is stale before a build, and lets no build begin while a claim does not hold.

It only wires. The Markdown extension `evidence` refuses such a page by itself, under any site builder.
"""

from __future__ import annotations

import contextlib
import logging
import sys
import threading
from functools import partial
from pathlib import Path
from typing import Any, Literal

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

from evidence.built_beside import BuiltBeside
from evidence.files.errors import PageError, display_path, together
from evidence.files.import_graph import at_work
from evidence.files.source import put_down, take_in_hand
from evidence.files.store import NotKeptError
from evidence.kept_renderings import KeptRenderings
from evidence.markdown_extension import shared_records, shared_site
from evidence.page.model import Block
from evidence.page.settings import Settings, settings_error
from evidence.page.site import Site
from evidence.records.records import Record, Records
from evidence.records.verification import Progress, stale_sessions, verify
from evidence.records.worker import WarmWorker
from evidence.render_ahead import RenderedAhead
from evidence.reseeding.kept import SEEDS, Reseedings
from evidence.reseeding.reseed import reports
from evidence.rules.all_rules import page_errors
from evidence.rules.interpreter import interpreter_problem
from evidence.rules.other_files import site_errors
from evidence.run.clean_process import NoAnswer
from evidence.run.forked_calls import cores

log = logging.getLogger("mkdocs.plugins.evidence")

# A few edited blocks are checked within this time, and the page shows their verdict at once.
PATIENCE_SECONDS = 1.5


def parse_from_the_last(site: Site) -> None:
    """Parse what is not kept. A process that parses from the first page meanwhile finds half of it done."""
    for path in reversed(site.files().pages):
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


def _require_rules(site: Site, records: Records) -> None:
    """Refuse to build pages that break a rule.

    Raises:
        PluginError: some do.
    """
    errors = [*site_errors(site), *(error for page in site.pages() for error in page_errors(site, page, records))]
    if errors:
        raise together(errors)


class EvidencePlugin(BasePlugin):  # type: ignore[type-arg, no-untyped-call]
    """MkDocs plugin `evidence`; list the Markdown extension `evidence` too. `Settings` says what may be set."""

    def __init__(self) -> None:
        self.serving = False
        self.dirty = False
        self.built: BuiltBeside | None = None
        self.worker: WarmWorker | None = None
        self.ahead: RenderedAhead | None = None
        self.kept: KeptRenderings | None = None

    def load_config(self, options: object, config_file_path: str | None = None) -> tuple[list[Any], list[Any]]:
        """The settings are read by `load_settings`, which names the line of one that is wrong."""
        return [], []

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """An author at work is shown what does not hold; a site that is published must not have it.

        Raises:
            PluginError: this Python evaluates no assert.
        """
        self.serving, self.dirty = command == "serve", dirty
        if problem := interpreter_problem():
            raise PluginError(problem)

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Tell the Markdown extension where the configuration is, and whether to refuse or to show.

        Raises:
            SettingsError: the Markdown extension is not listed, or is told otherwise; a setting is wrong.
        """
        options = config.mdx_configs.setdefault("evidence", {})
        _require_extension(config, options)
        options.update(config_file=config.config_file_path)
        _require_same_pages(self._site(config).settings, config)
        options["unverified"] = "show" if self.serving else "refuse"
        # Whoever serves has a folder of their own, and whoever builds what is newer needs that which is older.
        if not (self.serving or self.dirty):
            self.built = BuiltBeside(config)
        return config

    def on_pre_build(self, *, config: MkDocsConfig) -> None:
        """Check what is stale, before the first page is converted.

        Raises:
            PluginError: a page breaks a rule, or a claim does not hold.
        """
        put_down()
        site = self._site(config)
        records = shared_records(site.docs_dir)
        site.begin()
        if self.serving:
            for error in site_errors(site):
                log.warning(str(error))
            if self.worker is not None:
                self.worker.verify(PATIENCE_SECONDS)
            return
        _require_rules(site, records.fresh())
        if stale_sessions(site.pages(), records.fresh()):
            self._verify(site, records)
            # What the words of a link may say is known once its check was run.
            _require_rules(site, records.fresh())
        if config.strict:
            self._reseed(site, records)

    def _site(self, config: MkDocsConfig) -> Site:
        return shared_site(Path(config.config_file_path).absolute())

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

    def _reseed(self, site: Site, records: Records) -> None:
        """Run what draws at random under other seeds: what holds under one lucky seed is no result."""
        kept = Reseedings(records)
        sessions = kept.stale(site.pages())
        if not sessions:
            return
        log.info("Running under other seeds the experiments and statistical checks that have changed")
        try:
            found = dict(kept.reseed(sessions, SEEDS, cores()))
        except NoAnswer as error:
            raise PluginError(f"The checks could not be run under other seeds: {error}") from error
        if failures := reports(found):
            raise PluginError(
                "\n\n".join([*failures, f"{len(failures)} blocks owe their outcome to a seed, and nothing was built."])
            )

    def on_nav(self, nav: Navigation, *, config: MkDocsConfig, files: Files) -> Navigation:
        """Render with both hands what a reader waits for, and after an edit no more than it touches."""
        if self.serving:
            site = self._site(config)
            if self.worker is None:
                self.ahead = RenderedAhead(files, config, partial(parse_from_the_last, site))
            self.kept = self.kept or KeptRenderings(site, shared_records(site.docs_dir))
            self.kept.begin(files)
        return nav

    # After all others, which may have taken pages out.
    @event_priority(-100)
    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """See that what was checked is what is published.

        Raises:
            PageError: a page with checks is left out, so that links to them would lead nowhere.
        """
        if self.serving:
            return files
        site = self._site(config)
        published = {Path(file.abs_src_path) for file in files if file.abs_src_path}
        for page in site.pages():
            checks = any(block.name for block in page.blocks)
            if checks and page.path.is_relative_to(site.docs_dir) and page.path not in published:
                raise PageError(page.path, 1, "the page holds checks, and a plugin or hook left it out", "Publish it")
        return files

    # After all others, which may have changed the text: what counts is what is rendered.
    @event_priority(-100)
    def on_page_markdown(self, markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> None:
        """Say which page the Markdown extensions are about to be given."""
        path = page.file.abs_src_path
        take_in_hand(Path(path) if path else None, Path(config.docs_dir, page.file.src_uri))

    # After all others, which write into the site.
    @event_priority(-1000)
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """All is written."""
        if self.built is not None:
            self.built.put_in_place()

    def on_build_error(self, **_: Any) -> None:
        """No page is rendered any more."""
        put_down()
        if self.built is not None:
            self.built.give_up()

    def on_env(self, env: Any, *, config: MkDocsConfig, files: Files) -> None:
        """All pages are rendered."""
        put_down()
        if self.ahead is not None:
            self.ahead.stop()
            self.ahead = None

    # After all others, which have more to be watched.
    @event_priority(-100)
    def on_serve(self, server: LiveReloadServer, *, config: MkDocsConfig, builder: Any) -> None:
        """Build again when a verdict comes in, or when a module changes that a claim may rest on.

        Nothing is checked before the site is there to be read: it would take the first page's time.

        Raises:
            NotKeptError: what comes in cannot be kept.
        """
        verified = Records(Path(config.docs_dir)).verified
        try:
            verified.parent.mkdir(parents=True, exist_ok=True)
            verified.touch()
        except OSError as error:
            raise NotKeptError(verified.parent, error) from error
        server.watch(str(verified))
        if self.kept is not None:
            self.kept.watch(server)
        # The first page need not wait for it.
        threading.Thread(target=_watch_packages, args=(self._site(config), server), daemon=True).start()
        self.worker = WarmWorker(Path(config.config_file_path))
        self.worker.verify(0)

    def on_shutdown(self) -> None:
        """Leave no process behind, and nothing of a build that was interrupted."""
        if self.built is not None:
            self.built.give_up()
        if self.worker is not None:
            self.worker.close()


def _watch_packages(site: Site, server: LiveReloadServer) -> None:
    """Have the packages watched that someone works on and that blocks import."""
    with contextlib.suppress(PageError, SyntaxError):  # whoever reads it tells that, with its line
        imported = {name for page in site.pages() for block in page.blocks for name in block.imports or ()}
        for folder in at_work(imported).values():
            server.watch(str(folder))


def _require_same_pages(settings: Settings, config: MkDocsConfig) -> None:
    """Whoever runs the checks by hand, or under pytest, knows of the configuration no more than its file says."""
    if settings.docs_dir.resolve() != Path(config.docs_dir).resolve():
        here = display_path(settings.docs_dir)
        problem = f"the pages are said to be in {here}, and MkDocs was told {config.docs_dir}"
        raise settings_error(settings.config_file, "docs_dir", problem, "Say so in the file")


def _require_extension(config: MkDocsConfig, options: dict[str, Any]) -> None:
    """The plugin runs the checks, and the Markdown extension shows them: neither is of use alone."""
    file = Path(config.config_file_path)
    listed = [name for name in config.markdown_extensions if name.partition(".")[0] == "evidence"]
    if listed != ["evidence"]:
        problem = f"the plugin evidence is listed, and of its Markdown extension {' and '.join(listed) or 'nothing'}"
        raise settings_error(file, "evidence", problem, "List evidence once under markdown_extensions")
    if options:
        problem = f"the Markdown extension evidence is given {', '.join(options)}, which the plugin sets"
        raise settings_error(file, next(iter(options)), problem, "Leave the options away, or the plugin")
