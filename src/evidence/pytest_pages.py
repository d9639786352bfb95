"""What `pytest --codeblocks` does with a page: it runs the blocks of a page as the site shows them, strictly.

pytest-codeblocks stays the one who collects; for each Markdown file that it takes, this plugin puts a collector of ours
in its place, built on the parser that the site is built with.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from _pytest._code.code import ExceptionInfo, ReprFileLocation, TerminalRepr
from _pytest._io import TerminalWriter
from pytest_codeblocks.plugin import MarkdownFile

from evidence.files.errors import PageError
from evidence.files.source import is_markdown
from evidence.page.directives import GRADES
from evidence.page.model import Block
from evidence.page.settings import SettingsError
from evidence.page.site import Site
from evidence.records.records import Records
from evidence.rules.all_rules import page_errors
from evidence.rules.interpreter import interpreter_problem
from evidence.run.clean_process import CleanProcess
from evidence.run.failure import describe
from evidence.run.isolated_sessions import run_sessions_here
from evidence.run.session import Outcome

_PROCESS = pytest.StashKey[CleanProcess]()
_FOLDER = pytest.StashKey[TemporaryDirectory[str]]()
_MEANING = {
    "exact": "integers, symbols or enumeration: holds to the last bit",
    "numeric": "float64 against an independent route, with a stated tolerance",
    "statistical": "sampling, with n and the chance of a false alarm",
    "experiment": "networks drawn at random, and mostly trained, in so many of which it holds",
}


def pytest_configure(config: pytest.Config) -> None:
    """The four grades are marks: `-m "not experiment"` leaves the experiments out."""
    if problem := interpreter_problem():
        raise pytest.UsageError(problem)
    try:
        _site(config)
    except SettingsError as error:
        raise pytest.UsageError(str(error)) from error
    for grade in GRADES:
        config.addinivalue_line("markers", f"{grade}(name): a check of a page; {_MEANING[grade]}")


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the process below which blocks were run."""
    process = config.stash.get(_PROCESS, None)
    if process is not None:
        process.close()


def _process(config: pytest.Config) -> CleanProcess:
    if _PROCESS not in config.stash:
        config.stash[_PROCESS] = CleanProcess()
    return config.stash[_PROCESS]


def _site(config: pytest.Config) -> Site:
    return _read(config.rootpath / config.getini("evidence_config_file"))


@cache
def _read(config_file: Path) -> Site:
    return Site(config_file)


def _records(config: pytest.Config, site: Site) -> Records:
    """The records of the site; where no site is built of the pages, those are in the cache of pytest."""
    if site.settings.is_site:
        return Records(site.docs_dir)
    if cache := getattr(config, "cache", None):
        return Records(cache.mkdir("evidence") / "docs")
    if _FOLDER not in config.stash:
        config.stash[_FOLDER] = TemporaryDirectory()
    return Records(Path(config.stash[_FOLDER].name, "docs"))


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(
    file_path: Path, parent: pytest.Collector
) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Take the place of pytest-codeblocks' own collector of a Markdown file."""
    collectors = yield
    if file_path.suffix != ".md" and is_markdown(file_path):
        return [*collectors, PageFile.from_parent(parent, path=file_path)]
    if file_path.suffix == ".py" and file_path.parent == _site(parent.config).settings.examples:
        # It is no module of tests, even where it is named on the command line.
        return [PageFile.from_parent(parent, path=file_path)] if parent.config.getoption("codeblocks") else []
    return [
        PageFile.from_parent(parent, path=file_path) if isinstance(each, MarkdownFile) else each for each in collectors
    ]


