"""What *Copy* puts on the clipboard runs alone: it is the code as it was run, after the code that it continues."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from evidence.page.model import Block, Page, without_remarks
from evidence.page.site import Site
from notebooks.addresses import page_uri

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
# Of the chapters, the one with many such blocks that run in little time.
CHAPTER = "descent"
COPIED = """async () => {
    const { whole } = await import(document.querySelector("script[src*='copy.js']").src);
    return [...document.querySelectorAll("article .language-python.highlight")].map(whole);
}"""
# Each in a process and a module of its own; torch is imported once for all.
RUN = """
import json, os, sys, traceback
import torch

failed = []
for name, text in json.load(sys.stdin).items():
    child = os.fork()
    if child == 0:
        try:
            exec(compile(text, name, "exec"), {"__name__": "__main__"})
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        failed.append(name)
print(failed)
sys.exit(bool(failed))
"""


@pytest.fixture(scope="module")
def copied(built_site, open_tab) -> dict[Path, list[str]]:
    """By page, what each of its blocks gives, in their order."""
    tab = open_tab()
    site = Site(ROOT / "mkdocs.yml")
    found = {}
    for page in site.pages():
        uri = page_uri(page.path, site.settings)
        if page.blocks and uri:
            tab.goto(uri.removesuffix("index.md").removesuffix(".md") + ("" if uri.endswith("index.md") else "/"))
            found[page.path] = tab.evaluate(COPIED)
    return found


@pytest.fixture(scope="module")
def pages() -> dict[Path, Page]:
    return {page.path: page for page in Site(ROOT / "mkdocs.yml").pages() if page.blocks}


def chain(page: Page, block: Block) -> list[Block]:
    """The block after those that it continues."""
    of = {each.ident: each for each in page.blocks}
    found = [block]
    while (before := found[0].continues) is not None:
        found.insert(0, of[before])
    return found


def test_it_is_the_code_that_was_run_after_what_it_continues(copied, pages):
    assert copied.keys() == pages.keys()
    for path, texts in copied.items():
        blocks = pages[path].blocks
        assert len(texts) == len(blocks), path
        for block, text in zip(blocks, texts, strict=True):
            wanted = "\n".join(without_remarks(part.code) for part in chain(pages[path], block))
            assert text.split() == wanted.split(), block.where
            assert [line for line in text.splitlines() if line.strip()] == [
                line.rstrip() for line in wanted.splitlines() if line.strip()
            ], block.where


def test_what_continues_other_code_runs_alone(copied, pages, tmp_path):
    """What is copied equals what was run for the page. So one chapter tells whether it runs outside of it too."""
    texts = {}
    for path, found in copied.items():
        if path.stem != CHAPTER:
            continue
        blocks = pages[path].blocks
        continued = {block.continues for block in blocks}
        for block, text in zip(blocks, found, strict=True):
            if block.continues and block.ident not in continued and not block.waived:
                texts[f"{path.name}: {block.ident}"] = text
    assert texts
    done = subprocess.run(
        [sys.executable, "-c", RUN],
        input=json.dumps(texts),
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:]
