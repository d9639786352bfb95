"""A style sheet cut down to the rules that some page can need.

A selector is needed when each tag, class, id and attribute that it names occurs in the pages or their scripts. What it
says by `:not(…)`, `:is(…)` and the like is not looked at, so that too much is kept rather than too little.

Names are written as a selector writes them: `p`, `.lead`, `#first`, `[title`, and `=dark` for a word of some value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from tinycss2 import parse_blocks_contents, parse_rule_list, parse_stylesheet, serialize

_TAG = re.compile(r"""<([a-zA-Z][\w-]*)((?:[^>"']|"[^"]*"|'[^']*')*)>""")
_ATTRIBUTE = re.compile(r"""([\w:-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
_WORD = re.compile(r"[\w-]+")
# Where a variable or an animation is used rather than defined. Of an animation, more words are taken than are names.
_USED = re.compile(r"var\(\s*(--[\w-]+)|animation(?:-name)?:([^;}]*)")
_WITH_RULES = ("media", "supports", "container", "layer")
# Rounds in which what is left no longer mentions what another rule needed.
_ROUNDS = 3


def names_in_pages(pages: Iterable[str]) -> set[str]:
    """What selectors can name in pages, HTML as it is served."""
    names: set[str] = set()
    for tag, attributes in {tag for page in pages for tag in _TAG.findall(page)}:
        names.add(tag.lower())
        for attribute, *values in _ATTRIBUTE.findall(attributes):
            value = "".join(values)
            names.add(f"[{attribute}")
            names.update(f"={word}" for word in _WORD.findall(value))
            if attribute == "class":
                names.update(f".{word}" for word in value.split())
            elif attribute == "id":
                names.add(f"#{value}")
    return names


def names_in_script(script: str) -> set[str]:
    """Whatever a script may give to an element: each of its words, as any kind of name."""
    return {kind + word for word in _WORD.findall(script) for kind in ("", ".", "#", "[", "=")}


def purge(css: str, names: set[str]) -> str:
    """The rules of a style sheet that apply to some element, and the variables that those use.

    Args:
        css: a style sheet; comments are left out, but for those that name a licence.
        names: see `names_in_pages` and `names_in_script`.
    """
    licences = "".join(note for note in re.findall(r"/\*.*?\*/", css, re.DOTALL) if "Licen" in note)
    text = _rules(parse_stylesheet(css), names, None)
    for _ in range(_ROUNDS):
        text = _rules(parse_stylesheet(text), names, _used(text) | {name[1:] for name in names if name[0] == "="})
    return licences + text


def _used(css: str) -> set[str]:
    return {word for found in _USED.findall(css) for each in found for word in _WORD.findall(each)}


def _rules(nodes: Sequence[Any], names: set[str], used: set[str] | None) -> str:
    """What is needed of some rules; of variables and animations those in `used`, or all, if that is not known yet."""
    kept = []
    for node in nodes:
        if node.type == "qualified-rule":
            selectors = [serialize(each).strip() for each in _split(node.prelude) if _matches(each, names)]
            declarations = _declarations(node.content, used) if selectors else ""
            if declarations:
                kept.append(f"{','.join(selectors)}{{{declarations}}}")
        elif node.type == "at-rule" and node.lower_at_keyword in _WITH_RULES and node.content is not None:
            if rules := _rules(parse_rule_list(node.content), names, used):
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


def _matches(selector: Sequence[Any], names: set[str]) -> bool:
    """Whether all that a selector names occurs. A name after a colon is no element's."""
    before: Any = None
    for token in selector:
        if token.type == "hash" and f"#{token.value}" not in names:
            return False
        if token.type == "ident" and before != ":":
            name = f".{token.value}" if before == "." else token.lower_value
            if name not in names:
                return False
        if token.type == "[] block" and not _has_attribute(token.content, names):
            return False
        before = token
    return True


def _has_attribute(content: Sequence[Any], names: set[str]) -> bool:
    """Whether the attribute in brackets occurs, and where it must have a value, the words of that."""
    attribute, *value = [token.value for token in content if token.type in ("ident", "string")]
    exactly = any(token == "=" for token in content)
    # A flag behind the value, as in `[lang=EN i]`, lets others match too.
    words = _WORD.findall(*value) if exactly and len(value) == 1 else []
    return f"[{attribute}" in names and all(f"={word}" in names for word in words)


def _declarations(content: Sequence[Any], used: set[str] | None) -> str:
    kept = []
    for node in parse_blocks_contents(content, skip_comments=True, skip_whitespace=True):
        if node.type != "declaration":
            kept.append(serialize([node]))
        elif used is None or not node.name.startswith("--") or node.name in used:
            kept.append(f"{node.name}:{serialize(node.value).strip()}{'!important' if node.important else ''}")
    return ";".join(kept)
