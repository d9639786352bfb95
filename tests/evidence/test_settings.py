"""What an author sets is read in one place; what cannot be meant is refused by name, with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest
from mkdocs.utils import is_markdown_file

from evidence.__main__ import main
from evidence.files.source import is_markdown, without_front_matter
from evidence.page.settings import Settings, SettingsError, load_settings
from evidence.page.site import Site
from evidence.rules.other_files import site_errors

CONFIG = """site_name: Lineare Algebra
docs_dir: seiten
plugins:
  - search
  - evidence:
{}
markdown_extensions:
  - pymdownx.superfences
"""
EVERY = ("examples: versuche", "grades: wie.md", "ledger: liste.md", "answer: Antwort", "versions: [pytest]")


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for folder in ("seiten/mehr", "versuche"):
        (tmp_path / folder).mkdir(parents=True)
    for page in ("index", "wie", "liste"):
        (tmp_path / f"seiten/{page}.md").write_text(f"# {page}\n")

    def write(*lines: str, config: str = CONFIG) -> Path:
        path = tmp_path / "kurs.yml"
        path.write_text(config.format("\n".join(f"      {line}" for line in lines)))
        return path

    return write


def test_all_that_may_be_set(write, tmp_path):
    settings = load_settings(write(*EVERY))
    assert (settings.docs_dir, settings.examples) == (tmp_path / "seiten", tmp_path / "versuche")
    assert (settings.grades, settings.ledger) == (tmp_path / "seiten/wie.md", tmp_path / "seiten/liste.md")
    assert (settings.answer, settings.versions) == ("Antwort", ("pytest",))
    assert settings.is_site


def test_without_a_file_pages_are_the_markdown_in_docs(tmp_path):
    settings = load_settings(tmp_path / "mkdocs.yml")
    assert settings == Settings(tmp_path / "mkdocs.yml", tmp_path / "docs")
    assert not settings.is_site


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("exmples: versuche", "the plugin evidence has no setting 'exmples'. It has examples, grades"),
        ("examples: nowhere", "examples is 'nowhere', and there is no such folder"),
        ("examples: seiten/mehr", "examples is 'seiten/mehr', and the builder takes what lies there for pages already"),
        ("grades: none.md", "grades is 'none.md', and there is no such page in seiten"),
        ("ledger: [liste.md]", "ledger is ['liste.md'], and there is no such page"),
        ("answer: ''", "answer is '', and that is no title"),
        (
            "versions: [pytest, nosuch]",
            "versions is ['pytest', 'nosuch'], and 'nosuch' is no package that is installed",
        ),
        ("versions: pytest", "versions is 'pytest', and None is no package that is installed"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(write, line, told):
    with pytest.raises(SettingsError) as refused:
        load_settings(write("# A remark.", line))
    assert str(refused.value).startswith(f"kurs.yml:7: {told}")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("docs_dir: seiten", "docs_dir: pages", "kurs.yml:2: there is no folder pages with the pages"),
        ("  - search", "  - evidence", "kurs.yml:4: the plugin evidence is listed twice"),
        ("  - search", "  - [search]", "kurs.yml:3: ['search'] under plugins is neither a name nor"),
        ("site_name: ", "site_name: [", "kurs.yml:1: it is no YAML"),
        (CONFIG, "- a\n- b\n", "kurs.yml:1: it holds no settings"),
    ],
)
def test_what_the_builder_would_stumble_over_is_refused_too(write, old, new, told):
    with pytest.raises(SettingsError) as refused:
        load_settings(write("answer: Antwort", config=CONFIG.replace(old, new)))
    assert str(refused.value).startswith(told)


def test_a_list_may_be_a_mapping_and_may_be_inherited(write, tmp_path):
    (tmp_path / "base.yml").write_text("markdown_extensions:\n  pymdownx.superfences:\n  toc: {permalink: true}\n")
    path = write(config="INHERIT: base.yml\ndocs_dir: seiten\nplugins: {{evidence: {{answer: Antwort}}}}\n")
    settings = load_settings(path)
    assert settings.answer == "Antwort"
    assert settings.configs == {"toc": {"permalink": True}}
    assert settings.texts[1].startswith("markdown_extensions:")


def test_pages_that_are_named_hold_what_they_are_named_for(write, tmp_path):
    (tmp_path / "seiten/index.md").write_text(
        'Es ist [2](check:zwei).\n\n<!--pytest.mark.exact("zwei")-->\n```python\nassert sum([1, 1]) == 2\n```\n'
    )
    told = [str(error) for error in site_errors(Site(write("grades: wie.md", "ledger: liste.md")))]
    assert told == [
        "seiten/wie.md:1: the page that tells what grades promise has no place for 'exact', to which checks link. "
        "Give its heading the id { #exact }",
        "seiten/liste.md:1: the page of the ledger has no place for it. "
        "Write <!--evidence:ledger--> on a line of its own",
    ]


@pytest.mark.parametrize("command", ["verify", "mutate", "reseed --seeds 1", "ledger", "update", "unclaimed"])
def test_each_command_reads_it_and_none_takes_nothing_for_success(command, write, tmp_path, capsys):
    command = command.split()
    assert main(command) == 2
    assert "There is neither mkdocs.yml nor a page in docs" in capsys.readouterr().err
    assert main([*command, "--config-file", "other.yml"]) == 2
    assert "There is no configuration other.yml" in capsys.readouterr().err
    assert main([*command, "--config-file", str(write("anser: x"))]) == 2
    assert "kurs.yml:6: the plugin evidence has no setting 'anser'" in capsys.readouterr().err
    counts_checks = command[0] not in ("update", "unclaimed")
    assert main([*command, "--config-file", str(write("answer: Antwort"))]) == 2 * counts_checks
    assert ("There is no check on the 3 pages of seiten" in capsys.readouterr().err) == counts_checks
    for page in (tmp_path / "seiten").glob("*.md"):
        page.unlink()
    assert main([*command, "--config-file", "kurs.yml"]) == 2
    assert "There is no page in seiten, where kurs.yml has them" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["a.md", "b.markdown", "c.mkd", "d.mdown", "e.mkdn", "f.txt", "g.MD", ".md", "md"])
def test_markdown_is_what_mkdocs_takes_for_it(name):
    assert is_markdown(Path(name)) == is_markdown_file(name)


@pytest.mark.parametrize(
    "text",
    ["# A\n", "---\ntitle: T\n---\n\n# A\n", "---\ntitle: T\n...\n# A\n", "---\n\n# A\n", "# A\n\n---\nb: c\n---\n"],
)
def test_front_matter_is_what_mkdocs_takes_for_it(text, monkeypatch):
    by_mkdocs = without_front_matter(text)
    monkeypatch.setitem(__import__("sys").modules, "mkdocs.utils.meta", None)
    assert without_front_matter(text) == by_mkdocs
