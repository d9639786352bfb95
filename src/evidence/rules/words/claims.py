"""What the words of a link claim of each number in them: that it was seen, or only a bound, a tolerance, a total."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from evidence.rules.words.numbers import Number, Token, tokens_in

Relation = Literal["=", "≈", "≠", "<", "<=", ">", ">=", "tolerance", "total"]

# What stands before a number, and what it then claims. The longest phrase counts.
BEFORE: dict[str, Relation] = {
    "less than": "<", "fewer than": "<", "smaller than": "<", "lower than": "<", "below": "<", "under": "<", "<": "<",
    "at most": "<=", "no more than": "<=", "not more than": "<=", "up to": "<=", "no larger than": "<=", "≤": "<=",
    "more than": ">", "greater than": ">", "larger than": ">", "higher than": ">", "over": ">", "above": ">",
    "past": ">", "exceeds": ">", "exceed": ">", "exceeding": ">", "beyond": ">", ">": ">", "≫": ">",
    "in excess of": ">", "surpass": ">", "surpasses": ">", "upwards of": ">=", "short of": "<", "≪": "<",
    "not quite": "<", "does not exceed": "<=", "do not exceed": "<=", "bounded by": "<=",
    "no closer than": ">=", "no nearer than": ">=", "no smaller than": ">=", "no lower than": ">=",
    "no further than": "<=", "no farther than": "<=", "no longer than": "<=", "no higher than": "<=",
    "at least": ">=", "no less than": ">=", "no fewer than": ">=", "not less than": ">=", "≥": ">=",
    "about": "≈", "approximately": "≈", "roughly": "≈", "around": "≈", "nearly": "≈", "almost": "≈", "≈": "≈", "~": "≈",
    "within": "tolerance", "to within": "tolerance", "up to within": "tolerance", "to a relative": "tolerance",
    "is not": "≠", "are not": "≠", "does not equal": "≠", "never": "≠", "≠": "≠",
    "differs from": "≠", "differ from": "≠", "different from": "≠", "isn't": "≠", "isn’t": "≠",
    "adds up to": "=", "add up to": "=", "added up to": "=", "comes up to": "=", "come up to": "=",
    "instead of": "=", "in place of": "=", "rather than": "=", "and not": "=", "but not": "=", ", not": "=",
    "each of": "total", "all": "total", "all of": "total", "every one of": "total",
}  # fmt: skip
# What stands after it.
AFTER: dict[str, Relation] = {
    "or more": ">=", "or larger": ">=", "at least": ">=", "or fewer": "<=", "or less": "<=", "at most": "<=",
    "or so": "≈",
}  # fmt: skip
# `none has an error below 10⁻¹¹`: all are at least that.
NEGATED: dict[Relation, Relation] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_NEGATORS = {"none", "no", "never", "not", "neither", "nor", "cannot", "nothing"}
_FILLERS = {"a", "an", "the", "factor", "of", "some", "exactly", "only", "just", "these", "those", "its", "their"}
# Up to here, a number in letters may count the things of the set-up.
LARGEST_SMALL_WORD = 12
_LISTED = {",", "and", "or", ";"}
_RANGE = {"to", "–", "-"}
_TINY = Fraction(1, 10**6)
BOUNDS = ("<", "<=", ">", ">=")


@dataclass(frozen=True)
class Claim:
    """What the words claim of one number; any of `relations` will do.

    Attributes:
        number: the number.
        relations: how it may stand to what was observed. `tolerance`: it is how close two values came; `total`: it is
            how many there were.
        total: of `18 of 20`, the 20.
        target: of `within 0.01 of 3`, the 3.
        other_end: of a range, the other of its two ends.
        row: the list that it belongs to, as `2, 4 and 8`; itself alone outside of one.
        in_row: which of these it is, from 0.
        named: what it is said to be the value of, as `$B = 64$` and `stride 2` do; empty if nothing.
        called: the words that stand right before it, in small letters, of `batch size of 4` also `batch_size`.
        near: these, and the word right after it.
        again: whether it is what stands before it once more, in another form, as the 5 of `2 + 3 = 5`.
        before_noun: whether a word follows that it may count.
    """

    number: Number
    relations: tuple[Relation, ...]
    total: Number | None = None
    target: Number | None = None
    other_end: Number | None = None
    row: tuple[Fraction, ...] = ()
    in_row: int = 0
    named: str = ""
    called: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    again: bool = False
    before_noun: bool = False


@dataclass(frozen=True)
class Claims:
    """What words claim.

    Attributes:
        numbers: their numbers.
        formulas: their formulas with letters.
        names: their names with digits.
        unread: what is unreadable.
        of_all: the word with which they say it of all, or of none.
    """

    numbers: tuple[Claim, ...] = ()
    formulas: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    of_all: str = ""


@lru_cache(maxsize=4096)
def claims_in(text: str, before: str = "") -> Claims:
    """What `text`, the words of a link, claims.

    Args:
        text: the words.
        before: what its sentence says before the link: `more than [385](…)` claims no 385.
    """
    tokens = tokens_in(text)
    formulas, names, unread = (
        tuple(token.text for token in tokens if token.kind == kind) for kind in ("formula", "name", "unread")
    )
    numbers = tuple(_Reader(_context(before), tokens).claims())
    of_all = _OF_ALL.search(text)
    return Claims(
        numbers,
        formulas,
        names,
        (*unread, *_changed(tokens)),
        of_all[0] if of_all else "",
    )


_OF_ALL = re.compile(r"\b(?:all|each|every|always|none|never|no(?= (?!more|less)\w+(?<!er)\b))\b", re.IGNORECASE)


# Words that make another number of the one beside them, and that are not read as such.
_CHANGE_BEFORE = {"minus", "negative"}
_CHANGE_OF = {"root", "double", "triple", "reciprocal", "inverse"}
_CHANGE_AFTER = {"hundred", "hundreds", "squared", "cubed", "tenths", "hundredths", "thousandths", "k", "bn", "dozen"}


def _changed(tokens: Sequence[Token]) -> Iterator[str]:
    """The numbers that words beside them make another of: `minus 576`, `the root of 576`, `576 squared`."""
    lower = [token.text.lower() for token in tokens]
    for at, token in enumerate(tokens):
        if token.number is None:
            continue
        before, after = lower[max(at - 3, 0) : at], lower[at + 1 : at + 2]
        if before and before[-1] in _CHANGE_BEFORE and not token.number.spelled:
            yield f"{before[-1]} {token.text}"
        elif "of" in before and _CHANGE_OF & set(before):
            yield " ".join([*before, token.text])
        elif after and after[0] in _CHANGE_AFTER:
            yield f"{token.text} {after[0]}"


_REACH = 8
# Before a link these may say where or when: `over [20 steps](…)`.
_ALSO_PLACES = {"over", "under", "past", "beyond", "around"}


def _context(before: str) -> list[Token]:
    """The last words before a link; of another sentence there are none, and a number there is claimed by nobody."""
    words = [Token("sign", token.text) if token.number else token for token in tokens_in(before)[-_REACH:]]
    ends = [at for at, word in enumerate(words, 1) if word.text in (".", "!", "?", "…")]
    return words[max(ends, default=0) :]


class _Reader:
    def __init__(self, before: list[Token], words: Sequence[Token]) -> None:
        self.tokens = tokens = [*before, *words]
        self.first = len(before)  # where the words of the link begin
        self.lower = [token.text.lower() for token in tokens]
        self.found: dict[int, Claim] = {}

    def claims(self) -> list[Claim]:
        for at, token in enumerate(self.tokens):
            if token.number is not None and at not in self.found:
                self._read(at, token.number)
        return [self.found[at] for at in sorted(self.found)]

    def _read(self, at: int, number: Number) -> None:
        relation, start = self._before(at)
        other, by = self._partner(at + 1)
        said = None if other is None else self.tokens[other].number
        if relation == "tolerance" and other is not None and by == "of":
            self._claim(at, "tolerance", target=said)
            self._claim(other, "=")
        elif other is not None and said is not None and self._counts(at, number, said):
            self._claim(at, *self._own(at, relation, start), total=said)
            self._claim(other, "total", total=number)
        elif (high := self._high(at)) is not None:
            # Also where the words are `up to 5 to 7`, nothing but both ends will do.
            self._claim(at, "=", ">=", other_end=self.tokens[high].number)
            self._claim(high, "=", "<=", other_end=number)
        else:
            self._claim(at, *self._own(at, relation, start))

    def _claim(
        self,
        at: int,
        *relations: Relation,
        total: Number | None = None,
        target: Number | None = None,
        other_end: Number | None = None,
    ) -> None:
        number = self.tokens[at].number
        assert number is not None
        after = self.lower[at + 1 : at + 2]
        noun = bool(after) and self.tokens[at + 1].kind == "word" and after[0] not in ("of", "in", "or", "and")
        pair = ("_".join(self.lower[at - 2 : at]),) if at > 1 else ()  # `batch size 64` and `batch_size=64`
        called = (*self._name(at), *pair)
        row = self._row(at)
        values = tuple(each.value for place in row if (each := self.tokens[place].number) is not None)
        self.found[at] = Claim(
            number,
            relations,
            total,
            target,
            other_end,
            row=values,
            in_row=row.index(at),
            named=self._named(at),
            called=called,
            near=(*called, *after),
            again=self._is_again(at, number),
            before_noun=noun and not total,
        )

    def _is_again(self, at: int, number: Number) -> bool:
        other = self.tokens[at - 2].number if at - 2 >= self.first else None
        return self.lower[at - 1] == "=" and other is not None and other.value == number.value

    def _named(self, at: int) -> str:
        first = self._row(at)[0]
        if first != at:  # `rates 2 and 3` are two rates
            name = self._named(first)
            return name if name.endswith("s") else ""
        if at > 1 and self.lower[at - 1] == "=":
            return self.lower[at - 2].lstrip("\\")
        counted = at > 1 and self.tokens[at - 2].number is not None  # `two classes 5 channels`
        return self.lower[at - 1] if at and self.tokens[at - 1].kind == "word" and not counted else ""

    def _row(self, at: int) -> list[int]:
        """Where the numbers of the list stand that one belongs to: nothing but commas and `and` part them."""
        row = [at]
        for step, end in ((-1, 0), (1, -1)):
            while (beside := self._beside(row[end], step)) is not None:
                row.insert(0, beside) if step < 0 else row.append(beside)
        return row

    def _beside(self, at: int, step: int) -> int | None:
        beside = at + step
        while 0 <= beside < len(self.lower) and self.lower[beside] in _LISTED:
            beside += step
        inside = self.first <= beside < len(self.tokens) and abs(beside - at) > 1
        return beside if inside and self.tokens[beside].number is not None else None

    def _name(self, at: int) -> tuple[str, ...]:
        """What a number is said to be the value of: `stride 2`, `$B = 64$`, `steps of 10⁻³`, and in lists of such."""
        if at > 1 and self.lower[at - 1] == "=":
            return (self.lower[at - 2].lstrip("\\"),)  # also of a variable that is called a
        while at and self.lower[at - 1] in ("is", "of", "a", "the"):
            at -= 1
        if at > 1 and self.lower[at - 1] in _LISTED and at - 2 in self.found:
            return self.found[at - 2].near[:1]
        return tuple(self.lower[at - 1 : at]) if at else ()

    def _own(self, at: int, relation: Relation | None, start: int) -> tuple[Relation, ...]:
        """The relations of a number that stands by itself, or of the count in `18 of 20`."""
        for length in (2, 1):
            if later := AFTER.get(" ".join(self.lower[at + 1 : at + 1 + length])):
                return (later,)
        if relation in NEGATED and self._negated(start):
            return (NEGATED[relation],)
        if relation == "total":
            return "=", "total"
        if relation is not None:
            return (relation,)
        if self.lower[at - 1 : at] == ["not"]:
            return ("≠",)
        number = self.tokens[at].number
        if self.lower[at - 1 : at] == ["to"] and number is not None and 0 < number.value <= _TINY:
            return "=", "tolerance"  # they agree `to 10⁻¹²`
        if at and self.lower[at - 1] in _LISTED:
            return "=", *self._relations_before(at)
        return ("=",)

    def _relations_before(self, at: int) -> tuple[Relation, ...]:
        """In a list, `below 10⁻⁹ and 10⁻⁵`, the bound before the first holds for all."""
        earlier = [self.found[each] for each in range(at) if each in self.found and not self.found[each].total]
        return tuple(each for each in earlier[-1].relations if each in BOUNDS) if earlier else ()

    def _before(self, at: int) -> tuple[Relation | None, int]:
        """The phrase that a number stands behind, and where it begins."""
        end = at
        while True:
            for length in (4, 3, 2, 1):
                phrase = " ".join(self.lower[max(end - length, 0) : end])
                outside = end - length < self.first and phrase in _ALSO_PLACES
                if length <= end and not outside and (relation := BEFORE.get(phrase)):
                    return relation, end - length
            if not end or self.lower[end - 1] not in _FILLERS:
                return None, at
            end -= 1

    def _negated(self, start: int) -> bool:
        for word in reversed(self.lower[:start]):
            if word in (",", ";", ":", "but"):
                return False
            if word in _NEGATORS:
                return True
        return False

    def _partner(self, at: int) -> tuple[int | None, str]:
        """The number that follows `of` or `in`, perhaps with an article between."""
        word = "".join(self.lower[at : at + 1])
        if word not in ("of", "in"):
            return None, word
        at += 1
        while at < len(self.lower) and self.lower[at] in ("the", "these", "those", "all", "its"):
            at += 1
        return (at if at < len(self.tokens) and self.tokens[at].number else None), word

    def _counts(self, at: int, count: Number, total: Number) -> bool:
        """Whether the two are a count and its total: `18 of 20`, `nine in ten`."""
        if total.value < 0 or (self.lower[at + 1] == "in" and not (count.spelled and total.spelled)):
            return False
        return all(each.value.denominator == 1 and not each.unit and not each.factors for each in (count, total))

    def _high(self, at: int) -> int | None:
        """The upper end of the range that begins with a number: `4 to 117`, `between 4 and 117`."""
        if at + 2 >= len(self.tokens) or self.tokens[at + 2].number is None:
            return None
        between = self.lower[at - 1 : at] == ["between"]
        if self.lower[at + 1] in _RANGE or (between and self.lower[at + 1] == "and"):
            return at + 2
        return None
