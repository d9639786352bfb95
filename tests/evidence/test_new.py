"""`new` writes what a question needs, in its place; until it is filled in the site says so, line by line."""

from __future__ import annotations

import pytest

from evidence.__main__ import main
from evidence.page.site import Site
from evidence.rules.all_rules import page_errors

CONFIG = """site_name: Sums
plugins: [{evidence: {answer: Antwort}}]
markdown_extensions: [attr_list, md_in_html, toc, pymdownx.blocks.details, pymdownx.superfences, evidence]
"""
PAGE = """# Sums

## 1. Squares { #sum-1 }

```markdown
## 7. A heading in code { #sum-7 }
```

## 2. Cubes { #sum-2 }

Text.

## Further

More.
"""


@pytest.fixture
def docs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mkdocs.yml").write_text(CONFIG)
    (tmp_path / "docs/deep").mkdir(parents=True)
    (tmp_path / "docs/sums.md").write_text(PAGE)
    (tmp_path / "docs/deep/nets.md").write_text("# Nets\n")
    return tmp_path / "docs"


def new(*words: str) -> int:
    return main(["new", *words])


def errors(path) -> list[str]:
    site = Site()
    return [str(error) for error in page_errors(site, site.page(path), None)]


@pytest.mark.parametrize("name", ["sums", "sums.md", "docs/sums.md"])
def test_a_question_comes_after_the_last_with_the_next_number(docs, name, capsys):
    assert new(name, "Why does it add up?") == 0
    text = (docs / "sums.md").read_text()
    assert text.index("{ #sum-2 }") < text.index("## 3. FILL IN a title") < text.index("## Further")
    assert "{ #sum-3 }\n\nWhy does it add up?\n\n/// quiz | " in text
    assert "//// details | Antwort\n" in text
    (page,) = [page for page in Site().pages() if page.path.name == "sums.md"]
    (block,) = page.blocks
    assert (block.name, block.grade, block.section) == ("sum-3", "exact", "sum-3")
    assert (len(page.answers), len(page.quizzes)) == (1, 1)
    assert "Fill this in; until then docs/sums.md is not built" in capsys.readouterr().out


def test_until_it_is_filled_in_each_line_says_so_and_nothing_else_is_wrong(docs, capsys):
    new("deep/nets", "Why are they deep?")
    told = errors(docs / "deep/nets.md")
    lines = (docs / "deep/nets.md").read_text().split("\n")
    marked = [number for number, line in enumerate(lines, 1) if "FILL IN" in line]
    assert [error.split(": ")[0] for error in told] == [f"docs/deep/nets.md:{number}" for number in marked]
    assert all(": to be filled in: " in error for error in told)
    out = capsys.readouterr().out
    assert all(f"docs/deep/nets.md:{number}: to be filled in" in out for number in marked)


def test_filled_in_it_holds(docs, capsys):
    new("sums", "What is one and one?")
    path = docs / "sums.md"
    path.write_text(path.read_text().replace("FILL IN ", "It is "))
    assert errors(path) == []
    assert main(["verify"]) == 0, capsys.readouterr()


def test_a_second_question_has_names_of_its_own(docs):
    (docs / "deep/nets.md").write_text(
        '# Nets\n\n[2](check:sum-3)\n\n<!--pytest.mark.exact("sum-3")-->\n```python\nassert sum([2]) == 2\n```\n'
    )
    new("sums", "One?")
    new("sums", "Two?")
    text = (docs / "sums.md").read_text()
    assert 'exact("sum-3-new")' in text
    assert 'exact("sum-4")' in text
    assert text.index("#sum-3 }") < text.index("#sum-4 }")


def test_the_ends_of_lines_stay(docs):
    (docs / "sums.md").write_bytes(PAGE.replace("\n", "\r\n").encode())
    new("sums", "Why?")
    assert b"\n" not in (docs / "sums.md").read_bytes().replace(b"\r\n", b"")


def test_a_chapter_is_written_and_where_to_name_it_is_told(docs, capsys):
    assert new("chapter", "graphs", "Graphs") == 0
    assert (docs / "graphs.md").read_text().startswith("# Graphs\n\nFILL IN what the chapter is about")
    out = capsys.readouterr().out
    assert "docs/graphs.md:3: to be filled in: what the chapter is about" in out
    assert "Name graphs.md in nav in mkdocs.yml" in out
    assert new("graphs", "What is a graph?") == 0
    assert "{ #graphs-1 }" in (docs / "graphs.md").read_text()


@pytest.fixture
def examples(docs):
    config = docs.parent / "mkdocs.yml"
    config.write_text(config.read_text().replace("answer: Antwort", "answer: Antwort, examples: tries"))
    (docs.parent / "tries").mkdir()
    return docs.parent / "tries"


def test_an_example_is_written_and_holds_once_it_is_filled_in(examples, capsys):
    assert new("example", "two-sums", "Two sums") == 0
    path = examples / "two_sums.py"
    assert "# # Two sums\n" in path.read_text()
    out = capsys.readouterr().out
    assert "tries/two_sums.py:4: to be filled in: what is asked" in out
    assert "Name tries/two-sums.md in nav in mkdocs.yml" in out
    told = errors(path)
    assert len(told) == path.read_text().count("FILL IN ")
    path.write_text(path.read_text().replace("FILL IN ", "It is "))
    assert errors(path) == []
    assert main(["verify"]) == 0, capsys.readouterr()
    assert new("example", "two-sums", "Two sums") == 2
    assert "There is a notebook tries/two_sums.py" in capsys.readouterr().err
    assert new("example", "deep/sums", "Sums") == 2
    assert "Notebooks lie in tries itself" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["example", "sums", "Sums"], "The site has no examples. Name their folder in mkdocs.yml"),
        (["sum", "Why?"], "There is no page sum. The nearest are: sums"),
        (["chapter", "sums", "Sums"], "There is a page docs/sums.md"),
        (["chapter", "Big Sums", "Sums"], "'Big Sums' is no name for a page"),
        (["sums"], 'Write: new PAGE "QUESTION"'),
    ],
)
def test_what_cannot_be_written(docs, words, told, capsys):
    assert new(*words) == 2
    assert told in capsys.readouterr().err
    assert (docs / "sums.md").read_text() == PAGE
