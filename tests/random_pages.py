"""Random pages, what a reader sees of one, and what is found on it."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

from bs4 import BeautifulSoup
from markdown import Markdown

from evidence.files.errors import PageError
from evidence.files.source import without_front_matter
from evidence.page.layers import AnswerLayers
from evidence.page.parse import PageParser
from evidence.page.settings import Settings, load_settings

ROOT = Path(__file__).parents[1]
PAGE = Path("docs/random.md")
# Of a section of a real page, in characters.
LONGEST = 3_000

_WORDS = (
    "A word",
    "and `code`",
    "*stress*",
    "$x < 1$",
    "[a link](https://example.org)",
    "1. one",
    "- item",
    "a | b",
    "***",
    "\\",
    "&amp;",
)
_SHOWN_AS_PYTHON = ("python", "py", "Python", "python3")
_LANGUAGES = (
    *("python",) * 6,
    "py",
    "Python",
    "python3",
    "text",
    "sh",
    "",
    "pyhton",
    "{.python}",
    "{ .py .x }",
    "{python}",
)
_OPTIONS = (*("",) * 8, ' title="a.py"', ' hl_lines="1"', " title=a.py", ' linenums="1"')
_FENCES = (*("```",) * 6, "````", "~~~", "``", "~~~~")
_OPENERS = (
    "//// details | Answer\n    type: success\n",
    "/// details | More\n",
    "/// evidence | What is seen\n",
    "/// short\n",
    "/// quiz | Which?\n",
    "///",
    "////",
    "!!! note",
    '??? question "Why"',
    '=== "Tab"',
    "<details><summary>S</summary>",
    "</details>",
    '<details markdown="1"><summary>S</summary>',
    '<div markdown="1">',
    "<div>",
    "</div>",
    "<!--",
    "-->",
    "<script>",
    "</script>",
    "<template>",
    "</template>",
    "<pre>",
    "</pre>",
    "<div hidden markdown='1'>",
    "[^1]: A note",
    "Term\n:   meaning",
)
_ABOVE = (
    '<!--pytest.mark.exact("{name}")-->',
    '<!--pytest.mark.numeric("{name}")-->',
    "<!--pytest-codeblocks:cont-->",
    "<!--pytest-codeblocks:expected-output-->",
    '<!--pytest.mark.skip(reason="of a reason")-->',
    "<!-- a remark -->",
)
_CODE = (
    "x = {number}",
    "assert {number} == {number}",
    "print({number})",
    "if x:\n    y = {number}",
    '"""\n```\n"""',
    "# ~~~",
    "",
    "\tx = 1",
)
_INDENTS = ("", "", "", "", "    ", "  ", "> ", "\t", "        ", ">     ")


def random_page(chooser: random.Random) -> str:
    """A page that an author in a hurry might write, or a worse one."""
    parts = [_part(chooser) for _ in range(chooser.randint(2, 9))]
    text = "# A page\n\n" + "".join(parts)
    if chooser.random() < 0.1:
        text = "---\ntitle: x\n---\n" + text
    return text[: chooser.randint(20, len(text))] if chooser.random() < 0.1 else text


def random_edit(chooser: random.Random, section: str) -> str:
    """A section of a page after a slip or three of its author's."""
    lines = section.split("\n")
    for _ in range(chooser.randint(1, 3)):
        at = chooser.randrange(len(lines))
        line = lines[at]
        indent = chooser.choice(_INDENTS)
        slip = chooser.randrange(6)
        if slip == 0:
            del lines[at]
        elif slip == 1:
            lines.insert(at, line)
        elif slip == 2:
            lines[at] = indent + line
        elif slip == 3:
            lines[at] = line.lstrip()
        elif slip == 4:
            cut = chooser.randint(0, len(line))
            lines[at] = line[:cut] + line[cut + 1 :]
        else:
            lines.insert(at, indent + chooser.choice(_OPENERS))
    return "\n".join(lines)


def _part(chooser: random.Random) -> str:
    kind = chooser.random()
    if kind < 0.5:
        part = _fence(chooser)
    elif kind < 0.7:
        part = chooser.choice(_OPENERS)
    elif kind < 0.8:
        part = f"## {chooser.choice(_WORDS)} {{ #h{chooser.randrange(99)} }}"
    else:
        part = " ".join(chooser.choices(_WORDS, k=3))
    indent = chooser.choice(_INDENTS)
    indented = "\n".join(indent + line if line or chooser.random() < 0.5 else line for line in part.split("\n"))
    return indented + chooser.choice(("\n\n", "\n\n", "\n\n", "\n"))


def _fence(chooser: random.Random) -> str:
    fence = chooser.choice(_FENCES)
    lines = [chooser.choice(_ABOVE).format(name=f"check-{chooser.randrange(10**6)}")] if chooser.random() < 0.4 else []
    code = [chooser.choice(_CODE).format(number=chooser.randrange(10**6)) for _ in range(chooser.randint(0, 3))]
    end = fence if chooser.random() < 0.95 else chooser.choice(_FENCES)
    return "\n".join([*lines, fence + chooser.choice(_LANGUAGES) + chooser.choice(_OPTIONS), *code, end])


@dataclass(frozen=True)
class Reader:
    """Reads pages as the machine does, and as the site shows them."""

    settings: Settings
    parser: PageParser
    markdown: Markdown

    def found(self, text: str) -> list[str] | None:
        """The Python that would be run or waived, in order; `None` for a page that is refused."""
        page = self.parser.parse_text(text, PAGE)
        for block in page.blocks:
            lines = text.split("\n")[block.line - 1 : block.end_line - 1]
            for line, code in zip(lines, block.code.split("\n"), strict=False):
                assert line.expandtabs(4).rstrip().endswith(code.expandtabs(4).rstrip()), (line, code)
        return None if page.errors else [block.code.strip("\n").rstrip() for block in page.blocks]

    def shown(self, text: str) -> list[str]:
        """The Python that a reader sees, in order."""
        self.markdown.reset()
        seen = BeautifulSoup(self.markdown.convert(without_front_matter(text)), "html.parser")
        for hidden in seen.find_all(["script", "style", "template"]) + seen.find_all(hidden=True):
            hidden.decompose()
        shown = seen.select(", ".join(f".language-{name} code" for name in _SHOWN_AS_PYTHON))
        return [code.get_text().strip("\n").rstrip() for code in shown]


def reader() -> Reader:
    """One with the settings of this site."""
    settings = load_settings(ROOT / "mkdocs.yml")
    layers = AnswerLayers(lambda: settings.reasons)
    markdown = Markdown(extensions=[*settings.extensions, layers], extension_configs=dict(settings.configs))
    return Reader(settings, PageParser(settings), markdown)


SECTIONS = [
    f"# A page\n\n## {section}"
    for page in sorted((ROOT / "docs").rglob("*.md"))
    for section in page.read_text(encoding="utf-8").split("\n## ")[1:]
    if len(section) < LONGEST
]


def attack(read: Reader, seed: int) -> bool:
    """Hold what is found on the page that a seed stands for against what is shown; False where it is refused."""
    chooser = random.Random(seed)
    text = random_page(chooser) if chooser.random() < 0.9 else random_edit(chooser, chooser.choice(SECTIONS))
    try:
        found = read.found(text)
    except PageError:
        return False
    if found is None:
        return False
    # What stands in a note is shown below all else.
    order = sorted if "[^1]:" in text else list
    assert order(found) == order(read.shown(text)), f"seed {seed}:\n{text}"
    return True
