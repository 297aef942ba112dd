"""Tests text on cards: real glyphs, regional variants and fitting."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QImage, QTextLayout

from app.domain.program.output import Canvas
from app.domain.selling.card import LowerThird, ProductCard
from app.overlay.card_text import ELLIPSIS, SHRINK_STEPS, Align, Face, Type, fit_text
from app.overlay.cards import draw_card
from tests.support.cards import themes

THEMES = {theme.id: theme for theme in themes()}
System = QFontDatabase.WritingSystem
SAMPLES: dict[str, tuple[str, System]] = {
    "en": ("Only 12 left – $24.90", System.Latin),
    "vi": ("Tiếng Việt, rẻ hơn 30%", System.Vietnamese),
    "ru": ("Осталось 12 штук", System.Cyrillic),
    "el": ("Απομένουν 12", System.Greek),
    "ar": ("بقي ١٢ قطعة فقط", System.Arabic),
    "he": ("נשארו 12 יחידות", System.Hebrew),
    "zh-Hans": ("仅剩 12 件", System.SimplifiedChinese),
    "zh-Hant": ("僅剩 12 件", System.TraditionalChinese),
    "ja": ("残り 12 点、ラスト", System.Japanese),
    "ko": ("12개 남았습니다", System.Korean),
    "th": ("เหลือเพียง 12 ชิ้น", System.Thai),
    "hi": ("केवल 12 शेष, मुफ़्त", System.Devanagari),
    "bn": ("মাত্র ১২টি বাকি", System.Bengali),
    "ta": ("12 மட்டுமே", System.Tamil),
    "km": ("នៅសល់ 12", System.Khmer),
}


def require(system: System) -> None:
    if not QFontDatabase.families(system):
        pytest.skip(f"no font here writes {QFontDatabase.writingSystemName(system)}")


def glyphs(layout: QTextLayout) -> list[int]:
    return [glyph for run in layout.glyphRuns() for glyph in run.glyphIndexes()]


def style(language: str, size: float = 30.0, face: Face = Face.TEXT, theme: str = "harbour") -> Type:
    return Type(THEMES[theme].fonts, face, size, language)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("face", Face)
@pytest.mark.parametrize("language", SAMPLES)
def test_every_language_has_real_glyphs(language: str, face: Face, theme: str) -> None:
    text, system = SAMPLES[language]
    require(system)
    found = glyphs(fit_text(text, style(language, face=face, theme=theme), 2000).layout)
    assert len(found) > 3
    assert 0 not in found, "glyph 0 is the empty box for a missing character"


@pytest.mark.parametrize("text", ["Chai चाय", "קפה coffee ☕", "茶 Tee", "ชา 🍵 tea", "قهوة Kaffee"])
def test_a_card_shows_scripts_of_other_languages(text: str) -> None:
    """Qt warns about fonts that claim a script they can't shape, and every warning fails a test."""
    assert 0 not in glyphs(fit_text(text, style("en"), 2000).layout)


def test_ideographs_have_the_shapes_of_the_language() -> None:
    font_families = set(QFontDatabase.families())
    if not {"Noto Sans CJK SC", "Noto Sans CJK TC", "Noto Sans CJK JP"} <= font_families:
        pytest.skip("the fonts that tell Chinese from Japanese are not here")
    looks = {draw_card(LowerThird("骨直角令", "", language), THEMES["harbour"], Canvas()).rgba for language in ("zh", "zh-Hant", "ja")}
    assert len(looks) == 3


def test_bold_ideographs_are_heavier() -> None:
    require(System.SimplifiedChinese)
    inks = []
    for face in (Face.TEXT, Face.STRONG):
        block = fit_text("保温杯", style("zh", 60, face), 600)
        weights = {run.rawFont().weight() for run in block.layout.glyphRuns()}
        inks.append(max(weights))
    assert inks[1] > inks[0]


def test_text_that_fits_keeps_its_size() -> None:
    block = fit_text("Flask", style("en", 40), 400)
    assert block.text == "Flask"
    assert block.layout.font().pixelSize() == 40


