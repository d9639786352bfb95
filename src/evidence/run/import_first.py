"""Imports what code is going to import, before it is forked into many processes."""

from __future__ import annotations

import contextlib
import importlib
import re
from collections.abc import Iterable, Iterator
from itertools import chain

from evidence.files.import_graph import imports_in, our_packages, reach_of

_OPTIMIZER = re.compile(r"torch\.optim\b|from torch import .*\boptim\b")


def import_first(sources: Iterable[str]) -> None:
    """Import what Python sources import, and what torch imports at the first optimizer, where they have one: its
    compiler, which takes nearly as long as torch. What fails is left to them: they tell it with its line.
    """
    sources = list(sources)
    names: dict[str, None] = {}
    for source in sources:
        with contextlib.suppress(SyntaxError):
            names |= dict.fromkeys(imports_in(source))
    if use_an_optimizer(sources, names):
        names["torch._dynamo"] = None
    import_all(names)


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
