"""TeX to MathML, at build time: what a browser sets by itself, and a screen reader reads by itself.

The TeX source is not added as an annotation: that would double each formula, and browsers do not copy it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from math_core import LatexError, LatexToMathML


class FormulaError(Exception):
    """TeX that is no formula.

    Args:
        problem: what is wrong, a sentence without its full stop.
        remedy: what would be right, likewise.
        line: the line of the formula on which it is wrong, from 0.
    """

    def __init__(self, problem: str, remedy: str, line: int) -> None:
        self.problem = problem
        self.remedy = remedy
        self.line = line
        super().__init__(f"{problem}. {remedy}")


class Formulas:
    r"""Converts formulas that may use the course's macros.

    Args:
        macros: TeX by macro name, without its backslash: `{"norm": r"\left\lVert #1 \right\rVert"}`.

    Raises:
        ValueError: a macro's name or TeX is not acceptable; the message names the macro.
    """

    def __init__(self, macros: Mapping[str, str]) -> None:
        for name, tex in macros.items():
            _check_macro(name, tex)
        try:
            self._convert = LatexToMathML(macros=dict(macros), fancy_error=False).convert_with_local_state
        except LatexError as error:
            raise ValueError(f"math macros: {_message(error)[1]}") from None

    def mathml(self, tex: str, *, display: bool) -> str:
        """The `<math>` element of a formula.

        Args:
            tex: the formula without its delimiters.
            display: whether it stands on lines of its own.

        Raises:
            FormulaError: unknown command, unbalanced group, or another mistake.
        """
        numbered = re.search(r"\\begin\{(align|equation|gather|multline)\}", tex)
        if numbered:
            # Each formula is converted on its own, so that all of them would bear the number 1.
            environment = "aligned" if numbered[1] == "align" else "gathered"
            raise FormulaError(
                f"\\begin{{{numbered[1]}}} numbers the formula",
                f"Use \\begin{{{environment}}}, and refer to it in words",
                tex.count("\n", 0, numbered.start()),
            )
        try:
            return _with_lines(self._convert(tex, displaystyle=display))
        except LatexError as error:
            offset, problem = _message(error)
            raise FormulaError(problem, _remedy(problem), tex.count("\n", 0, offset)) from None


def _with_lines(mathml: str) -> str:
    r"""The line of \overline and \underline as the overline, which stretches to any width.

    math-core takes the combining low line, which has no width, and comes to lie beside what it should cover.
    """
    return mathml.replace('<mo stretchy="true">\u0332</mo>', '<mo stretchy="true">\u203e</mo>')


def _check_macro(name: str, tex: object) -> None:
    """A macro that cannot work is told by its own name; math-core would count them."""
    if not isinstance(tex, str):
        raise ValueError(f"math macros: \\{name} is {tex!r}; TeX in quotes is expected")
    try:
        LatexToMathML(macros={name: tex}, fancy_error=False)
    except LatexError as error:
        if "Unknown command" not in str(error):  # It may be one of the other macros.
            raise ValueError(f"math macros: \\{name}: {_message(error)[1]}") from None


def _message(error: LatexError) -> tuple[int, str]:
    r"""Where in the formula, in characters, and what: math-core says `12: Unknown command "\foo".`."""
    match = re.fullmatch(r"(?P<macro>macro\d+:)?(?P<offset>\d+): (?P<problem>.*)", str(error).strip(), re.S)
    if not match:
        return 0, str(error).strip().rstrip(".")
    # What is counted within a macro is no place in the formula.
    return 0 if match["macro"] else int(match["offset"]), match["problem"].rstrip(".")


def _remedy(problem: str) -> str:
    if problem.startswith("Unknown command"):
        return "Correct its name, or define it under the macros of mathml in mkdocs.yml"
    if "text mode" in problem:
        return "End \\text{…} before the formula and start it again after"
    return "Correct the formula"


@lru_cache(maxsize=8)
def formulas(macros: tuple[tuple[str, str], ...]) -> Formulas:
    """`Formulas`, made once for the same macros: a site builder sets up Markdown anew for every page."""
    return Formulas(dict(macros))
