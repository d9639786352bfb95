"""What a page shows for its directives: a check's grade and name above its code, waivers, captions of outputs."""

from __future__ import annotations

from html import escape

from evidence.directives import indentation
from evidence.page import Block, Page

GRADES_PAGE = "how-claims-are-checked.md"


def anchor(name: str) -> str:
    """The id of the check's place on its page."""
    return f"check-{name}"


def render_directives(page: Page, lines: list[str], first_line: int, grades_href: str) -> list[str]:
    """The page's lines with each directive turned into what the reader sees.

    Args:
        page: the parsed page.
        lines: the page's text without front matter.
        first_line: the line in the file of `lines[0]`.
        grades_href: where the page on the four grades is, seen from this page.
    """
    shown: dict[int, str] = {}
    for block in page.blocks:
        if block.directive_lines:
            shown[block.directive_lines[0]] = _heading(block, grades_href)
            shown.update(dict.fromkeys(block.directive_lines[1:], ""))
    for number in page.output_directive_lines:
        shown[number] = '<p class="check-note">It prints</p>'
    rendered: list[str] = []
    for number, line in enumerate(lines, first_line):
        if number in shown:
            prefix = indentation(line)
            # Blank lines around it keep the heading from joining a paragraph.
            rendered += (
                [prefix.rstrip(), prefix + shown[number], prefix.rstrip()] if shown[number] else [prefix.rstrip()]
            )
        else:
            rendered.append(line)
    return rendered


def _heading(block: Block, grades_href: str) -> str:
    parts = []
    if block.grade and block.name:
        grade = (
            f'<a class="check-grade check-grade--{block.grade}" href="{grades_href}#{block.grade}">{block.grade}</a>'
        )
        parts.append(f"{grade} <code>{escape(block.name)}</code>")
    if block.continues:
        parts.append('<span class="check-note">continues the code above</span>')
    if block.waived:
        parts.append(f'<span class="check-waived">Not run: {escape(block.waived)}</span>')
    identity = f' id="{anchor(block.name)}"' if block.name else ""
    return f'<p class="check"{identity}>{" ".join(parts)}</p>'
