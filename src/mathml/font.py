"""STIX Two Math, cut down to what the formulas of the site need.

The font comes from the installed package `ziamath`. Its licence, the SIL Open Font License 1.1, allows to
embed and to modify it; the records of its copyright and licence stay in the file.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from evidence.files.store import Store, cache_folder
from mathml.characters import Characters, together


def source_font() -> Path:
    """The whole font, as installed.

    Raises:
        FileNotFoundError: `ziamath` is not installed, or no longer carries the font.
    """
    spec = importlib.util.find_spec("ziamath")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        font = Path(folder) / "fonts" / "STIXTwoMath-Regular.ttf"
        if font.is_file():
            return font
    raise FileNotFoundError("STIXTwoMath-Regular.ttf is in the package ziamath, which is part of the extra `site`")


def make_fonts(wanted: Iterable[Characters], docs_dir: Path) -> None:
    """Make those fonts, each with the glyphs for its characters, that are not kept yet.

    The whole font takes long to read, so what all of them need is cut out of it once.

    Args:
        wanted: see `characters`.
        docs_dir: the folder of the pages; fonts are kept in `.cache/fonts` beside it.
    """
    store = _store(docs_dir)
    missing = {chars for chars in wanted if store.read(_name(chars)) is None}
    if missing:
        common = subset(source_font(), together(missing), flavor=None)
        for chars in missing:
            store.write(_name(chars), subset(io.BytesIO(common), chars))


def kept_font(chars: Characters, docs_dir: Path) -> bytes | None:
    """The font with the glyphs for `chars`, as WOFF2, if it was made: their sizes and parts for stretching, and their
    small forms.
    """
    return _store(docs_dir).read(_name(chars))


def _store(docs_dir: Path) -> Store:
    return Store(cache_folder(docs_dir) / "fonts", ".woff2")


def _name(chars: Characters) -> str:
    ingredients = "\0".join((version("fonttools"), version("ziamath"), *("".join(sorted(each)) for each in chars)))
    return hashlib.sha256(ingredients.encode() + Path(__file__).read_bytes()).hexdigest()[:32]


def font_mark(docs_dir: Path) -> Path:
    """The file that is touched when a font was made while the site is served, for who watches."""
    return cache_folder(docs_dir) / "fonts" / "made"


# `ssty` has the forms for scripts, `flac` accents over capitals, `dtls` letters without their dot.
_FEATURES = ("ssty", "flac", "dtls", "ccmp")
# A browser reserves the width of the widest root even for the narrowest, which would leave a hole behind
# `$\sqrt{x}$`.
_WIDEST_ROOT = 860


def subset(font: Path | io.BytesIO, chars: Characters, flavor: str | None = "woff2") -> bytes:
    """The glyphs for `chars` of a font with a MATH table.

    Args:
        font: a TrueType file.
        chars: what must be there; characters that the font lacks are left to other fonts.
        flavor: `woff2`, or `None` for a TrueType file.
    """
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    options = Options()
    options.layout_features = list(_FEATURES)
    options.hinting = False  # Screens of today smooth by themselves; the instructions are a third of the file.
    options.name_IDs = [0, 1, 2, 4, 5, 6, 7, 13, 14]
    options.notdef_outline = True
    options.flavor = flavor
    # Kerning is the MATH table's in formulas.
    options.drop_tables += ["DSIG", "GPOS", "GDEF"]
    whole = TTFont(font, recalcTimestamp=False)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[ord(char) for char in chars.every])
    _offer_scripts_everywhere(whole)
    _keep_forms_for_scripts(whole, chars.small)
    _narrow_roots(whole)
    subsetter.subset(whole)
    whole.flavor = flavor
    file = io.BytesIO()
    whole.save(file)
    return file.getvalue()


def _offer_scripts_everywhere(font: Any) -> None:
    """Offer `ssty` for every script: it is there for the script `math`, which Chromium does not ask for."""
    table = font["GSUB"].table
    forms = [i for i, record in enumerate(table.FeatureList.FeatureRecord) if record.FeatureTag == "ssty"][:1]
    for script in table.ScriptList.ScriptRecord:
        language = script.Script.DefaultLangSys
        if language and not set(forms) & set(language.FeatureIndex):
            language.FeatureIndex = sorted([*language.FeatureIndex, *forms])
            language.FeatureCount = len(language.FeatureIndex)


def _keep_forms_for_scripts(font: Any, small: frozenset[str]) -> None:
    """Keep the forms of what stands in scripts, one for each: the same in scripts of scripts. All others together
    are half of the file.
    """
    names = font.getBestCmap()
    kept = {names[ord(char)] for char in small if ord(char) in names}
    for lookup in font["GSUB"].table.LookupList.Lookup:
        for table in lookup.SubTable:
            forms = getattr(table, "alternates", {})
            for glyph in forms.keys() - kept:
                del forms[glyph]
            for glyph in forms:
                forms[glyph] = forms[glyph][:1] * len(forms[glyph])


def _narrow_roots(font: Any) -> None:
    """Make the taller roots about as narrow as the smallest."""
    variants = font["MATH"].table.MathVariants
    root = font.getBestCmap().get(ord("√"))
    if root not in variants.VertGlyphCoverage.glyphs:
        return
    construction = variants.VertGlyphConstruction[variants.VertGlyphCoverage.glyphs.index(root)]
    parts = construction.GlyphAssembly.PartRecords if construction.GlyphAssembly else []
    names = {record.VariantGlyph for record in construction.MathGlyphVariantRecord}
    metrics, outlines = font["hmtx"].metrics, font["glyf"]
    for name in names | {part.glyph for part in parts}:
        width = metrics[name][0]
        if width > _WIDEST_ROOT:
            outline = outlines[name]
            outline.coordinates.scale((_WIDEST_ROOT / width, 1))
            outline.coordinates.toInt()
            outline.recalcBounds(outlines)
            metrics[name] = (_WIDEST_ROOT, outline.xMin)
