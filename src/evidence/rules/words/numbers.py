"""Reads the numbers out of a text, as a list of tokens: numbers, words, signs, and what cannot be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from itertools import islice
from math import factorial
from typing import Literal

from evidence.rules.words.plain import plain
from evidence.rules.words.spelled import may_begin_a_number, spelled

Unit = Literal["", "%", "‰", "thousand", "million", "billion"]
UNITS: dict[Unit, Fraction] = {
    "%": Fraction(1, 100),
    "‰": Fraction(1, 1000),
    "thousand": Fraction(10**3),
    "million": Fraction(10**6),
    "billion": Fraction(10**9),
}
_UNIT = re.compile(r"\s*(?:(%|per\s?cent\b)|(‰|per\s?mille\b)|(thousand|million|billion)\b)", re.IGNORECASE)
_LARGEST_EXPONENT = 5000


@dataclass(frozen=True)
class Number:
    """A number as it was written.

    Attributes:
        written: how it stands in the text.
        value: what it is, its unit taken in: 28 % is 7/25.
        place: the power of ten of the last digit written, -2 of `0.28` and of `28 %`; `None` of what is meant exactly,
            as fractions, powers and numbers that are spelled.
        digits: how many digits are written, without leading zeros.
        unit: the per cent or the million that follows.
        factors: of `3 × 5`, the 3 and the 5.
        spelled: whether it is written in letters.
    """

    written: str
    value: Fraction
    place: int | None = None
    digits: int = 1
    unit: Unit = ""
    factors: tuple[Fraction, ...] = ()
    spelled: bool = False

    @property
    def zeros(self) -> int:
        """How many zeros a whole number ends in, that may stand for digits which are not told: two of 4,700."""
        face = self.face
        if face.denominator != 1 or not face or self.place is None:
            return 0
        return len(digits := str(face.numerator)) - len(digits.rstrip("0"))

    @property
    def face(self) -> Fraction:
        """The value without the unit: 28 of 28 %."""
        return self.value / UNITS[self.unit] if self.unit else self.value


@dataclass(frozen=True)
class Token:
    """A part of a text.

    Attributes:
        kind: `number`; `word`; `sign`, a single character; `name`, letters and digits in one, as `float64`; `formula`,
            of letters and numbers, as `2r + 1`; `unread`, digits that make no number.
        text: as it stands in the text.
        number: of the kind `number`.
    """

    kind: Literal["number", "word", "sign", "name", "formula", "unread"]
    text: str
    number: Number | None = None


# A text is held to the rules before its checks are run, after that, and when it is rendered.
@lru_cache(maxsize=4096)
def tokens_in(text: str) -> tuple[Token, ...]:
    """What `text` consists of. Nothing that shows a digit is passed over."""
    found: list[Token] = []
    for at, piece in enumerate(plain(text).split("$")):
        found += _of_formula(piece) if at % 2 else _of_words(piece)
    return tuple(found)


def numbers_in(text: str) -> list[Number]:
    """The numbers in `text` that can be read, in order."""
    return [token.number for token in tokens_in(text) if token.number is not None]


# --- Words ---

_NUMERAL = re.compile(r"(?:[1-9]\d{0,2}(?:,\d{3})+(?!\d)|(?!0\d)\d+)(?:\.\d+)?(?:[eE][-+−]?\d+(?!\w))?|\.\d+")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_PIECE = re.compile(r"\w+|[^\w\s−-]")
_NAME = re.compile(r"[^\W\d][^\W_]*(?:[-_][^\W\d_]+)*[-_]?\d[\w]*|\d[\w.,]*[^\W\d]\w*")
_UNREAD = re.compile(r"[\d.,]*\d(?:[/!^]\S*)?")
_UNCERTAIN = re.compile(r"[±∓]\s*\d[\d.,]*")
_ROMAN = re.compile(r"(?=[MDCLXVI]{3})M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})\Z")


def _of_words(text: str) -> Iterator[Token]:
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        token, at = _next(text, at)
        yield token


def _next(text: str, at: int) -> tuple[Token, int]:
    """The token that begins at `at`, and where it ends."""
    if uncertain := _UNCERTAIN.match(text, at):
        return Token("unread", uncertain[0]), uncertain.end()
    expression = None if text[at].isalpha() else _Expression(text, at, in_formula=False).read()
    name = _NAME.match(text, at)
    if expression is not None:
        number, end = expression
        rest = text[end : end + 2]
        if not (rest[:1].isalpha() or rest[:1] == "_" or (rest[:1] in ".,(" and rest[1:].isdigit())):
            return _with_unit(number, text, at, end)
    if name is not None:
        return Token("name", name[0]), name.end()
    if word := _WORD.match(text, at):
        if may_begin_a_number(word[0]) and (taken := _spelled_at(text, at)) is not None:
            return taken
        return Token("unread" if _ROMAN.match(word[0]) else "word", word[0]), word.end()
    unread = _UNREAD.match(text, at)
    if unread or text[at].isnumeric():
        end = unread.end() if unread else at + 1
        return Token("unread", text[at:end]), end
    return Token("sign", text[at]), at + 1


def _spelled_at(text: str, at: int) -> tuple[Token, int] | None:
    places = list(islice(_PIECE.finditer(text, at), 30))
    words = [place[0] for place in places]
    number = spelled(words)
    if number is None and words[0].lower() == "one" and _counts_one(text[:at], text[at + 3 :]):
        number = Fraction(1), 1
    if number is None:
        return None
    value, taken = number
    end = places[taken - 1].end()
    return _with_unit(Number(text[at:end], value, spelled=True), text, at, end)


_ONE = re.compile(r"(?<!there )\b(?:is|are|exactly|only|than|most|least|about|equals?)\s*\Z", re.IGNORECASE)
_ONE_OF = re.compile(r"\s+(?:of|in)\s+(?:the\s+)?(?:\d+(?![\d,.]*[/%])|(\w+))")


def _counts_one(before: str, after: str) -> bool:
    """Whether `one` is a number: `one of five`, `exactly one`, or `one` and no other word. Else it is a pronoun."""
    counted = _ONE_OF.match(after)
    if counted and (counted[1] is None or spelled([counted[1]]) is not None):
        return not re.search(r"\w\s*\Z", before) or _ONE.search(before) is not None
    if not before.strip():
        return not after.strip()
    return _ONE.search(before) is not None and not re.match(r"-|\s*(?:of|in|that|which|who)\b", after)


def _with_unit(number: Number, text: str, at: int, end: int) -> tuple[Token, int]:
    found = _UNIT.match(text, end)
    if found is not None:
        unit: Unit = "%" if found[1] else "‰" if found[2] else found[3].lower()  # type: ignore[assignment]
        end = found.end()
        shift = {"%": -2, "‰": -3, "thousand": 3, "million": 6, "billion": 9}[unit]
        place = None if number.place is None else number.place + shift
        number = replace(number, value=number.value * UNITS[unit], place=place, unit=unit)
    written = _readable(text[at:end])
    return Token("number", written, replace(number, written=written)), end


_RAISED = str.maketrans("0123456789−+", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺")


def _readable(text: str) -> str:
    text = re.sub(r"\(\((\d+)\)/\((\d+)\)\)", r"\1/\2", text)
    return re.sub(r"\^\(([−+]?\d+)\)", lambda found: found[1].translate(_RAISED), text).strip()


# --- Formulas ---

_BETWEEN = re.compile(r"([,;=≈<>≤≥≠:|]|\\to\b|\\in\b|\\mapsto\b)")
_SUBSCRIPT = re.compile(r"(?<=[\w)])_(?:\([^()]*\)|\w)|(?<=[\w)])'+")
_SYMBOL = re.compile(r"\\?[^\W\d_]")


def _of_formula(text: str) -> Iterator[Token]:
    """The parts of a formula: what stands between commas and relations, and these."""
    for part in _BETWEEN.split(re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "\0", text)):
        part = part.replace("\0", ",").strip()
        if not part:
            continue
        if _BETWEEN.fullmatch(part):
            yield Token("sign", part)
            continue
        part = _balanced(part)
        bare = _SUBSCRIPT.sub("", part)
        part = re.sub(r"_\((\w+)\)", r"_\1", part)
        if re.search(r"[a-zA-Z]{4,} |^[a-zA-Z]{4,}$", part) and "\\" not in part:
            yield from _of_words(part)  # `\text{…}`
        elif not _SYMBOL.search(bare):
            yield from _of_arithmetic(bare)
        elif re.search(r"\d", bare):
            yield Token("formula", part)
        else:
            yield Token("word", re.sub(r"[\s_]", "", part))


def _of_arithmetic(part: str) -> Iterator[Token]:
    expression = _Expression(part, 0, in_formula=True).read()
    if expression is not None:
        token, end = _with_unit(expression[0], part, 0, expression[1])
        if not part[end:].strip():
            yield token
            return
    yield Token("unread" if re.search(r"\d", part) else "sign", part)


def _balanced(part: str) -> str:
    """`part` without a bracket whose other half is in another part, as in `(−2, 0)`."""
    while part.count("(") > part.count(")") and part.startswith("("):
        part = part[1:].strip()
    while part.count(")") > part.count("(") and part.endswith(")"):
        part = part[:-1].strip()
    return part


# --- Arithmetic ---


class _Unreadable(Exception):
    pass


@dataclass
class _Expression:
    """Plain arithmetic from `at` on: `385 / 385`, `2 · 10^(−6)`, `5!`, `(1)/(2)`."""

    text: str
    at: int
    in_formula: bool

    def read(self) -> tuple[Number, int] | None:
        """The number, and where it ends; `None` if there is none."""
        start = self.at
        try:
            number = self._sum()
        except (_Unreadable, ZeroDivisionError):
            return None
        return replace(number, written=self.text[start : self.at]), self.at

    def _take(self, signs: str) -> str:
        """The next sign, if it is one of `signs`."""
        blank = re.compile(r"\s*").match(self.text, self.at)
        at = blank.end() if blank else self.at
        if at < len(self.text) and self.text[at] in signs:
            self.at = at + 1
            return self.text[at]
        return ""

    def _try(self, signs: str) -> tuple[str, Number] | None:
        """A sign of `signs` and its right side; what does not go on as arithmetic is left to others."""
        before = self.at
        if sign := self._take(signs):
            tight = self.at < len(self.text) and not self.text[self.at].isspace()
            # `−` right before a digit is the digit's sign: `5 −3` are two numbers.
            if self.in_formula or sign not in "+−" or not tight:
                try:
                    return sign, self._product() if sign in "+−" else self._power()
                except _Unreadable:
                    pass
        self.at = before
        return None

    def _sum(self) -> Number:
        negative = self._take("−-+") in ("−", "-") if self._signed() else False
        number = self._product()
        if negative:
            number = replace(number, value=-number.value, factors=tuple(-each for each in number.factors[:1]))
        while right := self._try("+−"):
            sign, other = right
            number = _exact(number.value + (other.value if sign == "+" else -other.value))
        return number

    def _signed(self) -> bool:
        """Whether a sign stands here that is no hyphen and no dash of a range."""
        before = self.text[self.at - 1 : self.at]
        return self.text[self.at : self.at + 1] in ("−", "-", "+") and not (before.isalnum() or before in (")", "%"))

    def _product(self) -> Number:
        number = self._power()
        while right := self._try("·*/×"):
            sign, other = right
            if sign == "/":
                number = _exact(number.value / other.value)
            elif _is_power_of_ten(other):
                shift = len(str(abs(other.value.numerator))) - len(str(other.value.denominator))
                place = None if number.place is None else number.place + shift
                number = replace(number, value=number.value * other.value, place=place)
            elif sign == "×":
                factors = number.factors or (number.value,)
                number = replace(_exact(number.value * other.value), factors=(*factors, other.value))
            else:
                number = _exact(number.value * other.value)
        return number

    def _power(self) -> Number:
        number = self._atom()
        if self.text[self.at : self.at + 1] == "^":
            self.at += 1
            exponent = self._exponent()
            trivial = number.value in (0, 1) and not self.in_formula  # 1⁻¹¹ for 10⁻¹¹
            if trivial or exponent.denominator != 1 or abs(exponent) > _LARGEST_EXPONENT:
                raise _Unreadable
            number = _exact(number.value**exponent.numerator)
        if self.text[self.at : self.at + 1] == "!":
            if number.value.denominator != 1 or not 0 <= number.value <= 20:
                raise _Unreadable
            self.at += 1
            number = _exact(Fraction(factorial(number.value.numerator)))
        return number

    def _exponent(self) -> Fraction:
        if self.text[self.at : self.at + 1] == "(":
            self.at += 1
            exponent = self._sum().value
            if not self._take(")"):
                raise _Unreadable
            return exponent
        digits = re.compile(r"[−-]?\d+").match(self.text, self.at)
        if digits is None or (self.in_formula and len(digits[0]) > 1):  # TeX raises one digit alone
            raise _Unreadable
        self.at = digits.end()
        return Fraction(digits[0].replace("−", "-"))

    def _atom(self) -> Number:
        blank = re.compile(r"\s*").match(self.text, self.at)
        self.at = blank.end() if blank else self.at
        before = self.text[self.at - 1 : self.at]
        numeral = _NUMERAL.match(self.text, self.at)
        if numeral and not (before.isalnum() or before == "_"):
            self.at = numeral.end()
            return _numeral(numeral[0])
        if self.text[self.at : self.at + 1] == "(":
            self.at += 1
            number = self._sum()
            # In a sentence, brackets that stand for themselves hold a remark or a list.
            if self._take(")") and (self.in_formula or self.text[self.at : self.at + 1] in ("/", "^")):
                return number
        raise _Unreadable


def _is_power_of_ten(number: Number) -> bool:
    """Whether it is ten to some power, and written as one."""
    value = number.value
    return number.place is None and value > 0 and {*str(value.numerator), *str(value.denominator)} <= {"1", "0"}


def _numeral(text: str) -> Number:
    text = text.replace(",", "").replace("−", "-").lower()
    mantissa, _, exponent = text.partition("e")
    decimals = len(mantissa.partition(".")[2])
    digits = len(mantissa.replace(".", "").lstrip("0")) or 1
    return Number(text, Fraction(text), int(exponent or 0) - decimals, digits)


def _exact(value: Fraction) -> Number:
    return Number("", value)
