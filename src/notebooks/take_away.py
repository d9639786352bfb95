"""A page to take away, which runs wherever the site's wheel is installed: as a notebook, and as a file of Python.

What only the site can show is turned into what a notebook can: answers are open, check links lead to the cells, figures
are attached, and links to other pages keep their words.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from evidence.page.directives import is_directive
from evidence.page.model import Block, Page, without_remarks
from evidence.page.settings import Settings
from figures.kept_figures import figure_at, svgs
from figures.svg import PREFIX
from notebooks.addresses import on_site
from notebooks.own_wheel import FOLDER, Wheel

Cell = dict[str, Any]

_TITLED = re.compile(r"/{3,}\s*(?:details|evidence|quiz)\s*\|\s*(?P<title>.*\S)\s*$")
_UNTITLED = re.compile(r"/{3,}\s*(?:short)?\s*$")
_CHOICE = re.compile(r"^- \[(?P<mark>[ xX])\] ")
_OPTION = re.compile(r"    (type|open|attrs):")
_HEADING_ID = re.compile(r"^(#+ .*?)\s*\{\s*#([\w-]+)\s*\}\s*$", re.M)
_IMAGE = re.compile(r'!\[(?P<alt>[^\]]*)\]\((?P<src>[^\s)]+)(?:\s+"(?P<caption>[^"]*)")?\)')
_LINK = re.compile(r"(?<!!)\[(?P<words>[^\]]*)\]\((?P<href>[^\s)]+)\)")
# What in a notebook is a place to lead to, or a picture; a script has its description in its place.
_SCRIPT_ONLY = re.compile(r'<a id="[^"]*"></a>\n*|!(?=\[[^\]]*\]\(attachment:)|(?<=\])\(attachment:[^)]*\)')
_ARGUMENT = re.compile(r"#(\d)")


@dataclass(frozen=True)
class Setting:
    """What all notebooks of a site share.

    Attributes:
        site: what is set for the site.
        macros: TeX macros by name, without backslash, as Markdown's formulas know them.
        wheel: what the first cell installs, from the site; without it, there is no such cell.
        site_url: where the site is, for its wheel and for links to its other pages. Without it links keep their words
            only, and the first cell says how to install the wheel.
        wait: seconds to wait for a figure that is being drawn, without which its description stands; `None` waits as
            long as it takes.
    """

    site: Settings
    macros: Mapping[str, str]
    wheel: Wheel | None = None
    site_url: str = ""
    wait: float | None = None


def as_notebook(page: Page, setting: Setting) -> str:
    """The page as a notebook in nbformat 4.5."""
    first = [_code(_installation(setting.wheel, setting.site_url))] if setting.wheel else []
    cells = [*first, _prose(_definitions(setting.macros), {}), *_cells(page, setting)]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


def as_script(page: Page, setting: Setting) -> str:
    """The page as a file of Python in the percent format, which editors show as cells.

    It begins with what it needs as PEP 723 writes it, so that `uv run` and `pipx run` install that by themselves.
    """
    parts = [_requirements(setting.wheel, setting.site_url)] if setting.wheel else []
    for cell in _cells(page, setting):
        if cell["cell_type"] == "code":
            parts.append(f"# %%\n{cell['source']}")
        else:
            words = _SCRIPT_ONLY.sub("", cell["source"]).strip("\n")
            parts.append("# %% [markdown]\n" + "\n".join(f"# {line}".rstrip() for line in words.split("\n")))
    return "\n\n".join(parts) + "\n"


def _cells(page: Page, setting: Setting) -> list[Cell]:
    cells: list[Cell] = []
    lines = page.text.split("\n")
    at = 0
    for block in page.blocks:
        cells += _prose_cells(lines[at : block.fence_line - 1], block, page, setting)
        # A block that the page does not run is shown, and not run here either.
        cells.append(_prose(f"```python\n{block.code}```", {}) if block.waived else _code(_titled(block)))
        at = block.end_line + 1
    return [*cells, *_prose_cells(lines[at:], None, page, setting)]


def _requirements(wheel: Wheel, site_url: str) -> str:
    """What a script needs. As in a notebook, the bare name of the project stands in none of it."""
    if not site_url:
        return f"# Needs {wheel.file}, which lies in the folder {FOLDER} of the site that this file is from."
    return f'# /// script\n# dependencies = ["{wheel.requirement(site_url)}"]\n# ///'


def _installation(wheel: Wheel, site_url: str) -> str:
    """What installs the wheel. A bare name of the project stands in none of it: pip would ask an index for it."""
    if site_url:
        lines = [
            "# Once for each environment: what the cells import, from the site that this notebook is from.",
            f"# From a copy of the project: %pip install --quiet '/path/to/the/copy{wheel.extra}'",
            *(f"%pip {command}" for command in wheel.commands(site_url)),
        ]
        return "\n".join(lines)
    return (
        "# Once for each environment, install what the cells import. Of the site that this notebook is from, download\n"
        f"# {FOLDER}/{wheel.file}, or take a copy of the project; then, with its path:\n"
        f"# %pip install --quiet '/path/to/{wheel.file}{wheel.extra}'"
    )


def _code(source: str) -> Cell:
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source}


def _prose(source: str, attachments: Mapping[str, Any]) -> Cell:
    cell: Cell = {"cell_type": "markdown", "metadata": {}, "source": source}
    return cell | {"attachments": attachments} if attachments else cell


def _titled(block: Block) -> str:
    title = f"# {block.grade}: {block.name}\n" if block.name else ""
    return title + without_remarks(block.code).rstrip("\n")


def _definitions(macros: Mapping[str, str]) -> str:
    lines = []
    for name, body in macros.items():
        count = max((int(n) for n in _ARGUMENT.findall(body)), default=0)
        lines.append(f"\\def\\{name}{''.join(f'#{n}' for n in range(1, count + 1))}{{{body}}}")
    return "$$\n" + "\n".join(lines) + "\n$$"


def _prose_cells(lines: list[str], below: Block | None, page: Page, setting: Setting) -> Iterator[Cell]:
    text = "\n".join(_readable(lines)).strip("\n")
    if below is not None and below.name:
        text += f'\n\n<a id="check-{below.name}"></a>'
    attachments: dict[str, Any] = {}
    text = _IMAGE.sub(lambda image: _attached(image, setting, attachments), text)
    text = _HEADING_ID.sub(r'<a id="\2"></a>' + "\n\n" + r"\1", text)
    text = _LINK.sub(lambda link: _linked(link, page, setting), text)
    if text.strip():
        yield _prose(text.strip("\n"), attachments)


def _readable(lines: list[str]) -> Iterator[str]:
    for line in lines:
        if titled := _TITLED.match(line):
            yield f"**{titled['title']}**"
            # A list right below a line of words would go on with them.
            yield ""
        elif choice := _CHOICE.match(line):
            yield f"- {'✗' if choice['mark'] == ' ' else '✓'} {line[choice.end() :]}"
        elif not (_UNTITLED.match(line) or _OPTION.match(line) or is_directive(line)):
            yield line


def _attached(image: re.Match[str], setting: Setting, attachments: dict[str, Any]) -> str:
    alt = " ".join(image["alt"].split())
    figure = figure_at(image["src"], setting.site.docs_dir)
    svg = svgs([figure], setting.site.docs_dir, setting.wait)[figure] if figure else None
    if figure is None or not isinstance(svg, str):
        return f"*{alt}*"
    name = f"{figure.name}.svg"
    whole = svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1).replace(PREFIX, figure.name)
    attachments[name] = {"image/svg+xml": base64.b64encode(whole.encode()).decode()}
    caption = " ".join((image["caption"] or "").split())
    return f"![{alt}](attachment:{name})" + (f"\n\n*{caption}*" if caption else "")


def _linked(link: re.Match[str], page: Page, setting: Setting) -> str:
    words, href = link["words"], link["href"]
    if href.startswith("check:"):
        name = href.removeprefix("check:")
        return f"[{words}](#check-{name})" if any(block.name == name for block in page.blocks) else words
    if href.startswith(("#", "http:", "https:", "attachment:")):
        return link[0]
    if not setting.site_url:
        return words
    target = on_site(href, page.path, setting.site).replace(".md", "/")
    return f"[{words}]({urljoin(setting.site_url, target)})"
