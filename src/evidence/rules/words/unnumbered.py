"""What words say without a number, and a check speaks against: `the same` of a `!=`, `most` of 8 of 20."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import permutations
from typing import NamedTuple

from evidence.rules.words.facts import Facts
from evidence.run.observation import Observation

_NEGATED = re.compile(r"\b(?:no|not|none|never|neither|nor|nothing|without|cannot)\b|n['’]t\b", re.IGNORECASE)
_EQUAL = {"==", "equal", "close", "is"}
_MULTIPLES = {"double": 2, "doubles": 2, "doubled": 2, "halve": 2, "halves": 2, "halved": 2}
_MULTIPLES |= {"triple": 3, "triples": 3, "tripled": 3, "quadruples": 4, "quadrupled": 4}


class _Saying(NamedTuple):
    words: str
    against: Callable[[Facts], str]


def unshown(words: str, facts: Facts) -> Iterator[tuple[str, str]]:
    """What of `words` a check speaks against: each a problem, and a remedy."""
    if _NEGATED.search(words):
        return
    for saying in _SAYINGS:
        if (said := re.search(rf"\b(?:{saying.words})\b", words, re.IGNORECASE)) and (why := saying.against(facts)):
            yield f"says {said[0]!r}, and {why}", "Say what the check shows, or let it show this"
    for said in re.findall("[a-z]+", words.lower()):
        if (times := _MULTIPLES.get(said)) and not _has_multiple(facts, times):
            yield f"says {said!r}, and nothing was {times} times anything", f"Assert it, as `b == {times} * a`"


def _operators(facts: Facts) -> set[str]:
    return {seen.operator for seen in facts.observations if seen.decides}


def _bounds_alone(facts: Facts) -> str:
    """Of what is said to be so exactly."""
    loose = _operators(facts) <= {"close", "<", "<=", ">", ">="}
    return "all that was compared is within a tolerance or a bound" if loose else ""


def _differences_alone(facts: Facts) -> str:
    return "all that was compared differs" if _operators(facts) <= {"!=", "is not", "not in"} else ""


def _equalities_alone(facts: Facts) -> str:
    one = len({value.value for value in facts.values}) <= 1 and not facts.multiples
    return "all that was compared is equal" if one and _operators(facts) <= _EQUAL else ""


def _on_side(facts: Facts, side: str, sign: int) -> str:
    """Of what is said to be above 0, or below: bounds at 0 on the other side alone."""
    sides = {limit.relation[0] for limit in facts.limits if not limit.value}
    bare = not any(sign * value.value > 0 for value in facts.values)
    return f"the check has it {side} 0" if sides == {side} and bare else ""


def _at_most_half(facts: Facts) -> str:
    counts = [seen for seen in facts.observations if not seen.decides and _many(facts, seen)]
    few = [seen for seen in counts if 2 * facts.successes(seen) <= facts.evaluations(seen)]
    return f"it was so for {facts.successes(few[0])} of {facts.evaluations(few[0])}" if few and few == counts else ""


def _many(facts: Facts, seen: Observation) -> bool:
    return seen.operator != "printed" and facts.evaluations(seen) > 1


def _has_multiple(facts: Facts, times: int) -> bool:
    """Whether a check compares with a multiple, or saw two values of which one is that of the other."""
    equal = [seen.code for seen in facts.observations if seen.operator in _EQUAL | {"printed"}]
    values = {value.value for value in facts.values}
    calculated = re.compile(rf"(?<![\w.]){times} \*|[*/] {times}(?![\w.])|{1 / times} \*")
    return (
        any(calculated.search(code) for code in equal)
        or bool(values & {Fraction(times), Fraction(1, times)})
        or any(one == times * other for one, other in permutations(values, 2))
    )


_SAYINGS = [
    _Saying("exactly|identical|identically|bit for bit|last bit", _bounds_alone),
    _Saying("same|equal|equals|identical|unchanged", _differences_alone),
    _Saying(r"different|differ(?! by)|differs(?! by)|unequal", _equalities_alone),
    _Saying("positive", lambda facts: _on_side(facts, "<", 1)),
    _Saying("negative", lambda facts: _on_side(facts, ">", -1)),
    _Saying("(?<!at )(?<!the )most", _at_most_half),
]
