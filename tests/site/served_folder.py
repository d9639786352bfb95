"""A folder, served with the headers that the page on hosting tells a host to send."""

from __future__ import annotations

import functools
import http.server
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HOSTING = Path(__file__).parents[2] / "docs" / "contributing" / "hosting.md"


@functools.cache
def _headers() -> list[tuple[str, str]]:
    page = HOSTING.read_text(encoding="utf-8")
    (block,) = re.findall(r'^```text title="_headers"\n/\*\n(.*?)^```$', page, re.M | re.S)
    return [(name.strip(), value.strip()) for name, _, value in (line.partition(":") for line in block.splitlines())]


class _Host(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None: ...

    def end_headers(self) -> None:
        for name, value in _headers():
            self.send_header(name, value)
        super().end_headers()


@contextmanager
def serving_folder(folder: Path, port: int = 0) -> Iterator[str]:
    """The address at which a folder is served for as long as the context lasts; at a port of its own, or this one."""
    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", port), functools.partial(_Host, directory=str(folder))
    ) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()
