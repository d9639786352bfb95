"""Debian's Chromium, for all tests that look at pages in a browser. A process can hold one driver only."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import pytest

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# The browser must do nothing of its own accord: a request seen is a request that a page made.
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--allow-file-access-from-files",
]


def missing(what: str) -> NoReturn:
    """Skip for want of a tool; but fail where the environment says CI=true: there nothing may go untested."""
    if os.environ.get("CI") == "true":
        pytest.fail(what, pytrace=False)
    pytest.skip(what)


def installed() -> str | None:
    """Where the browser is."""
    return next(filter(None, map(shutil.which, _BROWSERS)), None)


@contextmanager
def chromium() -> Iterator[object]:
    """The browser, until the end of the block."""
    executable = installed()
    if executable is None:
        missing("These tests look at the site in a browser: install Debian's package `chromium`.")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=executable, args=_ARGUMENTS)
        yield started
        started.close()
