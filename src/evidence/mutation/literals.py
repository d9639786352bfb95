"""What a literal becomes when it is changed a little, or a tolerance when it is made tighter: as source text."""

from __future__ import annotations

import ast
import re
from decimal import Decimal

# Rounding differs between machines by a factor of ten or so, and a good tolerance leaves room for that. One that
# still holds after it is divided by a thousand says less than the code could.
TIGHTENED_BY = 1000
_TOLERANCE = 1e-3
_DIGITS = re.compile(r"\d+")


def neighbours(source: str) -> list[str]:
    """The literals next to the literal `source`: ints ± 1, floats ± 1 in the last written place, bools negated.

    A string changes in its last digit, or else gets a letter more. Other literals have no neighbours.
    """
    value = ast.literal_eval(source)
    if isinstance(value, bool):
        return [repr(not value)]
    if isinstance(value, int | float):
        return [_step(source, +1), _step(source, -1)]
    if isinstance(value, str):
        return [repr(other_digit(value) or value + "x")]
    return []


def other_digit(text: str) -> str:
    """`text` with its last digit changed; empty where it has none."""
    found = list(_DIGITS.finditer(text))
    if not found:
        return ""
    at = found[-1].end() - 1
    return text[:at] + str((int(text[at]) + 1) % 10) + text[at + 1 :]


def _step(source: str, direction: int) -> str:
    source = "".join(source.split())
    value = ast.literal_eval(source)
    if isinstance(value, int):
        return format(value + direction, "_" if "_" in source else "")
    written = Decimal(source.replace("_", ""))
    exponent = written.as_tuple().exponent
    assert isinstance(exponent, int), "no literal is infinite"
    stepped = written + direction * Decimal((0, (1,), exponent))
    text = str(stepped).lower() if "e" in source.lower() else format(stepped, "f")
    return text if "." in text or "e" in text else text + ".0"


def tightened(source: str, *, upper: bool, is_tolerance: bool = False) -> str:
    """The bound `source` made tighter: a tolerance by a factor of 1000, another number by 1 in its last written place.

    Args:
        source: an expression of numbers alone.
        upper: whether it bounds from above, as in `x < source`.
        is_tolerance: whether it is one, whatever its size; otherwise what is at most 0.001 is.

    Returns:
        The source of the tighter bound; empty where there is none, as for a tolerance of 0.
    """
    value = ast.literal_eval(source) if _is_literal(source) else eval(source, {"__builtins__": {}})
    if not isinstance(value, int | float) or (is_tolerance and not value):
        return ""
    if is_tolerance or (0 < value <= _TOLERANCE):
        # In decimal, so that 1e-8 becomes 1e-11 and not 1.0000000000000001e-11.
        if not _is_literal(source):
            return f"({source}) / {TIGHTENED_BY}" if upper else f"({source}) * {TIGHTENED_BY}"
        written = Decimal(source.replace("_", ""))
        return str(written / TIGHTENED_BY if upper else written * TIGHTENED_BY).lower()
    direction = -1 if upper else +1
    return _step(source, direction) if _is_literal(source) else f"{source} {'-' if upper else '+'} 1"


def _is_literal(source: str) -> bool:
    try:
        return isinstance(ast.literal_eval(source), int | float) and source.strip("+-")[:1] in set("0123456789.")
    except ValueError:
        return False
