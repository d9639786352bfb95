"""The CSS that formulas need."""

from __future__ import annotations

_LICENCE = """\
/* STIX Two Math, Copyright 2001-2020 The STIX Fonts Project Authors (https://github.com/stipub/stixfonts),
   cut down to the characters in use. SIL Open Font License, Version 1.1: https://openfontlicense.org */
"""

_FORMULAS = """\
math { font-family: "STIX Two Math", math; }
.math-display { margin: .7em 0; padding: .4em 0; overflow: auto hidden; }
.math-display > math { min-width: max-content; }
/* Scripts have letters of their own, and primes that are made to be raised. */
:is(msub, msup, msubsup, munder, mover, munderover) > :nth-child(n + 2) { font-feature-settings: "ssty"; }
/* Chromium paints only the part of a wide brace that lies near its unstretched self, unless a shadow reaches
further. */ :is(munder, mover) > mo { box-shadow: 0 0 0 40em transparent; }
"""


def stylesheet(font_address: str = "") -> str:
    """The style sheet of formulas; the look of figures is the site's own.

    Args:
        font_address: where the math font is, as seen from the style sheet; without it, formulas are set in
            the math font of the reader's system.
    """
    face = ""
    if font_address:
        face = _LICENCE + (
            '@font-face { font-family: "STIX Two Math"; font-display: swap; '
            f'src: url("{font_address}") format("woff2"); }}\n'
        )
    return face + _FORMULAS
