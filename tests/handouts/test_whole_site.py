"""What the plugin makes of a small site, seen in its files: each list, link and picture that a page asks for."""

from __future__ import annotations

import json
import os
import struct
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config

CONFIG = """
site_name: Trial
site_description: What it  is.
site_url: https://a.example/t/
repo_url: https://b.example/trial
theme: {name: null, custom_dir: theme}
nav: [index.md, sums/parts.md, questions.md, glossary.md, helpers.md]
plugins:
  - search
  - handouts: {package: ours, helpers: helpers.md, glossary: glossary.md, citation: CITATION.cff}
markdown_extensions:
  - attr_list
  - pymdownx.superfences
  - pymdownx.highlight: {pygments_lang_class: true}
"""
CHAPTER = """# Sums of parts

## 1. What is a sum? { #s-1 }

<p>Of an RNN, say.</p>

<details class="quiz"><summary>A quiz</summary></details>

<details class="success"><summary>Answer</summary>
<div class="short-answer"><p>All together, <a href="#s-1">as above</a>.</p></div>
<figure class="figure"><svg viewBox="0 0 20 10" xmlns="http://www.w3.org/2000/svg"><path d="M0 0h20v10z"/></svg></figure>
<details class="failure"><summary>Common mistake: too few</summary><p>One was left out.</p></details>
</details>

<!--pytest.mark.exact("three")-->
```python
from ours.adds import add, _hidden
import os
```
"""
PAGES = {
    "index.md": '# Home\n\n<p>The first words, of "an RNN".</p>\n\n<!--handouts:citation-->\n',
    "sums/parts.md": CHAPTER,
    "questions.md": "# All\n\n<!--handouts:questions-->\n\n<!--handouts:mistakes-->\n\n<!--handouts:decks-->\n",
    "glossary.md": '# Terms\n\n<span id="rnn"></span>\n**Recurrent network** (RNN). It returns ([the question](sums/parts.md#s-1)).\n\nLast words.\n',
    "helpers.md": "# Helpers\n\n<!--handouts:helpers-->\n",
}
ADDS = '''"""Adds."""

def add(a: int, unit: str = "m") -> str:
    """Add it up."""
    return f"{a < 1}'"


def _hidden():
    pass


class Sum:
    """What was added."""
'''


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    for name, text in PAGES.items():
        (folder / "docs" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "docs" / name).write_text(text)
    (folder / "theme").mkdir()
    (folder / "theme" / "main.html").write_text(
        "{{ page.meta.description }}|{{ page.meta.picture }}|{{ page.meta.report }}|"
        "{% for each in page.toc %}<li>{{ each.id }}</li>{% endfor %}|{{ page.content }}"
    )
    (folder / "ours" / "inner").mkdir(parents=True)
    (folder / "ours" / "__init__.py").touch()
    (folder / "ours" / "adds.py").write_text(ADDS)
    (folder / "ours" / "_private.py").write_text(ADDS)
    (folder / "ours" / "inner" / "__init__.py").write_text('"""Offers."""\nimport os\nfrom ours.adds import add\n')
    (folder / "CITATION.cff").write_text("title: A Trial\nversion: 1.2\nauthors: [{name: Some}]\n")
    (folder / "mkdocs.yml").write_text(CONFIG)
    before = Path.cwd()
    os.chdir(folder)
    try:
        config = load_config("mkdocs.yml")
        config.plugins.on_startup(command="build", dirty=False)
        build(config)
    finally:
        os.chdir(before)
    return folder / "site"


def parts(site: Path, name: str) -> list[str]:
    return (site / name / "index.html").read_text().split("|", 4)


def test_each_page_is_described(site):
    assert parts(site, "")[0] == 'The first words, of "an RNN".'
    assert parts(site, "sums/parts")[0] == "What is a sum?."


