"""What is kept of a notebook's execution, for as long as the notebook, and all that its kernel rested on, stays."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

from evidence.files.errors import PageError
from evidence.files.import_graph import digest, our_packages, reach_of
from evidence.files.store import Store, cache_folder
from evidence.page.model import Page
from evidence.records.records import Records
from evidence.run.clean_process import NoAnswer, in_clean_process
from evidence.run.forked_calls import Died

# A notebook that hangs is ended. How slow one may be is a rule, see `notebooks.rules`, and not measured by the clock.
LIMIT_SECONDS = 300

Output = dict[str, str]
"""`{"text": printed}` or `{"svg": figure}`."""


def executed_mark(docs_dir: Path) -> Path:
    """The file that is touched when a notebook was executed in the background, for who watches."""
    return cache_folder(docs_dir) / "notebooks" / "executed"


class Executions:
    """The executions of a site's notebooks, in `.cache/notebooks` beside its folder of pages.

    Args:
        docs_dir: the folder of the pages.
        records: the records of the site's blocks, by whose names these are named.
    """

    def __init__(self, docs_dir: Path, records: Records) -> None:
        self._store = Store(cache_folder(docs_dir) / "notebooks", ".json")
        self._records = records

    def name(self, notebook: Page) -> str:
        """The digest of what can change what the notebook shows, and can be told before it is executed.

        That is its text, what its blocks are named after, and how it is executed.
        """
        outcomes = [self._records.name(session[-1], session) for session in notebook.sessions()]
        parts = (notebook.text, *outcomes, self._how)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    @cached_property
    def _how(self) -> str:
        """The code and the templates that execute a notebook, as they are when first asked for."""
        packages = our_packages(("notebooks", "figures", "evidence"))
        templates = {file for file in (packages["notebooks"] / "templates").rglob("*") if file.is_file()}
        return digest(reach_of(["notebooks.kernel"], packages) | templates, packages)

    def of(self, notebook: Page) -> list[list[Output]] | None:
        """By cell of code, what it put out; `None` if the notebook was not executed as it stands."""
        if not self._store.folder.is_dir():
            return None
        content = self._store.read(self.name(notebook))
        return None if content is None else json.loads(content)

    def execute(self, notebooks: Iterable[Page], done: Callable[[Page], None] | None = None) -> list[PageError]:
        """Execute notebooks, as many at once as there are cores, and keep what they put out.

        Args:
            notebooks: parsed notebooks.
            done: called after each.

        Returns:
            What went wrong, by notebook in their order; those are not kept.
        """
        from notebooks.kernel import execute_all  # here, since it imports Jupyter, which takes long

        stale = list(notebooks)
        # Before they are executed: what is edited meanwhile is not what was executed.
        names = [self.name(notebook) for notebook in stale]
        errors: dict[int, PageError] = {}
        try:
            paths = [notebook.path for notebook in stale]
            for number, told in in_clean_process(execute_all, paths, LIMIT_SECONDS, niceness=10):
                result = _outputs(stale[number].path, told)
                if isinstance(result, PageError):
                    errors[number] = result
                else:
                    self._store.write(names[number], json.dumps(result).encode(), told["rests_on"])
                if done is not None:
                    done(stale[number])
        except NoAnswer as error:
            return [PageError(stale[0].path, 1, f"Jupyter could not execute it: {error}")]
        return [errors[number] for number in sorted(errors)]


def _outputs(path: Path, told: Any) -> list[list[Output]] | PageError:
    if isinstance(told, Died):
        return PageError(
            path, 1, f"Jupyter could not execute it: its process {told.how}", "Make its experiments smaller"
        )
    if "outputs" in told:
        outputs: list[list[Output]] = told["outputs"]
        return outputs
    return PageError(path, told["line"], told["problem"], told["remedy"])
