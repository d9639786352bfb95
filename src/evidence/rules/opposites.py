"""A sentence calls what its check computes by its name, and not by one that means the opposite, or something else.

`The median is [3](check:…)` is false of `assert mean(xs) == 3`, though its 3 was computed. And so it is where the check
has both, and 3 is the mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from evidence.files.errors import PageError
from evidence.page.model import Block, CheckLink
from evidence.records.records import Record
from evidence.rules.links import facts_seen
from evidence.rules.words.facts import place_of
from evidence.rules.words.order import said_of

# Of two in a row nobody says one and means the other. With strokes between stand the spellings of one. Of these pages
# `mean largest` would refuse 6 sentences that are true, `input output` 3, `with without` 3.
_ROWS = """
largest/greatest/highest/longest/maximum/max/amax/argmax smallest/lowest/shortest/minimum/min/amin/argmin
mean/means/average/averages median/medians
mean/means/average/averages variance/variances/var
variance/variances/var deviation/deviations/std
loss/losses accuracy/accuracies
error/errors accuracy/accuracies
precision recall
before after
start/starts end/ends
earlier later
old new
best worst
upper lower
left right
train/training test/validation
row/rows column/columns/col/cols
height/heights width/widths length/lengths
weight/weights bias/biases
encoder/encoders decoder/decoders
source target
query/queries key/keys
forward backward
forward central
plain residual
numerator denominator
odd even
radius diameter
odds probability
shallow deep
narrow wide
first last
sgd adam
true predicted
real fake/fakes
"""
_OPPOSED = [
    {spelled: names.split("/")[0] for names in row.split() for spelled in names.split("/")}
    for row in _ROWS.strip().split("\n")
]
_KNOWN = frozenset().union(*_OPPOSED)


def opposite_errors(
    link: CheckLink, session: Iterable[Block], check: Block, record: Record | None
) -> Iterator[PageError]:
    """What is wrong with the sentence around `link`.

    Args:
        link: a check link.
        session: its check, with what that continues.
        check: the check itself.
        record: its run, if that is known.
    """
    said = _words(link.sentence)
    if not said or record is None or not record.passed:
        return
    code = frozenset[str]().union(*(_words(block.code) for block in session))
    facts = facts_seen(check, record)
    lines = {place.line for _, places in said_of(link, facts) for place in places}
    everything = _words("\n".join(each.code for each in facts.observations))
    # What has the numbers of the link; if it has none, all may be meant.
    asserted = _words("\n".join(each.code for each in facts.observations if place_of(each).line in lines))
    clause = _words(_clause(link)) if lines else frozenset[str]()
    for meant in _OPPOSED:
        here, there, beside, own, known = (
            {meant[word] for word in words & meant.keys()}
            for words in (said, code, clause, asserted if lines else everything, everything)
        )
        elsewhere = len(beside) == 1 and beside <= known and not beside & own
        for name in sorted(own) if elsewhere or (here and there and not here & there) else ():
            yield link.error(
                f"the sentence around the link [{link.words}] says {min(beside or here)}, and {link.name!r} asserts "
                f"{name}",
                "Say what the check computes, or call it in the check as the sentence does",
            )


def _clause(link: CheckLink) -> str:
    """What is said since the last comma or stop before a link, without what its numbers count."""
    return re.sub(r"\d\S*\s+\w+", "", re.split(r"[,;:]|[.!?]\s", link.before)[-1] + f" {link.words}")


@lru_cache(maxsize=4096)
def _words(text: str) -> frozenset[str]:
    return _KNOWN & {*re.findall("[a-z]+", text.lower())}
