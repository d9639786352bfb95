"""What all tests share: a browser, and the order of the files.

In that, what others wait for comes first, and what takes long does not come last.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
# Of all that is started here. Tiny models run slower on two threads, which burn a core while they wait for one another.
os.environ["OMP_NUM_THREADS"] = "1"

from small_pages import docs, markdown, render  # noqa: F401

# The first begins by building the site; the second works meanwhile, and has no need of it.
LONGEST = (
    "tests/site/test_taken_away.py",
    "tests/notebooks/test_build.py",
    "tests/site/test_with_scripts.py",
    "tests/site/test_explorers.py",
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Pages before tests: a site that is built after its blocks were run need not run them.

    So the page that comes last is a short one. Then what takes long, and last what is done in no time. With `SHARD=2/3`
    in the environment, only the second of three machines' files.
    """
    sizes = Counter(map(_file, items))

    def place(item: pytest.Item) -> tuple[int, int]:
        file = _file(item)
        if not file.startswith("tests/"):
            return 0, -sizes[file]
        if file in LONGEST:
            return 1, LONGEST.index(file)
        return 2, not file.startswith("tests/site/")

    items.sort(key=place)
    mine = _shard(sizes, os.environ.get("SHARD", "1/1"))
    if others := [item for item in items if _file(item) not in mine]:
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if _file(item) in mine]


def _shard(sizes: Mapping[str, int], shard: str) -> set[str]:
    which, _, of = shard.partition("/")
    if not (which.isdecimal() and of.isdecimal() and 0 < int(which) <= int(of)):
        raise pytest.UsageError(f"SHARD={shard}: it is no part of a whole; the second of three is SHARD=2/3")
    parts: list[set[str]] = [set() for _ in range(int(of))]
    given = Counter[tuple[str, int]]()

    def so_far(part: int) -> tuple[int, int]:
        return given[kind, part], given["", part]

    # The largest first, each to the machine that has least of its kind: tests of one folder take about as long as each
    # other. Of what takes longest, each counts as one.
    for file in sorted(sizes, key=lambda file: (LONGEST.index(file) if file in LONGEST else 9, -sizes[file], file)):
        kind = "longest" if file in LONGEST else "/".join(file.split("/")[:2]) if file.startswith("tests/") else "page"
        part = min(range(int(of)), key=so_far)
        parts[part].add(file)
        for each in (kind, ""):
            given[each, part] += 1 if file in LONGEST else sizes[file]
    return parts[int(which) - 1]


def _file(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """Debian's Chromium, started once."""
    from in_a_browser import chromium

    with chromium() as started:
        yield started