class PageFile(pytest.File):
    """A page: one item for its rules, one for each block that is run or waived."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)  # type: ignore[arg-type]
        self._running: Iterator[tuple[int, Outcome]] | None = None
        self._outcomes: dict[str, Outcome] = {}

    def collect(self) -> Iterator[pytest.Item]:
        """The page's items, in its order."""
        site = _site(self.config)
        records = _records(self.config, site)
        try:
            page = site.page(self.path)
            page_errors(site, page, None)
        except PageError as error:  # this page, or one that it leads to, cannot be read
            raise self.CollectError(str(error)) from error
        sessions = {}
        for blocks in page.sessions():
            for block in blocks:
                sessions[block.ident] = blocks
        # Two checks of one name are an error of the page already; their items need distinct ids all the same.
        for block in page.blocks:
            of = sessions.get(block.ident, [])
            yield BlockItem.from_parent(self, name=block.ident, block=block, blocks=of, records=records)
        # The last, since what the words of a link may say is known once its check was run.
        yield RulesItem.from_parent(self, name="rules", errors=partial(page_errors, site, page, records))

    def outcome(self, item: BlockItem) -> Outcome:
        """The outcome of a block. The first that is asked for begins to run the blocks of all items of this page."""
        if item.block.ident not in self._outcomes and self._running is None:
            wanted = [each for each in self.session.items if isinstance(each, BlockItem) and each.parent is self]
            sessions = {
                id(each.blocks): each.blocks[: each.blocks.index(each.block) + 1] for each in wanted if each.blocks
            }
            self._running = _process(self.config).call(run_sessions_here, list(sessions.values()), 1)
        while item.block.ident not in self._outcomes:
            assert self._running is not None, "it was begun above"
            _, outcome = next(self._running)
            self._outcomes[outcome.block.ident] = outcome
        return self._outcomes[item.block.ident]

    def teardown(self) -> None:
        """End what nobody waits for any more."""
        if isinstance(self._running, Generator):
            self._running.close()


class RulesItem(pytest.Item):
    """What a page must keep besides that its blocks pass: links, names, numbers, fences."""

    def __init__(self, *, errors: Callable[[], list[PageError]], **kwargs: object) -> None:
        super().__init__(**kwargs)  # type: ignore[arg-type]
        self.errors = errors

    def runtest(self) -> None:
        """Fail if the page breaks a rule."""
        if errors := self.errors():
            raise RulesBroken(errors)

    def repr_failure(self, excinfo: ExceptionInfo[BaseException], style: object = None) -> str | TerminalRepr:
        """All rules broken, one a line."""
        if not isinstance(excinfo.value, RulesBroken):
            return super().repr_failure(excinfo)
        first = excinfo.value.errors[0]
        text = "\n".join(f"E   {error}" for error in excinfo.value.errors)
        return _Report(text, ReprFileLocation(str(first.path), first.line, str(first)))

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where pytest says that the item lies."""
        return self.path, 0, f"{self.parent.nodeid if self.parent else ''} rules"


class RulesBroken(Exception):
    """A page that breaks rules."""

    def __init__(self, errors: list[PageError]) -> None:
        super().__init__(f"{len(errors)} rules broken")
        self.errors = errors


class BlockItem(pytest.Item):
    """One block."""

    def __init__(self, *, block: Block, blocks: list[Block], records: Records, **kwargs: object) -> None:
        super().__init__(**kwargs)  # type: ignore[arg-type]
        self.block = block
        self.blocks = blocks
        self.records = records
        if block.grade:
            self.add_marker(getattr(pytest.mark, block.grade)(block.name))
        if block.waived:
            self.add_marker(pytest.mark.skip(reason=block.waived))

    def runtest(self) -> None:
        """Keep the outcome of the block, which was run after those that it continues.

        Raises:
            Told: it failed.
        """
        assert isinstance(self.parent, PageFile), "it was made by its page"
        outcome = self.parent.outcome(self)
        print(outcome.output, end="")  # for pytest, which shows it of a block that failed
        self.records.write(outcome, self.blocks)
        if outcome.error is not None:
            raise outcome.error

    def repr_failure(self, excinfo: ExceptionInfo[BaseException], style: object = None) -> str | TerminalRepr:
        """The page's file, line, lines and values."""
        failure = describe(self.block, excinfo.value)
        crash = ReprFileLocation(str(failure.block.path), failure.line, f"{failure.where}: {failure.summary}")
        return _Report(failure.text(), crash)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where pytest says that the item lies."""
        return self.path, self.block.fence_line - 1, f"{self.block.where} {self.block.ident}"


class _Report(TerminalRepr):
    """A failure as text; pytest's short summary reads `reprcrash`."""

    def __init__(self, text: str, crash: ReprFileLocation) -> None:
        self.text = text
        self.reprcrash = crash

    def __str__(self) -> str:
        return self.text

    def toterminal(self, tw: TerminalWriter) -> None:
        """Write the report; what came out stands out."""
        for line in self.text.split("\n"):
            tw.line(line, red=line.startswith("E "), bold=line.startswith("> "))
