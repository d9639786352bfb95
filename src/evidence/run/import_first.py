"""Imports what code is going to import, before it is forked into many processes."""

from __future__ import annotations

import contextlib
import importlib
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from evidence.files.import_graph import imports_in, our_packages, reach_of
from evidence.files.rests_on import is_installed

_OPTIMIZER = re.compile(r"torch\.optim\b|from torch import .*\boptim\b")


def import_first(sources: Iterable[str]) -> None:
    """Import what Python sources import, and what torch imports at the first optimizer, where they have one: its
    compiler, which takes nearly as long as torch. What fails is left to them: they tell it with its line.
    """
    sources = list(sources)
    import_all([*_imports(sources), *_compiler(sources)])


def import_packages_first(sources: Iterable[str]) -> None:
    """As `import_first`, but of installed packages only, with those that our modules import: so it can be seen
    afterwards which of our modules each source rests on.
    """
    sources = list(sources)
    names = _imports(chain(sources, _reached(_imports(sources))))
    import_all([*filter(is_installed, names), *_compiler(sources)])


def _imports(sources: Iterable[str]) -> list[str]:
    names: dict[str, None] = {}
    for source in sources:
        with contextlib.suppress(SyntaxError):
            names |= dict.fromkeys(imports_in(source))
    return list(names)


def _compiler(sources: Sequence[str]) -> list[str]:
    return ["torch._dynamo"] if use_an_optimizer(sources, _imports(sources)) else []


def use_an_optimizer(sources: Iterable[str], names: Iterable[str]) -> bool:
    """Whether sources, which import `names`, or those of our modules that they reach, have an optimizer of torch."""
    return any(map(_OPTIMIZER.search, chain(sources, _reached(names))))


def import_all(names: Iterable[str]) -> None:
    """Import modules; what fails is left to who needs it."""
    for name in names:
        with contextlib.suppress(Exception, SystemExit):
            importlib.import_module(name)


def _reached(names: Iterable[str]) -> Iterator[str]:
    """The text of each of our files that an import of `names` reaches."""
    with contextlib.suppress(SyntaxError):
        yield from (file.read_text(encoding="utf-8") for file in reach_of(names, our_packages()))
