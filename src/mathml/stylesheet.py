"""The CSS that formulas need."""

from __future__ import annotations

from base64 import b64encode

_LICENCE = """\
/* STIX Two Math, Copyright 2001-2020 The STIX Fonts Project Authors (https://github.com/stipub/stixfonts),
   cut down to the characters in use. SIL Open Font License, Version 1.1: https://openfontlicense.org */
"""

FORMULAS = """\
math { font-family: "STIX Two Math", math; }
.math-display { margin: .7em 0; padding: .4em 0; overflow: auto hidden; }
.math-display > math { min-width: max-content; }
/* Scripts have letters of their own, and primes that are made to be raised. */
:is(msub, msup, msubsup, munder, mover, munderover) > :nth-child(n + 2) { font-feature-settings: "ssty"; }
/* Chromium paints only the part of a wide brace that lies near its unstretched self, unless a shadow reaches
further. It reaches sideways only: what is high, too, would make a large shift of each small one. */
:is(munder, mover) > mo { box-shadow: 20em 0 transparent, -20em 0 transparent; }
"""
"""The rules for formulas; the look of figures is the site's own."""


FONT_AT_ONCE = (
    "try{const{style}=document.currentScript.previousElementSibling.sheet.cssRules[0],"
    """[,font]=style.getPropertyValue("src").match(/base64,([^")]*)/);"""
    """document.fonts.add(new FontFace("STIX Two Math",Uint8Array.from(atob(font),c=>c.charCodeAt())))}catch{}"""
)
"""A script for the place after the style sheet of `font_face`. Of a rule, Chromium reads the font after it has laid out
the page, which then shifts; handed over by a script, the font is there from the first.
"""


def font_face(font: bytes) -> str:
    """The rule that gives formulas their font.

    The font is in the rule, so that no page is shown that still waits for it: it would shift when the font comes.

    Args:
        font: a WOFF2 file.
    """
    address = f"data:font/woff2;base64,{b64encode(font).decode()}"
    return f'{_LICENCE}@font-face {{ font-family: "STIX Two Math"; src: url("{address}") format("woff2"); }}\n'
