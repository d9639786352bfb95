"""What the checks of a site import from the project's own package: what it does, its source, and who uses it.

It is read from the sources, without importing them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

MARK = "<!--handouts:helpers-->"

_Definition = ast.FunctionDef | ast.ClassDef
_CODE = re.compile(r"``(.+?)``|`(.+?)`", re.S)
_SECTION = re.compile(r"^(Args|Attributes|Returns|Yields|Raises|Example|Note):$")
_OF_ENTRIES = ("Args:", "Attributes:", "Raises:")
_ENTRY = re.compile(r"^(\*{0,2}[\w.]+(?:, \*{0,2}[\w.]+)*): (.*)", re.S)
_IMPORT = re.compile(
    r'(?P<from><span class="kn">from</span>(?:<span class="w"> </span>|\s)*<span class="nn">)(?P<module>[\w.]+)'
    r'(?P<then></span>(?:<span class="w"> </span>|\s)*<span class="kn">import</span>)(?P<names>[^\n]*)'
)
_NAME = re.compile(r'(?<=<span class="n">)(\w+)(?=</span>)')


@dataclass(frozen=True)
class Helper:
    """A public function or class: its dotted name, how it is called, what it says of itself, and its source."""

    name: str
    signature: str
    says: str
    source: str


@dataclass(frozen=True)
class Module:
    """A module that offers helpers: its dotted name, and what it says of itself."""

    name: str
    says: str
    helpers: Sequence[Helper]


def modules(package: Path) -> Iterator[Module]:
    """The modules of a package that offer something, by name. A package in it offers what its `__init__` names."""
    for file in sorted(package.glob("*.py")):
        if not file.stem.startswith("_"):
            yield from _module(f"{package.name}.{file.stem}", file, package)
    for file in sorted(package.glob("*/__init__.py")):
        yield from _module(f"{package.name}.{file.parent.name}", file, package)


def _module(name: str, file: Path, package: Path) -> Iterator[Module]:
    text = file.read_text(encoding="utf-8")
    tree = ast.parse(text)
    helpers = list(_own(name, text, tree)) or list(_offered(name, tree, package))
    if helpers:
        yield Module(name, ast.get_docstring(tree) or "", helpers)


def _own(name: str, text: str, tree: ast.Module, wanted: set[str] | None = None) -> Iterator[Helper]:
    for node in tree.body:
        if isinstance(node, _Definition) and not node.name.startswith("_") and (wanted is None or node.name in wanted):
            source = ast.get_source_segment(text, node) or ""
            yield Helper(f"{name}.{node.name}", _signature(node), ast.get_docstring(node) or "", source)


def _offered(name: str, tree: ast.Module, package: Path) -> Iterator[Helper]:
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(f"{package.name}."):
            file = package.parent.joinpath(*node.module.split(".")).with_suffix(".py")
            text = file.read_text(encoding="utf-8")
            yield from _own(name, text, ast.parse(text), {alias.name for alias in node.names})


def _signature(node: _Definition) -> str:
    if isinstance(node, ast.ClassDef):
        return node.name
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return f"{node.name}({ast.unparse(node.args)}){returns}"


def as_html(found: Sequence[Module], uses: Mapping[str, Sequence[tuple[str, str]]]) -> str:
    """The helpers as content of a page.

    Args:
        found: the modules.
        uses: by the dotted name of a helper, the name and the address of each check that imports it.
    """
    parts = []
    for module in found:
        parts += [f'<h2 id="{module.name}"><code>{module.name}</code></h2>', *_said(module.says)]
        for helper in module.helpers:
            parts.append(f'<h3 id="{helper.name}"><code>{escape(helper.signature, quote=False)}</code></h3>')
            parts += _said(helper.says)
            if checks := uses.get(helper.name):
                links = ", ".join(f'<a href="{address}"><code>{name}</code></a>' for name, address in checks)
                parts.append(f'<p class="used-by">Used by {links}</p>')
            source = escape(helper.source, quote=False)
            parts.append(
                '<details class="evidence"><summary>Source</summary><div class="highlight"><pre><span></span>'
                f"<code>{source}\n</code></pre></div></details>"
            )
    return "\n".join(parts)


def breakable(name: str) -> str:
    """A dotted name as code that fills two lines between its words rather than within one."""
    return f"<code>{re.sub(r'(?<=[._])', '<wbr>', name)}</code>"


def _said(docstring: str) -> Iterator[str]:
    """A docstring in the style of Google as HTML."""
    for paragraph in re.split(r"\n\s*\n", docstring.strip()):
        first, _, rest = paragraph.partition("\n")
        if not _SECTION.match(first):
            yield f"<p>{_inline(paragraph)}</p>"
            continue
        if first not in _OF_ENTRIES:
            yield f"<p><strong>{first[:-1]}</strong></p>\n<p>{_inline(rest)}</p>"
            continue
        yield f"<p><strong>{first[:-1]}</strong></p>\n<ul>"
        margin = len(rest) - len(rest.lstrip(" "))
        for item in re.split(rf"\n(?= {{{margin}}}\S)", rest):
            entry = _ENTRY.match(words := item.strip())
            told = f"<code>{entry[1]}</code>: {_inline(entry[2])}" if entry else _inline(words)
            yield f"<li>{told}</li>"
        yield "</ul>"


def _inline(words: str) -> str:
    return _CODE.sub(lambda code: f"<code>{code[1] or code[2]}</code>", escape(" ".join(words.split()), quote=False))


def linked(html: str, names: set[str], page: str) -> str:
    """A page whose code leads from what it imports to the page with the helpers.

    Args:
        html: its content, with code as Pygments marks it up.
        names: the dotted names that have a place there.
        page: its address, as the page names it.
    """

    def lead(found: re.Match[str]) -> str:
        module = found["module"]
        if module not in names:
            return found[0]

        def name(word: re.Match[str]) -> str:
            whole = f"{module}.{word[0]}"
            return f'<a href="{page}#{whole}">{word[0]}</a>' if whole in names else word[0]

        named = _NAME.sub(name, found["names"])
        return f'{found["from"]}<a href="{page}#{module}">{module}</a>{found["then"]}{named}'

    return _IMPORT.sub(lead, html)
