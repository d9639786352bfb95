"""What a reader's browser is given, beside stock Material for MkDocs with the same pages: `python benchmarks/site.py`.

Stock has the theme as it comes, and of our extensions those without which the pages could not be read. Lighthouse, as
on a phone, and the rules of axe are fetched by npm into a temporary folder, or taken from `--tools`. A score for speed
varies with what else the machine does; the other figures do not.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import http.server
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mkdocs.utils.yaml import yaml_load

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "site")]

from questions import OPEN_ALL  # noqa: E402 - the tests are no package
from rules_of_axe import violations  # noqa: E402

from in_a_browser import chromium, installed  # noqa: E402

# One of each kind.
PAGES = (
    "",
    "cnns/",
    "optimization/depth/",
    "examples/receptive-fields/",
    "receptive-field-of-any-network/",
    "glossary/",
    "questions/",
    "ledger/",
)
OURS_ALONE = ("slim", "portable", "handouts")
CATEGORIES = {"performance": "speed", "accessibility": "access", "best-practices": "practice", "seo": "seo"}
SHIFTS = """
window.shifts = 0;
new PerformanceObserver((list) => list.getEntries().forEach(({ value }) => shifts += value))
    .observe({ type: "layout-shift", buffered: true });
"""
NOT_SMALLER = (".woff2", ".png", ".webp", ".gz", ".whl", ".apkg")


def main() -> None:
    """Build both sites, measure both, and print a table."""
    options = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    options.add_argument("--runs", type=int, default=5, help="of Lighthouse, for each page; 0: without it")
    options.add_argument("--tools", type=Path, help="a folder with node_modules/lighthouse and axe-core")
    options.add_argument("--ours", type=Path, help="our site, as it was built")
    options.add_argument("--stock", type=Path, help="the stock site, as it was built")
    options.add_argument("pages", nargs="*", default=PAGES, help="addresses below the site's")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        tools = asked.tools or _fetch_tools(folder / "tools")
        sites = {
            "ours": asked.ours or _build(ROOT / "mkdocs.yml", ROOT, folder / "ours"),
            "stock": asked.stock or _stock(folder / "work", folder / "stock"),
        }
        load = os.getloadavg()[0]
        measured = {name: _measure(site, asked.pages, asked.runs, tools) for name, site in sites.items()}
    print(f"Median of {asked.runs} runs of Lighthouse, with a load of {load:.0f} on {os.cpu_count()} cores")
    _print(measured, asked.pages)


def _fetch_tools(folder: Path) -> Path:
    folder.mkdir()
    subprocess.run(["npm", "install", "--no-audit", "--no-fund", "lighthouse", "axe-core"], cwd=folder, check=True)
    return folder


def _build(config: Path, cwd: Path, site: Path) -> Path:
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "SITE_URL": "http://127.0.0.1/"}
    command = [
        sys.executable,
        "-m",
        "mkdocs",
        "build",
        "--quiet",
        "--config-file",
        str(config),
        "--site-dir",
        str(site),
    ]
    subprocess.run(command, cwd=cwd, env=environment, check=True)
    return site


def _stock(work: Path, site: Path) -> Path:
    """The same pages, and what is kept of them, under the theme as it comes."""
    work.mkdir()
    for part in ROOT.iterdir():
        if part.name not in ("mkdocs.yml", "site"):
            (work / part.name).symlink_to(part)
    settings: dict[str, Any] = yaml_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    settings["theme"] = {"name": "material", "font": False}
    names = {id(each): each if isinstance(each, str) else next(iter(each)) for each in settings["plugins"]}
    settings["plugins"] = [each for each in settings["plugins"] if names[id(each)] not in OURS_ALONE]
    for name in ("extra_css", "extra_javascript", "repo_url", "edit_uri"):
        settings.pop(name, None)
    (work / "mkdocs.yml").write_text(json.dumps(settings), encoding="utf-8")
    return _build(work / "mkdocs.yml", work, site)


class _Host(http.server.SimpleHTTPRequestHandler):
    """A host that compresses, as each does, and counts what it sends."""

    sent: dict[str, int]

    def log_message(self, *_: object) -> None: ...

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            self.send_error(404)
            return
        body = path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        if path.suffix not in NOT_SMALLER:
            body = gzip.compress(body, 6)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.sent[self.path] = len(body)


@contextmanager
def _serving(site: Path) -> Iterator[tuple[str, dict[str, int]]]:
    """The address of a site, and what was sent of it, by file: each counts once."""
    sent: dict[str, int] = {}
    host = type("Host", (_Host,), {"sent": sent})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(host, directory=str(site))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", sent
        server.shutdown()


def _measure(site: Path, pages: list[str], runs: int, tools: Path) -> dict[str, dict[str, float]]:
    axe = (tools / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    found = {}
    with _serving(site) as (url, sent):
        with chromium() as browser:
            for page in pages:
                found[page] = _seen(browser, url, page, sent) | {"axe": _broken(browser, url, page, axe)}
        for page in pages if runs else ():
            found[page] |= _scores(url + page, runs, tools)
    return found


def _seen(browser: Any, url: str, page: str, sent: dict[str, int]) -> dict[str, float]:
    """What a first visit with a phone fetches and shows; and what is fetched besides, to be kept for later."""
    figures: dict[str, float] = {}
    sizes = []
    for workers in ("block", "allow"):
        context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True, service_workers=workers)
        asked: list[str] = []
        context.on("request", lambda request, asked=asked: asked.append(request.url))
        tab = context.new_page()
        tab.add_init_script(SHIFTS)
        sent.clear()
        tab.goto(url + page, wait_until="networkidle")
        sizes.append(sum(sent.values()) / 1024)
        figures["elements"] = tab.evaluate("() => document.querySelectorAll('*').length")
        figures["shift"] = max(tab.evaluate("() => shifts"), figures.get("shift", 0))
        outside = sum(not each.startswith((url, "data:", "blob:")) for each in asked)
        figures["outside"] = figures.get("outside", 0) + outside
        context.close()
    return {"KiB": sizes[0], "KiB kept": sizes[1] - sizes[0], **figures}


def _broken(browser: Any, url: str, page: str, axe: str) -> float:
    """How many elements break a rule, by touch on a phone and with a mouse at a desk, with all answers open."""
    count = 0
    for width, touch in ((360, True), (1280, False)):
        context = browser.new_context(
            viewport={"width": width, "height": 800}, has_touch=touch, service_workers="block"
        )
        tab = context.new_page()
        tab.goto(url + page, wait_until="networkidle")
        tab.evaluate(OPEN_ALL)
        count += len(violations(tab, axe))
        context.close()
    return count


def _scores(address: str, runs: int, tools: Path) -> dict[str, float]:
    """The median of each of Lighthouse's scores, of 100."""
    command = ["node", str(tools / "node_modules" / "lighthouse" / "cli" / "index.js"), address, "--quiet"]
    command += [
        "--output=json",
        "--chrome-flags=--headless=new --no-sandbox",
        f"--only-categories={','.join(CATEGORIES)}",
    ]
    results = []
    for _ in range(runs):
        environment = {**os.environ, "CHROME_PATH": installed() or ""}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            # A browser that is kept waiting too long gives up.
            print(f"{address}: a run of Lighthouse broke off: {done.stderr.strip()[-300:]}", file=sys.stderr)
            continue
        report = json.loads(done.stdout)
        results.append({short: report["categories"][name]["score"] or math.nan for name, short in CATEGORIES.items()})
        print(f"{address}: {results[-1]}", *_failed(report), sep="\n    ", file=sys.stderr)
    scores = {short: [result[short] for result in results] or [math.nan] for short in CATEGORIES.values()}
    return {short: 100 * statistics.median(found) for short, found in scores.items()}


def _failed(report: dict[str, Any]) -> Iterator[str]:
    """What a page loses points for, but for its speed."""
    for name in CATEGORIES:
        for audit in report["categories"][name]["auditRefs"] if name != "performance" else ():
            outcome = report["audits"][audit["id"]]
            if audit["weight"] and outcome["score"] is not None and outcome["score"] < 1:
                yield f"{name}: {outcome['title']}"


def _print(measured: dict[str, dict[str, dict[str, float]]], pages: list[str]) -> None:
    kinds = list(next(iter(measured.values()))[pages[0]])
    print(f"{'page':34}" + "".join(f"{kind:>16}" for kind in kinds))
    print(f"{'':34}" + f"{' | '.join(measured):>16}" * len(kinds))
    for page in pages:
        cells = (
            " | ".join(f"{site[page][kind]:.{2 if kind == 'shift' else 0}f}" for site in measured.values())
            for kind in kinds
        )
        print(f"/{page:33}" + "".join(f"{cell:>16}" for cell in cells))


if __name__ == "__main__":
    main()
