"""A style sheet cut down to the rules that some page can need.

A selector is needed when each tag, class, id and attribute that it names occurs in the pages or their scripts. What it
says by `:not(…)`, `:is(…)` and the like is not looked at, so that too much is kept rather than too little.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from tinycss2 import parse_blocks_contents, parse_rule_list, parse_stylesheet, serialize

_TAG = re.compile(r"""<[a-zA-Z](?:[^>"']|"[^"]*"|'[^']*')*>""")
_WORD = re.compile(r"[\w-]+")
# Where a variable or an animation is used rather than defined. Of an animation, more words are taken than are names.
_USED = re.compile(r"var\(\s*(--[\w-]+)|animation(?:-name)?:([^;}]*)")
_WITH_RULES = ("media", "supports", "container", "layer")
# Rounds in which what is left no longer mentions what another rule needed.
_ROUNDS = 3


def words_of_pages(pages: Iterable[str]) -> set[str]:
    """Every word in the tags of pages: names of elements and attributes, and the words of their values."""
    tags = {tag for page in pages for tag in _TAG.findall(page)}
    return {word for tag in tags for word in _WORD.findall(tag)}


def words_of_script(script: str) -> set[str]:
    """Every word of a script, any of which it may give to an element."""
    return set(_WORD.findall(script))


def purge(css: str, words: set[str]) -> str:
    """The rules of a style sheet that apply to elements described by `words`, and the variables that those use.

    Args:
        css: a style sheet; comments are left out, but for those that name a licence.
        words: see `words_of_pages` and `words_of_script`.
    """
    licences = "".join(note for note in re.findall(r"/\*.*?\*/", css, re.DOTALL) if "Licen" in note)
    text = _rules(parse_stylesheet(css, skip_comments=True, skip_whitespace=True), words, None)
    for _ in range(_ROUNDS):
        text = _rules(parse_stylesheet(text), words, words | _used(text))
    return licences + text


def _used(css: str) -> set[str]:
    return {word for found in _USED.findall(css) for each in found for word in _WORD.findall(each)}


def _rules(nodes: Sequence[Any], words: set[str], used: set[str] | None) -> str:
    """What is needed of some rules; of variables and animations those in `used`, or all, if that is not known yet."""
    kept = []
    for node in nodes:
        if node.type == "qualified-rule":
            selectors = [serialize(each).strip() for each in _split(node.prelude) if _matches(each, words)]
            declarations = _declarations(node.content, used) if selectors else ""
            if declarations:
                kept.append(f"{','.join(selectors)}{{{declarations}}}")
        elif node.type == "at-rule" and node.lower_at_keyword in _WITH_RULES and node.content is not None:
            inner = parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)
            if rules := _rules(inner, words, used):
                kept.append(f"@{node.at_keyword}{serialize(node.prelude).rstrip()}{{{rules}}}")
        elif node.type == "at-rule":
            animates = "keyframes" in node.lower_at_keyword
            if used is None or not animates or serialize(node.prelude).strip() in used:
                kept.append(serialize([node]))
    return "".join(kept)


def _split(prelude: Sequence[Any]) -> list[list[Any]]:
    """A list of selectors, at its commas."""
    selectors: list[list[Any]] = [[]]
    for token in prelude:
        if token == ",":
            selectors.append([])
        elif token.type != "comment":
            selectors[-1].append(token)
    return selectors


def _matches(selector: Sequence[Any], words: set[str]) -> bool:
    """Whether all that a selector names occurs; the name after a colon is no element's."""
    before: Any = None
    for token in selector:
        pseudo = before is not None and before == ":"
        if token.type == "hash" or (token.type == "ident" and not pseudo):
            if token.value not in words:
                return False
        elif token.type == "[] block":
            named = [each.value for each in token.content if each.type in ("ident", "string")]
            exactly = any(each == "=" for each in token.content)
            if not all(word in words for name in named[: 2 if exactly else 1] for word in _WORD.findall(name)):
                return False
        before = token
    return True


def _declarations(content: Sequence[Any], used: set[str] | None) -> str:
    kept = []
    for node in parse_blocks_contents(content, skip_comments=True, skip_whitespace=True):
        if node.type != "declaration":
            kept.append(serialize([node]))
        elif used is None or not node.name.startswith("--") or node.name in used:
            kept.append(f"{node.name}:{serialize(node.value).strip()}{'!important' if node.important else ''}")
    return ";".join(kept)
