"""What `pytest --codeblocks` does with a page: it runs the blocks of a page as the site shows them, strictly.

pytest-codeblocks stays the one who collects; for each Markdown file that it takes, this plugin puts a collector of ours
in its place, built on the parser that the site is built with.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from functools import cache, partial
from pathlib import Path

import pytest
from _pytest._code.code import ExceptionInfo, ReprFileLocation, TerminalRepr
from _pytest._io import TerminalWriter
from mkdocs.utils import is_markdown_file
from pytest_codeblocks.plugin import MarkdownFile

from evidence.files.errors import PageError
from evidence.files.source import examples_of
from evidence.page.directives import GRADES
from evidence.page.model import Block
from evidence.page.site import Site
from evidence.records.records import Records
from evidence.rules.all_rules import page_errors
from evidence.rules.interpreter import interpreter_problem
from evidence.run.failure import Failure, describe
from evidence.run.session import Session
from evidence.run.torch_state import reset_global_state

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
    for grade in GRADES:
        config.addinivalue_line("markers", f"{grade}(name): a check of a page; {_MEANING[grade]}")


@cache
def _site(root: Path, docs: str) -> Site:
    return Site(root / docs, root / "mkdocs.yml")


@cache
def _records(root: Path, docs: str) -> Records | None:
    """The records of the site; where no site is built of the pages, there are none to keep."""
    return Records(root / docs) if (root / "mkdocs.yml").is_file() else None


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(
    file_path: Path, parent: pytest.Collector
) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Take the place of pytest-codeblocks' own collector of a Markdown file."""
    collectors = yield
    notebooks = examples_of(parent.config.rootpath / parent.config.getini("evidence_docs"))
    if file_path.suffix == ".py" and file_path.parent == notebooks:
        # It is no module of tests, even where it is named on the command line.
        return [PageFile.from_parent(parent, path=file_path)] if parent.config.getoption("codeblocks") else []
    if file_path.suffix != ".md" and is_markdown_file(file_path.name):
        return [*collectors, PageFile.from_parent(parent, path=file_path)]
    return [
        PageFile.from_parent(parent, path=file_path) if isinstance(each, MarkdownFile) else each for each in collectors
    ]


class PageFile(pytest.File):
    """A page: one item for its rules, one for each block that is run or waived."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)  # type: ignore[arg-type]
        self.ran = False

    def collect(self) -> Iterator[pytest.Item]:
        """The page's items, in its order."""
        place = self.config.rootpath, self.config.getini("evidence_docs")
        site, records = _site(*place), _records(*place)
        try:
            page = site.page(self.path)
            page_errors(site, page, None)
        except PageError as error:  # this page, or one that it leads to, cannot be read
            raise self.CollectError(str(error)) from error
        sessions = {}
        for blocks in page.sessions():
            session = Session(blocks)
            for block in blocks:
                sessions[block.ident] = session
                if records is not None:
                    records.name(block, blocks)  # looks at the sources before a block can have imported them
        # Two checks of one name are an error of the page already; their items need distinct ids all the same.
        for block in page.blocks:
            run = sessions.get(block.ident)
            yield BlockItem.from_parent(self, name=block.ident, block=block, session_run=run, records=records)
        # The last, since what the words of a link may say is known once its check was run.
        yield RulesItem.from_parent(self, name="rules", errors=partial(page_errors, site, page, records))

    def teardown(self) -> None:
        """Leave no seed, dtype or figure of the page to the tests that come after it."""
        if self.ran:
            reset_global_state()


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

    def __init__(self, *, block: Block, session_run: Session | None, records: Records | None, **kwargs: object) -> None:
        super().__init__(**kwargs)  # type: ignore[arg-type]
        self.block = block
        self.session_run = session_run
        self.records = records
        if block.grade:
            self.add_marker(getattr(pytest.mark, block.grade)(block.name))
        if block.waived:
            self.add_marker(pytest.mark.skip(reason=block.waived))

    def runtest(self) -> None:
        """Run the block, after those that it continues, and keep its outcome; what it raises is what pytest sees."""
        assert self.session_run is not None, "a waived block is skipped"
        assert isinstance(self.parent, PageFile), "it was made by its page"
        self.parent.ran = True
        outcome = self.session_run.outcome(self.block)
        if self.records is not None:
            self.records.write(outcome, self.session_run.blocks)
        if outcome.error is not None:
            raise outcome.error

    def repr_failure(self, excinfo: ExceptionInfo[BaseException], style: object = None) -> str | TerminalRepr:
        """The page's file, line, lines and values."""
        return failure_report(describe(self.block, excinfo.value))

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


def failure_report(failure: Failure) -> TerminalRepr:
    """The failure as pytest prints it."""
    crash = ReprFileLocation(str(failure.block.path), failure.line, f"{failure.where}: {failure.summary}")
    return _Report(failure.text(), crash)
