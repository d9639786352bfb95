"""Whether a number that words give a unit has that unit in the check."""

from __future__ import annotations

import re
from collections.abc import Iterable

from evidence.run.observation import Observation

# Of each unit, the kind of quantity that it measures, and how a check names what is in it.
_UNITS = {
    "bits": ("data", "bits?"),
    "bytes": ("data", "bytes?"),
    "kb": ("data", "kb|kilobytes?"),
    "mb": ("data", "mb|megabytes?"),
    "gb": ("data", "gb|gigabytes?"),
    "tb": ("data", "tb|terabytes?"),
    "kib": ("data", "kib"),
    "mib": ("data", "mib"),
    "gib": ("data", "gib"),
    "s": ("time", "seconds?|secs?"),
    "ms": ("time", "ms|milli[a-z]*"),
    "µs": ("time", "us|micro[a-z]*"),
    "ns": ("time", "ns|nano[a-z]*"),
    "minutes": ("time", "minutes?"),
    "hours": ("time", "hours?"),
    "days": ("time", "days?"),
    "db": ("level", "db|decibels?"),
    "hz": ("frequency", "hz|hertz"),
}
_ALSO = {"bit": "bits", "byte": "bytes", "second": "s", "seconds": "s", "minute": "minutes", "hour": "hours"}
# These are words as well, and a check that names no unit may be meant.
_WORDS = {"bits", "bytes", "s", "minutes", "hours", "days"}


def has_its_unit(word: str, observations: Iterable[Observation]) -> bool:
    """Whether what the check calls its values, or prints, has the unit of the words: 576 is not yet 576 MB.

    Args:
        word: what stands behind the number, in small letters.
        observations: those of the check.
    """
    unit = _ALSO.get(word, word)
    if unit not in _UNITS:
        return True
    texts = [text for seen in observations for text in (seen.code, *(pair.left.text for pair in seen.pairs))]
    said = " ".join(texts).lower()
    kind = _UNITS[unit][0]
    alike = {each: names for each, (of, names) in _UNITS.items() if of == kind}
    named = {each for each, names in alike.items() if re.search(rf"(?<![a-z])(?:{names})(?![a-z])", said)}
    return unit in named or (unit in _WORDS and not named)


# What is counted in this field; with strokes between stand words for one thing.
_COUNTED = "batch byte channel epoch filter/kernel flop/multiplication head image/sample key layer network/run/seed"
_COUNTED += " neuron/unit pixel parameter/weight query step/iteration token/word"
_COUNTS = {
    form: names
    for names in _COUNTED.split()
    for one in names.split("/")
    for form in (one, f"{one}s", f"{one}es", f"{one.removesuffix('y')}ies")
}


def counts_another(word: str, code: str) -> bool:
    """Whether a comparison is of a variable that says what it counts, and that is another thing than `word` says.

    `pixels == 5` is not yet 5 layers.
    """
    said, name = _COUNTS.get(word), re.match(r"(\w+) ==", code)
    named = {_COUNTS[part] for part in name[1].lower().split("_") if part in _COUNTS} if said and name else set()
    return bool(named) and said not in named
