"""Why the words of a link are refused, and what would be right."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from fractions import Fraction

from evidence.rules.words.borne_out import Judge
from evidence.rules.words.claims import BOUNDS, Claim, Claims, claims_in
from evidence.rules.words.comparison_code import as_formula
from evidence.rules.words.contradictions import contradictions
from evidence.rules.words.facts import Facts, Value
from evidence.rules.words.numbers import Number, tokens_in
from evidence.rules.words.unnumbered import unshown
from evidence.run.observation import Observation

# Names with digits that every reader of the field knows.
_KNOWN = {"l1", "l2", "f1"}
_SHOWN = 5
_LONGEST = 70
_IN_WORDS = {"≠": "not", "<": "less than", "<=": "at most", ">": "more than", ">=": "at least"}


def refusals(
    words: str, facts: Facts, code: Callable[[], str], before: str = "", sentence: str = ""
) -> Iterator[tuple[str, str]]:
    """What `words` claim that `facts` do not bear out: each a problem, and a remedy.

    Args:
        words: the words of a link.
        facts: what the run of its check observed.
        code: the code of the check's page, which may hold a name with digits, as `float64`.
        before: what the sentence says before the link.
        sentence: the whole of it.
    """
    yield from unshown(words, facts)
    claims = claims_in(words, before)
    if claims == Claims():
        return
    judge = Judge(claims.numbers, facts, sentence)
    for claim in claims.numbers:
        if not judge.bears_out(claim):
            yield f"claims {_claimed(claim)}", _remedy_for_another(judge, claim) or _remedy(claim, facts)
    for formula in claims.formulas:
        if as_formula(formula) not in facts.expressions:
            yield (
                f"claims the formula {formula}",
                "Write it as the check's comparison has it, letters and all, or take it out of the link's words",
            )
    for name in claims.names:
        if name.lower() not in _KNOWN and not _names(code(), name):
            yield (
                f"holds {name}, which can be read neither as a number nor as a name in the code",
                "Set a blank between number and unit, or use that name in the check",
            )
    for contradiction in contradictions(tokens_in(sentence or words)):
        yield f"says {contradiction}, which cannot be", "Mend the words"
    if claims.of_all and not claims.numbers and (counted := facts.held_in_part):
        held, times = facts.successes(counted), facts.evaluations(counted)
        yield f"says {claims.of_all!r}, and it was so for {held} of {times}", f"Say of how many: {held} of {times}"
    for unread in claims.unread:
        yield f"holds {unread}, which cannot be read as a number", "Write it as 1,234.5, as 10⁻⁸, or as a fraction"


def _claimed(claim: Claim) -> str:
    relation = _IN_WORDS.get(claim.relations[0], "")
    total = f" of {claim.total.written}" if claim.total and "total" not in claim.relations else ""
    return f"{relation} {claim.number.written}{total}".strip()


def _remedy_for_another(judge: Judge, claim: Claim) -> str:
    if (other := judge.for_another(claim)) is None:
        return ""
    own, named = (" and ".join(sorted(f"{name} {each}".strip() for name, each in some)) for some in other)
    return f"That is the number for {own}, and the sentence names {named}: name what it is for, or say the other number"


def _remedy(claim: Claim, facts: Facts) -> str:
    value = claim.number.value
    if claim.relations[0] == "≠" and any(each.value == value for each in facts.values):
        return "The check shows that it is: say so"
    if claim.total is not None:
        return "Let one assert count both, as `sum(x < 1 for x in runs) == 18` does of 20, or leave the total out"
    if claim.relations[0] not in BOUNDS:
        for limit in facts.limits:
            if limit.value == value:
                shown = f"The check shows only that it is {_IN_WORDS[limit.relation]} {claim.number.written}: say so"
                return f"{shown}, or assert it of abs(…)" if "tolerance" in claim.relations else shown
        if value and any(each.value == -value for each in facts.values):
            return "Its sign is another"
        if any(each.value == value or _hundredth(claim.number, each) for each in facts.values):
            return "Write the digits and the unit that the check has, and no more"
    elif any(limit.value == value for limit in facts.limits):
        return "Say on which side of it the values lie, as the check does"
    return "Write what the check observed, let it observe this, or take the number out of the link's words"


def _hundredth(number: Number, seen: Value) -> bool:
    return seen.value in (number.face, number.value * 100, number.value / 100)


def _names(code: str, name: str) -> bool:
    """Whether `code` names what words call `name`: `resnet_50` is ResNet-50."""
    parts = re.findall(r"[^\W\d_]+|\d+", name)
    pattern = r"[\W_]*".join(map(re.escape, parts))
    return re.search(rf"(?<![^\W\d_]){pattern}(?!\d)", code, re.IGNORECASE) is not None


# --- What was observed ---


def nearest_observed(words: str, facts: Facts, where: str) -> str:
    """The observations that come nearest to the numbers in `words`, at most five of them."""
    numbers = [claim.number.value for claim in claims_in(words).numbers]
    told: dict[str, Fraction] = {}
    for value, seen in [
        *((each.value, each.observation) for each in facts.values),
        *((each.value, each.observation) for each in facts.limits),
    ]:
        distance = min((_distance(value, number) for number in numbers), default=Fraction(0))
        text = f"{_told(seen)} ({where}:{seen.line})"
        told[text] = min(distance, told.get(text, distance))
    return ", ".join(sorted(told, key=lambda text: told[text])[:_SHOWN]) or "no number"


def _distance(one: Fraction, other: Fraction) -> Fraction:
    return abs(one - other) / max(abs(one), abs(other)) if one != other else Fraction(0)


def _told(seen: Observation) -> str:
    """`total == 385`; of a bound also what was seen: `worst < 1e-8, seen 3.1e-16`."""
    code = _cut(" ".join(seen.code.split()))
    if not seen.pairs:
        return code
    if seen.operator == "printed":
        return f"printed {_cut(seen.pairs[0].left.text)}"
    pair = seen.pairs[0]
    side = pair.right if seen.computed == "right" and pair.right else pair.left
    if side.kind == "number" and side.numbers[0] not in seen.code:
        return f"{code}, seen {_short(side.numbers[0])}"
    return code


def _short(number: str) -> str:
    return number if len(number) <= 8 or "/" in number else f"{float(number):.4g}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
