"""The math font has what the formulas need, and little more."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from mathml.characters import Characters, characters, italic
from mathml.convert import Formulas
from mathml.font import kept_font, make_fonts, source_font, subset
from mathml.stylesheet import font_face

TEX = (
    r"\sum_{i=1}^n \frac{x_i - \mu}{\sqrt{\sigma^2 + \epsilon}} \left( \begin{matrix} 1 \\ 2 \end{matrix} \right) "
    r"\mathbf{x} \in \mathbb{R}^n, f'(\hat{y}) = \mathcal{L}, \mathrm{d}h, \left\lVert A \right\rVert"
)


@cache
def font() -> TTFont:
    page = f"<p>Ж{Formulas({}).mathml(TEX, display=True)}Ш</p>"
    return TTFont(io.BytesIO(subset(source_font(), characters([page]))))


@pytest.mark.parametrize(
    ("letter", "expected"),
    [("x", "𝑥"), ("h", "ℎ"), ("Z", "𝑍"), ("θ", "𝜃"), ("Ω", "𝛺"), ("ϵ", "𝜖"), ("∂", "𝜕"), ("1", "1"), ("é", "é")],
)
def test_italic_is_what_browsers_make_of_a_lone_letter(letter: str, expected: str) -> None:
    assert italic(letter) == expected


def test_font_has_the_characters_in_use() -> None:
    mapped = font().getBestCmap()
    for char in "∑=1𝑛𝑥𝑖−𝜇√𝜎2+𝜖()𝐱∈ℝ𝑓′𝑦ˆℒd\u210e‖𝐴,":
        assert ord(char) in mapped, char
    for char in "xЖШ𝒵":
        assert ord(char) not in mapped, char


@pytest.mark.parametrize("char", "()√∑‖")
def test_font_has_larger_forms(char: str) -> None:
    variants = font()["MATH"].table.MathVariants
    glyph = font().getBestCmap()[ord(char)]
    construction = variants.VertGlyphConstruction[variants.VertGlyphCoverage.glyphs.index(glyph)]
    assert len(construction.MathGlyphVariantRecord) > 1 or construction.GlyphAssembly
    if char in "()√‖":
        assert all(part.glyph in font()["glyf"] for part in construction.GlyphAssembly.PartRecords)


def test_roots_are_about_as_narrow_as_the_smallest() -> None:
    # Browsers reserve the width of the widest, which leaves a hole behind a small root.
    variants = font()["MATH"].table.MathVariants
    root = font().getBestCmap()[ord("√")]
    construction = variants.VertGlyphConstruction[variants.VertGlyphCoverage.glyphs.index(root)]
    widths = [font()["hmtx"][record.VariantGlyph][0] for record in construction.MathGlyphVariantRecord]
    assert max(widths) <= 1.1 * min(widths)


def test_script_forms_are_offered_for_every_script() -> None:
    table = font()["GSUB"].table
    forms = {i for i, record in enumerate(table.FeatureList.FeatureRecord) if record.FeatureTag == "ssty"}
    assert forms
    assert all(forms & set(script.Script.DefaultLangSys.FeatureIndex) for script in table.ScriptList.ScriptRecord)


def test_font_holds_no_instructions_for_coarse_screens() -> None:
    assert {"cvt ", "fpgm", "prep"} & set(TTFont(source_font()).keys())
    assert not {"cvt ", "fpgm", "prep"} & set(font().keys())


def test_font_keeps_its_copyright_and_licence() -> None:
    names = {record.nameID: str(record) for record in font()["name"].names}
    assert "STIX Fonts Project Authors" in names[0]
    assert "SIL Open Font License" in names[13]
    assert "SIL Open Font License" in font_face(b"font")


def test_scripts_of_scripts_have_the_forms_of_scripts() -> None:
    """Each form is once in the file; the larger half of a font would be forms that hardly any formula shows."""
    (lookup,) = [each for each in font()["GSUB"].table.LookupList.Lookup if each.LookupType == 3]
    (table,) = lookup.SubTable
    assert table.alternates
    assert all(len(set(forms)) == 1 for forms in table.alternates.values())


def test_font_is_small() -> None:
    assert len(subset(source_font(), characters([Formulas({}).mathml(TEX, display=True)]))) < 14 * 1024


X = Characters(frozenset("x"), frozenset())


def test_fonts_are_made_once(docs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_fonts([X], docs)
    monkeypatch.setattr("mathml.font.subset", lambda *_, **__: pytest.fail("made again"))
    make_fonts([X, X], docs)
    assert (kept_font(X, docs) or b"")[:4] == b"wOF2"


def test_a_font_is_the_same_whatever_is_made_beside_it(docs: Path) -> None:
    alone = Characters(frozenset("x√(y"), frozenset("y"))
    beside = Characters(frozenset("∑xy"), frozenset("∑x"))
    make_fonts([alone, beside], docs)
    assert kept_font(alone, docs) == subset(source_font(), alone)
    assert kept_font(Characters(alone.every, frozenset()), docs) is None


@pytest.mark.parametrize(
    ("tex", "small"),
    [
        ("x_i + y", "𝑖"),
        (r"\sum_{k=1}^n z", "𝑘=1𝑛"),
        ("a^{b_c}", "𝑏𝑐"),
        (r"f'(x)", "′"),
        (r"\frac{a}{b} \sqrt{c}", ""),
        (r"\hat{y}^{-1}", "ˆ−-1"),
    ],
)
def test_small_are_the_characters_in_scripts(tex: str, small: str) -> None:
    found = characters([f"<p>{Formulas({}).mathml(tex, display=True)}</p>"])
    assert found.small <= set(small)
    assert found.small >= set(small) - set("-ˆ")
    assert found.small < found.every


def test_of_blanks_only_one_that_does_not_break_is_a_character() -> None:
    page = "<math><mtext>a&#8201;b&nbsp;c\n</mtext></math>"
    assert characters([page]).every == set("abc \u00a0")


def test_a_page_without_formulas_needs_no_characters() -> None:
    assert not characters(["<p>$x$</p>"]).every
