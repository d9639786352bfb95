"""Numbers are read as people write them: in digits of any script, in letters, as powers, fractions and formulas."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.rules.words.numbers import numbers_in, tokens_in

_UNITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_UNITS += ["thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("112 × 112", [112 * 112]),
        ("12,544 pixels", [12544]),
        ("1\u202f024 wide", [1024]),
        ("rows −29 to 82", [-29, 82]),
        ("rows -29 to 82, a 3-5 split", [-29, 82, 3, 5]),
        ("1.5 × 10⁻¹⁵", [Fraction("1.5e-15")]),
        ("$9 \\times 10^{-16}$", [Fraction("9e-16")]),
        ("2e-21", [Fraction("2e-21")]),
        ("below 10⁻⁸, not $10^{-9}$", [Fraction("1e-8"), Fraction("1e-9")]),
        ("$2^{-50}$ and 2⁻⁵⁰", [Fraction(1, 2**50)] * 2),
        ("25/18", [Fraction(25, 18)]),
        ("½, 2½", [Fraction(1, 2), Fraction(5, 2)]),
        ("$\\tfrac12$ and $\\frac{3}{4}$", [Fraction(1, 2), Fraction(3, 4)]),
        ("1 + 10⁻⁸ is 1", [1 + Fraction(1, 10**8), 1]),
        ("L2, float64, x_1 and conv3", []),
        ("$W_1$ and $x_{386}$", []),
        ("$x_12$", []),
        ("ten thousand", [10_000]),
        ("a hundred and one", [101]),
        ("three-quarters, a tenth", [Fraction(3, 4), Fraction(1, 10)]),
        ("two 5", [2, 5]),
        ("five six", [5, 6]),
        ("the one, the first, hundreds, one-hot", []),
        ("28 % and 3 per mille", [Fraction(28, 100), Fraction(3, 1000)]),
        ("no number", []),
    ],
)
def test_numbers_are_read_as_people_write_them(text, values):
    assert [number.value for number in numbers_in(text)] == values


def spell(number: int) -> str:
    """`number` in letters."""
    for size, name in ((10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred")):
        if number >= size:
            rest = number % size
            joint = " and " if 0 < rest < 100 else " "
            return f"{spell(number // size)} {name}" + (f"{joint}{spell(rest)}" if rest else "")
    if number < 20:
        return _UNITS[number]
    return _TENS[number // 10 - 2] + (f"-{_UNITS[number % 10]}" if number % 10 else "")


def superscript(number: int) -> str:
    return str(number).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


@given(st.integers(2, 10**12 - 1))
def test_a_number_in_letters(number):
    assert [each.value for each in numbers_in(f"about {spell(number)} of them")] == [number]


@given(
    st.integers(-(10**9), 10**9),
    st.sampled_from(["{}", "${}$", "({}).", "{:,}", "it is {:,}, and", "{:d}/7", "\u200b{}", "{} %"]),
)
def test_a_whole_number_in_digits(number, form):
    text = form.format(number).replace("-", "−")
    scale = Fraction(1, 7) if "/7" in form else Fraction(1, 100) if "%" in form else 1
    assert [each.value for each in numbers_in(text)] == [number * scale]


@given(st.decimals(-1000, 1000, places=4), st.integers(-30, 30))
def test_digits_and_a_power_of_ten(mantissa, exponent):
    for text in (
        f"{mantissa} · 10{superscript(exponent)}",
        f"${mantissa} \\cdot 10^{{{exponent}}}$",
        f"{mantissa}e{exponent}",
    ):
        (number,) = numbers_in(text)
        assert number.value == Fraction(str(mantissa)) * Fraction(10) ** exponent
        assert number.place == exponent - 4


@given(st.integers(0, 10**6), st.sampled_from([0x0660, 0x0966, 0xFF10, 0x1D7CE, 0x2080]))
def test_digits_of_any_script(number, zero):
    assert [each.value for each in numbers_in("".join(chr(zero + int(digit)) for digit in str(number)))] == [number]


@given(st.text(max_size=30))
def test_no_text_breaks_the_reader(text):
    tokens_in(text)


@given(st.text("0123456789.,/^−-+×· ()$a%!{}\\½⁸", max_size=20))
def test_no_digit_is_passed_over(text):
    """What shows a digit shows up in a token, as a number, a name, a formula or as unreadable."""
    if any(each.isdigit() for each in text):
        assert any(token.kind not in ("word", "sign") for token in tokens_in(text))
