"""pytest plugin, as pytest finds it: it stays out of the way unless pages are to be run.

An entry point is loaded into every pytest run of an environment. So this module imports nothing beyond pytest, and only
under `--codeblocks`, where pytest-codeblocks is and what reads pages is, it brings in `evidence.pytest_pages`.
"""

from __future__ import annotations

from importlib.util import find_spec

import pytest

# What `pytest_pages` needs besides.
NEEDED = ("markdown", "pymdownx", "pygments", "pytest_codeblocks")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where the site's configuration is, if the pages are those of a site."""
    parser.addini("evidence_config_file", "the site's configuration, seen from the root folder", default="mkdocs.yml")


def missing() -> list[str]:
    """Those of the needed packages that are not installed."""
    return [name for name in NEEDED if find_spec(name) is None]


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Take part where blocks are asked for, and can be read."""
    if config.getoption("codeblocks", False) and not missing():
        from evidence import pytest_pages

        config.pluginmanager.register(pytest_pages, "evidence_pages")


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Say so where blocks are run by pytest-codeblocks alone, which holds them to no rule."""
    if config.getoption("codeblocks", False) and missing():
        return [f"evidence: takes no part, as these are not installed: {', '.join(missing())}"]
    return []