def test_text_is_shrunk_before_it_is_cut() -> None:
    wide = fit_text("Alpine thermos bottle", style("en", 40), 4000, tight=True).width
    shrink_picture = fit_text("Alpine thermos bottle", style("en", 40), wide * 0.85)
    assert shrink_picture.text == "Alpine thermos bottle"
    assert 40 * SHRINK_STEPS[-1] - 1 <= shrink_picture.layout.font().pixelSize() < 40
    cut = fit_text("Alpine thermos bottle", style("en", 40), wide * 0.5)
    assert cut.text.endswith(ELLIPSIS)
    assert cut.text.removesuffix(ELLIPSIS) == "Alpine thermos bottle"[: len(cut.text) - 1].rstrip()
    assert cut.layout.lineAt(0).naturalTextWidth() <= wide * 0.5 + 1


def test_text_is_wrapped_before_it_is_cut() -> None:
    text = "one two three four five six seven eight nine ten"
    one = fit_text(text, style("en", 40), 300)
    three = fit_text(text, style("en", 40), 300, lines=3)
    assert one.layout.lineCount() == 1
    assert three.layout.lineCount() == 3
    assert len(three.text) > 2 * len(one.text)
    sizes = [block.layout.font().pixelSize() for block in (one, three)]
    assert three.height / sizes[1] == pytest.approx(3 * one.height / sizes[0])


@pytest.mark.parametrize("cluster", ["👩\u200d🚀", "क्षि", "ก็", "e\u0301"], ids=["joined emoji", "conjuncts", "Thai marks", "combining"])
def test_truncation_never_splits_a_grapheme_cluster(cluster: str) -> None:
    text = cluster * 90
    visible = fit_text(text, style("en", 30), 300).text.removesuffix(ELLIPSIS)
    assert visible
    assert len(visible) % len(cluster) == 0


def test_lines_of_a_tight_block_have_similar_lengths() -> None:
    text = "Keeps hot for twenty-four hours whatever the weather brings"
    loose, tight = (fit_text(text, style("en", 30), 700, lines=2, align=Align.CENTRE, tight=narrow) for narrow in (False, True))
    assert loose.layout.lineCount() == tight.layout.lineCount() == 2
    lengths = [tight.layout.lineAt(number).naturalTextWidth() for number in range(2)]
    assert min(lengths) > 0.7 * max(lengths)
    assert tight.width < loose.width


def test_line_breaks_and_blanks_are_normalized() -> None:
    assert fit_text("  two\n words\t", style("en"), 900).text == "two words"


def test_a_right_to_left_line_starts_at_the_right() -> None:
    block = fit_text("שלום", style("he", 30), 600)
    line = block.layout.lineAt(0)
    assert line.naturalTextRect().right() == pytest.approx(600, abs=1)


def test_empty_text_draws_nothing() -> None:
    picture = draw_card(ProductCard(""), THEMES["harbour"], Canvas())
    assert QImage(picture.rgba, picture.width, picture.height, QImage.Format.Format_RGBA8888).width() > 100


@pytest.mark.parametrize("text", ["cotton 100%", "-20% off", "iPhone 15 (2026)", "100%", "-5 °C"])
def test_untranslated_text_keeps_its_order_on_a_right_to_left_card(text: str) -> None:
    option = fit_text(text, style("ar"), 2000).layout.textOption()
    assert option.textDirection() is Qt.LayoutDirection.LeftToRight
    assert option.alignment() & Qt.AlignmentFlag.AlignRight, "the text is on the side where the card's reader starts"


@pytest.mark.parametrize("text", ["قطن", "iPhone متوفر", "١٢ قطعة"])
def test_right_to_left_text_keeps_its_direction_after_a_leading_foreign_name(text: str) -> None:
    require(System.Arabic)
    assert fit_text(text, style("ar"), 2000).layout.textOption().textDirection() is Qt.LayoutDirection.RightToLeft


def test_arabic_on_an_english_card_is_right_to_left_but_aligned_left() -> None:
    require(System.Arabic)
    option = fit_text("قطن 100%", style("en"), 2000).layout.textOption()
    assert option.textDirection() is Qt.LayoutDirection.RightToLeft
    assert option.alignment() & Qt.AlignmentFlag.AlignLeft
