"""The path of an SVG figure, written as short as it can be: by steps from point to point rather than by places."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"[A-Za-z]|-?[\d.]+(?:e-?\d+)?")
_POINTS = {"M": 1, "L": 1, "Q": 2, "C": 3, "Z": 0}
# The unit in which places are counted, so that steps add up to them exactly.
_PER_POINT = 100


def shortened(path: str) -> str:
    """The same path with each place rounded to a hundredth.

    Args:
        path: the attribute `d`, with the commands that matplotlib writes: `M`, `L`, `Q`, `C` and `z`; a path with
            others is left as it is.
    """
    tokens = _TOKEN.findall(path)
    if {token for token in tokens if token.isalpha()} - {"M", "L", "Q", "C", "Z", "z"}:
        return path
    words: list[str] = []
    at = start = (0, 0)
    position = 0
    while position < len(tokens):
        command = tokens[position].upper()
        numbers = tokens[position + 1 : position + 1 + 2 * _POINTS[command]]
        position += 1 + len(numbers)
        points = [(_count(x), _count(y)) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
        words.append(_word(command, points, at))
        at = points[-1] if points else start
        start = at if command == "M" else start
    return _joined(words)


def _count(number: str) -> int:
    return round(float(number) * _PER_POINT)


def _word(command: str, points: list[tuple[int, int]], at: tuple[int, int]) -> str:
    """A command and its numbers. A path begins at a place; all else are steps."""
    if command == "M":
        return "M" + _numbers(points[0])
    steps = [(x - at[0], y - at[1]) for x, y in points]
    if command == "L" and not steps[0][1]:
        return "h" + _numbers((steps[0][0],))
    if command == "L" and not steps[0][0]:
        return "v" + _numbers((steps[0][1],))
    return command.lower() + _numbers(tuple(number for step in steps for number in step))


def _numbers(counts: tuple[int, ...]) -> str:
    """Numbers in a row, with a space where the next one has no sign that tells it from the last."""
    text = ""
    for count in counts:
        number = f"{count / _PER_POINT:.2f}".rstrip("0").rstrip(".").replace("0.", ".", abs(count) < _PER_POINT)
        text += f" {number}" if text and not number.startswith("-") else number
    return text


def _joined(words: list[str]) -> str:
    """The commands in a row, each letter once as long as it stays the same."""
    text, last = "", ""
    for word in words:
        if word[0] == last and last not in "Mz":
            text += word[1:] if word[1] == "-" else f" {word[1:]}"
        else:
            text += word
        last = word[0]
    return text
