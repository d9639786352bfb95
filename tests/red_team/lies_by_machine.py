"""Lies of a careless author, made from the words of true check links: a wrong digit, sign, unit, relation or place.

It reads numbers with patterns of its own and not with those of the gate, so that a number which the gate passes over is
found here.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import combinations, islice, pairwise, zip_longest

KINDS = (
    "last digit", "digit dropped", "digit doubled", "times ten", "number of the sentence", "number of the check",
    "sign", "unit", "relation", "word of number", "links swapped",
)  # fmt: skip


@dataclass(frozen=True)
class Written:
    """A check link as it is written: its words stand from `start` to `end` in the page's text, and its sentence, or the
    cell of a table, begins at `begins`.
    """

    start: int
    end: int
    words: str
    name: str
    begins: int
    before: str
    sentence: str


@dataclass(frozen=True)
class Change:
    """Other words for one link or two.

    Attributes:
        kind: one of `KINDS`.
        words: the new words of each link, by its place in the page's list.
        told: what was written, and what is now.
        quantities: the two values of what was changed, where it has one.
        bound: how the number was meant: `upper`, `lower`, `about`, `unclear`, or nothing.
        place: the power of ten of the last digit, before and after.
    """

    kind: str
    words: tuple[tuple[int, str], ...]
    told: str
    quantities: tuple[Fraction, Fraction] | None = None
    bound: str = ""
    place: tuple[int, int] = (0, 0)


# --- The links of a page ---

_WRITTEN = re.compile(r"\[(?P<words>(?:[^\[\]]|\[[^\[\]]*\])+)\]\(check:(?P<name>[a-z0-9-]+)\)")
_FENCE = re.compile(r"^( *)(`{3,}|~{3,}).*?^\1\2", re.MULTILINE | re.DOTALL)


def written_links(text: str) -> list[Written]:
    """The check links in the text of a page, code left out, in order."""
    text = _FENCE.sub(lambda block: re.sub(r"\S", " ", block[0]), text)
    found = []
    for link in _WRITTEN.finditer(text):
        start, end = text.rfind("\n\n", 0, link.start()) + 2, text.find("\n\n", link.end())
        begun = max(text.rfind(sign, start, link.start()) for sign in (". ", ".\n", ": ", "? ", "| ")) + 1
        over = re.compile(r"[.!?](?:\s|$)").search(text, link.end())
        sentence = text[max(begun, start) : min(over.start() if over else len(text), end if end > 0 else len(text))]
        before = _WRITTEN.sub(lambda other: other["words"], text[max(begun, start) : link.start()])
        begins = max(begun, start)
        found.append(Written(*link.span("words"), link["words"], link["name"], begins, before, sentence))
    return found


def with_words(text: str, links: Sequence[Written], words: Iterable[tuple[int, str]]) -> str:
    """The page with the new words of some of its links."""
    for at, new in sorted(words, reverse=True):
        text = text[: links[at].start] + new + text[links[at].end :]
    return text


# --- Numbers ---

_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
_QUANTITY = re.compile(
    rf"(?<![\w.,/^{{₀-₉])(?P<sign>[−-]?)(?P<number>{_DIGITS})(?![\w/^!])(?P<own>⁻?[{_RAISED}]+)?"
    rf"(?:(?P<times>\s?[·×]\s?10)(?P<power>⁻?[{_RAISED}]+))?(?P<unit>\s*(?:%|‰|\\%|per cent|per mille|million))?"
)
_SCALE = {"%": Fraction(1, 100), "\\%": Fraction(1, 100), "per cent": Fraction(1, 100), "": Fraction(1)}
_SCALE |= {"‰": Fraction(1, 1000), "per mille": Fraction(1, 1000), "million": Fraction(10**6)}


def _exponent(raised: str) -> int:
    value = int("".join(str(_RAISED.index(each)) for each in raised.lstrip("⁻")))
    return -value if raised.startswith("⁻") else value


def _value(found: re.Match[str]) -> Fraction:
    value = Fraction(found["number"].replace(",", ""))
    if found["own"]:
        value = value ** _exponent(found["own"]) if value else value
    if found["power"]:
        value *= Fraction(10) ** _exponent(found["power"])
    value *= _SCALE[(found["unit"] or "").strip()]
    return -value if found["sign"] else value


def _place(found: re.Match[str]) -> int:
    """The power of ten of the last digit."""
    place = -len(found["number"].partition(".")[2]) + (_exponent(found["power"]) if found["power"] else 0)
    return place - {"%": 2, "\\%": 2, "per cent": 2, "‰": 3, "per mille": 3, "million": -6}.get(
        (found["unit"] or "").strip(), 0
    )


def quantities(words: str) -> list[re.Match[str]]:
    """The numbers in digits, each with its sign, its power of ten and its unit."""
    return list(_QUANTITY.finditer(words))


# --- What is claimed of a number ---

_UPPER = (
    "less than|fewer than|smaller than|lower than|below|under|at most|no more than|not more than|up to|<|≤|\\\\leq?"
)
_LOWER = (
    "more than|greater than|larger than|higher than|over|above|past|exceeds|beyond|at least|no less than|>|≥|\\\\geq?"
)
_NEAR = "about|approximately|roughly|around|nearly|almost|≈|~|\\\\approx"
_WITHIN = "within|to within|up to|differ by|agree to|to a relative"
_BETWEEN = r"(?:\s|\$|\*|\b(?:a|an|the|factor|of|some|only|just|by)\b)*\Z"
_NO = re.compile(r"\b(?:no|none|not|never|neither|nor|cannot|nothing)\b(?! (?:more|less|fewer|larger) than)", re.I)


def bound_of(words: str, at: int, end: int, before: str) -> str:
    """How the number from `at` to `end` is meant: an upper or a lower bound, about, or unclear; as it is by default."""
    earlier = re.sub(r"\s+", " ", f"{before[-60:]} {words[:at]}")
    for name, phrases in (("upper", _WITHIN), ("upper", _UPPER), ("lower", _LOWER), ("about", _NEAR)):
        if re.search(rf"(?:\b|(?<=\W))(?:{phrases}){_BETWEEN}", earlier, re.I):
            return "unclear" if _NO.search(earlier) and name != "about" else name
    if re.match(r"\S*\s+(?:or (?:more|larger)|at least)", words[end:]):
        return "lower"
    if re.match(r"\S*\s+(?:or (?:less|fewer)|at most)", words[end:]):
        return "upper"
    if re.match(r"\s?(?:to|–|-)\s?[\d−]", words[end:]) or (
        "between" in earlier and re.match(r"\s+and\s+[\d−]", words[end:])
    ):
        return "lower"
    if re.search(r"\d\S*\s?(?:to|–|-)\s?\Z", words[:at]) or (
        "between" in earlier and re.search(r"and\s\Z", words[:at])
    ):
        return "upper"
    # In a list, the bound before the first may hold for all.
    if re.search(r"(?:,|and|or)\s+\Z", earlier) and re.search(rf"{_UPPER}|{_LOWER}|{_WITHIN}|{_NEAR}", earlier, re.I):
        return "unclear"
    return "upper" if re.search(r"\bto\s+\Z", earlier) and words[at:end].startswith(("10⁻", "0.00")) else ""


@dataclass(frozen=True)
class Sight:
    """What the run of a check saw, in plain numbers.

    Attributes:
        values: those that it computed.
        upper: the bounds that an assert set to what was computed, from above; tolerances too.
        lower: those from below.
        counts: how many evaluations, elements and rows there were, and the arguments that were passed by name.
    """

    values: frozenset[Fraction] = frozenset()
    upper: frozenset[Fraction] = frozenset()
    lower: frozenset[Fraction] = frozenset()
    counts: frozenset[Fraction] = frozenset()


def true_all_the_same(change: Change, sight: Sight) -> str:
    """Why what is now said is no lie, if it is none; `change` is one of a link that holds."""
    if change.quantities is None:
        return ""
    old, new = change.quantities
    if change.kind == "relation":
        return "the bound itself was seen" if old in sight.values | sight.counts else ""
    if old == new:
        return "the same number"
    if change.bound == "unclear":
        return "it may be a looser bound"
    if (change.bound == "upper" and new > old) or (change.bound == "lower" and new < old):
        return "a looser bound"
    # Words may be looser than the assert is; what comes nearer to it is true.
    if change.bound == "upper" and old not in sight.upper and any(each <= new for each in sight.upper):
        return "a bound that was asserted"
    if change.bound == "lower" and old not in sight.lower and any(each >= new for each in sight.lower):
        return "a bound that was asserted"
    if change.bound == "about" and abs(new - old) <= abs(old) / 10:
        return "still about that"
    first, second = change.place
    both = (
        _rounds(value * scale, old, first) and _rounds(value * scale, new, second)
        for value in sight.values
        for scale in _SCALES
    )
    return "rounded otherwise" if any(both) else ""


# A check may count in hundredths.
_SCALES = (Fraction(1), Fraction(1, 100))


def _rounds(value: Fraction, to: Fraction, place: int) -> bool:
    return value == to or (place < 0 and abs(value - to) <= Fraction(10) ** place / 2)


def also_seen(change: Change, sights: Sequence[Sight]) -> str:
    """Whether what is now said was seen as well, of something else: then only a reader can tell.

    Args:
        change: a lie.
        sights: of the check of each link that it changes.
    """
    if change.quantities is None:
        seen = (
            _is_of(sight, _value(each), _place(each))
            for sight, (_, words) in zip(sights, change.words, strict=True)
            for each in quantities(words)
        )
        return "the checks of both links saw the same numbers" if len(sights) > 1 and all(seen) else ""
    (sight,), new, place = sights, change.quantities[1], change.place[1]
    if change.bound == "upper" and any(each <= new for each in sight.upper):
        return "the check asserted this bound, of something else"
    if change.bound == "lower" and any(each >= new for each in sight.lower):
        return "the check asserted this bound, of something else"
    if change.kind == "relation":
        return ""
    if any(_rounds(value * scale, new, place) for value in sight.values for scale in _SCALES):
        return "the check computed this number, too"
    return "the check counted so many, of something else" if new in sight.counts else ""


def _is_of(sight: Sight, number: Fraction, place: int) -> bool:
    """Whether a check saw `number` in any way."""
    known = sight.values | sight.upper | sight.lower | sight.counts
    return any(_rounds(value * scale, number, place) for value in known for scale in _SCALES)


# --- Changes ---


def changes(links: Sequence[Written], at: int, of_check: Sequence[str]) -> Iterator[Change]:
    """All changes to the words of the link at `at`.

    Args:
        links: those of the page.
        at: which one.
        of_check: the numbers in the code of its check.
    """
    link = links[at]
    for found in quantities(link.words):
        for kind, piece, new in _other_digits(found, link, of_check):
            yield from _changed(link, at, kind, found, piece, new)
        yield from _changed(link, at, "sign", found, "sign", "" if found["sign"] else "−")
        unit = found["unit"] or ""
        others = {"": [" %", " ‰"]}.get(unit, ["", " ‰"] if "%" in unit or "cent" in unit else [])
        if not re.match(r"\s?(?:of|in)\b", link.words[found.end() :]):
            for other in others:
                yield from _changed(link, at, "unit", found, "unit", other)
    yield from _relations(link, at)
    yield from _words_of_number(link, at)


def _other_digits(found: re.Match[str], link: Written, of_check: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """The kind, the part of the number, and what takes its place."""
    number = found["number"]
    last = int(number[-1])
    for other in {last - 1, last + 1} & set(range(10)):
        yield "last digit", "number", number[:-1] + str(other)
    for part in ("own", "power"):
        if found[part]:
            last = _RAISED.index(found[part][-1])
            for other in {last - 1, last + 1} & set(range(10)):
                yield "last digit", part, found[part][:-1] + _RAISED[other]
    if len(number) > 1 and number[-2].isdigit():
        yield "digit dropped", "number", number[:-1]
    if len(number.replace(",", "").partition(".")[0]) > 1 and "," not in number:
        yield "digit dropped", "number", number[1:]
    yield "digit doubled", "number", _grouped(number.replace(",", "") + number[-1], number)
    yield "times ten", "number", _grouped(f"{Decimal(number.replace(',', '')) * 10:f}", number)
    for kind, others in (
        ("number of the sentence", [each["number"] for each in quantities(link.sentence.replace("\n", " "))]),
        ("number of the check", of_check),
    ):
        for other in dict.fromkeys(others):
            if other != number:
                yield kind, "number", other


def _grouped(number: str, like: str) -> str:
    whole, point, rest = number.partition(".")
    return (f"{int(whole):,}" if len(whole) > 4 and (len(like) < 5 or "," in like) else whole) + point + rest


def _changed(link: Written, at: int, kind: str, found: re.Match[str], piece: str, new: str) -> Iterator[Change]:
    start, end = found.span(piece) if found[piece] is not None else (found.end(), found.end())
    words = link.words[:start] + new + link.words[end:]
    again = _QUANTITY.match(words, found.start())
    if again is None or re.search(r"[-–−^{]\Z", link.words[: found.start()]):
        return  # part of a name or of a range, or of a formula
    if "$" in words and "%" in new:
        return  # begins a comment in TeX
    old = _value(found)
    yield Change(
        kind,
        ((at, words),),
        f"{found[0]} -> {again[0]}",
        (old, _value(again)),
        bound_of(link.words, found.start(), found.end(), link.before),
        (_place(found), _place(again)),
    )


_OPPOSITE = {
    "less than": "more than", "fewer than": "more than", "smaller than": "larger than", "lower than": "higher than",
    "below": "above", "under": "over", "<": ">", "at most": "at least", "≤": "≥", "more than": "less than",
    "greater than": "less than", "larger than": "smaller than", "higher than": "lower than", "above": "below",
    "exceeds": "is below", ">": "<", "at least": "at most", "≥": "≤", "within": "more than", "about": "more than",
}  # fmt: skip


def _relations(link: Written, at: int) -> Iterator[Change]:
    for found in quantities(link.words):
        earlier = link.words[: found.start()]
        for old, new in _OPPOSITE.items():
            end = re.search(rf"(?<![\w]){old}\s*\$?\Z", earlier)
            if end and not _NO.search(link.before[-60:] + earlier):
                start = end.start()
                words = earlier[:start] + new + earlier[start + len(old) :] + link.words[found.start() :]
                value = _value(found)
                now = "upper" if re.search(_UPPER, new) else "lower"
                yield Change("relation", ((at, words),), f"{old} -> {new} {found[0]}", (value, value), now)


_SPELLED = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NEXT = {**dict(pairwise(_SPELLED)), "twelve": "ten", "twice": "three times", "half": "a third"}
_NEXT |= {"a third": "half", "a quarter": "a third", "thirds": "quarters", "halves": "thirds", "twenty": "thirty"}
_SPELLED_VALUE = {word: Fraction(value) for value, word in enumerate(_SPELLED, 2)} | {"twenty": Fraction(20)}
_SPELLED_VALUE |= {"thirty": Fraction(30), "twice": Fraction(2), "three times": Fraction(3), "half": Fraction(1, 2)}
_SPELLED_VALUE |= {"a third": Fraction(1, 3), "a quarter": Fraction(1, 4)}
_SPELLED_AT = re.compile(rf"(?<![\w-])(?:{'|'.join(_NEXT)})(?![\w-])", re.I)


def _words_of_number(link: Written, at: int) -> Iterator[Change]:
    for found in _SPELLED_AT.finditer(link.words):
        new = _NEXT[found[0].lower()]
        new = new.capitalize() if found[0][0].isupper() else new
        bound = bound_of(link.words, found.start(), found.end(), link.before)
        words = link.words[: found.start()] + new + link.words[found.end() :]
        values = _SPELLED_VALUE.get(found[0].lower()), _SPELLED_VALUE.get(new.lower())
        both = (values[0], values[1]) if values[0] is not None and values[1] is not None else None
        yield Change("word of number", ((at, words),), f"{found[0]} -> {new}", both, bound)


def swaps(links: Sequence[Written], usable: Sequence[int]) -> Iterator[Change]:
    """The words of two links in each other's place, where both hold numbers, and others than the other."""
    values = {at: {_value(each) for each in quantities(links[at].words)} for at in usable}
    for one, other in combinations([at for at in usable if values[at]], 2):
        first, second = links[one], links[other]
        if first.name != second.name and not values[one] & values[other]:
            words = ((one, " ".join(second.words.split())), (other, " ".join(first.words.split())))
            yield Change("links swapped", words, f"[{first.words}] <-> [{second.words}]")


# --- A fair choice ---


def chosen(
    found: dict[str, list[Change]], count: int, seed: int, is_lie: Callable[[str, Change], bool]
) -> list[tuple[str, Change]]:
    """So many of the changes of each page that are lies, as evenly as may be over kinds and pages."""
    rng = random.Random(seed)
    cells: dict[str, list[Iterator[tuple[str, Change]]]] = defaultdict(list)
    for page in sorted(found):
        by_kind: dict[str, list[tuple[str, Change]]] = defaultdict(list)
        for change in found[page]:
            by_kind[change.kind].append((page, change))
        for kind, each in by_kind.items():
            rng.shuffle(each)
            cells[kind].append(filter(lambda one: is_lie(*one), each))
    return list(islice(_in_turns([_in_turns(cells[kind]) for kind in KINDS if kind in cells]), count))


def _in_turns(lists: Iterable[Iterable[tuple[str, Change]]]) -> Iterator[tuple[str, Change]]:
    return (each for row in zip_longest(*lists) for each in row if each is not None)
