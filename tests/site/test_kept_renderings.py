"""While a site is served, an edit has no more pages rendered than it touches."""

from __future__ import annotations

import pytest
from served import serving

CONFIG = """
site_name: Test
theme: {name: mkdocs}
plugins: [evidence]
markdown_extensions: [pymdownx.superfences, evidence, rendered]
"""
# Notes each page that is rendered by the last line of its text, and ends it with what stands in another file.
EXTENSION = """
from pathlib import Path
from markdown import Extension
from markdown.preprocessors import Preprocessor

class Note(Preprocessor):
    def run(self, lines):
        with Path("rendered.txt").open("a") as log:
            log.write(f"{[line for line in lines if line][-1]}\\n")
        return lines

class Add(Preprocessor):
    def run(self, lines):
        return [*lines, "", Path("docs/added.txt").read_text()]

class Rendered(Extension):
    def extendMarkdown(self, md):
        md.preprocessors.register(Note(md), "note", 1000)
        md.preprocessors.register(Add(md), "add", 1)

def makeExtension(**settings):
    return Rendered(**settings)
"""
SUMS = """# Sums

<!--pytest.mark.exact("sum")-->

```python
assert 2 + 2 == 4
```

sums {take}
"""
CLAIMS = "# Claims\n\n[Two and two are four](check:sum).\n\nclaims\n"
OTHERS = "# Others\n\nWhat is [said of sums](sums.md#sums).\n\nothers {take}\n"
COUNTS = "# Counts\n\n<!--evidence:counts-->\n\ncounts\n"


@pytest.fixture
def edited(tmp_path):
    """A function that writes a page, waits until what it should show is shown, and tells which pages were rendered."""
    docs, log = tmp_path / "docs", tmp_path / "rendered.txt"
    docs.mkdir()
    (tmp_path / "mkdocs.yml").write_text(CONFIG)
    (docs / "added.txt").write_text("added")
    (tmp_path / "rendered.py").write_text(EXTENSION)
    for name, text in (("index", COUNTS), ("sums", SUMS), ("claims", CLAIMS), ("others", OTHERS)):
        (docs / f"{name}.md").write_text(text.format(take="first"))
    with serving(tmp_path) as server:
        server.read("", lambda html: "1 sentence" in html)
        server.read("sums/", lambda html: "check-passed" in html)

        def write(name, text, address, shown):
            log.write_text("")
            (docs / name).write_text(text)
            server.read(address, lambda html: shown in html)
            return set(log.read_text().split("\n")) - {""}

        yield write


def test_an_edit_has_its_page_rendered_and_those_that_show_it(edited):
    assert edited("others.md", OTHERS.format(take="second"), "others/", "others second") == {"others second", "counts"}
    false = SUMS.replace("== 4", "== 5").format(take="third")
    # The page before, which links to the check, and the next, which leads into its page.
    assert edited("sums.md", false, "sums/", "check-failure") >= {"sums third", "claims", "counts"}


def test_what_all_may_rest_on_has_all_rendered(edited):
    everything = {"counts", "sums first", "claims", "others first"}
    assert edited("added.txt", "edited", "others/", "edited") == everything
    assert edited("new.md", "# New\n\nnew\n", "new/", "<h1") == {*everything, "new"}
