"""Comments that mean to be directives and are none. No reader sees them, so nobody would miss what they ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from itertools import chain

from evidence.page.directives import GRADES, is_directive

_FORMS = {
    "pytest-codeblocks:cont": "<!--pytest-codeblocks:cont-->",
    "pytest-codeblocks:expected-output": "<!--pytest-codeblocks:expected-output-->",
    "pytest.mark.skip": '<!--pytest.mark.skip(reason="…")-->',
    **{f"pytest.mark.{grade}": f'<!--pytest.mark.{grade}("a-name")-->' for grade in GRADES},
}
# What is asked for, however it is spelt: the last word of each form.
_KEYWORDS = {re.split(r"[:.]", form)[-1]: form for form in _FORMS}
# The beginning of a comment, its end forgotten or not, also where the mark of either is misspelt.
_COMMENT = re.compile(r"<\s*(?:!\s*-*|--+)(?P<body>(?:(?!-->)[\s\S])*?)(?:-->|-+>|\n\s*\n|\Z)")
# A reference that nothing refers to is a comment too.
_REFERENCE = re.compile(r"^[>\s]*\[[^\]\n]*\]:\s*<?#?>?\s*[(\"'](?P<body>[^\n]*)[)\"']\s*$", re.M)
_NAMES_ONE = re.compile(r"code[-_]?blocks?|expect(ed)?[-_]?output|py-?te?st[-_.:\s]*(mark|code)|\bmark\.\w+\s*\(", re.I)
_INLINE_CODE = re.compile(r"(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)")
# It begins as a call of a grade, or is one of the keywords and nothing else.
_BARE = re.compile(rf"(?:{'|'.join(GRADES)}|skip)\s*\(.*\)|cont(inue)?|expected\s+output\s*:?", re.I | re.S)


def near_directives(lines: Sequence[str], code: set[int]) -> Iterator[tuple[int, str, str]]:
    """Comments that name a directive and are none: the line, from 0, what is wrong, and what would be right.

    Args:
        lines: those of the page.
        code: the lines that belong to fences.
    """
    prose = "\n".join("" if at in code else _INLINE_CODE.sub(_blank, line) for at, line in enumerate(lines))
    for comment in chain(_COMMENT.finditer(prose), _REFERENCE.finditer(prose)):
        at = prose.count("\n", 0, comment.start("body"))
        body = comment["body"].strip().strip("-").strip()
        if is_directive(lines[at]) or not _means_one(body):
            continue
        shown = " ".join(comment[0].split())
        yield at, f"{shown} is no directive, so nothing comes of it", nearest_form(body)


def _means_one(body: str) -> bool:
    if _NAMES_ONE.search(body) or _BARE.fullmatch(body):
        return True
    return bool(get_close_matches(_head(body), _FORMS, 1, 0.75))


def nearest_form(body: str) -> str:
    """How to write what the comment `body` seems to ask for."""
    head = _head(body)
    close = get_close_matches(head, _FORMS, 1, 0.6)
    word = get_close_matches(re.split(r"[:.]", head)[-1], _KEYWORDS, 1, 0.6)
    form = _KEYWORDS[word[0]] if word else close[0] if close else ""
    if not form:
        form = next((_KEYWORDS[name] for name in _KEYWORDS if name in head), "")
    if not form:
        return "A directive is one of " + ", ".join(_FORMS.values())
    return f"Write {_FORMS[form]} on a line of its own, right above the fence that it is for"


def _head(body: str) -> str:
    return re.sub(r"[_\s]+", "-", body.partition("(")[0].strip().lower())


def _blank(code: re.Match[str]) -> str:
    return "\0" * len(code[0])
