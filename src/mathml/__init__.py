"""Formulas of a page as MathML, with the font and the style sheet that they need."""
