"""`python -m evidence new`: write the skeleton of a question, a chapter or an example, which says what to fill in."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from evidence.commands.outputs import read_exactly, write_exactly
from evidence.commands.pages import CommandError, add_site, find_site
from evidence.files.errors import display_path
from evidence.page.model import Page
from evidence.page.site import Site
from evidence.rules.nearest import nearest
from evidence.rules.unfilled import MARK, unfilled_errors

_DESCRIPTION = """\
new PAGE QUESTION           adds a question to a page, with a quiz, an answer and a first check
new chapter NAME TITLE      writes a page for questions
new example NAME TITLE      writes a notebook, with a first check

Each line that is to be filled in says so, and no page is built while one does."""
_USAGE = """\
python -m evidence new [-f FILE] PAGE QUESTION
       python -m evidence new [-f FILE] chapter NAME TITLE
       python -m evidence new [-f FILE] example NAME TITLE"""
_EPILOG = "Exit code: 0 written, 2 there is no such page, or a page of that name."
_QUESTION = re.compile(r"^## (?P<number>\d+)\. .*\{ *#(?P<prefix>[\w-]+)-(?P=number) *\}\s*$")
_FENCE = re.compile(r"^[ >]*(`{3,}|~{3,})")
_NAME = re.compile(r"[a-z0-9]+([-/][a-z0-9]+)*")
_SKELETON = """\
## {number}. {mark} a title of a few words {{ #{ident} }}

{question}

/// quiz | {mark} the question, so that it can be asked by itself
- [ ] {mark} what people take for right: [why it is not](check:{check})
- [x] {mark} what is right: [why it is](check:{check})
///

//// details | {answer}
    type: success

/// short
{mark} the answer in at most 60 words, which stand alone; what [a run shows](check:{check}) is a link.
///

{mark} the reason, one idea a paragraph.

/// evidence | {mark} what the run shows, in plain words
<!--pytest.mark.exact("{check}")-->
```python
# {mark} the code that computes it, another name than {check}, and another grade if its evidence is weaker.
assert sum([1, 1]) == 2
```
///
////
"""
_CHAPTER = "# {title}\n\n{mark} what the chapter is about, in a sentence or two.\n"
_EXAMPLE = """\
# %% [markdown]
# # {title}
#
# **Question.** {mark} what is asked, and why.
#
# **Method.** {mark} what is run to answer it, and what [it shows](check:{check}).

# %%
total = sum([1, 1])  # {mark} the experiment

# %% [markdown]
# <!--pytest.mark.exact("{check}")-->

# %%
# {mark} what it shows, another name than {check}, and another grade if its evidence is weaker.
assert total == 2
"""


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "new",
        help="write the skeleton of a question, a chapter or an example",
        usage=_USAGE,
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_site(parser)
    parser.add_argument("words", nargs="+", help=argparse.SUPPRESS)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the skeleton, and say what is to be filled in; the exit code.

    Raises:
        CommandError: there is no such page, or there is one of that name.
    """
    site = find_site(arguments)
    match arguments.words:
        case ["chapter", name, title]:
            path, what_else = _write_chapter(site, name, title)
        case ["example", name, title]:
            path, what_else = _write_example(site, name, title)
        case [page, question]:
            path, what_else = _write_question(site, _find(site, page), question), ""
        case _:
            raise CommandError('Write: new PAGE "QUESTION", or: new chapter NAME "TITLE", or: new example NAME "TITLE"')
    for error in unfilled_errors(site.page(path)):
        print(f"{error.where}: {error.problem}")
    print(f"Fill this in; until then {display_path(path)} is not built{what_else}")
    return 0


def _find(site: Site, name: str) -> Page:
    """The page that is named by its path, or by its path from the folder of the pages, with or without its ending."""
    paths = [path for path in site.files().pages if path.is_relative_to(site.docs_dir)]
    known = {path.relative_to(site.docs_dir).with_suffix("").as_posix(): path for path in paths}
    path = known.get(name.removesuffix(".md"), Path(name).absolute())
    if path not in paths:
        raise CommandError(f"There is no page {name}. The nearest are: {nearest(name, known)}")
    return site.page(path)


def _write_question(site: Site, page: Page, question: str) -> Path:
    text = read_exactly(page.path)
    end = "\r\n" if "\r\n" in text else "\n"
    lines = text.split(end)
    numbers, prefix, place = _questions(lines, page.path.stem)
    number = max(numbers, default=0) + 1
    while f"{prefix}-{number}" in page.ids:
        number += 1
    ident = check = f"{prefix}-{number}"
    while check in site.checks():
        check += "-new"
    written = _SKELETON.format(
        number=number, ident=ident, check=check, mark=MARK, question=question.strip(), answer=site.settings.answer
    )
    parts = [end.join(lines[:place]).rstrip(), written.rstrip("\n").replace("\n", end), end.join(lines[place:])]
    write_exactly(page.path, (end * 2).join(parts).rstrip() + end)
    return page.path


def _questions(lines: list[str], stem: str) -> tuple[list[int], str, int]:
    """The numbers of a page's questions, what their ids begin with, and where the next one goes: after the last."""
    numbers, prefix, place = [], stem.replace("_", "-"), len(lines)
    fence = ""
    for at, line in enumerate(lines):
        mark = _FENCE.match(line)
        if mark and (not fence or mark[1].startswith(fence)):
            fence = "" if fence else mark[1]
        elif not fence and line.startswith("## "):
            if found := _QUESTION.match(line):
                numbers.append(int(found["number"]))
                prefix, place = found["prefix"], len(lines)
            elif numbers and place == len(lines):
                place = at
    return numbers, prefix, place


def _write_chapter(site: Site, name: str, title: str) -> tuple[Path, str]:
    _require_name(name)
    path = site.docs_dir / f"{name}.md"
    if path.exists():
        raise CommandError(f"There is a page {display_path(path)}. Add a question to it: new {name} QUESTION")
    return path, _write_page(site, path, f"{name}.md", _CHAPTER.format(title=title.strip(), mark=MARK))


def _write_example(site: Site, name: str, title: str) -> tuple[Path, str]:
    folder = site.settings.examples
    if folder is None:
        file = display_path(site.settings.config_file)
        raise CommandError(
            f"The site has no examples. Name their folder in {file}, under the plugin: examples: examples"
        )
    _require_name(name)
    path = folder / f"{name.replace('-', '_')}.py"
    if "/" in name:
        raise CommandError(
            f"Notebooks lie in {display_path(folder)} itself, not below it as {name} would. Leave the / away"
        )
    if path.exists():
        raise CommandError(f"There is a notebook {display_path(path)}. Take another name")
    check = name
    while check in site.checks():
        check += "-new"
    text = _EXAMPLE.format(title=title.strip(), mark=MARK, check=check)
    return path, _write_page(site, path, f"{folder.name}/{name}.md", text)


def _write_page(site: Site, path: Path, listed: str, text: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_exactly(path, text)
    config_file = display_path(site.settings.config_file)
    return f". Name {listed} in nav in {config_file}, if there is one, and link to it from the home page"


def _require_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise CommandError(f"{name!r} is no name for a page. Write small letters, digits and hyphens, as two-layers")
