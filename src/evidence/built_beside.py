"""Builds a site beside the one that stands: that is replaced when all of the new one is there, and not before.

MkDocs empties the folder of the built site before it converts the first page, and can refuse until the last is written.
"""

from __future__ import annotations

import logging
import shutil
import signal
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.utils import CountHandler, clean_directory


class BuiltBeside:
    """One build, into a hidden folder beside the site's own; MkDocs and its plugins are told that one in its place."""

    def __init__(self, config: MkDocsConfig) -> None:
        self._config, self._site = config, Path(config.site_dir)
        self._beside = self._site.with_name(f".{self._site.name}.unfinished")
        self.give_up()  # what is left of a build that was killed
        config.site_dir = str(self._beside)

    def put_in_place(self) -> None:
        """Let the new site take the place of the old one, unless MkDocs is about to refuse it for its warnings."""
        if not _warned(self._config) and self._beside.is_dir():
            # Of a folder that others may mount, link to or serve, only what is in it is replaced. What is hidden stays.
            hold = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
            before = signal.pthread_sigmask(signal.SIG_BLOCK, hold)
            try:
                clean_directory(str(self._site))
                self._site.mkdir(parents=True, exist_ok=True)
                for path in self._beside.iterdir():
                    shutil.move(path, self._site / path.name)
            finally:
                signal.pthread_sigmask(signal.SIG_SETMASK, before)
        self.give_up()

    def give_up(self) -> None:
        """Leave the old site as it is."""
        shutil.rmtree(self._beside, ignore_errors=True)
        self._config.site_dir = str(self._site)


def _warned(config: MkDocsConfig) -> bool:
    counts = (each for each in logging.getLogger("mkdocs").handlers if isinstance(each, CountHandler))
    return config.strict and any(each.get_counts() for each in counts)