def test_the_page_with_a_figure_has_it_as_a_picture(site):
    address = parts(site, "sums/parts")[1]
    assert address == "https://a.example/t/assets/pictures/sums-parts.png"
    png = (site / address.removeprefix("https://a.example/t/")).read_bytes()
    assert struct.unpack(">II", png[16:24]) == (1200, 630)
    assert parts(site, "")[1] == ""


def test_a_mistake_on_a_page_can_be_reported(site):
    report = parts(site, "sums/parts")[2]
    assert report.startswith("https://b.example/trial/issues/new?")
    asked = parse_qs(urlsplit(report).query)
    assert asked["title"] == asked["issue[title]"] == ["Mistake on sums/parts/"]
    assert asked["body"][0].startswith("Page: sums/parts/\nBuilt with python ")
    body = parse_qs(urlsplit(parts(site, "")[2]).query)["body"][0]
    assert body.startswith("Page: home\n")


def test_code_leads_to_the_helpers_that_it_imports(site):
    content = parts(site, "sums/parts")[4]
    assert '<a href="../../helpers/#ours.adds">ours.adds</a>' in content
    assert '<a href="../../helpers/#ours.adds.add">add</a>' in content
    assert content.count("helpers/#") == 2


def test_the_helpers_are_those_that_are_offered_and_say_who_uses_them(site):
    *_, contents, content = parts(site, "helpers")
    assert contents.strip() == "<li>ours.adds</li><li>ours.inner</li>"
    assert "<p>Adds.</p>" in content
    names = ["ours.adds.add", "ours.adds.Sum", "ours.inner.add"]
    assert [part.partition('"')[0] for part in content.split('<h3 id="')[1:]] == names
    assert "<code>add(a: int, unit: str='m') -&gt; str</code>" in content
    assert 'def add(a: int, unit: str = "m") -&gt; str:' in content
    assert 'return f"{a &lt; 1}\'"' in content
    assert '<p class="used-by">Used by <a href="../sums/parts/#check-three"><code>three</code></a></p>' in content


def test_abbreviations_are_explained(site):
    assert '<abbr title="Recurrent network">RNN</abbr>, say' in parts(site, "sums/parts")[4]


def test_the_glossary_is_under_letters_and_ends_as_it_was_written(site):
    content = parts(site, "glossary")[4]
    assert '<h2 id="letter-r">R</h2>\n<div class="term"><h3 id="rnn">Recurrent network</h3>' in content
    assert content.rstrip().endswith("<p>Last words.</p>")


def test_questions_and_mistakes_are_listed_with_addresses_from_there(site):
    *_, contents, content = parts(site, "questions")
    assert contents.strip() == "<li>sums-parts</li>"
    assert content.count('<a href="../sums/parts/#s-1">1. What is a sum?</a>') == 2
    assert "<p>Of an RNN, say.</p>" in content
    assert "<p><strong>Too few.</strong></p>\n<p>One was left out.</p>" in content
    assert '<a href="../decks/sums-parts.apkg" download>Sums of parts</a>' in content


def test_the_decks_are_written(site):
    assert sorted(path.name for path in (site / "decks").iterdir()) == ["all.apkg", "sums-parts.apkg"]


def test_the_site_is_cited(site):
    content = parts(site, "")[4]
    assert "Some: <cite>A Trial</cite>, version 1.2" in content
    assert "  url     = {https://a.example/t/}" in content


def test_programs_are_told_all_pages(site):
    told = (site / "llms.txt").read_text()
    assert told.startswith("# Trial\n\n> What it is.\n")
    assert "(https://a.example/t/sums/parts/): What is a sum?." in told


def test_search_prefers_what_teaches(site):
    docs = {doc["location"]: doc for doc in json.loads((site / "search" / "search_index.json").read_text())["docs"]}
    assert docs["sums/parts/#s-1"]["tags"] == ["Recurrent network", "Recurrentnetwork", "RNN"]
    assert "tags" not in docs[""]
