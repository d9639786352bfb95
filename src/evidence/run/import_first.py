"""Imports what code is going to import, before it is forked into many processes."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterable, Iterator
from itertools import chain

from evidence.files.import_graph import at_work, imports_in, reach_of
from evidence.files.rests_on import is_installed
from evidence.run.state import resetters


def import_first(sources: Iterable[str]) -> None:
    """Import what Python sources import, and what a package that they use imports late and at length. What fails is
    left to them: they tell it with its line.
    """
    sources = list(sources)
    names = _imports(sources)
    import_all([*names, *late_imports(sources, names)])


def import_packages_first(sources: Iterable[str]) -> None:
    """As `import_first`, but of installed packages only, with those that our modules import: so it can be seen
    afterwards which of our modules each source rests on.
    """
    sources = list(sources)
    names = _imports(chain(sources, _reached(_imports(sources))))
    import_all([*filter(is_installed, names), *late_imports(sources, names)])


def _imports(sources: Iterable[str]) -> list[str]:
    names: dict[str, None] = {}
    for source in sources:
        with contextlib.suppress(SyntaxError):
            names |= dict.fromkeys(imports_in(source))
    return list(names)


def late_imports(sources: Iterable[str], names: Iterable[str]) -> list[str]:
    """What packages import late (`StateResetter.late_imports`) that sources need, which import `names`, or that those
    of the modules at work need that they reach.
    """
    late = [resetter for resetter in resetters() if resetter.late_imports]
    texts = list(chain(sources, _reached(names))) if late else []
    return [name for each in late if any(map(each.imports_late, texts)) for name in each.late_imports]


def import_all(names: Iterable[str]) -> None:
    """Import modules; what fails is left to who needs it."""
    for name in names:
        with contextlib.suppress(Exception, SystemExit):
            importlib.import_module(name)


def _reached(names: Iterable[str]) -> Iterator[str]:
    """The text of each file at work that an import of `names` reaches."""
    names = list(names)
    with contextlib.suppress(SyntaxError):
        yield from (file.read_text(encoding="utf-8") for file in reach_of(names, at_work(names)))
