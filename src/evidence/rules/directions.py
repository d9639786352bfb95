"""What a sentence calls the smaller is not what its check asserts to be the larger.

`Momentum needs [fewer](check:…) steps` is false of `assert momentum > plain`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache

from evidence.files.errors import PageError
from evidence.page.model import Block, CheckLink
from evidence.records.records import Record
from evidence.rules.links import facts_seen
from evidence.rules.words.facts import held_always

_LESS = {"smaller", "fewer", "less", "lower", "shorter", "narrower", "falls", "fall", "shrinks", "drops", "decreases"}
_MORE = {"larger", "greater", "more", "higher", "longer", "wider", "bigger", "rises", "rise", "grows", "increases"}
_CHANGES = {"falls", "fall", "shrinks", "drops", "decreases", "rises", "rise", "grows", "increases"}
_EARLY = {"before", "earlier", "start", "first", "old", "initial", "untrained"}
_LATE = {"after", "later", "end", "last", "new", "final", "trained"}
_NEGATED = re.compile(r"\b(?:no|not|none|never|neither|nor|nothing|cannot)\b|n['’]t\b", re.IGNORECASE)
# Which of two names is of the smaller value, and which of the larger.
_Order = tuple[frozenset[str], frozenset[str]]


def direction_errors(link: CheckLink, check: Block, record: Record | None) -> Iterator[PageError]:
    """What is wrong with the comparative in the words of `link`, of a check whose comparisons are known."""
    said = [word for word in re.findall("[a-z]+", link.words.lower()) if word in _LESS | _MORE]
    if len(said) != 1 or record is None or not record.passed or _NEGATED.search(link.sentence):
        return
    around = re.search(rf"^(.*?)\b{said[0]}\b(?! than [^a-z]*\d)(.*)$", link.sentence, re.IGNORECASE | re.DOTALL)
    if around is None:
        return
    subject, rest = _words(around[1]), around[2].partition(" than ")
    other = _words(rest[2])
    if not subject - other:
        subject |= _words(rest[0])
    told = set()
    for code in {seen.code for seen in facts_seen(check, record).observations if seen.decides and held_always(seen)}:
        for lower, upper in _orders(code):
            told.add((_agrees(said[0], lower, upper, subject, other), code))
    if any(how == "against" for how, _ in told) and not any(how == "for" for how, _ in told):
        code = min(code for how, code in told if how == "against")
        yield link.error(
            f"the sentence around the link [{link.words}] says {said[0]}, and {link.name!r} asserts `{code}`",
            "Say it the other way round, or assert what the sentence says",
        )


def _agrees(said: str, lower: frozenset[str], upper: frozenset[str], subject: set[str], other: set[str]) -> str:
    """Whether that one thing is lower than another speaks `for` what is said, or `against` it; or neither."""
    if said in _CHANGES and (lower | upper) & _EARLY and (lower | upper) & _LATE:
        up = bool(lower & _EARLY and upper & _LATE)
        return "for" if up == (said in _MORE) else "against"
    if said in _MORE:
        lower, upper = upper, lower
    if subject & lower and not subject & upper and (not other or other & upper):
        return "for"
    return "against" if subject & upper and not subject & lower and (not other or other & lower) else ""


@lru_cache(maxsize=4096)
def _orders(code: str) -> tuple[_Order, ...]:
    """What a comparison tells to be lower than what else: the words in which the names of both differ."""
    try:
        tree = ast.parse(code.strip(), mode="eval").body
    except SyntaxError:
        return ()
    if not isinstance(tree, ast.Compare) or len(tree.ops) != 1:
        return ()
    left, right = _words(ast.unparse(tree.left)), _words(ast.unparse(tree.comparators[0]))
    pair = frozenset(left - right), frozenset(right - left)
    if isinstance(tree.ops[0], ast.Lt | ast.LtE):
        return (pair,)
    return (pair[::-1],) if isinstance(tree.ops[0], ast.Gt | ast.GtE) else ()


def _words(text: str) -> set[str]:
    return {word for word in re.findall("[a-z]+", text.lower()) if len(word) > 2}
